"""Numbers, dates and durations as they are written on the pages, in either language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache
from typing import Any

import holidays as public_holidays
from django import template
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext

register = template.Library()

MINUS = "\u2212"
NO_DATA = gettext_lazy("データなし")
HOUR = 3600
DAY = 24 * HOUR




# ---------------------------------------------------------------- numbers


def to_decimal(value: Any, digits: int) -> Decimal | None:
    try:
        number = Decimal(str(value))
        if not number.is_finite():
            return None
        return number.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    except (InvalidOperation, ValueError, TypeError):
        return None


def _written(number: Decimal, digits: int) -> str:
    text = number_format(abs(number), decimal_pos=digits, use_l10n=True, force_grouping=True)
    return (MINUS if number < 0 else "") + text


@register.filter
def count(value: Any, digits: int = 0) -> str:
    """A number with thousands separators and a real minus; nothing known is 「データなし」."""
    number = to_decimal(value, digits)
    return str(NO_DATA) if number is None else _written(number, digits)


@register.filter
def signed(value: Any, digits: int | None = None) -> str:
    """A change with its sign: +3.0, −17.9, 0. Digits are kept as given unless asked for."""
    if digits is None:
        exponent = getattr(_decimal_as_given(value), "exponent", 0)
        digits = max(0, -exponent) if isinstance(exponent, int) else 0
    number = to_decimal(value, digits)
    if number is None:
        return str(NO_DATA)
    return ("+" if number > 0 else "") + _written(number, digits)


def _decimal_as_given(value: Any) -> Any:
    try:
        return Decimal(str(value)).as_tuple()
    except (InvalidOperation, ValueError):
        return None


@register.filter
def pct(value: Any, digits: int = 0) -> str:
    """A fraction 0 to 1 as percent: 0.464 → 46%."""
    number = to_decimal(value, 9)
    return str(NO_DATA) if number is None else f"{count(number * 100, digits)}%"


@register.filter
def signed_pct(value: Any, digits: int = 0) -> str:
    """A relative change as signed percent without the sign of percent: −0.34 → −34."""
    number = to_decimal(value, 9)
    return str(NO_DATA) if number is None else signed(number * 100, digits)


@register.filter
def yen(value: Any) -> str:
    """An amount of money: 86,400円."""
    number = to_decimal(value, 0)
    if number is None:
        return str(NO_DATA)
    return gettext("%(amount)s円") % {"amount": _written(number, 0)}




# ---------------------------------------------------------------- time


# In January 「12月28日」 is last month's; in November it would be next month's.
_SAME_SEASON_DAYS = 180


def is_japanese() -> bool:
    return (get_language() or "ja").startswith("ja")


def local_date(value: dt.datetime | dt.date) -> dt.date:
    if isinstance(value, dt.datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    return value


def short_date(day: dt.date, *, year: bool = False) -> str:
    if is_japanese():
        return (f"{day.year}年" if year else "") + f"{day.month}月{day.day}日"
    return f"{day.day} {day:%b}" + (f" {day.year}" if year else "")


@register.filter
def jday(value: dt.datetime | dt.date | None, style: str = "") -> str:
    """A day without weekday, for narrow columns: 11月20日.

    With its year when it lies in another one and so far off that it would be taken for this
    year's; never with the style "bare".
    """
    if not value:
        return ""
    day = local_date(value)
    today = timezone.localdate()
    far = day.year != today.year and abs((today - day).days) > _SAME_SEASON_DAYS
    return short_date(day, year=far and style != "bare")


def jmonth(value: dt.datetime | dt.date) -> str:
    """A month for the axis of a chart: 11月."""
    day = local_date(value)
    return f"{day.month}月" if is_japanese() else f"{day:%b}"


@register.filter
def jdate(value: dt.datetime | dt.date | None, style: str = "") -> str:
    """A day with its weekday: 11月20日（金）; with "year" also the year."""
    if not value:
        return ""
    day = local_date(value)
    if not is_japanese():
        return f"{day:%a} {day.day} {day:%b}" + (f" {day.year}" if style == "year" else "")
    year = f"{day.year}年" if style == "year" else ""
    return f"{year}{short_date(day)}（{'月火水木金土日'[day.weekday()]}）"


@register.filter
def jtime(value: dt.datetime | None) -> str:
    """The time of day in the reader's zone: 9:48."""
    if not value:
        return ""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{local.hour}:{local.minute:02}"


@register.filter
def jdatetime(value: dt.datetime | None, style: str = "") -> str:
    """Day, weekday and time: 11月20日（金）9:48."""
    if not value:
        return ""
    space = "" if is_japanese() else " "
    return f"{jdate(value, style)}{space}{jtime(value)}"


def complete(local: dt.datetime) -> str:
    """Year, day, weekday and time of a moment that is already in the reader's zone."""
    space = "" if is_japanese() else " "
    return f"{jdate(local.date(), 'year')}{space}{local.hour}:{local.minute:02}"


@register.filter
def duration(seconds: Any) -> str:
    """A length of time in at most two units: 42分, 2時間17分, 3日, 1日4時間. The sign is dropped."""
    number = to_decimal(seconds, 0)
    if number is None:
        return str(NO_DATA)
    total = abs(int(number))
    days, rest = divmod(total, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes = rest // 60
    day_text = ngettext("%(count)d日", "%(count)d日", days) % {"count": days}
    hour_text = ngettext("%(count)d時間", "%(count)d時間", hours) % {"count": hours}
    minute_text = ngettext("%(count)d分", "%(count)d分", minutes) % {"count": minutes}
    if total < 60:
        return ngettext("%(count)d秒", "%(count)d秒", total) % {"count": total}
    if days >= 3 or (days and not hours):
        return day_text
    joint = "" if is_japanese() else " "
    if days:
        return day_text + joint + hour_text
    if hours and minutes:
        return hour_text + joint + minute_text
    return hour_text if hours else minute_text


@register.filter
def days(value: Any) -> str:
    """A number of days: 3日."""
    number = to_decimal(value, 0)
    if number is None:
        return str(NO_DATA)
    return ngettext("%(count)d日", "%(count)d日", int(number)) % {"count": int(number)}


@cache
def _holidays(year: int) -> Mapping[dt.date, str]:
    return public_holidays.country_holidays("JP", years=year, language="en_US")


@register.filter
def holiday(name: str, day: dt.date) -> str:
    """The name of a public holiday in the reader's language."""
    return name if is_japanese() else _holidays(day.year).get(day, name)
