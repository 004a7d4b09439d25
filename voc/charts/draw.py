"""What all charts share: the result, escaped elements, numbers, axes and label widths."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

MINUS = "\u2212"
MAX_TICKS = 5
# Drawing units are CSS pixels at the intended size: 640 in a column, 328 on a phone of
# 360 px. A label of 11.5 units is therefore never shown smaller than 11.5 px.
WIDE, COMPACT = 640.0, 328.0
LABEL_PX = 11.5
LINE_PX = 15.0


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of the explanation under a chart: a mark (letter or swatch) and its words."""

    text: str
    letter: str = ""
    swatch: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart, the table behind it and what its marks mean."""

    svg: SafeString
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    summary: str
    keys: tuple[Key, ...] = ()


def tag(name: str, *children: object, **attributes: object) -> SafeString:
    """One element; `class_` gives class, `text_anchor` gives text-anchor, None is left out."""
    given = (
        (key.rstrip("_").replace("_", "-"), _attribute(value))
        for key, value in attributes.items()
        if value is not None
    )
    pairs = format_html_join("", ' {}="{}"', given)
    return format_html("<{}{}>{}</{}>", name, pairs, join(children), name)


def join(pieces: Iterable[object]) -> SafeString:
    """The pieces one after the other; what is not already safe is escaped."""
    return format_html_join("", "{}", ((piece,) for piece in pieces))


def picture(
    children: Iterable[object], *, width: float, height: float, summary: str, kind: str
) -> SafeString:
    """The svg element: one image with one sentence for those who do not see it."""
    return tag(
        "svg",
        *children,
        xmlns="http://www.w3.org/2000/svg",
        class_=f"c-chart c-chart--{kind}" + (" c-chart--compact" if width == COMPACT else ""),
        viewBox=f"0 0 {_attribute(width)} {_attribute(height)}",
        role="img",
        aria_label=summary,
        focusable="false",
    )


def nothing(*, compact: bool, summary: str, kind: str) -> SafeString:
    """The picture of no data: the word instead of an axis that would claim zeros."""
    width = COMPACT if compact else WIDE
    word = label(width / 2, 40, _("表示できる値がありません"), anchor="middle")
    return picture([word], width=width, height=64, summary=summary, kind=kind)


def label(x: float, y: float, text: object, *, anchor: str = "start", kind: str = "") -> SafeString:
    """A text of the chart, its middle at height `y`."""
    names = "c-label" + (f" c-label--{kind}" if kind else "")
    # 0.36 em below the middle is the baseline of Japanese and Latin text alike; the
    # attribute dominant-baseline differs between browsers.
    return tag("text", text, class_=names, x=x, y=y + 0.36 * LABEL_PX, text_anchor=anchor)


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> SafeString:
    """A straight line of the class `c-<kind>`."""
    return tag("line", class_=f"c-{kind}", x1=x1, y1=y1, x2=x2, y2=y2)


def path(points: Sequence[tuple[float, float]], *, close: bool = False) -> str:
    """Path data through the points."""
    steps = [f"{_attribute(x)} {_attribute(y)}" for x, y in points]
    return "M" + "L".join(steps) + ("Z" if close else "")


def number(value: float | None, digits: int = 0, *, signed: bool = False, unit: str = "") -> str:
    """A number as people read it: a true minus, thousands apart, words where there is none."""
    if value is None or not math.isfinite(value):
        return _("データなし")
    text = f"{abs(value):,.{digits}f}"
    if float(text.replace(",", "")) == 0:
        return text + unit
    sign = MINUS if value < 0 else "+" if signed else ""
    return sign + text + unit


def nice_ticks(
    low: float, high: float, *, most: int = MAX_TICKS, whole: bool = False
) -> list[float]:
    """At most `most` round numbers that span low … high."""
    if high <= low:
        pad = abs(low) * 0.1 or 1.0
        low, high = low - pad, high + pad
    power = math.floor(math.log10((high - low) / most)) - 1
    while True:
        for base in (1, 2, 2.5, 5):
            step = base * 10.0**power
            if whole and step != round(step):
                continue
            # Without the allowance 0.3 / 0.1 = 3.0000000000000004 would need one tick more.
            first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
            if last - first + 1 <= most:
                return [round(i * step, max(0, 2 - power)) for i in range(first, last + 1)]
        power += 1


def tick_digits(ticks: Sequence[float]) -> int:
    """Decimals that tell neighbouring ticks apart."""
    for digits in range(6):
        if all(abs(tick - round(tick, digits)) < 1e-9 for tick in ticks):
            return digits
    return 6


def text_width(text: str) -> float:
    """About how wide a label is; Japanese characters are square, digits a little over half."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return wide * LABEL_PX + (len(text) - wide) * 6.7


def shortened(text: str, width: float) -> str:
    """The text cut with an ellipsis to about this width."""
    if text_width(text) <= width:
        return text
    kept = ""
    for char in text:
        if text_width(kept + char) > width - LABEL_PX:
            break
        kept += char
    return kept + "…"


def spread(heights: Sequence[float], top: float, bottom: float) -> list[float]:
    """Heights moved as little as needed to keep labels one line apart, order kept."""
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    placed = [0.0] * len(heights)
    above = top - LINE_PX
    for i in order:
        placed[i] = above = max(heights[i], above + LINE_PX)
    below = bottom + LINE_PX
    for i in reversed(order):
        placed[i] = below = min(placed[i], below - LINE_PX)
    return placed


def _attribute(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text
