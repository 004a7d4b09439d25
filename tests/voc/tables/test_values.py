"""Numbers, scores and dates in the ways offices write them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from voc.tables import CellError, parse_date, parse_number, parse_score


@pytest.mark.parametrize(
    ("written", "score"),
    [("9", 9), ("９", 9), ("9.0", 9), (" 10 ", 10), ("10：とても勧めたい", 10), ("5.満足", 5),
     ("8点", 8), ("８（良い）", 8), ("★★★☆☆", 3), ("0", 0), ("", None), ("未回答", None), ("−", None)],
)  # fmt: skip
def test_a_score_is_read(written, score):
    assert parse_score(written, low=0, high=10) == score


@pytest.mark.parametrize(
    "written",
    [
        "11",
        "-1",
        "−1",
        "true",
        "1e30",
        "9.5",
        "とても満足",
        "5/10",
        "1,000",
        "∞",
        "9 8",
        "²5",
    ],
)
def test_a_value_outside_the_scale_is_refused_with_itself(written):
    with pytest.raises(CellError, match="「"):
        parse_score(written, low=0, high=10)


@pytest.mark.parametrize(
    ("written", "number"),
    [("1,200円", "1200"), ("￥１，２００", "1200"), ("¥1,200.50", "1200.50"), ("▲300", "-300"),
     ("－5", "-5"), ("3.5", "3.5")],
)  # fmt: skip
def test_an_amount_is_read(written, number):
    assert parse_number(written) == Decimal(number)


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026/01/05 10:00", (2026, 1, 5, 1)),
        ("2026-01-05T10:00:00+09:00", (2026, 1, 5, 1)),
        ("2026-01-05T01:00:00Z", (2026, 1, 5, 1)),
        ("2026-01-05 01:00:00 UTC", (2026, 1, 5, 1)),
        ("２０２６／０１／０５　１０：００", (2026, 1, 5, 1)),
        ("2026年1月8日", (2026, 1, 7, 15)),
        ("2026年1月8日（木）10時00分", (2026, 1, 8, 1)),
        ("2026/1/5 午後 3:00:00 GMT+9", (2026, 1, 5, 6)),
        ("2026/1/5 午前12:00", (2026, 1, 4, 15)),
        ("R8.1.7", (2026, 1, 6, 15)),
        ("令和8年1月7日", (2026, 1, 6, 15)),
        ("令和元年5月1日", (2019, 4, 30, 15)),
        ("H30/4/1", (2018, 3, 31, 15)),
        ("20260105", (2026, 1, 4, 15)),
        ("20260105100000", (2026, 1, 5, 1)),
        ("46027", (2026, 1, 4, 15)),
        ("46027.4166666667", (2026, 1, 5, 1)),
        ("1767574800", (2026, 1, 5, 1)),
        ("2026/01/05 25:00", (2026, 1, 5, 16)),
    ],
)
def test_a_date_is_read_in_tokyo_time_unless_it_says_otherwise(written, utc):
    assert parse_date(written) == datetime(*utc, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    ["昨日", "2026/13/01", "2026/02/30", "1/5/2026", "26/1/5", "2026/01/05 30:00", "9", "0000/00/00",
     "2026/01/05 10:00+99:99", "9" * 400, "R99.1.1", "２０２６"],
)  # fmt: skip
def test_what_is_no_date_is_refused_with_itself(written):
    with pytest.raises(CellError, match="読めません"):
        parse_date(written)


def test_a_blank_date_is_no_date():
    assert parse_date(" ") is None
