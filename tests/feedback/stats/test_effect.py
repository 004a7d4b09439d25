"""The effect of a release: no reward for fixing what would have fallen back by itself."""

import numpy as np
import pytest

from feedback.stats.effect import measure

TOPICS, WEEKS, RELEASE = 60, 78, 69


def world(rng, *, effect=1.0, volume=500, sd=0.35, rho=0.6, common=0.1):
    """AR(1) log rates; the team ships for the topic that just rose most."""
    base = np.exp(rng.normal(0, 0.7, TOPICS))
    base *= 1.3 / base.sum()
    log_rate = np.zeros((TOPICS, WEEKS))
    log_rate[:, 0] = rng.normal(0, sd, TOPICS)
    for week in range(1, WEEKS):
        shock = rng.normal(0, sd * np.sqrt(1 - rho**2), TOPICS)
        log_rate[:, week] = rho * log_rate[:, week - 1] + shock
    log_rate += rng.normal(0, common, WEEKS)
    totals = np.rint(volume * np.exp(rng.normal(0, 0.15, WEEKS)))
    mean = base[:, None] * np.exp(log_rate) * totals
    counts = rng.poisson(mean)
    recent = counts[:, RELEASE - 8 : RELEASE].sum(axis=1)
    earlier = counts[:, RELEASE - 26 : RELEASE - 8].sum(axis=1)
    topic = int(np.argmax(np.where(recent >= 30, recent / (earlier + 1), 0)))
    counts[topic, RELEASE:] = rng.poisson(mean[topic, RELEASE:] * effect)
    return counts, totals, topic


def many(seed, runs, **kwargs):
    rng = np.random.default_rng(seed)
    worlds = (world(rng, **kwargs) for _ in range(runs))
    return [measure(counts, totals, topic, RELEASE) for counts, totals, topic in worlds]


def share(results, verdict):
    return sum(r.verdict == verdict for r in results) / len(results)


def test_useless_releases_at_the_peak_are_not_called_improvements():
    results = many(1, 300)

    assert share(results, "improved") <= 0.08
    assert share(results, "worsened") <= 0.08
    assert abs(np.median([r.estimate for r in results])) <= 0.08
    assert 0.90 <= np.mean([r.low <= 0 <= r.high for r in results]) <= 0.99


def test_a_plain_comparison_would_have_called_most_of_them_improvements():
    rng = np.random.default_rng(1)
    falls = []
    for _ in range(100):
        counts, _, topic = world(rng)
        after = counts[topic, RELEASE : RELEASE + 8].sum()
        falls.append(after / counts[topic, RELEASE - 8 : RELEASE].sum() - 1)

    assert np.median(falls) < -0.15


def test_a_true_fall_of_forty_percent_is_estimated_and_often_seen():
    results = many(2, 200, effect=0.6)

    assert np.median([r.estimate for r in results]) == pytest.approx(-0.40, abs=0.08)
    assert np.mean([r.low <= -0.4 <= r.high for r in results]) >= 0.88
    assert share(results, "improved") > 0.2
    assert share(results, "worsened") == 0


def test_calm_topics_with_many_voices_can_show_that_nothing_changed():
    results = many(3, 40, volume=80_000, sd=0.03, common=0.0)

    assert share(results, "no_change") > 0.7


def test_a_rise_after_the_release_is_called_worse():
    results = many(4, 20, effect=3.0)

    assert share(results, "worsened") > 0.8


def test_the_expected_path_fits_the_estimate():
    counts, totals, topic = world(np.random.default_rng(5), effect=0.5)

    result = measure(counts, totals, topic, RELEASE)

    after = slice(RELEASE, RELEASE + 8)
    actual = counts[topic, after].sum() / totals[after].sum()
    assert len(result.expected) == len(result.expected_low) == len(result.expected_high) == 8
    assert actual / result.expected[0] - 1 == pytest.approx(result.estimate, abs=0.01)
    assert result.expected_low[0] < result.expected[0] < result.expected_high[0]
    assert result.mentions_after == counts[topic, after].sum()


def test_placebos_touched_by_a_release_are_left_out():
    counts, totals, topic = world(np.random.default_rng(6))
    everything = [(row, week) for row in range(TOPICS) for week in range(0, WEEKS, 4)]
    others = [(row, 60) for row in range(TOPICS) if row != topic]

    assert measure(counts, totals, topic, RELEASE, released=everything).reason == "few_placebos"
    spoiled = counts.copy()
    spoiled[[row for row, _ in others], 60:] = 0
    told = measure(spoiled, totals, topic, RELEASE, released=others)
    assert told.n_placebo >= 30
    assert told.estimate != measure(spoiled, totals, topic, RELEASE).estimate


@pytest.mark.parametrize("release", [-1, 78, 500])
def test_a_release_outside_the_weeks_is_inconclusive(release):
    counts, totals, topic = world(np.random.default_rng(7))

    result = measure(counts, totals, topic, release)

    assert (result.verdict, result.reason) == ("inconclusive", "release_out_of_range")
    assert result.estimate is None


@pytest.mark.parametrize(
    ("release", "reason"), [(71, "short_follow_up"), (77, "short_follow_up"), (20, "short_history")]
)
def test_weeks_missing_around_the_release_give_a_reason(release, reason):
    counts, totals, topic = world(np.random.default_rng(7))

    assert measure(counts, totals, topic, release).reason == reason


def test_a_rare_topic_gets_no_verdict():
    counts, totals, topic = world(np.random.default_rng(8))
    counts[topic] = 0
    counts[topic, RELEASE - 1] = 29

    assert measure(counts, totals, topic, RELEASE).reason == "few_mentions"


def test_a_problem_that_vanished_altogether_is_an_improvement():
    counts, totals, topic = world(np.random.default_rng(9))
    counts[topic, :RELEASE] += 20
    counts[topic, RELEASE:] = 0

    result = measure(counts, totals, topic, RELEASE)

    assert result.verdict == "improved"
    assert result.estimate < -0.9


@pytest.mark.parametrize(
    "spoil",
    [
        lambda counts, totals: counts.fill(0),
        lambda counts, totals: totals.fill(0),
        lambda counts, totals: (counts.fill(0), counts.__setitem__((slice(None), 40), 900)),
        lambda counts, totals: (counts.fill(0), counts.__setitem__((slice(None), 70), 900)),
        lambda counts, totals: counts.fill(7),
        lambda counts, totals: totals.__setitem__(slice(None, 69), 0),
        lambda counts, totals: counts.__setitem__((3, 3), -1),
        lambda counts, totals: counts.__setitem__((3, 3), np.nan),
        lambda counts, totals: totals.__setitem__(3, np.inf),
    ],
)
@pytest.mark.filterwarnings("error")
def test_degenerate_numbers_never_raise(spoil):
    counts, totals, topic = world(np.random.default_rng(10))
    counts, totals = counts.astype(float), totals.astype(float)
    spoil(counts, totals)

    assert measure(counts, totals, topic, RELEASE).verdict in {"inconclusive", "no_change"}


@pytest.mark.parametrize(
    ("counts", "totals", "topic", "window"),
    [
        ([1, 2, 3], [1, 2, 3], 0, 8),
        ([[1, 2, 3]], [1, 2], 0, 8),
        ([[1, 2, 3]], [1, 2, 3], 1, 8),
        ([[1, 2, 3]], [1, 2, 3], -1, 8),
        ([[1, 2, 3]], [1, 2, 3], 0, 0),
    ],
)
def test_wrong_shapes_are_refused(counts, totals, topic, window):
    with pytest.raises(ValueError, match="must"):
        measure(counts, totals, topic, 1, window=window)
