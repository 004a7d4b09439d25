"""How long a survey takes, told from its questions."""

from collections.abc import Iterable

from surveys.questions.asked import Asked

# Silent reading of Japanese: about 500 characters a minute.
READ_PER_SECOND = 8
_ANSWERING = {
    "nps": 6, "csat": 5, "ces": 6, "rating": 5, "single": 5, "multiple": 8, "matrix": 3,
    "ranking": 4, "short": 10, "long": 25, "email": 12, "phone": 12, "date": 8, "number": 6,
    "consent": 4, "hidden": 0, "statement": 0, "section": 0,
}  # fmt: skip
_MORE_IF_REQUIRED = {"long": 15, "short": 4}


def seconds(questions: Iterable[Asked]) -> float:
    """Reading and answering of everything a respondent is likely to meet.

    A branch counts by its chance: a third for one group of NPS, a half for any other rule.
    """
    return sum(_one(question) * _chance(question) for question in questions)


def minutes(questions: Iterable[Asked]) -> int:
    """The same in whole minutes, at least 1."""
    return max(1, round(seconds(questions) / 60))


def _one(question: Asked) -> float:
    if question.kind == "hidden":
        return 0
    words = question.words()
    options = [*words.choices, *words.rows]
    read = len(words.label) + len(words.help) + sum(len(one.label) for one in options)
    each = {"matrix": len(words.rows), "ranking": len(words.choices)}.get(question.kind, 1)
    extra = _MORE_IF_REQUIRED.get(question.kind, 0) if question.required else 0
    return read / READ_PER_SECOND + _ANSWERING[question.kind] * each + extra


def _chance(question: Asked) -> float:
    conditions = question.show_if.get("when", ())
    if not conditions:
        return 1
    return 1 / 3 if any(one["op"] == "group" for one in conditions) else 1 / 2
