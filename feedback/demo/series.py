"""Weekly numbers of mentions: season, campaigns, noise with memory, and the planted stories."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from feedback.demo.fragments import topic_of
from feedback.demo.themes import THEMES

WEEKS = 104
# Mentions in an ordinary week at scale 1.
MENTIONS_A_WEEK = 226.0

LATE, SEARCH, RESTOCK = "delivery.late", "site.search", "stock.restock"
LATE_STARTS, LATE_PEAK, LATE_RELEASE = WEEKS - 43, WEEKS - 33, WEEKS - 26
SEARCH_RELEASE = WEEKS - 19
RESTOCK_STARTS = WEEKS - 2
# What the release left of the problem: under the level before it rose.
LATE_TOP, LATE_AFTER = 2.7, 0.66
RESTOCK_RISE = (1.7, 5.4, 5.4)

_MEMORY, _SPREAD = 0.75, 0.20
_QUIET = 0.10
_DISPERSION = 24.0


@dataclass(frozen=True, slots=True)
class Series:
    """Mentions a theme and week (the last column is the unfinished week) and how full a week is."""

    weeks: tuple[date, ...]
    mentions: NDArray[np.int64]
    volume: NDArray[np.float64]
    campaigns: tuple[int, ...]
    late_level: NDArray[np.float64]


def make(end: date, rng: np.random.Generator, scale: float) -> Series:
    """The numbers of mentions of 104 whole weeks and of the days up to `end`."""
    this_week = end - timedelta(days=end.weekday())
    last_full = this_week if end.weekday() == 6 else this_week - timedelta(weeks=1)
    weeks = tuple(last_full - timedelta(weeks=WEEKS - 1 - i) for i in range(WEEKS))
    open_days = 0 if end.weekday() == 6 else end.weekday() + 1
    starts = [*weeks, last_full + timedelta(weeks=1)]
    volume, campaigns = _volume(starts, rng)
    volume[WEEKS] *= open_days / 7

    topics = sorted({topic_of(theme.key) for theme in THEMES})
    spread = np.array([_QUIET if t == topic_of(LATE) else _SPREAD for t in topics])
    drift = dict(zip(topics, _paths(len(topics), spread, rng), strict=True))
    drift[topic_of(SEARCH)] = _spike(rng)
    drift[topic_of(RESTOCK)] = drift[topic_of(RESTOCK)] * 0.5

    total = sum(theme.weekly for theme in THEMES)
    rates = np.empty((len(THEMES), WEEKS + 1))
    late = _late_level()
    for row, theme in enumerate(THEMES):
        level = np.exp(drift[topic_of(theme.key)])
        if theme.key == LATE:
            level = level * late
        elif theme.key == RESTOCK:
            level[RESTOCK_STARTS:] = RESTOCK_RISE
        rates[row] = theme.weekly / total * MENTIONS_A_WEEK * scale * volume * level
    shock = rng.gamma(_DISPERSION, 1 / _DISPERSION, rates.shape)
    steady = [i for i, theme in enumerate(THEMES) if theme.key in (LATE, SEARCH, RESTOCK)]
    shock[steady] = 1 + (shock[steady] - 1) * 0.5
    return Series(weeks, rng.poisson(rates * shock), volume, campaigns, late)


def _volume(
    starts: list[date], rng: np.random.Generator
) -> tuple[NDArray[np.float64], tuple[int, ...]]:
    """How full each week is: slow growth, December, the quiet new year, three campaigns a year."""
    volume = np.linspace(0.88, 1.0, len(starts)) * rng.normal(1.0, 0.05, len(starts))
    campaigns = []
    for i, monday in enumerate(starts):
        days = [monday + timedelta(days=d) for d in range(7)]
        if monday.month == 12 and monday.day <= 25:
            volume[i] *= 1.35
        elif any((day.month, day.day) == (1, 2) for day in days):
            volume[i] *= 0.75
        elif any((day.month, day.day) == (8, 14) for day in days):
            volume[i] *= 0.85
        if any((day.month, day.day) in ((3, 12), (6, 20), (11, 24)) for day in days):
            volume[i] *= 2.0
            campaigns.append(i)
    return volume, tuple(campaigns)


def _paths(n: int, spread: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """AR(1) paths of log rates, started in their stationary state."""
    steps = rng.normal(0, 1, (n, WEEKS + 1)) * (spread * np.sqrt(1 - _MEMORY**2))[:, None]
    paths = np.empty_like(steps)
    paths[:, 0] = rng.normal(0, 1, n) * spread
    for week in range(1, WEEKS + 1):
        paths[:, week] = _MEMORY * paths[:, week - 1] + steps[:, week]
    return paths


def _spike(rng: np.random.Generator) -> NDArray[np.float64]:
    """Of many chance paths, one that stood high before the release and fell back by itself."""
    paths = _paths(400, np.full(400, 0.3), rng)
    before = paths[:, SEARCH_RELEASE - 8 : SEARCH_RELEASE].mean(axis=1)
    base = paths[:, SEARCH_RELEASE - 26 : SEARCH_RELEASE - 8].mean(axis=1)
    after = paths[:, SEARCH_RELEASE : SEARCH_RELEASE + 8].mean(axis=1)
    rise, change = before - base, after - before
    # Ordinary regression to the mean: the part of the rise that memory does not keep.
    miss = np.abs(rise - 0.6) + np.abs(change + 0.62 * rise)
    return paths[int(miss.argmin())]


def _late_level() -> NDArray[np.float64]:
    """The level of the delivery story: ordinary, ten weeks of rise, high, mended."""
    level = np.ones(WEEKS + 1)
    level[LATE_STARTS:LATE_PEAK] = np.linspace(1.1, LATE_TOP, LATE_PEAK - LATE_STARTS)
    level[LATE_PEAK:LATE_RELEASE] = LATE_TOP
    level[LATE_RELEASE:] = LATE_AFTER
    return level
