"""What a release did to a topic, measured against topics that rose the same way without one.

A team fixes what has just risen, and what has just risen falls back by itself: a plain
before/after comparison calls most useless releases an improvement. The spike-matched
placebo asks instead how far topics that rose just as much fell when nobody did anything,
and counts only what goes beyond that.

For every topic and week s (every fourth week):
    f = log rate of the window before s − log rate of the 18 weeks before that   (the rise)
    c = log rate of the window after s − log rate of the window before           (the change)
c is fitted on 1, f, max(f, 0) over the placebo points; the effect is what is left of the
release's own c, less the median of what is left of the other topics in the same weeks.
Interval and p-value come from the placebo points with the nearest rise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Verdict = Literal["improved", "no_change", "worsened", "inconclusive"]
# Why there is no verdict; the page puts it into a sentence.
Reason = Literal[
    "",
    "release_out_of_range",
    "short_history",
    "short_follow_up",
    "unusable_numbers",
    "few_mentions",
    "few_placebos",
    "wide_interval",
]

BASELINE_WEEKS = 18
STEP_WEEKS = 4
MIN_MENTIONS = 30
MIN_PLACEBOS = 30
NEAREST = 60
# With fewer other topics the median of a week is itself noise.
MIN_OTHERS = 5
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Effect:
    """The relative change due to a release (−0.4 = 40 % fewer mentions) and how sure it is.

    `expected` is the weekly rate (mentions per comment) to be expected without the release,
    with its band: the level of the whole window, since nothing is known of single weeks.
    """

    estimate: float | None
    low: float | None
    high: float | None
    p_value: float | None
    verdict: Verdict
    reason: Reason
    n_placebo: int
    mentions_before: int
    mentions_after: int
    expected: tuple[float, ...] = ()
    expected_low: tuple[float, ...] = ()
    expected_high: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class _Grid:
    """Rise, change and their sampling variance, topics × candidate weeks."""

    weeks: NDArray[np.int64]
    rise: Floats
    change: Floats
    noise: Floats
    usable: NDArray[np.bool_]


def measure(
    counts: ArrayLike,
    totals: ArrayLike,
    topic: int,
    release_week: int,
    *,
    window: int = 8,
    released: Iterable[tuple[int, int]] = (),
    minimum_effect: float = 0.15,
) -> Effect:
    """The effect of the release of `release_week` on `topic`; fewer mentions are better.

    `counts` holds weekly mentions (topics × weeks), `totals` the comments per week, and
    `released` the other (topic, week) pairs that no placebo may contain.
    """
    mentions, volume = _checked(counts, totals, topic, window)
    weeks = mentions.shape[1]
    start, stop = release_week - window, release_week + window
    if not 0 <= release_week < weeks:
        return _nothing("release_out_of_range")
    if not (_are_counts(mentions) and _are_counts(volume)):
        return _nothing("unusable_numbers")
    before = int(mentions[topic, max(start, 0) : release_week].sum())
    after = int(mentions[topic, release_week:stop].sum())
    if stop > weeks:
        return _nothing("short_follow_up", before, after)
    if start < BASELINE_WEEKS:
        return _nothing("short_history", before, after)
    spans = ((start - BASELINE_WEEKS, start), (start, release_week), (release_week, stop))
    if any(volume[a:b].sum() <= 0 for a, b in spans):
        return _nothing("unusable_numbers", before, after)
    if before + after < MIN_MENTIONS:
        return _nothing("few_mentions", before, after)

    grid = _grid(mentions, volume, release_week, window)
    placebo = _untouched(grid, {*released, (topic, release_week)}, window)
    n = int(placebo.sum())
    if n < MIN_PLACEBOS:
        return _nothing("few_placebos", before, after, n)

    here = int(np.flatnonzero(grid.weeks == release_week)[0])
    left = _left_over(grid, placebo)
    own = _less_others(left, placebo, topic, here)
    rows, columns = _nearest(grid, placebo, grid.rise[topic, here])
    scatter = np.array(
        [_less_others(left, placebo, *point) for point in zip(rows, columns, strict=True)]
    )
    scatter = _rescaled(scatter, grid.noise[rows, columns], grid.noise[topic, here])
    low, high = (own - bound for bound in _bounds(scatter)[::-1])
    p_value = (1 + int((np.abs(scatter) >= abs(own)).sum())) / (len(scatter) + 1)

    estimate, low, high = (float(np.expm1(value)) for value in (own, low, high))
    verdict, reason = _verdict(low, high, p_value, minimum_effect)
    # What would have been: the level after, with the effect taken out again.
    rate_after = (after + 0.5) / (volume[release_week:stop].sum() + 0.5)
    path = [rate_after / (1 + change) for change in (estimate, high, low)]
    expected, expected_low, expected_high = ((value,) * window for value in path)
    return Effect(
        estimate,
        low,
        high,
        p_value,
        verdict,
        reason,
        len(scatter),
        before,
        after,
        expected,
        expected_low,
        expected_high,
    )


def _verdict(
    low: float, high: float, p_value: float, minimum_effect: float
) -> tuple[Verdict, Reason]:
    if p_value <= 1 - LEVEL and high < 0:
        return "improved", ""
    if p_value <= 1 - LEVEL and low > 0:
        return "worsened", ""
    if low <= 0 <= high and low > -minimum_effect and high < minimum_effect:
        return "no_change", ""
    return "inconclusive", "wide_interval"


def _grid(mentions: Floats, volume: Floats, release_week: int, window: int) -> _Grid:
    weeks = mentions.shape[1]
    first = BASELINE_WEEKS + window
    # Every fourth week, counted from the release, so that its own week is among them.
    candidates = np.arange(first + (release_week - first) % STEP_WEEKS, weeks - window + 1, 4)
    seen = np.concatenate([np.zeros((len(mentions), 1)), mentions.cumsum(axis=1)], axis=1)
    asked = np.concatenate([[0.0], volume.cumsum()])

    def span(begin: NDArray[np.int64], end: NDArray[np.int64]) -> tuple[Floats, Floats]:
        return seen[:, end] - seen[:, begin], asked[end] - asked[begin]

    base, base_n = span(candidates - first, candidates - window)
    before, before_n = span(candidates - window, candidates)
    after, after_n = span(candidates, candidates + window)
    log_before = np.log((before + 0.5) / (before_n + 0.5))
    rise = log_before - np.log((base + 0.5) / (base_n + 0.5))
    change = np.log((after + 0.5) / (after_n + 0.5)) - log_before
    asked_all = (base_n > 0) & (before_n > 0) & (after_n > 0)
    usable = (before + after >= MIN_MENTIONS) & (base > 0) & asked_all
    # Counting noise of c as if nothing changed: the release's own success must not widen it.
    pooled = (before + after + 1) / (before_n + after_n + 1)
    noise = 1 / (pooled * (before_n + 0.5)) + 1 / (pooled * (after_n + 0.5))
    return _Grid(candidates, rise, change, noise, usable)


def _untouched(grid: _Grid, released: set[tuple[int, int]], window: int) -> NDArray[np.bool_]:
    """The usable points in whose weeks no release touched the topic."""
    placebo = grid.usable.copy()
    for row, week in released:
        if 0 <= row < len(placebo):
            inside = (grid.weeks - BASELINE_WEEKS - window < week) & (week < grid.weeks + window)
            placebo[row, inside] = False
    return placebo


def _left_over(grid: _Grid, placebo: NDArray[np.bool_]) -> Floats:
    """c less what the rise alone explains, for every topic and week."""

    def terms(rise: Floats) -> Floats:
        return np.stack([np.ones_like(rise), rise, np.maximum(rise, 0)], axis=-1)

    known = terms(grid.rise[placebo])
    fit = np.linalg.lstsq(known, grid.change[placebo], rcond=None)[0]
    return grid.change - terms(grid.rise) @ fit


def _less_others(left: Floats, placebo: NDArray[np.bool_], row: int, column: int) -> float:
    """One residual less the median of the other topics in the same weeks (the common shift)."""
    other = placebo[:, column].copy()
    other[row] = False
    own = float(left[row, column])
    return own - float(np.median(left[other, column])) if other.sum() >= MIN_OTHERS else own


def _nearest(
    grid: _Grid, placebo: NDArray[np.bool_], rise: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    rows, columns = np.nonzero(placebo)
    order = np.argsort(np.abs(grid.rise[rows, columns] - rise), kind="stable")[:NEAREST]
    return rows[order], columns[order]


def _rescaled(left: Floats, noise: Floats, own_noise: float) -> Floats:
    """Placebo residuals as they would scatter with as few (or many) mentions as the release has."""
    real = max(float(np.mean(left**2) - np.mean(noise)), 0.0)
    return left * np.sqrt((real + own_noise) / (real + noise))


def _bounds(scatter: Floats) -> tuple[float, float]:
    low, high = np.quantile(scatter, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], method="weibull")
    return float(low), float(high)


def _checked(
    counts: ArrayLike, totals: ArrayLike, topic: int, window: int
) -> tuple[Floats, Floats]:
    mentions, volume = np.asarray(counts, dtype=float), np.asarray(totals, dtype=float)
    if mentions.ndim != 2:
        raise ValueError("counts must be an array of topics × weeks")
    if volume.shape != (mentions.shape[1],):
        raise ValueError("totals must have one number for each week of counts")
    if not 0 <= topic < len(mentions):
        raise ValueError("topic must be a row of counts")
    if window < 1:
        raise ValueError("window must be at least one week")
    return mentions, volume


def _are_counts(numbers: Floats) -> bool:
    return bool(np.isfinite(numbers).all() and (numbers >= 0).all())


def _nothing(reason: Reason, before: int = 0, after: int = 0, n_placebo: int = 0) -> Effect:
    return Effect(None, None, None, None, "inconclusive", reason, n_placebo, before, after)
