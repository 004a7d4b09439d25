"""Business time: how many open seconds lie between two instants, and when a target is due.

A schedule is a zone, windows per weekday and holidays. An instant is open when its local
time lies in a window [open, close) of its local weekday and its local date is no holiday.
Everything is computed in integer microseconds of UTC from that rule alone, so an hour
that a clock change skips counts nothing and an hour it repeats counts twice.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays as public_holidays

TOKYO = ZoneInfo("Asia/Tokyo")
# The Cabinet Office announces the equinox days of a year in February of the year before;
# later dates are computed from today's law and may still change.
JAPAN_KNOWN_UNTIL = date(2027, 12, 31)

Windows = Mapping[int, Iterable[tuple[time, time]]]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
# A mistyped year must not make the clock walk through two thousand calendars.
_FIRST_YEAR, _LAST_YEAR = 1900, 2299
# A target not reached in this many years will not be reached at all.
_SEARCH_YEARS = 200


class ScheduleClosedError(ValueError):
    """The schedule has no open time left in which a target could fall due."""


class Holidays(dict[date, str]):
    """Names by date, and the last day for which they are officially known."""

    def __init__(self, names: Mapping[date, str], known_until: date) -> None:
        super().__init__(names)
        self.known_until = known_until


class _Year(NamedTuple):
    starts: list[int]
    ends: list[int]
    # before[i] = open microseconds of the year before interval i; the last one is the total.
    before: list[int]


class Schedule:
    """Opening hours in one zone.

    `windows` maps weekdays (0 = Monday) to (open, close) pairs; a missing weekday is closed
    and a close of `time(0)` means 24:00. `holidays` is a set of dates, or names by date.
    """

    def __init__(
        self, timezone: str | ZoneInfo, windows: Windows, holidays: Iterable[date] = ()
    ) -> None:
        self.zone = _zone(timezone)
        self.windows = {day: _merged(day, pairs) for day, pairs in windows.items()}
        names = holidays if isinstance(holidays, Mapping) else dict.fromkeys(holidays, "")
        self.holidays: dict[date, str] = dict(names)
        self.known_until: date | None = getattr(holidays, "known_until", None)
        self._years: dict[int, _Year] = {}
        self._offsets: dict[int, list[tuple[int, int]]] = {}

    def seconds_between(self, start: datetime, end: datetime) -> int:
        """Whole open seconds in [start, end); 0 when `end` lies before `start`."""
        first, last = _micros(start), _micros(end)
        return max(self._elapsed(first, last), 0) // _SECOND if first < last else 0

    def add(self, start: datetime, seconds: int) -> datetime:
        """The earliest instant, in UTC, at which `seconds` open seconds have passed."""
        if seconds < 0:
            raise ValueError("seconds must not be negative")
        instant = _micros(start)
        if seconds == 0:
            return _moment(instant)
        if not any(self.windows.values()):
            raise ScheduleClosedError("the schedule is never open")
        first = self._local_year(instant)
        missing = seconds * _SECOND + self._since_new_year(instant, first)
        for number in range(first, first + _SEARCH_YEARS):
            year = self._year(number)
            if missing <= year.before[-1]:
                i = bisect_left(year.before, missing) - 1
                return _moment(year.starts[i] + missing - year.before[i])
            missing -= year.before[-1]
        raise ScheduleClosedError(f"the target is not reached within {_SEARCH_YEARS} years")

    def intervals(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """The open intervals within [start, end), in UTC: what a total is made of."""
        first, last = _micros(start), _micros(end)
        found = []
        for day in self._days(first, last):
            for begin, stop in self._open(day):
                if max(begin, first) < min(stop, last):
                    found.append((_moment(max(begin, first)), _moment(min(stop, last))))
        return found

    def skipped_holidays(self, start: datetime, end: datetime) -> list[tuple[date, str]]:
        """The holidays within [start, end) that closed hours which would have been open."""
        first, last = _micros(start), _micros(end)
        return [
            (day, self.holidays[day])
            for day in self._days(first, last)
            if day in self.holidays
            and any(max(b, first) < min(s, last) for b, s in self._usual(day))
        ]

    def is_certain(self, end: datetime) -> bool:
        """Whether the holidays up to `end` are officially known, not only computed."""
        return self.known_until is None or self._local_day(_micros(end)) <= self.known_until

    def _elapsed(self, first: int, last: int) -> int:
        from_year, to_year = self._local_year(first), self._local_year(last)
        whole = sum(self._year(number).before[-1] for number in range(from_year, to_year))
        return whole + self._since_new_year(last, to_year) - self._since_new_year(first, from_year)

    def _since_new_year(self, instant: int, number: int) -> int:
        year = self._year(number)
        i = bisect_right(year.starts, instant) - 1
        if i < 0:
            return 0
        return year.before[i] + min(instant, year.ends[i]) - year.starts[i]

    def _year(self, number: int) -> _Year:
        if number not in self._years:
            day, opened = date(number, 1, 1), []
            while day.year == number:
                opened += self._open(day)
                day += timedelta(days=1)
            opened.sort()
            lengths = (stop - begin for begin, stop in opened)
            self._years[number] = _Year(
                [begin for begin, _ in opened],
                [stop for _, stop in opened],
                list(accumulate(lengths, initial=0)),
            )
        return self._years[number]

    def _open(self, day: date) -> list[tuple[int, int]]:
        return [] if day in self.holidays else self._usual(day)

    def _usual(self, day: date) -> list[tuple[int, int]]:
        """The windows of a local date as UTC intervals, as if it were no holiday."""
        windows = self.windows.get(day.weekday())
        if not windows:
            return []
        midnight = (day - _EPOCH.date()).days * _DAY
        pieces = self._pieces(day.year)
        # The offset changes at most a few times a year; two pieces cover any one day.
        i = max(bisect_right(pieces, (midnight - _DAY, _DAY)) - 1, 0)
        found = []
        for index in range(i, len(pieces)):
            begins, offset = pieces[index]
            stops = pieces[index + 1][0] if index + 1 < len(pieces) else midnight + 3 * _DAY
            if begins > midnight + 2 * _DAY:
                break
            for opens, closes in windows:
                begin = max(midnight + opens - offset, begins)
                stop = min(midnight + closes - offset, stops)
                if begin < stop:
                    found.append((begin, stop))
        return found

    def _pieces(self, number: int) -> list[tuple[int, int]]:
        """(from this instant, UTC offset) for a year and the days around it."""
        if number not in self._offsets:
            first = (date(number, 1, 1) - _EPOCH.date()).days * _DAY - 2 * _DAY
            pieces = [(first, self._offset(first))]
            for step in range(first, first + 371 * _DAY, _DAY):
                after = self._offset(step + _DAY)
                if after != pieces[-1][1]:
                    pieces.append((self._change(step, step + _DAY), after))
            self._offsets[number] = pieces
        return self._offsets[number]

    def _change(self, low: int, high: int) -> int:
        """The first instant in (low, high] with the offset of `high`."""
        target = self._offset(high)
        while high - low > _SECOND:
            middle = low + (high - low) // (2 * _SECOND) * _SECOND
            if self._offset(middle) == target:
                high = middle
            else:
                low = middle
        return high

    def _offset(self, instant: int) -> int:
        offset = _moment(instant).astimezone(self.zone).utcoffset()
        assert offset is not None
        return offset // _TICK

    def _local_day(self, instant: int) -> date:
        return _moment(instant).astimezone(self.zone).date()

    def _local_year(self, instant: int) -> int:
        return self._local_day(instant).year

    def _days(self, first: int, last: int) -> Iterator[date]:
        if first >= last:
            return
        day, end = self._local_day(first), self._local_day(last)
        while day <= end:
            yield day
            day += timedelta(days=1)


def japanese_holidays(years: Iterable[int]) -> Holidays:
    """Japan's public holidays of these years, substitutes included, with their Japanese names."""
    wanted = sorted(set(years))
    if not wanted:
        raise ValueError("years must not be empty")
    names = public_holidays.country_holidays("JP", years=wanted, language="ja")
    return Holidays(dict(names.items()), min(JAPAN_KNOWN_UNTIL, date(wanted[-1], 12, 31)))


