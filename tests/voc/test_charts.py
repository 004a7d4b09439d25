"""Charts: escaped, without inline style, never without the table behind them."""

import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import pytest
from django.template import Context, Engine
from hypothesis import given
from hypothesis import strategies as st

from voc.charts import (
    Interval,
    Mark,
    Part,
    Point,
    histogram,
    interval_plot,
    line_chart,
    nice_ticks,
    number,
    sparkline,
    stacked_bar,
)

NASTY = "\"><script>alert(1)</script>&'"
SVG = "{http://www.w3.org/2000/svg}"


def weeks(values, **extra):
    return [Point(f"{i + 1}週", value, **extra) for i, value in enumerate(values)]


def elements(chart, name, kind=None):
    root = ET.fromstring(chart.svg)
    found = root.iter(SVG + name)
    return [e for e in found if kind is None or kind in e.get("class", "").split()]


def every_chart(text="説明", compact=False):
    kw = {"summary": text, "compact": compact}
    points = [
        Point(text, -10.0 + i, -15.0 + i, -5.0 + i, tick=text if i % 4 == 0 else "")
        for i in range(12)
    ]
    return {
        "line": line_chart(
            points, releases=[Mark(3, text)], breaks=[Mark(6, text)], headers=(text, text), **kw
        ),
        "histogram": histogram([1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10], **kw),
        "spark": sparkline([3, None, 5], 4.0, summary=text, labels=[text] * 3),
        "intervals": interval_plot(
            [Interval(text, -34, -48, -17, True, True, text), Interval(text, None, None, None)],
            **kw,
        ),
        "stack": stacked_bar([Part(text, 4, "told"), Part(text, 2, "held")], **kw),
    }


