"""Emerging topics: few false alarms, whatever the volume does and whatever happened before."""

import numpy as np
import pytest

from feedback.stats.alerts import _false_discovery, emerging


def quiet(rng, *, topics=40, weeks=30, base=8.0, dispersion=0.1):
    mean = np.full((topics, weeks), base)
    size = 1 / dispersion
    return rng.negative_binomial(size, size / (size + mean)), np.full(weeks, 400)


def test_fewer_than_one_false_alarm_a_week_among_two_hundred_topics():
    rng = np.random.default_rng(20)
    false_alarms = found = risen_often = 0
    weeks = 250
    for _ in range(weeks):
        base = np.exp(rng.normal(np.log(3), 1.0, 200))
        volume = np.exp(rng.normal(0, 0.18, 27))
        mean = base[:, None] * volume
        risen = rng.choice(200, 5, replace=False)
        mean[risen, -1] *= 3
        counts = rng.negative_binomial(10, 10 / (10 + mean))
        alerts = {e.topic for e in emerging(counts, np.rint(volume * 1000)) if e.tier == "alert"}
        false_alarms += len(alerts - set(risen))
        often = {topic for topic in risen if base[topic] >= 5}
        risen_often += len(often)
        found += len(alerts & often)

    assert false_alarms / weeks < 0.3
    assert found / risen_often > 0.35


def test_a_campaign_that_doubles_everything_raises_no_alarm():
    rng = np.random.default_rng(3)
    alarms = misled = 0
    for _ in range(40):
        volume = np.full(30, 400)
        volume[-1] *= 2
        counts = rng.negative_binomial(10, 10 / (10 + np.full((40, 30), 0.02) * volume))
        alarms += sum(e.tier == "alert" for e in emerging(counts, volume))
        misled += sum(e.tier == "alert" for e in emerging(counts, np.full(30, 400)))

    assert alarms <= 6
    assert misled > 100


def test_a_risen_topic_is_found_with_what_was_expected():
    counts, totals = quiet(np.random.default_rng(4))
    counts[7, -1] = 60

    first = emerging(counts, totals)[0]

    assert (first.topic, first.observed, first.tier) == (7, 60, "alert")
    assert 5 < first.expected < 12
    assert first.ratio == pytest.approx(60 / first.expected)
    assert first.p_value <= first.q_value <= 0.05


def test_a_past_outbreak_does_not_hide_the_next_one():
    rng = np.random.default_rng(5)
    counts, totals = quiet(rng)
    counts[7, 9:12] = (60, 70, 50)
    counts[7, -1] = 45

    found = {e.topic: e for e in emerging(counts, totals)}

    assert found[7].tier == "alert"
    assert found[7].expected < 13


def test_one_loud_customer_is_watched_and_not_alarmed():
    counts, totals = quiet(np.random.default_rng(6))
    counts[7, -1] = 60
    people = counts[:, -1].copy()
    people[7] = 2

    assert {e.topic: e.tier for e in emerging(counts, totals, customers=people)}[7] == "watch"
    people[7] = 3
    assert {e.topic: e.tier for e in emerging(counts, totals, customers=people)}[7] == "alert"


def test_customers_may_be_given_for_every_week():
    counts, totals = quiet(np.random.default_rng(6))
    counts[7, -1] = 60

    assert emerging(counts, totals, customers=counts) == emerging(counts, totals)


def test_a_topic_never_seen_before_can_be_found():
    counts, totals = quiet(np.random.default_rng(8))
    counts[7] = 0
    counts[7, -1] = 12

    found = {e.topic: e for e in emerging(counts, totals)}

    assert found[7].tier == "alert"
    assert np.isfinite(found[7].ratio)


def test_a_falling_topic_is_not_reported():
    counts, totals = quiet(np.random.default_rng(9), base=30.0)
    counts[7, -1] = 0

    assert 7 not in {e.topic for e in emerging(counts, totals)}


@pytest.mark.parametrize(
    ("counts", "totals"),
    [
        ([[1, 2, 1, 9]], [10, 10, 10, 10]),
        ([[0, 0, 0, 1, 9]], [0, 0, 0, 10, 10]),
        ([[1, 1, 1, 1, 1, 0]], [9, 9, 9, 9, 9, 0]),
        ([], []),
        (np.zeros((3, 0)), []),
        (np.zeros((3, 10)), np.zeros(10)),
        (np.zeros((3, 10)), np.full(10, 50)),
    ],
)
def test_too_little_to_go_by_gives_nothing(counts, totals):
    assert emerging(counts, totals) == []


@pytest.mark.parametrize(
    ("counts", "totals", "customers"),
    [
        ([1, 2, 3], [1, 2, 3], None),
        ([[1, 2, 3]], [1, 2], None),
        ([[1, -2, 3]], [1, 2, 3], None),
        ([[1, float("nan"), 3]], [1, 2, 3], None),
        ([[1, 2, 3, 4, 5, 6]], [9] * 6, [1, 2]),
    ],
)
def test_wrong_shapes_are_refused(counts, totals, customers):
    with pytest.raises(ValueError, match="must"):
        emerging(counts, totals, customers=customers)


def test_the_p_values_are_those_of_the_negative_binomial_and_of_benjamini_hochberg():
    from scipy import stats

    rng = np.random.default_rng(3)
    counts, totals = quiet(rng, topics=60)
    counts[:12, -1] += rng.integers(0, 30, 12)

    found = emerging(counts, totals)

    assert len(found) >= 4
    for row in found:
        # The tail can be no smaller than a Poisson's, which has no dispersion at all.
        assert stats.poisson.sf(row.observed - 1, row.expected) <= row.p_value
    sample = rng.uniform(size=200) ** 3
    expected = stats.false_discovery_control(sample, method="bh")
    assert np.allclose(_false_discovery(sample), expected)
