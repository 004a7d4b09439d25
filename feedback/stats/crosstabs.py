"""Groups against answers: shares with their n, a test that they differ, small groups hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincc, gammaln

from feedback.stats.suppression import LEAST, shown_table

Ints = NDArray[np.int64]
Method = Literal["chi_square", "fisher", "permutation", ""]
# Why there is no verdict; the page puts it into a sentence.
Reason = Literal["", "hidden", "few_groups", "few_answers"]

# Cochran's rule in its usual strict form: below it the chi-square law is no good guide.
LEAST_EXPECTED = 5.0
PERMUTATIONS = 4_999
SEED = 20_260_401
LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Association:
    """Whether the answers differ between the groups; None and "unknown" with a reason.

    `low_expected` warns that a cell would be expected to hold fewer than 5 answers, and that
    the p-value is therefore exact (2 × 2) or by permutation. `cramers_v` is the strength,
    0 … 1. `groups` says how many groups were compared.
    """

    verdict: Literal["differs", "same", "unknown"]
    p_value: float | None = None
    statistic: float | None = None
    freedom: int = 0
    cramers_v: float | None = None
    method: Method = ""
    low_expected: bool = False
    reason: Reason = ""
    groups: int = 0


@dataclass(frozen=True, slots=True)
class CrossTab:
    """Counts and row shares (percent); None where hidden or nobody answered.

    A share is shown only beside its own n: `rows[i]` answers stand behind `shares[i]`.
    """

    cells: tuple[tuple[int | None, ...], ...]
    shares: tuple[tuple[float | None, ...], ...]
    rows: tuple[int | None, ...]
    columns: tuple[int | None, ...]
    total: int | None
    association: Association

    @property
    def any_hidden(self) -> bool:
        return self.total is None or any(None in row for row in (*self.cells, self.columns))


def cross_tab(counts: Sequence[Sequence[int]], *, least: int = LEAST) -> CrossTab:
    """Groups (rows) × answers (columns), hidden as `suppression` says, and tested.

    The test sees only the groups that are shown whole: a statistic over hidden cells, to
    enough digits, would give them away. People must be in one group and one column only;
    with multiple choice neither the totals nor the test hold, so cross each choice (chosen,
    not chosen) by itself.
    """
    table = shown_table(counts, least=least)
    whole_rows = [row for row in table.cells if None not in row]
    known = np.array(whole_rows, dtype=np.int64).reshape(len(whole_rows), len(table.columns))
    compared = association(known.tolist())
    if compared.verdict == "unknown" and len(whole_rows) < len(table.cells):
        compared = Association("unknown", reason="hidden", groups=compared.groups)
    return CrossTab(
        cells=table.cells,
        shares=tuple(
            tuple(_share(cell, n) for cell in row)
            for row, n in zip(table.cells, table.rows, strict=True)
        ),
        rows=table.rows,
        columns=table.columns,
        total=table.total,
        association=compared,
    )


def association(counts: Sequence[Sequence[int]]) -> Association:
    """Pearson's chi-square of groups × answers, without Yates; 5 % level.

    Where an expected count is below 5: Fisher's exact test for 2 × 2, else the share of
    4,999 random tables with the same margins (fixed seed, so that a page says the same at
    every look) whose chi-square is as large, (k + 1) / (4,999 + 1). Empty groups and columns
    are left out.
    """
    table = np.array(counts, dtype=np.int64)
    if table.ndim != 2 or table.size == 0:
        return Association("unknown", reason="few_groups")
    if (table < 0).any():
        raise ValueError("counts must not be negative")
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    rows, columns = table.shape
    if rows < 2:
        return Association("unknown", reason="few_groups", groups=rows)
    if columns < 2:
        # Everybody gave the same answer: no difference was seen, and none can be tested.
        return Association("unknown", reason="few_answers", groups=rows)
    expected = _expected(table)
    statistic = float(_chi_square(table, expected))
    freedom = (rows - 1) * (columns - 1)
    low = bool(expected.min() < LEAST_EXPECTED)
    method: Method
    if not low:
        method, p_value = "chi_square", float(gammaincc(freedom / 2, statistic / 2))
    elif freedom == 1:
        method, p_value = "fisher", _fisher(table)
    else:
        method, p_value = "permutation", _permuted(table, expected, statistic)
    return Association(
        verdict="differs" if p_value < LEVEL else "same",
        p_value=p_value,
        statistic=statistic,
        freedom=freedom,
        cramers_v=float(np.sqrt(statistic / table.sum() / (min(rows, columns) - 1))),
        method=method,
        low_expected=low,
        groups=rows,
    )


def _expected(table: Ints) -> NDArray[np.float64]:
    return np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()


def _chi_square(tables: Ints, expected: NDArray[np.float64]) -> NDArray[np.float64]:
    return ((tables - expected) ** 2 / expected).sum(axis=(-2, -1))


def _fisher(table: Ints) -> float:
    """Two-sided: the chance of all 2 × 2 tables with these margins no likelier than this one."""
    (row, other), (column, _) = table.sum(axis=1), table.sum(axis=0)
    cell = np.arange(max(0, column - other), min(row, column) + 1)

    def ways(n: int, k: Ints) -> NDArray[np.float64]:
        return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)

    weight = ways(row, cell) + ways(other, column - cell)
    chance = np.exp(weight - weight.max())
    seen = chance[table[0, 0] - cell[0]]
    # Equally likely tables may differ in the last digits.
    return float(min(1.0, chance[chance <= seen * (1 + 1e-7)].sum() / chance.sum()))


def _permuted(table: Ints, expected: NDArray[np.float64], statistic: float) -> float:
    # Takes a second to import, and few tables come here.
    from scipy import stats

    margins = stats.random_table(table.sum(axis=1), table.sum(axis=0))
    drawn = margins.rvs(size=PERMUTATIONS, random_state=SEED)
    # Equal tables may differ in the last digits of their sums.
    as_large = int((_chi_square(drawn, expected) >= statistic * (1 - 1e-9)).sum())
    return (as_large + 1) / (PERMUTATIONS + 1)


def _share(cell: int | None, n: int | None) -> float | None:
    return None if cell is None or not n else 100 * cell / n