@lru_cache(maxsize=1)
def default_schedule() -> Schedule:
    """Monday to Friday 09:00–18:00 in Japan, closed on public holidays."""
    hours = [(time(9), time(18))]
    return Schedule(TOKYO, dict.fromkeys(range(5), hours), japanese_holidays(range(2000, 2051)))


def local_day(moment: datetime) -> date:
    """The calendar day in Japan on which this instant falls."""
    _refuse_naive(moment)
    return moment.astimezone(TOKYO).date()


def local_week(moment: datetime) -> date:
    """The Monday of the week in Japan in which this instant falls."""
    day = local_day(moment)
    return day - timedelta(days=day.weekday())


def _zone(timezone: str | ZoneInfo) -> ZoneInfo:
    if isinstance(timezone, ZoneInfo):
        return timezone
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"unknown time zone: {timezone!r}") from None


def _merged(day: int, pairs: Iterable[tuple[time, time]]) -> list[tuple[int, int]]:
    """The windows of a weekday in microseconds after midnight, sorted, overlaps joined."""
    if day not in range(7):
        raise ValueError(f"a weekday is a number from 0 (Monday) to 6, not {day!r}")
    merged: list[tuple[int, int]] = []
    for opens, closes in sorted((_of_day(a), _of_day(b) or _DAY) for a, b in pairs):
        if closes <= opens:
            raise ValueError("a window must close after it opens; split it at midnight")
        if merged and opens <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(closes, merged[-1][1]))
        else:
            merged.append((opens, closes))
    return merged


def _of_day(at: time) -> int:
    if at.tzinfo is not None:
        raise ValueError("window times are local; they carry no time zone")
    return (at.hour * 3600 + at.minute * 60 + at.second) * _SECOND + at.microsecond


def _refuse_naive(moment: datetime) -> None:
    if moment.utcoffset() is None:
        raise ValueError("an aware datetime is needed, this one has no time zone")


def _micros(moment: datetime) -> int:
    _refuse_naive(moment)
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError(f"the year {moment.year} is outside the calendar")
    return (moment - _EPOCH) // _TICK


def _moment(instant: int) -> datetime:
    return _EPOCH + instant * _TICK
