"""Local hours: when customers write, and when the help desk is at work."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")
OPENS, CLOSES = 9 * 60 + 30, 18 * 60

# Share of a day's comments by local hour.
_HOURS = (2, 1, 1, 0, 0, 1, 2, 4, 6, 6, 6, 6, 9, 7, 5, 5, 5, 6, 7, 8, 10, 11, 9, 5)
_DAYS = (15, 14, 14, 13, 14, 15, 15)
_HOUR_LIST = range(24)


def moment(monday: date, rng: Random, *, days: int = 7) -> datetime:
    """A likely time in that week (its first `days` days), in UTC."""
    day = monday + timedelta(days=rng.choices(range(days), _DAYS[:days])[0])
    hour = rng.choices(_HOUR_LIST, _HOURS)[0]
    local = datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), tzinfo=TOKYO)
    return local.astimezone(UTC)


def after_business_minutes(start: datetime, minutes: int) -> datetime:
    """The moment when that much working time (Monday to Friday, 9:30–18:00) has passed."""
    local = start.astimezone(TOKYO)
    left = max(minutes, 1)
    while True:
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        so_far = (local - midnight) // timedelta(minutes=1)
        if _works(local.date()):
            begin = max(so_far, OPENS)
            if begin + left <= CLOSES:
                done = midnight + timedelta(minutes=begin + left, seconds=local.second)
                return done.astimezone(UTC)
            left -= max(CLOSES - begin, 0)
        local = midnight + timedelta(days=1)


def _works(day: date) -> bool:
    closed = (day.month == 12 and day.day >= 29) or (day.month == 1 and day.day <= 3)
    return day.weekday() < 5 and not closed


def end_of(day: date) -> datetime:
    """Six in the evening of that day: the demo's present."""
    return datetime.combine(day, time(18), tzinfo=TOKYO).astimezone(UTC)


def local(day: date, hour: int, minute: int = 0) -> datetime:
    """That local time in UTC."""
    return datetime.combine(day, time(hour, minute), tzinfo=TOKYO).astimezone(UTC)
