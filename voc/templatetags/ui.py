"""Template tags and filters of the design system: icons, chips, figures, dates, durations.

Registered as builtins, so no page needs `{% load %}`. What they draw is described in
`templates/voc/ui.html`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache
from typing import Any
from zlib import crc32

import holidays as public_holidays
from django import template
from django.contrib.messages import constants as levels
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext

from voc import customer_style as customer_css
from voc import vendor

register = template.Library()

MINUS = "\u2212"
NO_DATA = gettext_lazy("データなし")
HOUR = 3600
DAY = 24 * HOUR

# value → (tone, sign or icon, words)
POLARITIES = {
    "positive": ("matsu", "＋", gettext_lazy("よい")),
    "negative": ("ebi", "−", gettext_lazy("よくない")),
    "neutral": ("ai", "○", gettext_lazy("どちらでもない")),
}
INTENTS = {
    "complaint": gettext_lazy("不満"),
    "request": gettext_lazy("要望"),
    "question": gettext_lazy("質問"),
    "praise": gettext_lazy("称賛"),
    "report": gettext_lazy("報告"),
}
VERDICTS = {
    "improved": gettext_lazy("改善した"),
    "no_change": gettext_lazy("変化は見られない"),
    "worsened": gettext_lazy("悪化した"),
    "inconclusive": gettext_lazy("判断できない"),
}
# Drawn here, not taken from the icon set: circle, dashed circle, diamond carry the meaning.
VERDICT_SHAPES = {
    "improved": '<circle cx="10" cy="10" r="9" class="solid"/><path d="m6 10.3 2.8 2.7L14 7.4"/>',
    "no_change": '<circle cx="10" cy="10" r="8.2"/><path d="M6.6 8.2h6.8M6.6 11.8h6.8"/>',
    "worsened": '<path d="m10 .9 9.1 9.1-9.1 9.1L.9 10z" class="solid"/>'
    '<path d="M10 5.6v5.2M10 14v.2"/>',
    "inconclusive": '<circle cx="10" cy="10" r="8.2" class="dashed"/>'
    '<circle cx="10" cy="10" r="2" class="dot"/>',
}


# ---------------------------------------------------------------- icons and small marks


@cache
def _icons() -> dict[str, str]:
    return json.loads((vendor.FOLDER / "icons/icons.json").read_text())


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An inline drawing; silent to screen readers unless it has a label."""
    shape = mark_safe(_icons()[name])  # noqa: S308 - vendored, checked by hash
    if label:
        return format_html(
            '<svg class="icon" viewBox="0 0 24 24" role="img" aria-label="{}">{}</svg>',
            label,
            shape,
        )
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>',
        shape,
    )


@register.simple_tag
def chip(text: Any, tone: str = "", icon: str = "", sign: str = "") -> SafeString:
    """A word on a tint with its sign; `tone` is ai, matsu, ebi, kaki, shu, dashed or empty."""
    classes = f"chip chip--{tone}" if tone else "chip"
    mark = _icon(icon) if icon else ""
    if sign:
        mark = format_html('<span class="sign" aria-hidden="true">{}</span>', sign)
    return format_html('<span class="{}">{}{}</span>', classes, mark, text)


_icon = icon


@register.simple_tag
def polarity(value: str) -> SafeString:
    """The chip of a polarity: ＋ よい, − よくない, ○ どちらでもない."""
    tone, sign, words = POLARITIES[value]
    return chip(words, tone=tone, sign=sign)


@register.simple_tag
def intent(value: str) -> SafeString:
    """The chip of an intent: 不満, 要望, 質問, 称賛, 報告."""
    return chip(INTENTS[value])


@register.simple_tag
def marked(clauses: Iterable[Mapping[str, Any]]) -> SafeString:
    """The words with side-lines under the clauses that have a polarity."""
    return format_html_join(
        "",
        "{}",
        ((_clause(part["text"], part.get("polarity"), part.get("note")),) for part in clauses),
    )


def _clause(text: str, polarity: str | None, note: Any) -> str:
    if polarity not in POLARITIES:
        return text
    number = format_html(' data-note="{}"', note) if note else ""
    return format_html('<mark class="mark--{}"{}>{}</mark>', polarity, number, text)


@register.simple_tag
def verdict(value: str, words: Any = "") -> SafeString:
    """The judgement of an effect, as large when undecided as when it is good news."""
    return format_html(
        '<span class="verdict verdict--{}"><svg viewBox="0 0 20 20" aria-hidden="true">{}</svg>'
        "{}</span>",
        value,
        mark_safe(VERDICT_SHAPES[value]),  # noqa: S308 - constants above
        words or VERDICTS[value],
    )


