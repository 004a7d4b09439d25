"""Which topics were mentioned more often in the last week than their history explains.

Every topic is tested against a negative binomial whose mean follows the week's volume, so
a campaign that doubles all comments raises no alarm. Past outbreaks are weighted down
before rate and dispersion are taken (Noufaily et al. 2013), and Benjamini–Hochberg over all
topics holds the share of false alarms. Trend and season are not modelled: a steady climb
stands out only as far as it exceeds the scatter of the topic's own history.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc

Floats = NDArray[np.float64]
Tier = Literal["alert", "watch"]

ALERT_Q = 0.05
WATCH_Q = 0.20
MIN_CUSTOMERS = 3
MIN_HISTORY_WEEKS = 4
# Older weeks describe another product and another taxonomy.
HISTORY_WEEKS = 52
# Anscombe residual from which a past week counts as an outbreak (Noufaily et al. 2013).
OUTBREAK = 2.58
# A topic's own dispersion counts as much as that of all topics after this many
# informative weeks.
OWN_DISPERSION_WEEKS = 26.0


@dataclass(frozen=True, slots=True)
class Emerging:
    """A topic that rose: what was seen, what was expected, and how sure that is."""

    topic: int
    observed: int
    expected: float
    ratio: float
    p_value: float
    q_value: float
    tier: Tier


def emerging(
    counts: ArrayLike, totals: ArrayLike, *, customers: ArrayLike | None = None
) -> list[Emerging]:
    """The topics that rose in the last week, surest first.

    `counts` is topics × weeks, `totals` the comments per week. `customers` holds last
    week's distinct customers per topic (a topics × weeks array is read in its last week);
    without it the mentions themselves stand in for them. Fewer than four weeks of history,
    or no comments last week, give an empty list.
    """
    mentions, volume = _checked(counts, totals)
    people = _people(customers, mentions)
    if mentions.size == 0:
        return []
    past, week = mentions[:, :-1][:, -HISTORY_WEEKS:], mentions[:, -1]
    past_volume = volume[:-1][-HISTORY_WEEKS:]
    used = past_volume > 0
    if used.sum() < MIN_HISTORY_WEEKS or not volume[-1] > 0:
        return []
    past, past_volume = past[:, used], past_volume[used]

    rate, dispersion, uncertainty = _history(past, past_volume)
    expected = rate * volume[-1]
    spread = dispersion + uncertainty
    # P(Y ≥ y) of a negative binomial with size 1/α and success 1/(1 + αμ), which is an
    # incomplete beta function (DLMF 8.17.24). scipy.stats takes a second to import.
    swing = spread * expected
    p_values = betainc(np.maximum(week, 1), 1 / spread, swing / (1 + swing))
    p_values = np.clip(np.where(week > 0, p_values, 1.0), 0.0, 1.0)
    q_values = _false_discovery(p_values)

    found = []
    for topic in np.lexsort((p_values, q_values)):
        if q_values[topic] > WATCH_Q:
            break
        sure = q_values[topic] <= ALERT_Q and people[topic] >= MIN_CUSTOMERS
        found.append(
            Emerging(
                topic=int(topic),
                observed=int(week[topic]),
                expected=float(expected[topic]),
                ratio=float(week[topic] / expected[topic]),
                p_value=float(p_values[topic]),
                q_value=float(q_values[topic]),
                tier="alert" if sure else "watch",
            )
        )
    return found


def _false_discovery(p_values: Floats) -> Floats:
    """Benjamini and Hochberg's adjusted p-values (1995)."""
    order = np.argsort(p_values)
    scaled = p_values[order] * len(order) / np.arange(1, len(order) + 1)
    q_values = np.empty_like(p_values)
    q_values[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q_values


def _history(past: Floats, volume: Floats) -> tuple[Floats, Floats, Floats]:
    """Per topic: rate per comment, dispersion, and the dispersion added by not knowing the rate."""
    weights = np.ones_like(past)
    dispersion = np.full(len(past), 0.1)
    for _ in range(3):
        rate = _rate(past, volume, weights)
        mean = rate[:, None] * volume
        dispersion = _dispersion(past, mean, weights)
        residual = _anscombe(past, mean, dispersion[:, None])
        weights = np.where(residual > OUTBREAK, (OUTBREAK / np.maximum(residual, OUTBREAK)) ** 2, 1)
    rate = _rate(past, volume, weights)
    dispersion = _dispersion(past, rate[:, None] * volume, weights)
    seen = (weights * past).sum(axis=1) + 0.5
    return rate, dispersion, 1 / seen + dispersion / weights.sum(axis=1)


def _rate(past: Floats, volume: Floats, weights: Floats) -> Floats:
    # Half a mention more (Jeffreys): a topic never seen before has a small rate, not none.
    return ((weights * past).sum(axis=1) + 0.5) / (weights * volume).sum(axis=1)


def _dispersion(past: Floats, mean: Floats, weights: Floats) -> Floats:
    """Extra variance α of Var = μ + αμ², each topic drawn toward all topics together."""
    weeks = past.shape[1]
    # The mean was fitted to the same weeks: squared deviations are too small by one week.
    excess = weights * ((past - mean) ** 2 * weeks / (weeks - 1) - mean)
    # How much a week tells about α: many mentions much, single ones next to nothing.
    prior = 0.1
    worth = weights / (1 + 1 / (np.maximum(mean, 1e-9) * prior)) ** 2
    relative = excess / np.maximum(mean, 1e-9) ** 2
    common = float((worth * relative).sum() / max(worth.sum(), 1e-9))
    common = max(common, 0.01)
    own_worth = worth.sum(axis=1)
    own = (worth * relative).sum(axis=1) / np.maximum(own_worth, 1e-9)
    shrunk = (own_worth * own + OWN_DISPERSION_WEEKS * common) / (own_worth + OWN_DISPERSION_WEEKS)
    # A topic may be more restless than the others; that it is calmer is not believed by half.
    return np.maximum(shrunk, common / 2)


def _anscombe(count: Floats, mean: Floats, dispersion: Floats) -> Floats:
    """Residuals of about unit variance; the 2/3 power takes the skew out of counts."""
    phi = 1 + dispersion * mean
    return 1.5 * (np.cbrt(count) ** 2 - np.cbrt(mean) ** 2) / (np.cbrt(mean) ** 0.5 * np.sqrt(phi))


def _checked(counts: ArrayLike, totals: ArrayLike) -> tuple[Floats, Floats]:
    mentions, volume = np.asarray(counts, dtype=float), np.asarray(totals, dtype=float)
    if mentions.size == 0:
        mentions = mentions.reshape(0, len(volume) if volume.ndim == 1 else 0)
    if mentions.ndim != 2:
        raise ValueError("counts must be an array of topics × weeks")
    if volume.shape != (mentions.shape[1],):
        raise ValueError("totals must have one number for each week of counts")
    if not (np.isfinite(mentions).all() and np.isfinite(volume).all()):
        raise ValueError("counts and totals must be numbers")
    if (mentions < 0).any() or (volume < 0).any():
        raise ValueError("counts and totals must not be negative")
    return mentions, volume


def _people(customers: ArrayLike | None, mentions: Floats) -> Floats:
    if customers is None:
        return mentions[:, -1] if mentions.size else np.zeros(len(mentions))
    people = np.asarray(customers, dtype=float)
    if people.ndim == 2 and people.shape[1]:
        people = people[:, -1]
    if people.shape != (len(mentions),):
        raise ValueError("customers must have one number for each topic")
    return people
