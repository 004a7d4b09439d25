"""Show-if rules: which questions somebody sees, decided from what was answered before.

    {"mode": "all", "when": [{"question": "score", "op": "group", "value": "detractor"}]}
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from surveys.questions.asked import Asked

# Cut points of the NPS scale: 9–10, 7–8, 0–6.
GROUPS = {"promoter": range(9, 11), "passive": range(7, 9), "detractor": range(7)}
ORDERED = frozenset({"lt", "lte", "gt", "gte"})
OPS = frozenset({"eq", "ne", "in", "group", "answered", "unanswered"}) | ORDERED
MAX_CONDITIONS = 20


def names_in(rule: Mapping[str, Any]) -> set[str]:
    """Keys of the questions that the rule asks about."""
    return {condition["question"] for condition in rule.get("when", ())}


def holds(rule: Mapping[str, Any], answers: Mapping[str, Any]) -> bool:
    """Whether the rule lets its question be seen; an empty rule always does."""
    conditions = rule.get("when", ())
    if not conditions:
        return True
    met = (_met(condition, answers.get(condition["question"])) for condition in conditions)
    return any(met) if rule.get("mode") == "any" else all(met)


def _met(condition: Mapping[str, Any], given: Any) -> bool:
    op, wanted = condition["op"], condition.get("value")
    if op == "answered":
        return given is not None
    if op == "unanswered":
        return given is None
    if given is None:
        # Nothing was said: only "not this" is true of it.
        return op == "ne"
    if op == "group":
        return isinstance(given, int) and given in GROUPS.get(str(wanted), ())
    if op in ORDERED:
        return _compare(op, given, wanted)
    chosen = given if isinstance(given, list) else [given]
    if op == "in":
        return any(_same(one, other) for one in chosen for other in wanted or ())
    same = any(_same(one, wanted) for one in chosen)
    return same if op == "eq" else not same


def _same(one: Any, other: Any) -> bool:
    return str(one) == str(other)


def _compare(op: str, given: Any, wanted: Any) -> bool:
    try:
        one, other = Decimal(str(given)), Decimal(str(wanted))
    except InvalidOperation:
        # Dates compare as they are written: 2026-11-25.
        one, other = str(given), str(wanted)  # type: ignore[assignment]
    return {"lt": one < other, "lte": one <= other, "gt": one > other, "gte": one >= other}[op]


def visible(questions: Iterable[Asked], answers: Mapping[str, Any]) -> dict[str, bool]:
    """Key → shown, in order: the answer to a question that is not shown counts for nothing."""
    seen: dict[str, bool] = {}
    counted: dict[str, Any] = {}
    for question in questions:
        shown = holds(question.show_if, counted)
        seen[question.key] = shown
        if shown and question.key in answers:
            counted[question.key] = answers[question.key]
    return seen


def kept(questions: Iterable[Asked], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers without those of branches that were not shown."""
    questions = tuple(questions)
    shown = visible(questions, answers)
    names = {name for question in questions if shown[question.key] for name in (question.key, *question.names)}
    return {name: value for name, value in answers.items() if name in names}