@register.simple_tag
def person(name: Any = "", show: bool = False) -> SafeString:
    """One person as a disc with the first character; nobody is a dashed 「未」.

    `name` is a string or anything with a `name`. The tint is taken from the name and means nothing.
    """
    text = str(getattr(name, "name", name) or "").strip()
    if not text:
        disc = format_html(
            '<span class="disc disc--none" title="{0}"><span aria-hidden="true">{1}</span></span>',
            gettext("担当なし"),
            gettext("未"),
        )
        label = gettext("担当なし")
    else:
        tint = crc32(text.encode()) % 5 + 1
        disc = format_html(
            '<span class="disc disc--{}" title="{}"><span aria-hidden="true">{}</span></span>',
            tint,
            text,
            (text.removeprefix(gettext("お客様")).strip() or text)[0].upper(),
        )
        label = text
    label_class = "person-name" if show else "visually-hidden"
    return format_html(
        '<span class="person">{}<span class="{}">{}</span></span>', disc, label_class, label
    )


@register.simple_tag
def due(
    seconds: int | None = None,
    at: dt.datetime | None = None,
    waiting: bool = False,
    done: bool = False,
) -> SafeString:
    """What is left of a deadline: 超過 (alarm), 残り (clock), later dates as bare text.

    `seconds` is what is left (negative when over), `at` the moment itself; a paused clock says
    that it waits for the customer. Without a deadline there is nothing to see.
    """
    if waiting:
        return chip(gettext("お客様待ち"), tone="dashed", icon="player-pause")
    if done:
        return format_html('<span class="due">{}{}</span>', icon("check"), gettext("対応済み"))
    if seconds is None:
        return mark_safe("")
    text = duration(seconds)
    if seconds < 0:
        return chip(gettext("超過 %(duration)s") % {"duration": text}, tone="shu", icon="alarm")
    words = gettext("残り %(duration)s") % {"duration": text}
    if seconds < 2 * HOUR:
        return chip(words, tone="kaki", icon="clock")
    if at is not None and seconds >= DAY:
        return format_html('<span class="due">{}{}</span>', icon("clock"), _moment(at))
    return format_html('<span class="due">{}{}</span>', icon("clock"), words)


def _moment(at: dt.datetime) -> SafeString:
    local = timezone.localtime(at)
    # A day of another year would be read as one of this year.
    this_year = local.year == timezone.localtime().year
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="minutes"),
        jdatetime(at, "year"),
        _short_date(local.date(), year=not this_year),
    )


@register.simple_tag
def moment(at: dt.datetime | None) -> SafeString:
    """A point in time, short on the page (11月20日) and complete on hover."""
    return _moment(at) if at else mark_safe("")


# ---------------------------------------------------------------- numbers


def _decimal(value: Any, digits: int) -> Decimal | None:
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
    number = _decimal(value, digits)
    return str(NO_DATA) if number is None else _written(number, digits)


@register.filter
def signed(value: Any, digits: int | None = None) -> str:
    """A change with its sign: +3.0, −17.9, 0. Digits are kept as given unless asked for."""
    if digits is None:
        exponent = getattr(_decimal_as_given(value), "exponent", 0)
        digits = max(0, -exponent) if isinstance(exponent, int) else 0
    number = _decimal(value, digits)
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
    number = _decimal(value, 9)
    return str(NO_DATA) if number is None else f"{count(number * 100, digits)}%"


@register.filter
def signed_pct(value: Any, digits: int = 0) -> str:
    """A relative change as signed percent without the sign of percent: −0.34 → −34."""
    number = _decimal(value, 9)
    return str(NO_DATA) if number is None else signed(number * 100, digits)


@register.filter
def yen(value: Any) -> str:
    """An amount of money: 86,400円."""
    number = _decimal(value, 0)
    if number is None:
        return str(NO_DATA)
    return gettext("%(amount)s円") % {"amount": _written(number, 0)}


def _said(unit: Any) -> bool:
    """Whether this language says the unit: Japanese counts with 件, 人, つ, 回, English with none."""
    if _japanese():
        return True
    counters = (gettext("件"), gettext("人"), gettext("つ"), gettext("回"))
    return str(unit) not in counters


@register.simple_tag
def figure(
    value: Any, unit: Any = "", digits: int = 0, sign: bool = False, big: bool = False
) -> SafeString:
    """A number with its unit small and close: 1,284<small>件</small>."""
    number = _decimal(value, digits)
    if number is None:
        return format_html('<span class="fig fig--none">{}</span>', NO_DATA)
    text = signed(number, digits) if sign else count(number, digits)
    classes = "fig fig--big" if big else "fig"
    small = format_html("<small>{}</small>", unit) if unit and _said(unit) else ""
    return format_html('<span class="{}">{}{}</span>', classes, text, small)


# ---------------------------------------------------------------- time


def _japanese() -> bool:
    return (get_language() or "ja").startswith("ja")


