"""Numbers, scores and dates as people in Japanese offices write them."""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from voc.tables.errors import CellError
from voc.tables.errors import gettext as _

TOKYO = ZoneInfo("Asia/Tokyo")
SHOWN_CHARS = 30
_BLANK = frozenset(
    ("", "-", "--", "―", "ー", "－", "−", "—", "なし", "無し", "未回答", "無回答", "回答なし", "該当なし",
     "n/a", "na", "null", "none", "nan")
)  # fmt: skip
_NUMBER = re.compile(
    r"[+\-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[+\-]?\d{1,3})?", re.IGNORECASE
)
_LABELLED = re.compile(
    r"(\d{1,3})(?:\s*(?:点|pt|points?|stars?))?(?:\s*[:;,.、。)\]=\-~/|(]\s*|\s+)?(\D*)$"
)
_MINUS = str.maketrans("−‐‑–—―ー", "-------")
_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018,
         "m": 1867, "t": 1911, "s": 1925, "h": 1988, "r": 2018}  # fmt: skip
_DAY = re.compile(
    r"(?P<year>\d{4})(?:年\s*|[-/.]\s*)(?P<month>\d{1,2})(?:月\s*|[-/.]\s*)(?P<day>\d{1,2})日?"
)
_ERA_DAY = re.compile(
    r"(?P<era>明治|大正|昭和|平成|令和|[mtshr])\s*\.?\s*(?P<year>\d{1,2}|元)(?:年\s*|[-/.]\s*)"
    r"(?P<month>\d{1,2})(?:月\s*|[-/.]\s*)(?P<day>\d{1,2})日?"
)
_PACKED_DAY = re.compile(
    r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})(?=$|[t\s]|\d{6}$)"
)
_WEEKDAY = re.compile(r"\s*(?:\([日月火水木金土](?:曜日?)?\)|[日月火水木金土](?:曜日?)?(?=\s|$))")
_TIME = re.compile(
    r"(?:t|\s)*(?P<half>午前|午後|am|pm|a\.m\.|p\.m\.)?\s*"
    r"(?P<hour>\d{1,2})(?::|時\s*)(?:(?P<minute>\d{1,2})(?:分\s*|:)?)?"
    r"(?:(?P<second>\d{1,2})秒?(?:[.,]\d+)?)?\s*(?P<late_half>am|pm|a\.m\.|p\.m\.)?"
)
_PACKED_TIME = re.compile(r"t?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})")
_ZONE = re.compile(r"\s*(?P<name>z|utc|gmt|jst)?\s*(?P<offset>[+\-]\d{1,2}(?::?\d{2})?)?")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")
_EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 (a spreadsheet day has no zone)
_EARLIEST, _LATEST = 1900, 2100
# What nine of ten exports write, read without the detours of the rest.
_COMMON = re.compile(
    r"((?:19|20)[0-9]{2})[-/]([0-9]{1,2})[-/]([0-9]{1,2})"
    r"(?:[ T]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?)?"
)
_TOKYO_OFFSET = timedelta(hours=9)


def is_blank_answer(value: str) -> bool:
    """Whether the cell says "no answer" in one of the usual ways."""
    return not value or value.strip().casefold() in _BLANK


def plain(value: str) -> str:
    """The value in one width and lower case, for reading numbers and dates."""
    return unicodedata.normalize("NFKC", value).strip().casefold()


def _shown(value: str) -> str:
    return value if len(value) <= SHOWN_CHARS else value[:SHOWN_CHARS] + "…"


def parse_number(value: str) -> Decimal:
    """The number in a cell: full-width digits, thousands marks, 円 and ¥ are understood."""
    text = plain(value).translate(_MINUS)
    negative = text.startswith(("▲", "△"))
    text = text.strip("▲△").strip().lstrip("¥\\$").removesuffix("円").removesuffix("点").strip()
    if len(text) <= 40 and _NUMBER.fullmatch(text):
        try:
            number = Decimal(text.replace(",", ""))
        except InvalidOperation:
            number = None
        if number is not None:
            return -number if negative else number
    raise CellError(_("「%(value)s」は数として読めません。") % {"value": _shown(value)})


