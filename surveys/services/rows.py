"""Typed rows of an answer: a number for a scale, an id for a choice, words for a text."""

from typing import Any

from surveys.models import Answer, Response
from surveys.queries.definitions import Definition
from surveys.questions.asked import OTHER, SCALES, SHOWN, Asked


def typed(response: Response, definition: Definition) -> list[Answer]:
    """One row for each answer; one for each row of a matrix, choice of a list, rank of a ranking."""
    return [
        Answer(response=response, question_id=question.pk, local_day=response.local_day, **cell)
        for question in definition.questions
        if question.kind not in SHOWN and question.key in response.answers
        for cell in _cells(question, response.answers)
    ]


def _cells(question: Asked, answers: dict[str, Any]) -> list[dict[str, Any]]:
    value = answers[question.key]
    other = answers.get(f"{question.key}.{OTHER}", "")
    match question.kind:
        case kind if kind in SCALES:
            return [{"number": value}]
        case "single":
            return [{"choice": value, "text": other if value == OTHER else ""}]
        case "multiple":
            return [
                {"item": one, "choice": one, "text": other if one == OTHER else ""} for one in value
            ]
        case "matrix":
            return [{"item": row, "choice": choice} for row, choice in value.items()]
        case "ranking":
            return [{"item": one, "number": rank} for rank, one in enumerate(value, start=1)]
        case "number":
            return [{"amount": value}]
        case "consent":
            return [{"choice": "yes"}]
    return [{"text": value}]
