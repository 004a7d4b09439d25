"""Whether two periods or two groups differ, and how many answers it takes to see that.

Each difference carries an interval and a p-value that always say the same: the p-value is
below 5 % exactly when the 95 % interval leaves out zero. The sentences are written where
the language is known; here is only the key of the sentence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

from feedback.stats.scores import (
    Z95,
    ces,
    ces_adjusted,
    csat,
    nps,
    nps_adjusted,
    whole,
    wilson,
)

Verdict = Literal["higher", "lower", "same", "unknown"]
Key = Literal["none", "few", "few_before", "higher", "lower", "same"]

# Fewer answers in either group give no verdict (reference: ±38 points at n = 10).
LEAST = 10


@dataclass(frozen=True, slots=True)
class Difference:
    """`after` less `before`; the four figures are None where one of them has no answers.

    With fewer than `least` answers on one side the figures are there for who asks, but the
    verdict is "unknown" and a page shows none of them. "same" means: within error, not
    proved equal.
    """

    difference: float | None
    low: float | None
    high: float | None
    p_value: float | None
    verdict: Verdict = "unknown"
    n_before: int = 0
    n_after: int = 0
    least: int = LEAST


def nps_difference(
    before: tuple[int, int, int], after: tuple[int, int, int], *, least: int = LEAST
) -> Difference:
    """How far NPS moved, in points (−200 … +200); (promoters, passives, detractors) each.

    z = (s₂′ − s₁′) / √(v₁′/n₁′ + v₂′/n₂′) with ¾ promoter, 1½ passives and ¾ detractor added
    to either side (adjusted Wald: Rocks 2016; MeasuringU, "How to Statistically Compare Two
    Net Promoter Scores"). `difference` is that of the two printed scores.
    """
    first, second = nps(*before), nps(*after)
    if first.value is None or second.value is None:
        return _nothing(first.n, second.n, least)
    centre_1, variance_1 = nps_adjusted(*before)
    centre_2, variance_2 = nps_adjusted(*after)
    return _by_z(
        second.value - first.value,
        100 * (centre_2 - centre_1),
        100 * math.sqrt(variance_1 + variance_2),
        reach=200,
        n=(first.n, second.n),
        least=least,
    )


def csat_difference(
    before: tuple[int, int], after: tuple[int, int], *, least: int = LEAST
) -> Difference:
    """How far CSAT moved, in percentage points; (satisfied, answered) each.

    Hybrid score interval of two independent shares (Newcombe, Statistics in Medicine 1998,
    method 10, without continuity correction):
        low  = d − √((p₂ − l₂)² + (u₁ − p₁)²),  high = d + √((u₂ − p₂)² + (p₁ − l₁)²)
    where l, u are the Wilson bounds. The p-value is the level at which this interval first
    touches zero, found by bisection, so that it cannot contradict the interval.
    """
    first, second = csat(*before), csat(*after)
    if first.value is None or second.value is None:
        return _nothing(first.n, second.n, least)
    low, high = _newcombe(before, after, Z95)
    difference = second.value - first.value
    return Difference(
        difference=difference,
        low=100 * low,
        high=100 * high,
        p_value=_touching(lambda z: _newcombe(before, after, z), difference),
        verdict=_verdict(100 * low, 100 * high, difference, (first.n, second.n), least),
        n_before=first.n,
        n_after=second.n,
        least=least,
    )


def ces_difference(
    before: Mapping[int, int],
    after: Mapping[int, int],
    *,
    scales: tuple[int, int],
    least: int = LEAST,
) -> Difference:
    """How far the mean effort score moved, in points of its scale; counts per answer each.

    `scales` are the tops of the two scales; ValueError when they differ, because 1–5 and
    1–7 run in opposite directions. Adjusted Wald z as for NPS, with ¾ answer at either end
    and 1½ in the middle added to both sides.
    """
    if scales[0] != scales[1]:
        raise ValueError(f"effort on a scale of {scales[0]} cannot be compared with {scales[1]}")
    first, second = ces(before, scales[0]), ces(after, scales[1])
    if first.value is None or second.value is None:
        return _nothing(first.n, second.n, least)
    centre_1, variance_1 = ces_adjusted(before, scales[0])
    centre_2, variance_2 = ces_adjusted(after, scales[1])
    return _by_z(
        second.value - first.value,
        centre_2 - centre_1,
        math.sqrt(variance_1 + variance_2),
        reach=scales[0] - 1,
        n=(first.n, second.n),
        least=least,
    )


def key(difference: Difference) -> Key:
    """Which sentence fits: none = nobody answered, few / few_before = too few to compare."""
    if difference.n_after == 0:
        return "none"
    if difference.n_after < difference.least:
        return "few"
    if difference.n_before < difference.least or difference.verdict == "unknown":
        return "few_before"
    return difference.verdict


def sample_size(
    points: float, *, power: float = 0.8, alpha: float = 0.05, variance: float = 0.51
) -> int:
    """Answers needed in each of two periods to see NPS move by this many points.

    n = 2 · variance · ((z₁₋α⁄₂ + z_power) · 100 / points)², two-sided. `variance` is
    p + d − (p − d)² of one answer; .51 is typical of Japanese NPS surveys.
    """
    distance = _distance(points)
    if not 0 < variance <= 1:
        raise ValueError("the variance of an NPS answer lies between 0 and 1")
    quantiles = sum(_quantiles(power, alpha))
    return math.ceil(2 * variance * (quantiles / distance) ** 2)


def csat_sample_size(
    points: float, *, power: float = 0.8, alpha: float = 0.05, percent: float = 50.0
) -> int:
    """Answers needed in each of two periods to see CSAT move by this many percentage points.

    n = (z₁₋α⁄₂ √(2 p̄ q̄) + z_power √(p₁q₁ + p₂q₂))² / (p₂ − p₁)², two-sided, without continuity
    correction (Fleiss, Statistical Methods for Rates and Proportions). `percent` is today's
    CSAT; of up and down the one that needs more answers counts.
    """
    distance = _distance(points)
    if not 0 <= percent <= 100:
        raise ValueError("a share lies between 0 and 100 percent")
    today = percent / 100
    targets = [p for p in (today - distance, today + distance) if -1e-12 <= p <= 1 + 1e-12]
    if not targets:
        raise ValueError("from there a share cannot move by so many points")
    z_alpha, z_power = _quantiles(power, alpha)
    needed = 0.0
    for target in (min(max(p, 0.0), 1.0) for p in targets):
        middle = (today + target) / 2
        apart = today * (1 - today) + target * (1 - target)
        reach = z_alpha * math.sqrt(2 * middle * (1 - middle)) + z_power * math.sqrt(apart)
        needed = max(needed, (reach / distance) ** 2)
    return math.ceil(needed)


def _by_z(
    difference: float, shift: float, error: float, *, reach: float, n: tuple[int, int], least: int
) -> Difference:
    low, high = max(-reach, shift - Z95 * error), min(reach, shift + Z95 * error)
    # Pseudo-answers draw the interval inwards; where a printed score sits at an end of the
    # scale it could lose the printed difference. Widening cannot lower the coverage.
    if difference * shift > 0:
        low, high = min(low, difference), max(high, difference)
    return Difference(
        difference=difference,
        low=low,
        high=high,
        p_value=math.erfc(abs(shift / error) / math.sqrt(2)),
        verdict=_verdict(low, high, difference, n, least),
        n_before=n[0],
        n_after=n[1],
        least=least,
    )


def _verdict(low: float, high: float, difference: float, n: tuple[int, int], least: int) -> Verdict:
    if min(n) < whole(least, "least"):
        return "unknown"
    # The printed difference must point the same way, or the sentence would contradict it.
    if low > 0 and difference > 0:
        return "higher"
    if high < 0 and difference < 0:
        return "lower"
    return "same"


def _nothing(n_before: int, n_after: int, least: int) -> Difference:
    return Difference(None, None, None, None, "unknown", n_before, n_after, least)


def _newcombe(before: tuple[int, int], after: tuple[int, int], z: float) -> tuple[float, float]:
    (l1, u1), (l2, u2) = wilson(*before, z), wilson(*after, z)
    p1, p2 = before[0] / before[1], after[0] / after[1]
    d = p2 - p1
    return d - math.hypot(p2 - l2, u1 - p1), d + math.hypot(u2 - p2, p1 - l1)


def _touching(bounds: Callable[[float], tuple[float, float]], difference: float) -> float:
    """The two-sided level of the interval that has zero as its end."""
    if difference == 0:
        return 1.0
    inner, outer = 0.0, 40.0  # beyond 38 the level is 0 in double precision
    for _ in range(60):
        z = (inner + outer) / 2
        low, high = bounds(z)
        if low > 0 or high < 0:
            inner = z
        else:
            outer = z
    return math.erfc(inner / math.sqrt(2))


def _distance(points: float) -> float:
    if not points > 0 or not math.isfinite(points):
        raise ValueError("the difference must be a positive number of points")
    return points / 100


def _quantiles(power: float, alpha: float) -> tuple[float, float]:
    if not 0 < alpha < 1 or not 0.5 <= power < 1:
        raise ValueError("alpha lies between 0 and 1, power between 0.5 and 1")
    return NormalDist().inv_cdf(1 - alpha / 2), NormalDist().inv_cdf(power)
