"""Two ways of doing the same, measured in turns; the result is a ratio, never a time.

The time that anything takes on a shared machine says more about the neighbours than about the
program. What counts here is the processor time of every process involved, and of that only the
ratio between two measurements taken seconds apart: neighbours slow down both.
"""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

# Processor seconds for one unit of work.
Measure = Callable[[], float]

ROUNDS = 3
# A round whose limit costs this much more than in the best round was disturbed.
DISTURBED = 1.5


@dataclass(frozen=True, slots=True)
class Round:
    """One measurement of each side, seconds a unit, right after one another."""

    limit: float
    product: float

    @property
    def ratio(self) -> float:
        return self.product / self.limit


@dataclass(frozen=True, slots=True)
class Comparison:
    """Medians over the rounds that counted; `enough` is False when too many were disturbed."""

    limit: float
    product: float
    ratio: float
    rounds: int
    discarded: int
    enough: bool


def undisturbed(rounds: list[Round], *, disturbed: float = DISTURBED) -> list[Round]:
    """The rounds whose limit lies within `disturbed` times the best one."""
    if not rounds:
        return []
    best = min(one.limit for one in rounds)
    return [one for one in rounds if one.limit <= disturbed * best]


def compare(
    limit: Measure,
    product: Measure,
    *,
    rounds: int = ROUNDS,
    spare: int | None = None,
    disturbed: float = DISTURBED,
) -> Comparison:
    """Measures both in turns until `rounds` undisturbed rounds are there, `spare` more at most.

    The two take turns in going first, so that a machine that is getting slower or faster does
    not favour one of them.
    """
    if rounds < 1:
        raise ValueError("at least one round")
    most = rounds + (rounds if spare is None else spare)
    taken: list[Round] = []
    while len(kept := undisturbed(taken, disturbed=disturbed)) < rounds and len(taken) < most:
        if len(taken) % 2 == 0:
            first = limit()
            taken.append(Round(first, product()))
        else:
            second = product()
            taken.append(Round(limit(), second))
        if taken[-1].limit <= 0:
            raise ValueError("the limit cost nothing: too little work to be measured")
    return Comparison(
        limit=median(one.limit for one in kept),
        product=median(one.product for one in kept),
        ratio=median(one.ratio for one in kept),
        rounds=len(kept),
        discarded=len(taken) - len(kept),
        enough=len(kept) >= rounds,
    )
