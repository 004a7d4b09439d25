"""What one row of the table says, and the table."""

import unicodedata
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.bench.protocol import Comparison


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison: product ÷ limit, the most it should be, and what was compared."""

    name: str
    database: str
    what: str
    limit_ms: float
    product_ms: float
    ratio: float
    # None: reported, no promise.
    goal: float | None
    rounds: int
    discarded: int
    # False when the comparison itself is void: other hits, other answers, too few rounds.
    sound: bool = True
    note: str = ""
    # Where the product's time goes, milliseconds a unit.
    parts: dict[str, float] = field(default_factory=dict)

    @property
    def met(self) -> str:
        if not self.sound:
            return "no"
        if self.goal is None:
            return "–"
        return "yes" if self.ratio <= self.goal else "no"

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "met": self.met}


def row(
    found: Comparison, *, name: str, database: str, what: str, goal: float | None,
    sound: bool = True, note: str = "", parts: dict[str, float] | None = None,
) -> Row:  # fmt: skip
    """The row of a comparison; too few undisturbed rounds make it unsound."""
    if not found.enough:
        note = f"{note}; disturbed" if note else "disturbed: too few rounds counted"
    return Row(
        name, database, what, found.limit * 1e3, found.product * 1e3, found.ratio, goal,
        found.rounds, found.discarded, sound and found.enough, note, parts or {},
    )  # fmt: skip


_HEADS = ("name", "on", "limit ms", "product ms", "ratio", "goal", "met", "rounds", "what")


def table(rows: list[Row]) -> str:
    """All rows as text; notes and parts stand under it."""
    cells = [_HEADS] + [
        (
            one.name,
            one.database,
            _number(one.limit_ms),
            _number(one.product_ms),
            f"{one.ratio:.3g}",
            f"≤ {one.goal:.3g}" if one.goal is not None else "–",
            one.met,
            f"{one.rounds}" + (f" −{one.discarded}" if one.discarded else ""),
            one.what,
        )
        for one in rows
    ]
    widths = [max(_width(line[i]) for line in cells) for i in range(len(_HEADS))]
    lines = ["  ".join(_pad(c, w) for c, w in zip(line, widths, strict=True)).rstrip() for line in cells]
    for one in rows:
        if one.note:
            lines.append(f"  {one.name} ({one.database}): {one.note}")
        if one.parts:
            shares = ", ".join(f"{part} {ms:.3f}" for part, ms in one.parts.items())
            lines.append(f"  {one.name} ({one.database}), ms a unit: {shares}")
    return "\n".join(lines)


def _number(ms: float) -> str:
    return f"{ms:.4f}" if ms < 1 else f"{ms:.2f}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
