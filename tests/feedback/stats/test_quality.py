"""Speeders and straight-liners: both rules of the docstring, at their edges."""

import pytest

from feedback.stats.quality import flags


@pytest.mark.parametrize(
    ("seconds", "median", "answered", "expected"),
    [
        (9.9, 60, 10, {"speeder"}),
        # A third of the median is not below it; two seconds a question neither.
        (20, 60, 30, set()),
        (19.9, 60, 30, {"speeder"}),
        (16, 60, 8, set()),
        (15.9, 60, 8, {"speeder"}),
        # Quick without haste: a short branch; slow for a rushed crowd: a low median.
        (10, 60, 2, set()),
        (10, 20, 30, set()),
        (0, 60, 10, {"speeder"}),
    ],
)
def test_a_speeder_is_quick_beside_the_others_and_beside_the_questions(
    seconds, median, answered, expected
):
    assert flags(seconds, median, answered) == expected


@pytest.mark.parametrize(
    ("seconds", "median", "answered"),
    [(None, 60, 10), (1, None, 10), (1, 60, 0), (-5, 60, 10), (float("nan"), 60, 10)],
)
def test_without_a_time_a_median_or_an_answer_nobody_is_a_speeder(seconds, median, answered):
    assert flags(seconds, median, answered) == set()


@pytest.mark.parametrize(
    ("matrices", "expected"),
    [
        ([["3"] * 5], {"straight_liner"}),
        ([["3"] * 4], set()),
        ([["3", "3", "3", "3", "4"]], set()),
        ([["3", "3", "3", "3", "3", None]], {"straight_liner"}),
        ([["3", "3", "3", "3", None]], set()),
        ([[None] * 8], set()),
        ([["1", "2", "3", "4", "5"], [2, 2, 2, 2, 2, 2]], {"straight_liner"}),
        ([], set()),
    ],
)
def test_a_straight_liner_gives_one_answer_to_a_whole_long_matrix(matrices, expected):
    assert flags(100, 60, 10, matrices) == expected


def test_both_flags_can_stand_together():
    assert flags(3, 60, 10, [["1"] * 6]) == {"speeder", "straight_liner"}
