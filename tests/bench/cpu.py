"""Processor time of this process and of others, from the scheduler's own books (Linux)."""

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
Pids = Callable[[], Iterable[int]]


def nobody() -> list[int]:
    return []


def of_process(pid: int) -> float:
    """Seconds on a processor of one process with its threads; 0 for one that is gone."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        # Nanoseconds; /proc/<pid>/stat counts in ticks of 10 ms, too coarse for one query.
        return sum(int((one / "schedstat").read_text().split()[0]) for one in threads) / 1e9
    except FileNotFoundError:
        return _from_ticks(pid)
    except (ProcessLookupError, PermissionError):
        return 0.0


def _from_ticks(pid: int) -> float:
    try:
        # The name in brackets may hold anything, blanks and brackets too.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICK


class Meter:
    """Adds up what this process (unless `own` is False) and the processes of `pids` use."""

    def __init__(
        self,
        pids: Pids = nobody,
        *,
        own: bool = True,
        own_clock: Callable[[], float] = time.process_time,
        clock_of: Callable[[int], float] = of_process,
    ) -> None:
        self.pids, self.own = pids, own
        self.own_clock, self.clock_of = own_clock, clock_of

    def spent(self, work: Callable[[], object], units: int = 1) -> float:
        """Processor seconds a unit that `work` costs all of them.

        A process that is there only after the work was started by it, and counts whole.
        """
        before = {pid: self.clock_of(pid) for pid in self.pids()}
        started = self.own_clock()
        work()
        own = self.own_clock() - started if self.own else 0.0
        others = 0.0
        for pid in {*before, *self.pids()}:
            # One that has ended reads 0; what it used is lost, and must not count as less.
            others += max(self.clock_of(pid) - before.get(pid, 0.0), 0.0)
        return (own + others) / units
