"""A line over time: band, releases, expectation without a release, and gaps."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from voc.charts import draw
from voc.charts.draw import Chart, Key, label, line, number, tag

Place = Callable[[int, float], tuple[float, float]]
# Zero belongs to the axis when it is no further away than this share of the data's span.
NEAR_ZERO = 0.35


@dataclass(frozen=True, slots=True)
class Point:
    """One period: value with its bounds, and what was expected; None leaves a gap.

    `tick` is the short label under the axis; points without one get none, unless no point
    has any.
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    expected: float | None = None
    expected_low: float | None = None
    expected_high: float | None = None
    tick: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at a point: a release, or a change of how things are counted."""

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class _Frame:
    left: float
    right: float
    top: float
    bottom: float
    ticks: list[float]
    count: int

    def at(self, index: float, value: float) -> tuple[float, float]:
        low, high = self.ticks[0], self.ticks[-1]
        share = (value - low) / (high - low)
        return self.x(index), self.bottom - share * (self.bottom - self.top)

    def x(self, index: float) -> float:
        if self.count == 1:
            return (self.left + self.right) / 2
        return self.left + index / (self.count - 1) * (self.right - self.left)


def line_chart(
    points: Sequence[Point],
    *,
    summary: str,
    digits: int = 1,
    releases: Sequence[Mark] = (),
    breaks: Sequence[Mark] = (),
    from_zero: bool = False,
    improved_from: int | None = None,
    headers: tuple[str, str] | None = None,
    compact: bool = False,
) -> Chart:
    """A line with what is known about it.

    `releases` stand as letters above the line; `breaks` interrupt it before their point
    (another model or taxonomy counted from there on). `improved_from` is the point from
    which the line is drawn as an improvement; give it only with the verdict.
    """
    points = [_finite(point) for point in points]
    table = _table(points, digits, releases, headers)
    numbers = [n for point in points for n in _numbers(point)]
    if not any(point.value is not None for point in points):
        svg = draw.nothing(compact=compact, summary=summary, kind="line")
        return Chart(svg, *table, summary)

    width, height = (draw.COMPACT, 190.0) if compact else (draw.WIDE, 220.0)
    ticks = _axis(numbers, from_zero)
    tick_words = [number(tick, draw.tick_digits(ticks)) for tick in ticks]
    ends = _end_labels(points, digits)
    left = max(draw.text_width(word) for word in tick_words) + 10
    right = width - max(draw.text_width(text) for _v, text, _k in ends) * 1.08 - 12
    frame = _Frame(left, right, 30.0 if releases else 12.0, height - 28, ticks, len(points))

    shown = [mark for mark in releases if 0 <= mark.index < len(points)]
    pieces = _runs(points, {mark.index for mark in breaks})
    svg = draw.picture(
        [
            *_grid(frame, tick_words),
            *_areas(frame, pieces, points),
            *_releases(frame, shown),
            *_breaks(frame, breaks, width),
            *_expected(frame, points),
            *_lines(frame, pieces, points, improved_from),
            *_end(frame, points, ends, improved_from),
            *_below(frame, points, width),
        ],
        width=width,
        height=height,
        summary=summary,
        kind="line",
    )
    return Chart(svg, *table, summary, _keys(points, shown))


def _axis(numbers: Sequence[float], from_zero: bool) -> list[float]:
    low, high = min(numbers), max(numbers)
    near = NEAR_ZERO * (high - low)
    if from_zero or 0 < low <= near:
        low = min(low, 0.0)
    if 0 > high >= -near:
        high = 0.0
    return draw.nice_ticks(low, high)


def _runs(points: Sequence[Point], breaks: set[int]) -> list[list[int]]:
    """Indices of points that are joined: cut at missing values and at breaks."""
    runs: list[list[int]] = [[]]
    for i, point in enumerate(points):
        if i in breaks or point.value is None:
            runs.append([])
        if point.value is not None:
            runs[-1].append(i)
    return [run for run in runs if run]


def _grid(frame: _Frame, words: Sequence[str]) -> list[SafeString]:
    parts = []
    for tick, word in zip(frame.ticks, words, strict=True):
        y = frame.at(0, tick)[1]
        kind = "axis" if tick == 0 else "grid"
        parts += [
            line(frame.left, y, frame.right, y, kind),
            label(frame.left - 8, y, word, anchor="end"),
        ]
    return parts


def _areas(
    frame: _Frame, runs: Sequence[Sequence[int]], points: Sequence[Point]
) -> list[SafeString]:
    parts = []
    for run in runs:
        known = [(i, points[i].low, points[i].high) for i in run]
        parts += _area(frame, [b for b in known if None not in b], "band")
    expected = [(i, p.expected_low, p.expected_high) for i, p in enumerate(points)]
    return parts + _area(frame, [b for b in expected if None not in b], "expect")


def _area(frame: _Frame, bounds: Sequence[tuple], kind: str) -> list[SafeString]:
    if len(bounds) < 2:
        # One period alone has no area; its doubt is drawn as a whisker.
        return [
            line(*frame.at(i, low), *frame.at(i, high), "whisker")
            for i, low, high in bounds
            if kind == "band"
        ]
    outline = [frame.at(i, high) for i, _low, high in bounds]
    outline += [frame.at(i, low) for i, low, _high in reversed(bounds)]
    return [tag("path", class_=f"c-{kind}", d=draw.path(outline, close=True))]


def _lines(
    frame: _Frame,
    runs: Sequence[Sequence[int]],
    points: Sequence[Point],
    improved_from: int | None,
) -> list[SafeString]:
    parts = []
    for run in runs:
        cut = len(run) if improved_from is None else sum(i < improved_from for i in run)
        # Both parts hold the first improved point, so that the line stays whole.
        for part, kind in ((run[: cut + 1], "c-line"), (run[cut:], "c-line c-line--better")):
            places = [frame.at(i, points[i].value or 0.0) for i in part]
            if len(places) > 1:
                parts.append(tag("path", class_=kind, d=draw.path(places)))
        if len(run) == 1:
            x, y = frame.at(run[0], points[run[0]].value or 0.0)
            parts.append(tag("circle", class_="c-dot", cx=x, cy=y, r=2.5))
    return parts


def _expected(frame: _Frame, points: Sequence[Point]) -> list[SafeString]:
    places = [frame.at(i, p.expected) for i, p in enumerate(points) if p.expected is not None]
    if len(places) < 2:
        return []
    return [tag("path", class_="c-expected", d=draw.path(places))]


def _releases(frame: _Frame, releases: Sequence[Mark]) -> list[SafeString]:
    parts = []
    # Two releases of neighbouring weeks: the boxes keep a distance, the lines stay true.
    free = -math.inf
    for letter, mark in zip(_letters(len(releases)), releases, strict=True):
        x = frame.x(mark.index)
        box = max(x, free)
        free = box + 19
        parts += [
            line(x, frame.top - 6, x, frame.bottom, "release"),
            tag("rect", class_="c-flag", x=box - 8, y=frame.top - 24, width=16, height=16, rx=3),
            label(box, frame.top - 16, letter, anchor="middle"),
        ]
    return parts


def _breaks(frame: _Frame, breaks: Sequence[Mark], width: float) -> list[SafeString]:
    parts = []
    for mark in breaks:
        if not 0 < mark.index < frame.count:
            continue
        x = frame.x(mark.index - 0.5)
        half = draw.text_width(mark.text) / 2
        middle = min(max(x, half + 2), width - half - 2)
        parts += [
            line(x, frame.top, x, frame.bottom - 16, "break"),
            label(middle, frame.bottom - 9, mark.text, anchor="middle", kind="break"),
        ]
    return parts


def _below(frame: _Frame, points: Sequence[Point], width: float) -> list[SafeString]:
    own = [(i, p.tick) for i, p in enumerate(points) if p.tick]
    parts, free = [], -math.inf
    for i, text in own or [(i, p.label) for i, p in enumerate(points)]:
        half = draw.text_width(text) / 2
        x = min(max(frame.x(i), half), width - half)
        if x - half < free:
            continue
        free = x + half + (10 if own else 26)
        parts.append(label(x, frame.bottom + 17, text, anchor="middle"))
    return parts


def _last(points: Sequence[Point]) -> Point:
    return next(point for point in reversed(points) if point.value is not None)


def _end_labels(points: Sequence[Point], digits: int) -> list[tuple[float, str, str]]:
    """(height, words, class) of the labels at the right end; they stand for a legend."""
    last = _last(points)
    assert last.value is not None
    if points[-1].expected is not None:
        actual, expected = _("実際"), _("見込み")
        return [
            (last.value, f"{number(last.value, digits)} {actual}", "now"),
            (points[-1].expected, f"{number(points[-1].expected, digits)} {expected}", ""),
        ]
    bounds = [] if last.low is None or last.high is None else [last.high, last.low]
    return [(last.value, number(last.value, digits), "now")] + [
        (bound, number(bound, digits), "") for bound in bounds
    ]


def _end(
    frame: _Frame,
    points: Sequence[Point],
    ends: Sequence[tuple[float, str, str]],
    improved_from: int | None,
) -> list[SafeString]:
    last = _last(points)
    index = max(i for i, point in enumerate(points) if point is last)
    x, y = frame.at(index, ends[0][0])
    better = improved_from is not None and index >= improved_from
    heights = draw.spread([frame.at(0, v)[1] for v, _t, _k in ends], frame.top, frame.bottom)
    mood = " c-dot--better" if better else ""
    parts = [tag("circle", class_="c-dot c-dot--now" + mood, cx=x, cy=y, r=4)]
    for (_value, text, kind), height in zip(ends, heights, strict=True):
        parts.append(
            label(frame.right + 10, height, text, kind="better" if kind and better else kind)
        )
    return parts


def _keys(points: Sequence[Point], releases: Sequence[Mark]) -> tuple[Key, ...]:
    keys = [
        Key(mark.text, letter=letter)
        for letter, mark in zip(_letters(len(releases)), releases, strict=True)
    ]
    if any(point.expected is not None for point in points):
        keys.append(Key(_("公開しなかった場合の見込み（帯は95％区間）"), swatch="expected"))
    if any(point.low is not None for point in points):
        keys.append(Key(_("帯は95％区間"), swatch="band"))
    return tuple(keys)


def _table(
    points: Sequence[Point],
    digits: int,
    releases: Sequence[Mark],
    headers: tuple[str, str] | None,
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    columns: list[tuple[str, list[str]]] = []
    first, second = headers or (_("期間"), _("値"))
    columns.append((first, [point.label for point in points]))
    columns.append((second, [number(point.value, digits) for point in points]))
    for title, name in (
        (_("下限"), "low"),
        (_("上限"), "high"),
        (_("見込み"), "expected"),
        (_("見込みの下限"), "expected_low"),
        (_("見込みの上限"), "expected_high"),
    ):
        values = [getattr(point, name) for point in points]
        if any(value is not None for value in values):
            columns.append((title, ["" if v is None else number(v, digits) for v in values]))
    if releases:
        events: dict[int, list[str]] = {}
        for mark in releases:
            events.setdefault(mark.index, []).append(mark.text)
        columns.append((_("公開"), [_("、").join(events.get(i, [])) for i in range(len(points))]))
    return tuple(title for title, _cells in columns), tuple(
        zip(*(cells for _title, cells in columns), strict=True)
    )


def _letters(count: int) -> list[str]:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return [alphabet[i] if i < len(alphabet) else str(i + 1) for i in range(count)]


def _numbers(point: Point) -> list[float]:
    bounds = (point.low, point.high, point.expected_low, point.expected_high)
    every = (point.value, point.expected, *bounds)
    return [n for n in every if n is not None]


def _finite(point: Point) -> Point:
    """The point with numbers that cannot be drawn (NaN, infinite) turned into gaps."""
    fields = ("value", "low", "high", "expected", "expected_low", "expected_high")
    kept = {name: getattr(point, name) for name in fields}
    kept = {k: v if v is not None and math.isfinite(v) else None for k, v in kept.items()}
    return Point(point.label, tick=point.tick, **kept)
