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


def nps(promoters: int, passives: int, detractors: int) -> Score:
    """Net Promoter Score in points (−100 … +100), adjusted Wald interval.

    For one answer at an end of the scale the interval ends 1.5 points short of it: with
    n = 1 the three pseudo-answers outweigh the real one. From n = 2 on it holds the score.
    """
    p, m, d = (
        whole(promoters, "promoters"),
        whole(passives, "passives"),
        whole(detractors, "detractors"),
    )
    n = p + m + d
    if n == 0:
        return Score(None, None, None, 0)
    centre, variance = nps_adjusted(p, m, d)
    margin = Z95 * math.sqrt(variance)
    return Score(
        value=100 * (p - d) / n,
        low=max(-100.0, 100 * (centre - margin)),
        high=min(100.0, 100 * (centre + margin)),
        n=n,
    )


def csat(satisfied: int, answered: int) -> Score:
    """Share of satisfied answers (the two best of five) in percent, Wilson interval."""
    good, n = whole(satisfied, "satisfied"), whole(answered, "answered")
    if good > n:
        raise ValueError(f"satisfied ({good}) is more than answered ({n})")
    if n == 0:
        return Score(None, None, None, 0)
    low, high = wilson(good, n)
    return Score(value=100 * good / n, low=100 * low, high=100 * high, n=n)


def ces(counts: Mapping[int, int], scale: int) -> Effort:
    """Mean effort score of answers on 1 … `scale`; `counts` says how often each was chosen.

    The interval uses the same pseudo-answers as NPS (lowest, middle, highest), so that a
    handful of equal answers does not look certain. Answers of another scale are refused:
    1–5 and 1–7 run in opposite directions and have no common mean.
    """
    answers, top = ces_answers(counts, scale)
    n = sum(answers.values())
    if n == 0:
        return Effort(None, None, None, 0, top)
    mean = sum(value * times for value, times in answers.items()) / n
    centre, variance = ces_adjusted(answers, top)
    margin = Z95 * math.sqrt(variance)
    return Effort(mean, max(1.0, centre - margin), min(float(top), centre + margin), n, top)


def wilson(good: int, n: int, z: float = Z95) -> tuple[float, float]:
    """The score interval of a share `good`/n as fractions (Wilson, JASA 1927); n above 0."""
    share, z2 = good / n, z * z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    margin = z / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    # At 0 % and 100 % the exact bound is the end of the scale; rounding may miss it by 1e-17.
    low = 0.0 if good == 0 else max(0.0, centre - margin)
    high = 1.0 if good == n else min(1.0, centre + margin)
    return low, high


def nps_adjusted(promoters: int, passives: int, detractors: int) -> tuple[float, float]:
    """Centre and squared standard error (as fractions) with the pseudo-answers added."""
    d, m, p = detractors + PSEUDO[0], passives + PSEUDO[1], promoters + PSEUDO[2]
    n = p + m + d
    centre = (p - d) / n
    return centre, ((p + d) / n - centre**2) / n


def ces_adjusted(answers: Mapping[int, int], top: int) -> tuple[float, float]:
    """Centre and squared standard error (in points of the scale) with the pseudo-answers."""
    weights: dict[float, float] = {float(value): float(times) for value, times in answers.items()}
    for point, extra in zip((1.0, (1 + top) / 2, float(top)), PSEUDO, strict=True):
        weights[point] = weights.get(point, 0.0) + extra
    total = sum(answers.values()) + sum(PSEUDO)
    centre = sum(value * weight for value, weight in weights.items()) / total
    spread = sum(weight * (value - centre) ** 2 for value, weight in weights.items()) / total
    return centre, spread / total


def ces_answers(counts: Mapping[int, int], scale: int) -> tuple[dict[int, int], int]:
    """The counted answers and the end of their scale, both checked; ValueError otherwise."""
    top = whole(scale, "scale")
    if top < 2:
        raise ValueError("a scale has at least two points")
    answers: dict[int, int] = {}
    for raw, times in counts.items():
        value = whole(raw, "answer")
        if not 1 <= value <= top:
            raise ValueError(f"answer {value} is not on the scale 1 to {top}")
        answers[value] = whole(times, "count")
    return answers, top


def whole(value: int, name: str) -> int:
    """The count as an int; ValueError naming it when it is no whole number of 0 or more."""
    try:
        number = index(value)
    except TypeError:
        raise ValueError(f"{name} must be a whole number, not {value!r}") from None
    if isinstance(value, bool) or number < 0:
        raise ValueError(f"{name} must be a whole number of 0 or more, not {value!r}")
    return number
