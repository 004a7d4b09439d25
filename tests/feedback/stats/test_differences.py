"""Differences: the interval, the p-value and the word always say the same."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from feedback.stats import differences
from feedback.stats.differences import (
    ces_difference,
    csat_difference,
    csat_sample_size,
    nps_difference,
    sample_size,
)

counts = st.integers(min_value=0, max_value=5_000)
groups = st.tuples(counts, counts, counts)
shares = st.tuples(counts, counts).map(lambda pair: (pair[0], pair[0] + pair[1]))
efforts = st.dictionaries(st.integers(1, 7), st.integers(0, 300))


def agrees(result):
    """No contradiction between the figures a page may print next to each other."""
    if result.p_value is None:
        return result.verdict == "unknown"
    assert result.low <= result.high
    if min(result.n_before, result.n_after) < result.least:
        return result.verdict == "unknown"
    assert result.low <= result.difference + 1e-9
    assert result.difference - 1e-9 <= result.high
    if result.verdict == "higher":
        assert result.difference > 0
    if result.verdict == "lower":
        assert result.difference < 0
    outside = result.low > 0 or result.high < 0
    return (result.verdict in ("higher", "lower")) == outside


def test_difference_is_later_minus_earlier_and_agrees_with_its_p_value():
    moved = nps_difference((30, 40, 130), (80, 60, 60))
    noise = nps_difference((10, 10, 10), (11, 10, 9))

    assert moved.difference == pytest.approx(60.0)
    assert moved.low > 0
    assert moved.p_value < 0.001
    assert moved.verdict == "higher"
    assert noise.low < 0 < noise.high
    assert noise.p_value > 0.5
    assert noise.verdict == "same"


def test_nps_difference_by_hand():
    """30.75/21.5/10.75 and 20.75/21.5/20.75 of 63: (20 − 0)/63 and their variances."""
    result = nps_difference((20, 20, 20), (30, 20, 10))
    before = (41.5 / 63) / 63
    after = (41.5 / 63 - (20 / 63) ** 2) / 63
    error = math.sqrt(before + after)

    assert result.difference == pytest.approx(100 / 3)
    assert result.low == pytest.approx(100 * (20 / 63 - 1.959964 * error), abs=1e-3)
    assert result.p_value == pytest.approx(2 * stats.norm.sf(20 / 63 / error), rel=1e-9)


@given(groups, groups)
def test_nps_interval_without_zero_and_p_value_below_five_percent_are_the_same(a, b):
    result = nps_difference(a, b)

    assert agrees(result)
    if result.p_value is not None and abs(result.p_value - 0.05) > 1e-9 and result.difference:
        assert (result.p_value < 0.05) == (result.low > 0 or result.high < 0)


@given(shares, shares)
def test_csat_interval_without_zero_and_p_value_below_five_percent_are_the_same(a, b):
    result = csat_difference(a, b)

    assert agrees(result)
    if result.p_value is not None and abs(result.p_value - 0.05) > 1e-9:
        assert (result.p_value < 0.05) == (result.low > 0 or result.high < 0)


@given(efforts, efforts)
def test_ces_difference_contradicts_itself_nowhere(a, b):
    assert agrees(ces_difference(a, b, scales=(7, 7)))


@given(groups, groups)
def test_the_other_way_round_is_the_same_difference_with_the_other_sign(a, b):
    there, back = nps_difference(a, b), nps_difference(b, a)
    turned = {"higher": "lower", "lower": "higher"}

    assert back.verdict == turned.get(there.verdict, there.verdict)
    if there.p_value is not None:
        assert back.difference == pytest.approx(-there.difference)
        assert back.low == pytest.approx(-there.high)
        assert back.p_value == pytest.approx(there.p_value)


@pytest.mark.parametrize(
    ("before", "after", "low", "high"),
    [
        # Newcombe 1998, Table II, method 10: 56/70 − 48/80, 9/10 − 3/10, 10/10 − 0/10.
        ((48, 80), (56, 70), 5.24, 33.39),
        ((3, 10), (9, 10), 17.05, 80.90),
        ((0, 10), (10, 10), 60.75, 100.0),
        ((0, 10), (0, 10), -27.75, 27.75),
    ],
)
def test_csat_difference_gives_the_published_score_interval(before, after, low, high):
    result = csat_difference(before, after)

    assert result.low == pytest.approx(low, abs=0.01)
    assert result.high == pytest.approx(high, abs=0.01)


def test_the_interval_holds_the_printed_difference_at_the_ends_of_the_scale():
    """Pseudo-answers pull ten equal answers inwards: 1.54 ± .42 would stop at 195.4."""
    fallen = nps_difference((10, 0, 0), (0, 0, 10))
    eased = ces_difference({1: 10}, {7: 10}, scales=(7, 7))

    assert fallen.low == fallen.difference == -200
    assert eased.high == eased.difference == 6


def test_a_printed_difference_of_nothing_is_never_called_a_change():
    """One answer weighs less than its pseudo-answers: z = 1.97 between +100 and +100."""
    result = nps_difference((1, 0, 0), (5_000, 0, 0), least=1)

    assert result.difference == 0
    assert result.p_value < 0.05
    assert result.verdict == "same"


def test_a_ces_difference_over_two_scales_is_refused():
    with pytest.raises(ValueError, match="cannot be compared"):
        ces_difference({5: 20}, {7: 20}, scales=(5, 7))


def test_ces_difference_is_in_points_of_the_scale():
    result = ces_difference({4: 50, 5: 50}, {6: 50, 7: 50}, scales=(7, 7))

    assert result.difference == pytest.approx(2.0)
    assert result.verdict == "higher"
    assert 1.5 < result.low < 2.0 <= result.high < 2.5


def test_too_few_answers_on_one_side_give_no_verdict():
    nine, ten, all_bad = (9, 0, 0), (10, 0, 0), (0, 0, 400)

    assert nps_difference(all_bad, nine).verdict == "unknown"
    assert nps_difference(nine, all_bad).verdict == "unknown"
    assert nps_difference(all_bad, ten).verdict == "higher"
    assert nps_difference(all_bad, nine, least=9).verdict == "higher"
    assert csat_difference((0, 400), (9, 9)).verdict == "unknown"
    assert ces_difference({1: 400}, {7: 9}, scales=(7, 7)).verdict == "unknown"


def test_nobody_answered_gives_no_figures_and_keeps_the_counts():
    result = nps_difference((0, 0, 0), (3, 1, 0))

    assert (result.difference, result.low, result.high, result.p_value) == (None,) * 4
    assert (result.n_before, result.n_after) == (0, 4)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((9, 9, 9), (0, 0, 0), "none"),
        ((9, 9, 9), (5, 1, 2), "few"),
        ((0, 0, 0), (9, 9, 9), "few_before"),
        ((5, 1, 2), (9, 9, 9), "few_before"),
        ((9, 9, 9), (9, 9, 9), "same"),
        ((0, 0, 99), (99, 0, 0), "higher"),
        ((99, 0, 0), (0, 0, 99), "lower"),
    ],
)
def test_the_key_of_the_sentence(before, after, expected):
    assert differences.key(nps_difference(before, after)) == expected


@pytest.mark.parametrize("n", [30, 50, 100, 400])
def test_no_change_is_called_a_change_at_most_six_times_in_a_hundred(n):
    rng = np.random.default_rng(30)
    for population in ((0.15, 0.40, 0.45), (0.55, 0.30, 0.15), (0.08, 0.38, 0.54)):
        first = rng.multinomial(n, population, size=2_000).tolist()
        second = rng.multinomial(n, population, size=2_000).tolist()
        found = [nps_difference(tuple(a), tuple(b)) for a, b in zip(first, second, strict=True)]

        assert 0.02 < np.mean([d.verdict != "same" for d in found]) <= 0.06


@pytest.mark.parametrize("n", [30, 100, 400])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.85])
def test_no_change_of_csat_is_called_a_change_at_most_six_times_in_a_hundred(n, share):
    rng = np.random.default_rng(31)
    pairs = rng.binomial(n, share, size=(2_000, 2)).tolist()
    bounds = {(a, b): differences._newcombe((a, n), (b, n), 1.959964) for a, b in pairs}
    wrong = [low > 0 or high < 0 for low, high in (bounds[a, b] for a, b in pairs)]

    assert np.mean(wrong) <= 0.06


@pytest.mark.parametrize("n", [30, 100, 400])
def test_no_change_of_ces_is_called_a_change_at_most_six_times_in_a_hundred(n):
    rng = np.random.default_rng(32)
    usual = (0.03, 0.05, 0.10, 0.20, 0.27, 0.22, 0.13)
    draws = rng.multinomial(n, usual, size=(1_500, 2)).tolist()
    found = [
        ces_difference(
            dict(enumerate(a, start=1)), dict(enumerate(b, start=1)), scales=(7, 7)
        ).verdict
        for a, b in draws
    ]

    assert np.mean([verdict != "same" for verdict in found]) <= 0.06


@pytest.mark.parametrize(("points", "needed"), [(5, 3203), (10, 801), (15, 356), (20, 201)])
def test_sample_size_for_eighty_percent_power(points, needed):
    assert sample_size(points) == needed


def test_more_power_more_certainty_and_more_scatter_need_more_answers():
    assert sample_size(10, power=0.9) > sample_size(10)
    assert sample_size(10, alpha=0.01) > sample_size(10)
    assert sample_size(10, variance=0.8) > sample_size(10)


@pytest.mark.parametrize("points", [0, -5, float("nan"), float("inf")])
def test_sample_size_of_no_difference_is_refused(points):
    with pytest.raises(ValueError, match="positive"):
        sample_size(points)
    with pytest.raises(ValueError, match="positive"):
        csat_sample_size(points)


@pytest.mark.parametrize(
    "odd", [{"power": 1.0}, {"power": 0.1}, {"alpha": 0}, {"variance": 0}, {"variance": 2}]
)
def test_sample_size_of_impossible_wishes_is_refused(odd):
    with pytest.raises(ValueError, match="between"):
        sample_size(10, **odd)


def test_csat_sample_size_by_the_textbook():
    # Fleiss: from 50 % to 60 % without continuity correction 388, from 80 % to 90 % 199.
    assert csat_sample_size(10) == 388
    assert csat_sample_size(10, percent=90) == 199
    with pytest.raises(ValueError, match="so many points"):
        csat_sample_size(70, percent=50)


def test_the_advised_number_of_answers_sees_the_difference_four_times_in_five():
    rng = np.random.default_rng(33)
    n = csat_sample_size(10)
    pairs = zip(
        rng.binomial(n, 0.5, 1_500).tolist(), rng.binomial(n, 0.6, 1_500).tolist(), strict=True
    )
    seen = [differences._newcombe((a, n), (b, n), 1.959964)[0] > 0 for a, b in pairs]
    # p + d − (p − d)² = .51 for 15/40/45; the later one moved 10 points up.
    m = sample_size(10)
    before = rng.multinomial(m, (0.15, 0.40, 0.45), size=1_500).tolist()
    after = rng.multinomial(m, (0.20, 0.40, 0.40), size=1_500).tolist()
    verdicts = [
        nps_difference(tuple(a), tuple(b)).verdict for a, b in zip(before, after, strict=True)
    ]

    assert 0.76 <= np.mean(seen) <= 0.84
    assert 0.76 <= np.mean([verdict == "higher" for verdict in verdicts]) <= 0.84