def _local_date(value: dt.datetime | dt.date) -> dt.date:
    if isinstance(value, dt.datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    return value


def _short_date(day: dt.date, *, year: bool = False) -> str:
    if _japanese():
        return (f"{day.year}年" if year else "") + f"{day.month}月{day.day}日"
    return f"{day.day} {day:%b}" + (f" {day.year}" if year else "")


@register.filter
def jday(value: dt.datetime | dt.date | None) -> str:
    """A day without weekday, for narrow columns: 11月20日."""
    return _short_date(_local_date(value)) if value else ""


def jmonth(value: dt.datetime | dt.date) -> str:
    """A month for the axis of a chart: 11月."""
    day = _local_date(value)
    return f"{day.month}月" if _japanese() else f"{day:%b}"


@register.filter
def jdate(value: dt.datetime | dt.date | None, style: str = "") -> str:
    """A day with its weekday: 11月20日（金）; with "year" also the year."""
    if not value:
        return ""
    day = _local_date(value)
    if not _japanese():
        return f"{day:%a} {day.day} {day:%b}" + (f" {day.year}" if style == "year" else "")
    year = f"{day.year}年" if style == "year" else ""
    return f"{year}{_short_date(day)}（{'月火水木金土日'[day.weekday()]}）"


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
    space = "" if _japanese() else " "
    return f"{jdate(value, style)}{space}{jtime(value)}"


@register.filter
def duration(seconds: Any) -> str:
    """A length of time in at most two units: 42分, 2時間17分, 3日, 1日4時間. The sign is dropped."""
    number = _decimal(seconds, 0)
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
    joint = "" if _japanese() else " "
    if days:
        return day_text + joint + hour_text
    if hours and minutes:
        return hour_text + joint + minute_text
    return hour_text if hours else minute_text


@register.filter
def days(value: Any) -> str:
    """A number of days: 3日."""
    number = _decimal(value, 0)
    if number is None:
        return str(NO_DATA)
    return ngettext("%(count)d日", "%(count)d日", int(number)) % {"count": int(number)}


@cache
def _holidays(year: int) -> Mapping[dt.date, str]:
    return public_holidays.country_holidays("JP", years=year, language="en_US")


@register.filter
def holiday(name: str, day: dt.date) -> str:
    """The name of a public holiday in the reader's language."""
    return name if _japanese() else _holidays(day.year).get(day, name)


# ---------------------------------------------------------------- sentences


@register.simple_tag
def gap() -> str:
    """What stands between two sentences: nothing in Japanese, else a space."""
    return "" if _japanese() else " "


@register.filter
def sentences(items: Sequence[Any]) -> SafeString:
    """Sentences one after the other, as this language sets them."""
    return mark_safe(gap().join(conditional_escape(item) for item in items))  # noqa: S308 - escaped


# ---------------------------------------------------------------- drawings and helpers


@register.inclusion_tag("parts/told_bar.html")
def told_bar(told: int = 0, held: int = 0, failed: int = 0, coming: int = 0) -> dict[str, Any]:
    """Who was told, as one bar: filled, hatched, solid red, dashed outline."""
    total = told + held + failed + coming
    bars, left = [], Decimal(0)
    for kind, number in (("told", told), ("held", held), ("failed", failed), ("coming", coming)):
        if number:
            width = Decimal(number * 100) / total
            bars.append({"kind": kind, "x": f"{left:.2f}%", "width": f"{width:.2f}%"})
            left += width
    return {
        "bars": bars,
        "total": total,
        "told": told,
        "held": held,
        "failed": failed,
        "coming": coming,
    }


@register.filter
def message_tone(message: Any) -> str:
    """The tone of a Django message: error, warning, success or info."""
    if message.level >= levels.ERROR:
        return "error"
    if message.level >= levels.WARNING:
        return "warning"
    return "success" if message.level >= levels.SUCCESS else "info"


def _request(context: Any) -> Any:
    # Stays on the context object inside `{% include … only %}`, where the variable is gone.
    return getattr(context, "request", None) or context.get("request")


@register.simple_tag(takes_context=True)
def theme(context: Mapping[str, Any]) -> SafeString:
    """The `data-theme` attribute the reader chose on this device, or nothing."""
    request = _request(context)
    chosen = request.COOKIES.get("theme", "") if request else ""
    if chosen not in {"light", "dark"}:
        return mark_safe("")
    return format_html(' data-theme="{}"', chosen)


@register.simple_tag
def customer_style() -> SafeString:
    """The one inline stylesheet of a customer page; its hash is `customer_style.source()`."""
    return format_html("<style>{}</style>", mark_safe(customer_css.text()))  # noqa: S308 - own file


@register.simple_tag(takes_context=True)
def with_query(context: Mapping[str, Any], **changes: Any) -> str:
    """The current address's query with some keys changed; None or "" removes a key."""
    query = _request(context).GET.copy()
    for key, value in changes.items():
        if value in (None, ""):
            query.pop(key, None)
        else:
            query[key] = value
    text = query.urlencode()
    return f"?{text}" if text else "?"