@pytest.mark.parametrize("compact", [False, True])
@pytest.mark.parametrize("name", ["line", "histogram", "spark", "intervals", "stack"])
def test_every_chart_is_one_escaped_image_without_inline_style(name, compact):
    chart = every_chart(NASTY, compact)[name]

    root = ET.fromstring(chart.svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == chart.summary == NASTY
    assert root.get("width") is None
    assert float(root.get("viewBox").split()[2]) <= (328 if compact else 640)
    assert not list(root.iter(SVG + "script"))
    for element in root.iter():
        assert not {"style", "fill", "stroke", "id"} & set(element.attrib)
        assert not any(key.startswith("on") for key in element.attrib)
    assert not re.search(r"NaN|inf|None", chart.svg)


@pytest.mark.parametrize("name", ["line", "histogram", "spark", "intervals", "stack"])
def test_every_chart_has_the_table_behind_it(name):
    chart = every_chart()[name]

    assert chart.rows
    assert all(len(row) == len(chart.headers) for row in chart.rows)
    assert all(isinstance(cell, str) for row in chart.rows for cell in row)


@pytest.mark.parametrize("compact", [False, True])
def test_a_line_stays_inside_its_picture(compact):
    points = [Point(f"{i}", v, v - 7, v + 7) for i, v in enumerate([-40, 128400, 3, 90])]

    chart = line_chart(points, summary="x", compact=compact)

    width, height = map(float, ET.fromstring(chart.svg).get("viewBox").split()[2:])
    for path in elements(chart, "path"):
        xy = [float(n) for n in re.findall(r"-?[\d.]+", path.get("d"))]
        assert all(0 <= x <= width for x in xy[::2])
        assert all(0 <= y <= height for y in xy[1::2])


def test_missing_values_leave_a_gap_and_a_lone_point_is_a_dot():
    chart = line_chart(weeks([1, 2, None, 4, None, 6, 7, 8]), summary="x")

    assert len(elements(chart, "path", "c-line")) == 2
    assert len(elements(chart, "circle", "c-dot")) == 2
    assert chart.rows[2] == ("3週", "データなし")


def test_a_change_of_counting_cuts_the_line_and_says_why():
    chart = line_chart(weeks(range(10)), summary="x", breaks=[Mark(5, "分類を更新")])

    assert len(elements(chart, "path", "c-line")) == 2
    assert "分類を更新" in [e.text for e in elements(chart, "text", "c-label--break")]


def test_releases_are_letters_explained_below():
    marks = [Mark(2, "送料を表示"), Mark(3, "配送日時の指定"), Mark(99, "期間の外")]

    chart = line_chart(weeks(range(10)), summary="x", releases=marks)

    assert [(k.letter, k.text) for k in chart.keys] == [
        ("A", "送料を表示"),
        ("B", "配送日時の指定"),
    ]
    boxes = [float(e.get("x")) for e in elements(chart, "rect", "c-flag")]
    assert boxes[1] - boxes[0] >= 17
    assert chart.rows[2][-1] == "送料を表示"


def test_the_last_value_stands_at_the_end_with_its_bounds():
    chart = line_chart(weeks([-20, -17.9], low=-24.3, high=-11.3), summary="x")

    now = elements(chart, "text", "c-label--now")
    assert [e.text for e in now] == ["−17.9"]
    texts = [e.text for e in elements(chart, "text")]
    assert "−11.3" in texts
    assert "−24.3" in texts


def test_end_labels_keep_a_distance_when_their_values_are_close():
    points = [*weeks([10, 10.0]), Point("3週", 10.0, 9.99, 10.01)]

    chart = line_chart(points, summary="x", from_zero=True, digits=2)

    right = max(float(e.get("x")) for e in elements(chart, "text"))
    ys = sorted(float(e.get("y")) for e in elements(chart, "text") if float(e.get("x")) == right)
    assert len(ys) == 3
    assert min(b - a for a, b in pairwise(ys)) >= 14.9


def test_only_a_given_verdict_colours_the_line_as_better():
    points = [Point(str(i), 10.0, expected=12.0 if i > 4 else None) for i in range(9)]

    assert elements(line_chart(points, summary="x"), "path", "c-line--better") == []
    better = line_chart(points, summary="x", improved_from=5)
    line, fixed = elements(better, "path", "c-line")
    assert "c-line--better" in fixed.get("class")
    assert line.get("d").split("L")[-1] == fixed.get("d").split("L")[0].lstrip("M")
    assert len(elements(better, "path", "c-expected")) == 1


def test_no_values_draw_words_and_no_axis():
    for chart in (
        line_chart([], summary="x"),
        line_chart(weeks([None, float("nan"), float("inf")]), summary="x"),
        histogram([0] * 11, summary="x"),
        interval_plot([Interval("a", None, None, None)], summary="x"),
        stacked_bar([Part("a", 0, "told")], summary="x"),
    ):
        assert [e.text for e in elements(chart, "text")] == ["表示できる値がありません"]
        assert not elements(chart, "line")


def test_a_distribution_colours_its_groups_and_names_their_shares():
    chart = histogram([1, 0, 0, 0, 0, 0, 2, 3, 0, 0, 4], summary="x")

    kinds = [e.get("class").split("--")[-1] for e in elements(chart, "rect", "c-bar")]
    assert kinds == ["detractor"] * 7 + ["passive"] * 2 + ["promoter"] * 2
    texts = [e.text for e in elements(chart, "text")]
    assert {"批判者 0–6 30%", "中立者 7–8 30%", "推奨者 9–10 40%"} <= set(texts)
    heights = [float(e.get("height")) for e in elements(chart, "rect", "c-bar")]
    assert heights[1] == 0
    assert heights[10] == max(heights)


def test_a_few_answers_among_thousands_are_not_called_zero_percent():
    texts = [e.text for e in elements(histogram([9999] + [0] * 9 + [1], summary="x"), "text")]

    assert "批判者 0–6 99%超" in texts
    assert "推奨者 9–10 1%未満" in texts


def test_a_distribution_needs_eleven_counts():
    with pytest.raises(ValueError, match="eleven"):
        histogram([1, 2, 3], summary="x")


def test_a_sparkline_marks_its_last_bar_and_keeps_missing_weeks_empty():
    chart = sparkline([4, None, 0, 9], 5.0, summary="x", rising=True)

    bars = elements(chart, "rect", "c-bar")
    assert len(bars) == 3
    assert "c-bar--rising" in bars[-1].get("class")
    assert chart.rows[1][1] == "データなし"
    assert chart.rows[2][1] == "0"


def test_undecided_intervals_are_marked_and_long_whiskers_end_in_an_arrow():
    rows = [
        Interval("短縮", -12, -31, 11, False, None, "判断できない"),
        Interval("悪化", 40, 12, 900, True, False, "悪化した"),
    ]

    chart = interval_plot(rows, summary="x", limits=(-80, 80))

    assert len(elements(chart, "g", "c-interval--undecided")) == 1
    assert len(elements(chart, "g", "c-interval--worse")) == 1
    assert len(elements(chart, "path", "c-arrow")) == 1
    assert len(elements(chart, "line", "c-zero")) == 1
    assert chart.rows[1] == ("悪化", "+40%", "+12%", "+900%", "悪化した")


def test_a_cut_label_keeps_its_full_text_as_title():
    long = "とても長い改善の名前" * 5

    chart = interval_plot([Interval(long, 1, 0, 2)], summary="x")

    assert [e.text for e in elements(chart, "title")] == [long]
    assert any(e.text.endswith("…") for e in elements(chart, "text"))


def test_a_small_part_stays_visible_and_the_bar_stays_whole():
    chart = stacked_bar(
        [Part("伝えた", 100_000, "told"), Part("これから", 1, "ahead")], summary="x"
    )

    rects = elements(chart, "rect", "c-part")
    assert float(rects[1].get("width")) > 2
    assert float(rects[1].get("x")) + float(rects[1].get("width")) <= 640


@pytest.mark.parametrize("part", [Part("a", -1, "told"), Part("a", 1, 'x" onload="y')])
def test_impossible_parts_are_refused(part):
    with pytest.raises(ValueError, match="part"):
        stacked_bar([part], summary="x")


@pytest.mark.parametrize(
    ("value", "digits", "kw", "text"),
    [
        (-17.94, 1, {}, "\u221217.9"),
        (-0.04, 1, {}, "0.0"),
        (128400, 0, {}, "128,400"),
        (3, 0, {"signed": True, "unit": "%"}, "+3%"),
        (0, 0, {"signed": True}, "0"),
        (None, 0, {"unit": "%"}, "データなし"),
        (float("nan"), 0, {}, "データなし"),
    ],
)
def test_numbers_are_written_as_people_read_them(value, digits, kw, text):
    assert number(value, digits, **kw) == text


@given(
    st.floats(-1e9, 1e9).filter(lambda x: x == 0 or abs(x) > 1e-6),
    st.floats(0, 1e9).filter(lambda x: x == 0 or x > 1e-3),
)
def test_ticks_are_few_even_and_cover_the_data(low, span):
    ticks = nice_ticks(low, low + span)

    slack = 1e-6 * max(abs(low), span, 1)
    assert 2 <= len(ticks) <= 5
    assert ticks[0] <= low + slack
    assert ticks[-1] >= low + span - slack
    steps = [b - a for a, b in pairwise(ticks)]
    assert max(steps) - min(steps) <= slack
    assert min(steps) > 0


def test_the_part_shows_the_picture_its_keys_and_the_table():
    engine = Engine(
        dirs=[Path(__file__).parents[2] / "templates"],
        libraries={"i18n": "django.templatetags.i18n"},
    )
    chart = every_chart(NASTY)["line"]

    html = engine.get_template("parts/chart.html").render(Context({"chart": chart}))

    assert html.count("<svg") == 1
    assert "<script" not in html
    assert "style=" not in html
    assert "<details" in html
    assert html.count("<tr>") == 13
    assert 'class="c-letter">A<' in html
