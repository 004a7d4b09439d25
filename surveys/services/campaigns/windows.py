"""When a campaign may write to people: its hours on its weekdays, by default not on public holidays."""

from datetime import datetime, time, timedelta
from functools import lru_cache

from surveys.models import Campaign
from voc.clock import TOKYO, Schedule, ScheduleClosedError, japanese_holidays

# A window that opens on one weekday meets a run of holidays sooner than this.
_FAR = timedelta(days=90)


@lru_cache(maxsize=64)
def _schedule(
    weekdays: tuple[int, ...], hour_from: int, hour_to: int, holidays_too: bool
) -> Schedule:
    hours = [(time(hour_from), time(hour_to % 24))]
    closed = () if holidays_too else japanese_holidays(range(2000, 2051))
    return Schedule(TOKYO, dict.fromkeys(weekdays, hours), closed)


def schedule_of(campaign: Campaign) -> Schedule:
    """The hours in which this campaign's mails go out."""
    days = tuple(sorted(campaign.weekdays))
    return _schedule(days, campaign.hour_from, campaign.hour_to, campaign.holidays_too)


def next_open(schedule: Schedule, at: datetime) -> datetime:
    """`at` itself while the window is open, else when it opens next."""
    for days in (timedelta(days=1), _FAR):
        if found := schedule.intervals(at, at + days):
            return found[0][0]
    raise ScheduleClosedError("the window does not open within three months")


def is_open(schedule: Schedule, at: datetime) -> bool:
    return bool(schedule.intervals(at, at + timedelta(microseconds=1)))


def slot(campaign: Campaign, place: int, start: datetime) -> datetime:
    """When the member at this place, from 0, is written to: evenly over the open hours."""
    schedule = schedule_of(campaign)
    start = next_open(schedule, start)
    if not campaign.spread_hours or not campaign.expected:
        return start
    seconds = place * campaign.spread_hours * 3600 // campaign.expected
    return next_open(schedule, schedule.add(start, seconds))
