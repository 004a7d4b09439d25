"""Answers given without reading: flagged for a person to judge, never deleted by themselves."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Literal

Flag = Literal["speeder", "straight_liner"]

SPEED_SHARE = 1 / 3
SECONDS_A_QUESTION = 2.0
MATRIX_ROWS = 5


def flags(
    seconds: float | None,
    median_seconds: float | None,
    answered: int,
    matrix_rows: Iterable[Sequence[Hashable | None]] = (),
    *,
    seconds_a_question: float = SECONDS_A_QUESTION,
) -> frozenset[Flag]:
    """What is suspicious about one response; an empty set when nothing is.

    speeder: took less than 1/3 of the survey's median time, and less than 2 seconds for each
    answered question. Both, because a short branch is quick without haste and a survey of
    rushed people has a low median. Not judged without a time, a median or an answer.

    straight_liner: a matrix with at least 5 answered rows, all of them the same. Rows not
    answered (None) count neither way. A matrix whose rows all ask in one direction can be
    answered so in earnest.

    `seconds` is from opening to sending, `matrix_rows` the chosen column of every row, one
    sequence for each matrix. The thresholds are choices of this product, not of a standard;
    one third of the median is common in panel research.
    """
    found: set[Flag] = set()
    if (
        seconds is not None
        and median_seconds is not None
        and answered > 0
        and 0 <= seconds < median_seconds * SPEED_SHARE
        and seconds < answered * seconds_a_question
    ):
        found.add("speeder")
    for matrix in matrix_rows:
        chosen = [column for column in matrix if column is not None]
        if len(chosen) >= MATRIX_ROWS and len(set(chosen)) == 1:
            found.add("straight_liner")
    return frozenset(found)
