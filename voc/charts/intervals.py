"""Dot and whisker: several estimates with their doubt on one axis around zero."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeGuard

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from voc.charts import draw
from voc.charts.draw import Chart, label, line, number, tag

ROW_PX = 34.0
ROW_COMPACT_PX = 46.0


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its bounds.

    `decided` False draws it dashed and hollow; `better` says which way a decided one went.
    `verdict` is the word beside it.
    """

    label: str
    value: float | None
    low: float | None
    high: float | None
    decided: bool = False
    better: bool | None = None
    verdict: str = ""


def interval_plot(
    rows: Sequence[Interval],
    *,
    summary: str,
    digits: int = 0,
    unit: str = "%",
    limits: tuple[float, float] | None = None,
    headers: tuple[str, str] | None = None,
    compact: bool = False,
) -> Chart:
    """One row for each estimate. Whiskers beyond `limits` are cut and end in an arrow."""
    first, second = headers or (_("対象"), _("増減"))
    titles = (first, second, _("下限"), _("上限"), _("判定"))
    cells = tuple(
        (
            row.label,
            *(_signed(n, digits, unit) for n in (row.value, row.low, row.high)),
            row.verdict,
        )
        for row in rows
    )
    numbers = [n for row in rows for n in (row.value, row.low, row.high) if _drawable(n)]
    if not numbers:
        svg = draw.nothing(compact=compact, summary=summary, kind="intervals")
        return Chart(svg, titles, cells, summary)

    low, high = limits or (min(numbers), max(numbers))
    ticks = draw.nice_ticks(min(low, 0.0), max(high, 0.0))
    width = draw.COMPACT if compact else draw.WIDE
    values = [_range(row, digits, unit) for row in rows]
    left = 14.0 if compact else 222.0
    right = width - (14.0 if compact else max(map(draw.text_width, values)) + 18)
    tall = ROW_COMPACT_PX if compact else ROW_PX
    bottom = 6 + tall * len(rows)

    def x(value: float) -> float:
        share = (value - ticks[0]) / (ticks[-1] - ticks[0])
        return left + min(max(share, 0.0), 1.0) * (right - left)

    # On a narrow drawing the words stand above the whiskers; the grid leaves them free.
    lanes = [(4.0, bottom)]
    if compact:
        lanes = [(6 + tall * i + 19, 6 + tall * i + 37) for i in range(len(rows))]
    parts: list[SafeString] = []
    for tick in ticks:
        kind = "zero" if tick == 0 else "grid"
        word = number(tick, draw.tick_digits(ticks), signed=True, unit=unit)
        parts += [
            *(line(x(tick), a, x(tick), b, kind) for a, b in lanes),
            label(x(tick), bottom + 13, word, anchor="middle"),
        ]
    for i, (row, value) in enumerate(zip(rows, values, strict=True)):
        top = 6 + tall * i
        room = width - draw.text_width(value) - 24 if compact else left - 24
        name = tag(
            "g",
            tag("title", row.label),
            label(
                0, top + (9 if compact else tall / 2), draw.shortened(row.label, room), kind="row"
            ),
        )
        beside = top + 9 if compact else top + tall / 2
        parts += [name, label(width, beside, value, anchor="end", kind="row")]
        if all(_drawable(n) for n in (row.value, row.low, row.high)):
            middle = top + (28 if compact else tall / 2)
            parts.append(_whisker(row, x, middle, (ticks[0], ticks[-1])))
    svg = draw.picture(parts, width=width, height=bottom + 24, summary=summary, kind="intervals")
    return Chart(svg, titles, cells, summary)


def _whisker(row: Interval, x, y: float, limits: tuple[float, float]) -> SafeString:
    assert row.value is not None
    assert row.low is not None
    assert row.high is not None
    kind = "undecided"
    if row.decided:
        kind = {True: "better", False: "worse", None: "even"}[row.better]
    parts = [line(x(row.low), y, x(row.high), y, "whisker")]
    for bound, beyond, step in (
        (row.low, row.low < limits[0], 5.0),
        (row.high, row.high > limits[1], -5.0),
    ):
        if beyond:
            tip = x(bound)
            arrow = [(tip + step, y - 4.0), (tip, y), (tip + step, y + 4.0)]
            parts.append(tag("path", class_="c-arrow", d=draw.path(arrow)))
    if limits[0] <= row.value <= limits[1]:
        parts.append(tag("circle", class_="c-dot", cx=x(row.value), cy=y, r=4.5))
    return tag("g", *parts, class_=f"c-interval c-interval--{kind}")


def _range(row: Interval, digits: int, unit: str) -> str:
    if not _drawable(row.value):
        return _("データなし")
    text = number(row.value, digits, signed=True, unit=unit)
    if not (_drawable(row.low) and _drawable(row.high)):
        return text
    low, high = number(row.low, digits, signed=True), number(row.high, digits, signed=True)
    return _("%(value)s（%(low)s 〜 %(high)s）") % {"value": text, "low": low, "high": high}


def _signed(value: float | None, digits: int, unit: str) -> str:
    return number(value, digits, signed=True, unit=unit if _drawable(value) else "")


def _drawable(value: float | None) -> TypeGuard[float]:
    return value is not None and math.isfinite(value)
