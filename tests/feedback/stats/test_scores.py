"""Scores: one definition each, honest intervals, no data is not zero."""

from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.stats import scores

counts = st.integers(min_value=0, max_value=5_000)


@pytest.mark.parametrize(
    ("answers", "value", "low", "high"),
    [
        # By hand: 5.75 / 1.5 / 0.75 of 8; centre .625, SE √(.421875 / 8) = .22964.
        ((5, 0, 0), 100.0, 17.49, 100.0),
        ((0, 0, 5), -100.0, -100.0, -17.49),
        # 35.75 / 41.5 / 25.75 of 103: centre .09709, SE √(.58764 / 103) = .07553.
        ((35, 40, 25), 10.0, -5.10, 24.51),
        # 0.75 / 8.5 / 0.75 of 10: centre 0, SE √(.15 / 10) = .12247.
        ((0, 7, 0), 0.0, -24.0, 24.0),
    ],
)
def test_nps_gives_the_adjusted_wald_interval(answers, value, low, high):
    score = scores.nps(*answers)

    assert score.value == pytest.approx(value)
    assert score.low == pytest.approx(low, abs=0.01)
    assert score.high == pytest.approx(high, abs=0.01)
    assert score.n == sum(answers)


def test_nobody_answered_is_no_data_and_not_zero():
    assert scores.nps(0, 0, 0) == scores.Score(None, None, None, 0)
    assert scores.csat(0, 0) == scores.Score(None, None, None, 0)
    assert scores.ces({}, 7) == scores.Effort(None, None, None, 0, 7)


def test_a_score_cannot_be_changed_afterwards():
    with pytest.raises(FrozenInstanceError):
        scores.nps(1, 0, 0).value = 3


@given(counts, counts, counts)
def test_nps_stays_inside_its_interval_and_the_scale(promoters, passives, detractors):
    score = scores.nps(promoters, passives, detractors)

    if score.n > 1:
        assert -100 <= score.low <= score.value <= score.high <= 100
        assert score.high > score.low


@pytest.mark.parametrize(("answers", "value"), [((1, 0, 0), 100), ((0, 0, 1), -100)])
def test_a_single_answer_at_an_end_lies_just_outside_its_interval(answers, value):
    """The published formula, unbent: three pseudo-answers outweigh the only real one."""
    score = scores.nps(*answers)

    assert score.value == value
    assert abs(score.low + score.high) == pytest.approx(50)
    assert max(abs(score.low), abs(score.high)) == pytest.approx(98.5, abs=0.01)


@given(counts, counts)
def test_csat_stays_inside_its_interval_and_the_scale(good, other):
    score = scores.csat(good, good + other)

    if score.n:
        assert 0 <= score.low <= score.value <= score.high <= 100
        assert score.high > score.low


def test_csat_gives_the_wilson_interval():
    # 8 of 10 is the textbook example: 49.0 % to 94.3 %.
    score = scores.csat(8, 10)

    assert score.value == pytest.approx(80)
    assert (score.low, score.high) == (
        pytest.approx(49.02, abs=0.01),
        pytest.approx(94.33, abs=0.01),
    )


def test_ces_is_the_mean_and_equal_answers_keep_an_interval():
    score = scores.ces({5: 1, 6: 2, 7: 1}, 7)
    agreed = scores.ces({7: 4}, 7)

    assert score.value == pytest.approx(6.0)
    assert score.scale == 7
    assert agreed.value == 7.0
    assert agreed.low < 6.0
    assert agreed.high == 7.0


def test_ces_refuses_answers_of_another_scale():
    with pytest.raises(ValueError, match="scale 1 to 5"):
        scores.ces({7: 3}, 5)


@pytest.mark.parametrize("bad", [-1, 2.5, 3.0, "4", None, True, float("nan")])
def test_counts_that_are_no_counts_are_refused(bad):
    with pytest.raises(ValueError, match="whole number"):
        scores.nps(bad, 1, 1)
    with pytest.raises(ValueError, match="whole number"):
        scores.csat(0, bad)
    with pytest.raises(ValueError, match="whole number"):
        scores.ces({1: bad}, 7)


def test_more_satisfied_than_answered_is_refused():
    with pytest.raises(ValueError, match="more than answered"):
        scores.csat(5, 4)
