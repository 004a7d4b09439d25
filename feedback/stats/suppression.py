"""Small groups hidden, together with what would let them be computed from the rest.

A count below the threshold is hidden. One hidden count beside a shown total is no secret,
so the next smallest are hidden as well (complementary suppression: Cox, JASA 1980) until

- no hidden small count can be computed from the shown ones and the totals,
- it could just as well be smaller than it is, and also be `least` or more,
- in a list, all hidden counts together are no small group either.

Not guarded: several tables that overlap (the same cut yesterday and today, with one filter
and without it, by neighbouring filters), what a reader knows otherwise (their own answer,
a colleague's), averages and scores of hidden groups published elsewhere, and a reader who
replays this very procedure on every table that might lie behind. An option or a group with
nobody in it is shown as 0: that says something about no one in it, though it may say
something about those who are not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from feedback.stats.scores import whole

LEAST = 10

Entry = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ShownList:
    """The counts of groups and their total, None where hidden."""

    counts: tuple[int | None, ...]
    total: int | None


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table with its margins, None where hidden."""

    cells: tuple[tuple[int | None, ...], ...]
    rows: tuple[int | None, ...]
    columns: tuple[int | None, ...]
    total: int | None


def shown_list(counts: Sequence[int], *, least: int = LEAST) -> ShownList:
    """The counts of groups that add up to a total, small ones and their complement hidden.

    With a total below `least` everything is hidden but the empty groups.
    """
    sizes = [whole(count, "count") for count in counts]
    threshold = whole(least, "least")
    total = sum(sizes)
    if 0 < total < threshold:
        return ShownList(tuple(None if size else 0 for size in sizes), None)
    order = sorted((i for i, size in enumerate(sizes) if size), key=lambda i: (sizes[i], i))
    hidden = {i for i in order if sizes[i] < threshold}
    for i in order:
        if not hidden or sum(sizes[j] for j in hidden) >= threshold:
            break
        hidden.add(i)
    return ShownList(tuple(None if i in hidden else size for i, size in enumerate(sizes)), total)


def shown_table(counts: Sequence[Sequence[int]], *, least: int = LEAST) -> ShownTable:
    """A table of counts with its margins, small entries and their complement hidden.

    A table with margins is a flow: every cell an edge from its row to its column, every
    margin an edge back. What a reader can tell of a hidden entry is how far it can go up and
    down along cycles of hidden entries with nothing below 0; that range is exact. Entries
    are added along the cheapest such cycle, so that few and small ones are lost. Margins are
    groups too and may be hidden themselves.
    """
    body = [[whole(count, "count") for count in row] for row in counts]
    if len({len(row) for row in body}) > 1:
        raise ValueError("all rows must have the same number of columns")
    threshold = whole(least, "least")
    width = len(body[0]) if body else 0
    columns = [sum(row[j] for row in body) for j in range(width)]
    full = [[*row, sum(row)] for row in body] + [[*columns, sum(columns)]]
    hidden = _hidden(full, threshold)
    shown = tuple(
        tuple(None if (i, j) in hidden else value for j, value in enumerate(row))
        for i, row in enumerate(full)
    )
    return ShownTable(
        cells=tuple(row[:-1] for row in shown[:-1]),
        rows=tuple(row[-1] for row in shown[:-1]),
        columns=shown[-1][:-1],
        total=shown[-1][-1],
    )


def _hidden(full: list[list[int]], least: int) -> set[Entry]:
    """The entries to hide of a table whose last row and column are its margins."""
    last_row, last_column = len(full) - 1, len(full[0]) - 1
    rows = [i for i, row in enumerate(full) if row[last_column]]
    columns = [j for j, value in enumerate(full[last_row]) if value]
    value = {(i, j): full[i][j] for i in rows for j in columns}
    small = sorted((e for e in value if value[e] < least), key=lambda e: (value[e], e))
    hidden = set(small)
    if full[last_row][last_column] < least:
        return hidden
    net = _Net(value, hidden, last_row, last_column)
    # Hiding more only widens a range, so who is safe once stays safe.
    for entry in small:
        net.protect(entry, up=True, by=least - value[entry])
        if value[entry]:
            net.protect(entry, up=False, by=1)
    return hidden


