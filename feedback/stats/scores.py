"""One function for each score, so that a page, the API, an export and a chat all say the same.

A score is a value with its 95 % interval and the number of people who answered.
People who skipped the question are in no denominator, and an empty denominator
gives `None`: "no data" is not 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from operator import index
from statistics import NormalDist

Z95 = NormalDist().inv_cdf(0.975)
Z_POWER_80 = NormalDist().inv_cdf(0.80)

# Pseudo-answers (lowest, middle, highest) of the adjusted Wald interval: Rocks, The American
# Statistician 2016. Plain Wald says ±0 when five people agree.
PSEUDO = (0.75, 1.5, 0.75)


@dataclass(frozen=True, slots=True)
class Score:
    """A score with its 95 % interval; all three numbers are None when nobody answered."""

    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Effort(Score):
    """A mean effort score together with the scale it was asked on."""

    scale: int


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from one period to the next; None where one of them has no answers."""

    difference: float | None
    low: float | None
    high: float | None
    p_value: float | None


def nps(promoters: int, passives: int, detractors: int) -> Score:
    """Net Promoter Score in points (−100 … +100), adjusted Wald interval.

    For one answer at an end of the scale the interval ends 1.5 points short of it: with
    n = 1 the three pseudo-answers outweigh the real one. From n = 2 on it holds the score.
    """
    p, m, d = (
        _count(promoters, "promoters"),
        _count(passives, "passives"),
        _count(detractors, "detractors"),
    )
    n = p + m + d
    if n == 0:
        return Score(None, None, None, 0)
    centre, variance = _adjusted(p, m, d)
    margin = Z95 * math.sqrt(variance)
    return Score(
        value=100 * (p - d) / n,
        low=max(-100.0, 100 * (centre - margin)),
        high=min(100.0, 100 * (centre + margin)),
        n=n,
    )


def csat(satisfied: int, answered: int) -> Score:
    """Share of satisfied answers (the two best of five) in percent, Wilson interval."""
    good, n = _count(satisfied, "satisfied"), _count(answered, "answered")
    if good > n:
        raise ValueError(f"satisfied ({good}) is more than answered ({n})")
    if n == 0:
        return Score(None, None, None, 0)
    share, z2 = good / n, Z95 * Z95
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    margin = Z95 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    # At 0 % and 100 % the exact bound is the end of the scale; rounding may miss it by 1e-17.
    low = 0.0 if good == 0 else max(0.0, 100 * (centre - margin))
    high = 100.0 if good == n else min(100.0, 100 * (centre + margin))
    return Score(value=100 * share, low=low, high=high, n=n)


def ces(counts: Mapping[int, int], scale: int) -> Effort:
    """Mean effort score of answers on 1 … `scale`; `counts` says how often each was chosen.

    The interval uses the same pseudo-answers as NPS (lowest, middle, highest), so that a
    handful of equal answers does not look certain. Answers of another scale are refused:
    1–5 and 1–7 run in opposite directions and have no common mean.
    """
    top = _count(scale, "scale")
    if top < 2:
        raise ValueError("a scale has at least two points")
    answers: dict[int, int] = {}
    for raw, times in counts.items():
        value = _count(raw, "answer")
        if not 1 <= value <= top:
            raise ValueError(f"answer {value} is not on the scale 1 to {top}")
        answers[value] = _count(times, "count")
    n = sum(answers.values())
    if n == 0:
        return Effort(None, None, None, 0, top)
    weights: dict[float, float] = {float(value): float(times) for value, times in answers.items()}
    mean = sum(value * times for value, times in weights.items()) / n
    for point, extra in zip((1.0, (1 + top) / 2, float(top)), PSEUDO, strict=True):
        weights[point] = weights.get(point, 0.0) + extra
    total = n + sum(PSEUDO)
    centre = sum(value * weight for value, weight in weights.items()) / total
    spread = sum(weight * (value - centre) ** 2 for value, weight in weights.items()) / total
    margin = Z95 * math.sqrt(spread / total)
    return Effort(mean, max(1.0, centre - margin), min(float(top), centre + margin), n, top)


def nps_difference(before: tuple[int, int, int], after: tuple[int, int, int]) -> Difference:
    """How far NPS moved from `before` to `after` (promoters, passives, detractors each).

    `difference` is that of the two printed scores; interval and p-value come from the
    adjusted Wald z of the two periods, so they always agree with each other.
    """
    first, second = nps(*before), nps(*after)
    if first.value is None or second.value is None:
        return Difference(None, None, None, None)
    centre_1, variance_1 = _adjusted(*before)
    centre_2, variance_2 = _adjusted(*after)
    shift, error = centre_2 - centre_1, math.sqrt(variance_1 + variance_2)
    return Difference(
        difference=second.value - first.value,
        low=max(-200.0, 100 * (shift - Z95 * error)),
        high=min(200.0, 100 * (shift + Z95 * error)),
        p_value=math.erfc(abs(shift / error) / math.sqrt(2)),
    )


def sample_size(difference_points: float, variance: float = 0.51) -> int:
    """Answers needed in each period to see a difference (80 % power, 5 % two-sided).

    `variance` is p + d − (p − d)²; .51 is typical of Japanese NPS surveys.
    """
    if not difference_points > 0 or not math.isfinite(difference_points):
        raise ValueError("the difference must be a positive number of points")
    if not 0 < variance <= 1:
        raise ValueError("the variance of an NPS answer lies between 0 and 1")
    return math.ceil(2 * variance * ((Z95 + Z_POWER_80) * 100 / difference_points) ** 2)


def _adjusted(promoters: int, passives: int, detractors: int) -> tuple[float, float]:
    """Centre and squared standard error (as fractions) with the pseudo-answers added."""
    d, m, p = detractors + PSEUDO[0], passives + PSEUDO[1], promoters + PSEUDO[2]
    n = p + m + d
    centre = (p - d) / n
    return centre, ((p + d) / n - centre**2) / n


def _count(value: int, name: str) -> int:
    try:
        number = index(value)
    except TypeError:
        raise ValueError(f"{name} must be a whole number, not {value!r}") from None
    if isinstance(value, bool) or number < 0:
        raise ValueError(f"{name} must be a whole number of 0 or more, not {value!r}")
    return number
