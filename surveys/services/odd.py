"""Answers that look hurried: marked for whoever reads the results, never removed."""

from surveys.models import Response
from surveys.queries.definitions import Definition

# Published with the results page: nobody reads and answers a question faster than this.
LEAST_SECONDS_A_QUESTION = 1.0
LEAST_ROWS = 5


def flags_of(response: Response, definition: Definition) -> set[str]:
    """"speeder" and "straightliner", where they apply."""
    flags = set()
    answered = [q for q in definition.questions if q.key in response.answers and q.kind != "hidden"]
    if response.started_at is not None and answered:
        seconds = (response.submitted_at - response.started_at).total_seconds()
        if 0 <= seconds < LEAST_SECONDS_A_QUESTION * len(answered):
            flags.add("speeder")
    for question in answered:
        value = response.answers[question.key]
        if question.kind == "matrix" and len(value) >= LEAST_ROWS and len(set(value.values())) == 1:
            flags.add("straightliner")
    return flags