class _Net:
    """The flow behind a table; nodes are ("r", row) and ("c", column)."""

    def __init__(
        self, value: dict[Entry, int], hidden: set[Entry], last_row: int, last_column: int
    ) -> None:
        self.value, self.hidden = value, hidden
        self.last_row, self.last_column = last_row, last_column
        self.around: dict[tuple[str, int], list[Entry]] = {}
        for entry in value:
            for node in self._ends(entry):
                self.around.setdefault(node, []).append(entry)

    def protect(self, entry: Entry, *, up: bool, by: int) -> None:
        """Hide more entries until this one could be larger (smaller) by `by`."""
        while True:
            room, moved = self._room(entry, up=up, by=by)
            if room >= by:
                return
            path = self._cheapest(entry, up=up, carrying=by - room, moved=moved) or self._cheapest(
                entry, up=up, carrying=1, moved=moved
            )
            if not path:
                # Everything but the grand total: then each can be anything up to it.
                self.hidden.update(set(self.value) - {(self.last_row, self.last_column)})
                return
            self.hidden.update(path)

    def _ends(self, entry: Entry) -> tuple[tuple[str, int], tuple[str, int]]:
        """Where one more in this entry flows from and to."""
        row, column = ("r", entry[0]), ("c", entry[1])
        margin = (entry[0] == self.last_row) != (entry[1] == self.last_column)
        return (column, row) if margin else (row, column)

    def _goal(self, entry: Entry, up: bool) -> tuple[tuple[str, int], tuple[str, int]]:
        """From where to where the other entries must carry what this one changes by."""
        tail, head = self._ends(entry)
        return (head, tail) if up else (tail, head)

    def _room(self, entry: Entry, *, up: bool, by: int) -> tuple[int, dict[Entry, int]]:
        """How far the hidden entries let this one move, counted to `by`, and how (maximum flow)."""
        start, goal = self._goal(entry, up)
        moved: dict[Entry, int] = {}
        room = 0
        while room < by:
            back: dict[tuple[str, int], tuple[Entry, int] | None] = {start: None}
            queue = deque([start])
            while queue and goal not in back:
                node = queue.popleft()
                for other in self.around[node]:
                    if other == entry or other not in self.hidden:
                        continue
                    tail, head = self._ends(other)
                    sign, to = (1, head) if tail == node else (-1, tail)
                    if to in back or (sign < 0 and self.value[other] + moved.get(other, 0) <= 0):
                        continue
                    back[to] = (other, sign)
                    queue.append(to)
            if goal not in back:
                return room, moved
            steps: list[tuple[Entry, int]] = []
            node = goal
            while (step := back[node]) is not None:
                steps.append(step)
                tail, head = self._ends(step[0])
                node = tail if step[1] > 0 else head
            push = by - room
            for other, sign in steps:
                if sign < 0:
                    push = min(push, self.value[other] + moved.get(other, 0))
            for other, sign in steps:
                moved[other] = moved.get(other, 0) + sign * push
            room += push
        return room, moved

    def _cheapest(
        self, entry: Entry, *, up: bool, carrying: int, moved: dict[Entry, int]
    ) -> list[Entry]:
        """The entries of the cycle that closes `entry` and costs the fewest shown answers."""
        start, goal = self._goal(entry, up)
        best: dict[tuple[str, int], int] = {start: 0}
        back: dict[tuple[str, int], tuple[Entry, tuple[str, int]]] = {}
        heap = [(0, start)]
        while heap:
            cost, node = heappop(heap)
            if node == goal:
                break
            if cost > best[node]:
                continue
            for other in self.around[node]:
                tail, head = self._ends(other)
                forward = tail == node
                left = self.value[other] + moved.get(other, 0)
                if other == entry or (not forward and left < carrying):
                    continue
                to = head if forward else tail
                total = cost + (0 if other in self.hidden else self.value[other] + 1)
                if total < best.get(to, total + 1):
                    best[to] = total
                    back[to] = (other, node)
                    heappush(heap, (total, to))
        path: list[Entry] = []
        node = goal
        while node in back and node != start:
            other, node = back[node]
            path.append(other)
        return path if node == start else []
