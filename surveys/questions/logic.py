"""Rules that can never hold, and questions that nobody can reach: found by trying values out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from itertools import islice, product
from typing import Any

from surveys.questions import rules
from surveys.questions.asked import SCALES, Asked

Condition = Mapping[str, Any]
# Alternatives of parents of parents multiply; beyond this nothing is claimed.
_MOST_WAYS = 200
_ELSE = "\x01"


def contradictory(rule: Mapping[str, Any], questions: Mapping[str, Asked]) -> bool:
    """Whether the rule contradicts itself, whatever is answered."""
    return bool(rule.get("when")) and not any(_possible(way, questions) for way in _ways(rule))


def unreachable(question: Asked, questions: Mapping[str, Asked]) -> bool:
    """Whether no answers at all lead to this question, its parents' rules counted in."""
    if not question.show_if.get("when"):
        return False
    ways = list(islice(_with_parents(question.show_if, questions, depth=0), _MOST_WAYS))
    return len(ways) < _MOST_WAYS and not any(_possible(way, questions) for way in ways)


def _ways(rule: Mapping[str, Any]) -> list[tuple[Condition, ...]]:
    """Sets of conditions, any one of which is enough."""
    conditions = tuple(rule.get("when", ()))
    return [(one,) for one in conditions] if rule.get("mode") == "any" else [conditions]


def _with_parents(
    rule: Mapping[str, Any], questions: Mapping[str, Asked], *, depth: int
) -> Iterable[tuple[Condition, ...]]:
    for way in _ways(rule):
        parents = [
            list(islice(_with_parents(parent.show_if, questions, depth=depth + 1), _MOST_WAYS))
            for one in way
            if depth < 20 and _needs_an_answer(one)
            for parent in (questions.get(one["question"]),)
            if parent is not None and parent.show_if.get("when")
        ]
        for above in product(*parents):
            yield (*way, *(one for conditions in above for one in conditions))


def _needs_an_answer(condition: Condition) -> bool:
    return condition["op"] not in ("unanswered", "ne")


def _possible(conditions: Iterable[Condition], questions: Mapping[str, Asked]) -> bool:
    """Whether some answers meet all of these; questions do not depend on each other here."""
    by_key: dict[str, list[Condition]] = {}
    for one in conditions:
        by_key.setdefault(one["question"], []).append(one)
    return all(_answerable(questions.get(key), wanted) for key, wanted in by_key.items())


def _answerable(question: Asked | None, wanted: Sequence[Condition]) -> bool:
    if question is None:
        return False
    rule = {"when": wanted}
    return any(
        rules.holds(rule, {} if value is None else {question.key: value})
        for value in _values(question, wanted)
    )


def _values(question: Asked, wanted: Sequence[Condition]) -> Iterable[Any]:
    """Answers that together show every way in which the conditions can turn out."""
    if not question.required:
        yield None
    elif any(not _needs_an_answer(one) for one in wanted):
        # It may stand in a branch of its own, and then it is not answered either.
        yield None
    if question.kind in SCALES:
        yield from range(question.lowest, question.highest + 1)
    elif question.kind == "single":
        yield from question.choice_ids
    elif question.kind == "multiple":
        yield from _lists(question, wanted)
    elif question.kind == "consent":
        yield True
    elif question.kind in ("matrix", "ranking"):
        yield from ([*question.choice_ids], {"": ""})
    else:
        yield from _texts(wanted)


def _lists(question: Asked, wanted: Sequence[Condition]) -> Iterable[list[str]]:
    named = {str(one) for condition in wanted for one in _as_list(condition.get("value"))}
    alone = {row["id"] for row in question.options.get("choices", ()) if row.get("alone")}
    yield from ([one] for one in question.choice_ids)
    together = [one for one in question.choice_ids if one not in alone]
    asked = [one for one in together if one in named][:10]
    for mask in range(1, 2 ** len(asked)):
        chosen = [one for place, one in enumerate(asked) if mask >> place & 1]
        if len(chosen) <= (question.options.get("most") or len(chosen)):
            yield chosen


def _texts(wanted: Sequence[Condition]) -> Iterable[Any]:
    yield _ELSE
    for condition in wanted:
        for value in _as_list(condition.get("value")):
            yield value
            yield from _beside(value)


def _beside(value: Any) -> Iterable[Any]:
    """A little less and a little more."""
    try:
        number = Decimal(str(value))
        if number.is_finite():
            yield from (str(number - Decimal("0.0001")), str(number + Decimal("0.0001")))
        return
    except InvalidOperation:
        pass
    try:
        day = date.fromisoformat(str(value))
        yield from ((day - timedelta(days=1)).isoformat(), (day + timedelta(days=1)).isoformat())
    except (ValueError, OverflowError):
        return


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]
