"""Scores against slow second implementations, and intervals against simulated populations."""

import math
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.stats import scores

nps_answers = st.lists(st.integers(0, 10), max_size=60)
# Reference, section 2.1: promoters, passives, detractors, and the least coverage to reach.
POPULATIONS = [
    ((0.15, 0.40, 0.45), 0.93),
    ((0.55, 0.30, 0.15), 0.93),
    ((0.08, 0.38, 0.54), 0.91),
]


def slow_nps(answers):
    """One answer at a time: +100, 0 or −100, and a plain mean with plain variance."""
    worth = [100 if a >= 9 else 0 if a >= 7 else -100 for a in answers]
    added = [(100, 0.75), (0, 1.5), (-100, 0.75)]
    weighted = [(value, 1.0) for value in worth] + added
    total = sum(weight for _, weight in weighted)
    centre = sum(value * weight for value, weight in weighted) / total
    variance = sum(weight * (value - centre) ** 2 for value, weight in weighted) / total
    margin = 1.9599639845400545 * math.sqrt(variance / total)
    mean = Fraction(sum(worth), len(worth))
    return float(mean), max(-100, centre - margin), min(100, centre + margin)


def slow_wilson(good, n):
    """The shares whose score test does not refuse what was seen, by bisection."""

    def refused(share):
        error = math.sqrt(share * (1 - share) / n)
        return abs(good / n - share) > 1.9599639845400545 * error

    def edge(inside, outside):
        if not refused(outside) and outside in (0.0, 1.0):
            return outside
        for _ in range(80):
            middle = (inside + outside) / 2
            inside, outside = (inside, middle) if refused(middle) else (middle, outside)
        return inside

    return 100 * edge(good / n, 0.0), 100 * edge(good / n, 1.0)


def slow_ces(answers, top):
    weighted = [(float(a), 1.0) for a in answers]
    weighted += [(1.0, 0.75), ((1 + top) / 2, 1.5), (float(top), 0.75)]
    total = sum(weight for _, weight in weighted)
    centre = sum(value * weight for value, weight in weighted) / total
    variance = sum(weight * (value - centre) ** 2 for value, weight in weighted) / total
    margin = 1.9599639845400545 * math.sqrt(variance / total)
    mean = Fraction(sum(answers), len(answers))
    return float(mean), max(1, centre - margin), min(top, centre + margin)


@given(nps_answers)
def test_nps_is_what_counting_one_by_one_gives(answers):
    promoters = len([a for a in answers if a in (9, 10)])
    passives = len([a for a in answers if a in (7, 8)])
    score = scores.nps(promoters, passives, len(answers) - promoters - passives)

    assert score.n == len(answers)
    if answers:
        assert (score.value, score.low, score.high) == pytest.approx(slow_nps(answers))
    else:
        assert score.value is None


@given(st.lists(st.integers(1, 5), min_size=1, max_size=60))
def test_csat_is_what_counting_one_by_one_gives(answers):
    good = len([a for a in answers if a in (4, 5)])
    score = scores.csat(good, len(answers))
    low, high = slow_wilson(good, len(answers))

    assert score.value == pytest.approx(float(Fraction(100 * good, len(answers))))
    assert score.low == pytest.approx(low, abs=1e-6)
    assert score.high == pytest.approx(high, abs=1e-6)


@given(
    st.sampled_from([5, 7, 10]).flatmap(
        lambda top: st.tuples(st.just(top), st.lists(st.integers(1, top), min_size=1, max_size=60))
    )
)
def test_ces_is_what_adding_one_by_one_gives(drawn):
    top, answers = drawn
    score = scores.ces(Counter(answers), top)

    assert score.n == len(answers)
    assert (score.value, score.low, score.high) == pytest.approx(slow_ces(answers, top))


@given(st.permutations([0, 3, 6, 7, 8, 9, 9, 10]), st.integers(0, 8))
@settings(max_examples=50)
def test_a_sum_of_two_halves_scores_like_the_whole(answers, cut):
    """Daily counts may be added up in any order: only counts enter the score."""

    def grouped(part):
        return np.array(
            [sum(a >= 9 for a in part), sum(a in (7, 8) for a in part), sum(a <= 6 for a in part)]
        )

    summed = (grouped(answers[:cut]) + grouped(answers[cut:])).tolist()

    assert scores.nps(*summed) == scores.nps(*grouped(answers).tolist())


@pytest.mark.parametrize("n", [5, 10, 30, 100])
@pytest.mark.parametrize(("population", "least"), POPULATIONS)
def test_the_nps_interval_covers_the_true_score(population, least, n):
    truth = 100 * (population[0] - population[2])
    draws = np.random.default_rng(n).multinomial(n, population, size=20_000)
    # Few distinct outcomes: each is scored once and weighed by how often it was drawn.
    outcomes, times = np.unique(draws, axis=0, return_counts=True)
    covered = 0
    for outcome, count in zip(outcomes.tolist(), times.tolist(), strict=True):
        score = scores.nps(*outcome)
        covered += count * (score.low <= truth <= score.high)

    assert covered / 20_000 >= least
    # An interval that covers always says nothing.
    assert covered / 20_000 <= 0.98


@pytest.mark.parametrize("n", [5, 10, 30])
@pytest.mark.parametrize(("population", "least"), POPULATIONS)
def test_the_nps_interval_covers_the_true_score_exactly_reckoned(population, least, n):
    """Every possible outcome with its probability: no luck of the draw."""
    truth = 100 * (population[0] - population[2])
    covered = 0.0
    for promoters in range(n + 1):
        for passives in range(n + 1 - promoters):
            detractors = n - promoters - passives
            score = scores.nps(promoters, passives, detractors)
            if score.low <= truth <= score.high:
                ways = math.comb(n, promoters) * math.comb(n - promoters, passives)
                p, m, d = population
                covered += ways * p**promoters * m**passives * d**detractors

    assert covered >= least


@pytest.mark.parametrize("n", [10, 30, 100])
def test_csat_and_ces_intervals_cover_their_truth(n):
    rng = np.random.default_rng(n)
    good = rng.binomial(n, 0.7, size=4_000).tolist()
    by_count = {k: scores.csat(k, n) for k in set(good)}
    usual = np.array([0.03, 0.05, 0.10, 0.20, 0.27, 0.22, 0.13])
    truth = float((usual * np.arange(1, 8)).sum())
    efforts = [
        scores.ces(dict(enumerate(row, start=1)), 7)
        for row in rng.multinomial(n, usual, size=4_000).tolist()
    ]

    assert np.mean([by_count[k].low <= 70 <= by_count[k].high for k in good]) >= 0.92
    assert np.mean([e.low <= truth <= e.high for e in efforts]) >= 0.93
