"""Template tags and filters of the design system: icons, chips, figures, dates, durations.

Registered as builtins, so no page needs `{% load %}`. What they draw is described in
`templates/voc/ui.html`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any
from zlib import crc32

from django import template
from django.contrib.messages import constants as levels
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, gettext_lazy

from voc import customer_style as customer_css
from voc import vendor
from voc.templatetags.written import (
    DAY,
    HOUR,
    NO_DATA,
    complete,
    count,
    duration,
    is_japanese,
    short_date,
    signed,
    to_decimal,
)

register = template.Library()


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


@cache
def _drawing(name: str) -> SafeString:
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>',
        mark_safe(_icons()[name]),  # noqa: S308 - vendored, checked by hash
    )


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An inline drawing; silent to screen readers unless it has a label."""
    if not label:
        return _drawing(name)
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" role="img" aria-label="{}">{}</svg>',
        label,
        mark_safe(_icons()[name]),  # noqa: S308 - vendored, checked by hash
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
    return _person(text, show, get_language() or "")


@lru_cache(maxsize=1024)
def _person(text: str, show: bool, language: str) -> SafeString:
    """Kept, because a list shows the same few people forty times."""
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
    if waiting or done:
        return _at_rest("waiting" if waiting else "done", get_language() or "")
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


@lru_cache(maxsize=8)
def _at_rest(why: str, language: str) -> SafeString:
    if why == "waiting":
        return chip(gettext("お客様待ち"), tone="dashed", icon="player-pause")
    return format_html('<span class="due">{}{}</span>', icon("check"), gettext("対応済み"))


def _moment(at: dt.datetime) -> SafeString:
    return _written_moment(at, timezone.get_current_timezone(), timezone.localdate().year, get_language())


@lru_cache(maxsize=2048)
def _written_moment(
    at: dt.datetime, zone: dt.tzinfo, this_year: int, language: str | None
) -> SafeString:
    """Kept, because everybody looks at the newest rows."""
    local = timezone.localtime(at, zone)
    # A day of another year would be read as one of this year.
    # Digits, signs and names of days only: nothing in here needs escaping.
    return mark_safe(  # noqa: S308
        f'<time datetime="{local.isoformat(timespec="minutes")}" title="{complete(local)}">'
        f"{short_date(local, year=local.year != this_year)}</time>"
    )


@register.simple_tag
def moment(at: dt.datetime | None) -> SafeString:
    """A point in time, short on the page (11月20日) and complete on hover."""
    return _moment(at) if at else mark_safe("")


def _said(unit: Any) -> bool:
    """Whether this language says the unit: Japanese counts with 件, 人, つ, 回, English with none."""
    if is_japanese():
        return True
    counters = (gettext("件"), gettext("人"), gettext("つ"), gettext("回"))
    return str(unit) not in counters


@register.simple_tag
def figure(
    value: Any, unit: Any = "", digits: int = 0, sign: bool = False, big: bool = False
) -> SafeString:
    """A number with its unit small and close: 1,284<small>件</small>."""
    number = to_decimal(value, digits)
    if number is None:
        return format_html('<span class="fig fig--none">{}</span>', NO_DATA)
    text = signed(number, digits) if sign else count(number, digits)
    classes = "fig fig--big" if big else "fig"
    small = format_html("<small>{}</small>", unit) if unit and _said(unit) else ""
    return format_html('<span class="{}">{}{}</span>', classes, text, small)




@register.simple_tag
def nav_links(sections: Iterable[Mapping[str, Any]]) -> SafeString:
    """The links of the navigation: drawing, word, number of things that wait."""
    return format_html_join(
        "\n",
        '<a href="{0}" title="{1}"{2}>{3}<span>{1}</span>{4}</a>',
        (
            (
                item["url"],
                str(item["label"]),
                mark_safe(' aria-current="page"') if item["current"] else "",
                _drawing(item["icon"] or "point"),
                format_html('<span class="nav-count">{}</span>', count(item["count"]))
                if item["count"]
                else "",
            )
            for item in sections
        ),
    )


# ---------------------------------------------------------------- sentences


@register.simple_tag
def kept(name: str) -> SafeString:
    """A template that says the same on every page of a language: written once, then kept."""
    return _kept(name, get_language() or "")


@lru_cache(maxsize=64)
def _kept(name: str, language: str) -> SafeString:
    return render_to_string(name)


@register.simple_tag
def gap() -> str:
    """What stands between two sentences: nothing in Japanese, else a space."""
    return "" if is_japanese() else " "


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