def parse_score(value: str, *, low: int, high: int) -> int | None:
    """The whole number of a score from `low` to `high`; None where nothing was answered."""
    if is_blank_answer(value):
        return None
    text = plain(value)
    stars = text.count("★")
    if stars and not text.strip("★☆ "):
        number = Decimal(stars)
    elif (match := _LABELLED.match(text)) and not text[match.end(1) :].startswith(("-", "/")):
        # 「5：とても満足」: the number is the answer, the rest its label.
        number = Decimal(match[1])
    else:
        number = parse_number(value)
    if number != number.to_integral_value() or not low <= number <= high:
        raise CellError(
            _("スコア「%(value)s」は %(low)d〜%(high)d の整数ではありません。")
            % {"value": _shown(value), "low": low, "high": high}
        )
    return int(number)


def parse_date(value: str, *, zone: ZoneInfo = TOKYO) -> datetime | None:
    """The moment in UTC; without a zone of its own it is `zone`'s time. None for a blank."""
    if is_blank_answer(value):
        return None
    if zone is TOKYO and (common := _COMMON.fullmatch(value)):
        moment = _common_moment(*common.groups())
        if moment is not None:
            return moment
    text = plain(value)
    if len(text) <= 60:
        try:
            moment = _serial(text) or _written(text)
            if moment is not None:
                moment = moment.replace(tzinfo=zone) if moment.tzinfo is None else moment
                if _EARLIEST <= moment.year <= _LATEST:
                    return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise CellError(_("日付「%(value)s」を読めません。") % {"value": _shown(value)})


def _common_moment(year: str, month: str, day: str, *time: str | None) -> datetime | None:
    hour, minute, second = (int(part or 0) for part in time)
    try:
        local = datetime(int(year), int(month), int(day), hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    # Japan has had one offset and no summer time since 1951.
    return local - _TOKYO_OFFSET if local.year > 1951 else None


def _serial(text: str) -> datetime | None:
    if _SERIAL.fullmatch(text):
        day = float(text)
        # 20000 is 1954-10-03, 80000 is 2119-01-11.
        return (
            _EXCEL_EPOCH + timedelta(seconds=round(day * 86_400))
            if 20_000 <= day < 80_000
            else None
        )
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    return None


def _written(text: str) -> datetime | None:
    match = _DAY.match(text) or _ERA_DAY.match(text) or _PACKED_DAY.match(text)
    if match is None:
        return None
    parts = match.groupdict()
    year = 1 if parts["year"] == "元" else int(parts["year"])
    day = date(year + _ERAS.get(parts.get("era") or "", 0), int(parts["month"]), int(parts["day"]))
    rest = text[match.end() :]
    if weekday := _WEEKDAY.match(rest):
        rest = rest[weekday.end() :]
    moment = datetime(day.year, day.month, day.day)  # noqa: DTZ001 (the zone follows)
    if not rest.strip():
        return moment
    time = _PACKED_TIME.match(rest) or _TIME.match(rest)
    if time is None:
        return None
    moment += _since_midnight(time.groupdict())
    zone = _ZONE.fullmatch(rest[time.end() :])
    if zone is None:
        return None
    return moment.replace(tzinfo=_zone(zone["name"], zone["offset"]))


def _since_midnight(parts: dict[str, str | None]) -> timedelta:
    hour, minute = int(parts["hour"] or 0), int(parts["minute"] or 0)
    second = int(parts["second"] or 0)
    half = (parts.get("half") or parts.get("late_half") or "").replace(".", "")
    if half in ("午後", "pm") and hour < 12:
        hour += 12
    elif half in ("午前", "am") and hour == 12:
        hour = 0
    # 24:00 to 29:59 is how shops and broadcasters write the small hours.
    if hour > 29 or minute > 59 or second > 60:
        raise ValueError
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _zone(name: str | None, offset: str | None) -> timezone | ZoneInfo | None:
    if offset:
        digits = offset[1:].replace(":", "")
        hours, minutes = int(digits[:2]), int(digits[2:] or 0)
        delta = timedelta(hours=hours, minutes=minutes)
        return timezone(-delta if offset[0] == "-" else delta)
    if name == "jst":
        return TOKYO
    return UTC if name else None
