"""Bars: the distribution of 0–10 answers, sparklines and one bar in parts."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from voc.charts import draw
from voc.charts.draw import Chart, Key, join, label, line, number, tag

HATCH_PX = 6.0


@dataclass(frozen=True, slots=True)
class Part:
    """A share of a stacked bar; `kind` names its class: told, held, failed, ahead …"""

    label: str
    value: float
    kind: str


def histogram(counts: Sequence[int], *, summary: str, compact: bool = False) -> Chart:
    """How often each of 0 … 10 was answered, with the shares of the three NPS groups."""
    if len(counts) != 11:
        raise ValueError("a distribution of 0 to 10 has eleven counts")
    total = sum(counts)
    shares = [100 * count / total if total else None for count in counts]
    headers = (_("点数"), _("件数"), _("割合"))
    rows = tuple(
        (str(answer), number(count), number(share, 1, unit="%"))
        for answer, (count, share) in enumerate(zip(counts, shares, strict=True))
    )
    if not total:
        svg = draw.nothing(compact=compact, summary=summary, kind="histogram")
        return Chart(svg, headers, rows, summary)

    width, top, tall = (draw.COMPACT, 18.0, 76.0) if compact else (draw.WIDE, 18.0, 84.0)
    slot, most = width / 11, max(counts)
    gap = 2.0 if compact else 4.0
    parts = []
    for answer, count in enumerate(counts):
        x, size = answer * slot, tall * count / most
        # One answer among thousands is still to be seen.
        size = max(size, 1.5) if count else 0.0
        parts += [
            _bar(x + gap / 2, top + tall - size, slot - gap, size, _group(answer)),
            _count_label(x + slot / 2, top + tall - size - 9, number(count), width),
            label(x + slot / 2, top + tall + 12, answer, anchor="middle"),
        ]
    parts.append(line(0, top + tall, width, top + tall, "axis"))
    x = 0.0
    for name, first, last, kind in (
        (_("批判者"), 0, 6, "detractor"),
        (_("中立者"), 7, 8, "passive"),
        (_("推奨者"), 9, 10, "promoter"),
    ):
        share = _share(sum(counts[first : last + 1]), total)
        text = f"{name} {first}\u2013{last} {share}"
        parts.append(label(x, top + tall + 33, text, kind=kind))
        x += draw.text_width(text) + (8 if compact else 22)
    svg = draw.picture(
        parts, width=width, height=top + tall + 44, summary=summary, kind="histogram"
    )
    return Chart(svg, headers, rows, summary)


def sparkline(
    values: Sequence[float | None],
    expected: float | Sequence[float | None] | None = None,
    *,
    summary: str,
    labels: Sequence[str] = (),
    rising: bool = False,
) -> Chart:
    """Small bars, the last one marked, with the expected level dashed across them."""
    width, height, slot = 92.0, 26.0, 92.0 / max(len(values), 1)
    levels = _levels(expected, len(values))
    known = [n for n in (*values, *levels) if n is not None and math.isfinite(n)]
    most = max(known, default=0.0)
    scale = (height - 2) / most if most > 0 else 0.0
    parts = []
    for i, value in enumerate(values):
        if value is None or not math.isfinite(value):
            continue
        size = max(value, 0.0) * scale
        kind = "" if i < len(values) - 1 else "rising" if rising else "now"
        # A zero is a measured zero, not a missing week: it keeps a foot.
        size = max(size, 1.0)
        parts.append(_bar(i * slot + 0.5, height - size, slot - 1.5, size, kind))
    places = [
        (x, height - level * scale)
        for i, level in enumerate(levels)
        if level is not None and math.isfinite(level)
        for x in (i * slot, (i + 1) * slot)
    ]
    if places:
        parts.append(tag("path", class_="c-expected", d=draw.path(places)))
    names = [str(label) for label in labels] or [str(i + 1) for i in range(len(values))]
    rows = tuple(
        (name, number(value), "" if level is None else number(level, 1))
        for name, value, level in zip(names, values, levels, strict=True)
    )
    svg = draw.picture(parts, width=width, height=height, summary=summary, kind="spark")
    return Chart(svg, (_("週"), _("件数"), _("見込み")), rows, summary)


def stacked_bar(
    parts: Sequence[Part], *, summary: str, unit: str = "", compact: bool = False
) -> Chart:
    """One bar in parts, in the order given; what each part is stands in the keys below."""
    for part in parts:
        if not re.fullmatch(r"[a-z][a-z-]*", part.kind):
            raise ValueError(f"{part.kind!r} is not a kind of part")
        if not (math.isfinite(part.value) and part.value >= 0):
            raise ValueError(f"{part.label}: a part must not be negative")
    total = sum(part.value for part in parts)
    headers = (_("内訳"), _("数"), _("割合"))
    rows = tuple(
        (
            part.label,
            number(part.value, unit=unit),
            number(100 * part.value / total if total else None, 1, unit="%"),
        )
        for part in parts
    )
    if not total:
        svg = draw.nothing(compact=compact, summary=summary, kind="stack")
        return Chart(svg, headers, rows, summary)

    width, height, gap = draw.COMPACT if compact else draw.WIDE, 16.0, 3.0
    shown = [part for part in parts if part.value > 0]
    # A part of one person among thousands keeps a visible sliver; the others give way.
    room, least = width - gap * (len(shown) - 1), 5.0
    sizes = [max(room * part.value / total, least) for part in shown]
    sizes = [size * room / sum(sizes) for size in sizes]
    x, drawn = 0.0, []
    for part, size in zip(shown, sizes, strict=True):
        inset = 0.75 if part.kind == "ahead" else 0.0
        drawn.append(
            tag(
                "rect",
                class_=f"c-part c-part--{part.kind}",
                x=x + inset,
                y=inset,
                width=size - 2 * inset,
                height=height - 2 * inset,
                rx=2,
            )
        )
        if part.kind == "held":
            drawn.append(_hatching(x, size, height))
        x += size + gap
    keys = tuple(
        Key(f"{part.label} {number(part.value, unit=unit)}", swatch=part.kind) for part in parts
    )
    svg = draw.picture(drawn, width=width, height=height, summary=summary, kind="stack")
    return Chart(svg, headers, rows, summary, keys)


def _share(count: int, total: int) -> str:
    """A share in whole percent that says neither 0 nor 100 unless it is exactly that."""
    percent = 100 * count / total
    if 0 < percent < 1:
        return _("1%未満")
    if 99 < percent < 100:
        return _("99%超")
    return number(percent, unit="%")


def _count_label(x: float, y: float, text: str, width: float) -> SafeString:
    half = draw.text_width(text) / 2
    return label(min(max(x, half), width - half), y, text, anchor="middle")


def _group(answer: int) -> str:
    return "detractor" if answer <= 6 else "passive" if answer <= 8 else "promoter"


def _bar(x: float, y: float, width: float, height: float, kind: str) -> SafeString:
    names = "c-bar" + (f" c-bar--{kind}" if kind else "")
    return tag("rect", class_=names, x=x, y=y, width=max(width, 0.5), height=height)


def _levels(expected: float | Sequence[float | None] | None, count: int) -> list[float | None]:
    if expected is None or isinstance(expected, int | float):
        return [expected] * count
    levels = list(expected)
    if len(levels) != count:
        raise ValueError("expected must have one number for each value")
    return levels


def _hatching(x: float, width: float, height: float) -> SafeString:
    """Diagonals cut to the part; a pattern would need an id that is unique on the page."""
    strokes = []
    offset = -height + HATCH_PX / 2
    while offset < width:
        left, right = max(offset, 0.0), min(offset + height, width)
        strokes.append(
            line(x + left, height - (left - offset), x + right, height - (right - offset), "hatch")
        )
        offset += HATCH_PX
    return join(strokes)
