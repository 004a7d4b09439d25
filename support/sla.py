"""Times of a ticket, computed from its events and the opening hours alone.

The rules: the first reply is the first public message by a person of ours after the customer
has written; notes, automatic messages and bots do not count. Resolutions run from the first
event to the first and to the last time the ticket was solved (or closed without that); a
reopened ticket has no full resolution until it is solved again. A target is met when the open
time that passed is not longer than the target.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol

from voc.clock import Schedule

METRICS = ("first_reply", "first_resolution", "full_resolution")
DONE = frozenset({"solved", "closed"})
_SECOND = timedelta(seconds=1)


class Happening(Protocol):
    """What is read of an event; `TicketEvent` rows are such."""

    at: Any
    type: Any
    by: Any
    detail: Any


@dataclass(frozen=True, slots=True)
class Event:
    """A happening without a database row."""

    at: datetime
    type: str
    by: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """One measured time. `end` and the seconds are None until it has ended."""

    start: datetime | None = None
    end: datetime | None = None
    calendar_seconds: int | None = None
    business_seconds: int | None = None
    target_seconds: int | None = None
    due_at: datetime | None = None
    # Ended without being reached: solved before anybody answered.
    abandoned: bool = False


@dataclass(frozen=True, slots=True)
class Times:
    first_reply: Span
    first_resolution: Span
    full_resolution: Span
    reopens: int
    # The oldest word of the customer that nobody has answered, and when that is late.
    waiting_since: datetime | None
    due_at: datetime | None
    schedule_version: str


@dataclass(frozen=True, slots=True)
class Interval:
    start: datetime
    end: datetime
    seconds: int


@dataclass(frozen=True, slots=True)
class Why:
    """What a time is made of: open intervals, the holidays skipped, the schedule used."""

    metric: str
    start: datetime
    end: datetime
    running: bool
    calendar_seconds: int
    business_seconds: int
    target_seconds: int | None
    due_at: datetime | None
    intervals: list[Interval]
    holidays: list[tuple[date, str]]
    schedule_version: str
    # False when the span reaches beyond the officially announced holidays.
    certain: bool


def compute(
    events: Iterable[Happening], *, target_seconds: int, schedule: Schedule
) -> Times:
    """The times of one ticket from its events, oldest first (equal times keep their order)."""
    story = _read(sorted(events, key=lambda event: event.at))
    live = story.status not in DONE
    first_reply = _span(story.asked, story.answered, schedule, target_seconds)
    if story.asked and story.answered is None and not live:
        first_reply = Span(
            start=story.asked,
            target_seconds=target_seconds,
            due_at=first_reply.due_at,
            abandoned=True,
        )
    waiting = story.waiting if live else None
    return Times(
        first_reply=first_reply,
        first_resolution=_span(story.created, story.first_done, schedule),
        full_resolution=_span(story.created, story.last_done, schedule),
        reopens=story.reopens,
        waiting_since=waiting,
        due_at=schedule.add(waiting, target_seconds) if waiting else None,
        schedule_version=version(schedule),
    )


def state(span: Span, *, now: datetime, schedule: Schedule) -> str:
    """running, met, missed, done (ended, no target) or none (nothing to measure)."""
    if span.start is None or span.abandoned:
        return "none"
    if span.target_seconds is None:
        return "running" if span.end is None else "done"
    passed = span.business_seconds
    if passed is None:
        passed = schedule.seconds_between(span.start, now)
        return "missed" if passed > span.target_seconds else "running"
    return "met" if passed <= span.target_seconds else "missed"


def why(times: Times, metric: str, *, schedule: Schedule, now: datetime) -> Why | None:
    """How a time came about, up to `now` while it runs; None when there is nothing to measure."""
    if metric not in METRICS:
        raise ValueError(f"no metric {metric!r}")
    span: Span = getattr(times, metric)
    if span.start is None or span.abandoned:
        return None
    end = max(span.end or now, span.start)
    return Why(
        metric=metric,
        start=span.start,
        end=end,
        running=span.end is None,
        calendar_seconds=(end - span.start) // _SECOND,
        business_seconds=schedule.seconds_between(span.start, end),
        target_seconds=span.target_seconds,
        due_at=span.due_at,
        intervals=_intervals(schedule, span.start, end),
        holidays=schedule.skipped_holidays(span.start, end),
        schedule_version=version(schedule),
        certain=schedule.is_certain(end),
    )


@lru_cache(maxsize=32)
def version(schedule: Schedule) -> str:
    """The zone and a digest of windows and holidays: equal when two schedules count alike."""
    rules = repr((schedule.zone.key, sorted(schedule.windows.items()), sorted(schedule.holidays)))
    return f"{schedule.zone.key[:26]}#{hashlib.sha256(rules.encode()).hexdigest()[:12]}"


@dataclass(slots=True)
class _Story:
    created: datetime | None = None
    asked: datetime | None = None
    answered: datetime | None = None
    waiting: datetime | None = None
    status: str = "new"
    first_done: datetime | None = None
    last_done: datetime | None = None
    reopens: int = 0


def _read(events: list[Happening]) -> _Story:
    story = _Story()
    for event in events:
        story.created = story.created or event.at
        # A ticket that we open ourselves asks for no reply until the customer writes.
        asks = (event.type == "created" and event.by != "agent") or (
            event.type == "message" and event.by == "customer"
        )
        if asks:
            story.asked = story.asked or event.at
            story.waiting = story.waiting or event.at
        elif event.type == "message" and event.by == "agent":
            if story.asked is not None:
                story.answered = story.answered or event.at
            story.waiting = None
        elif event.type == "status":
            _change(story, str(event.detail.get("status", "")), event.at)
    return story


def _change(story: _Story, status: str, at: datetime) -> None:
    if status in DONE and story.status not in DONE:
        story.first_done = story.first_done or at
        story.last_done = at
        story.waiting = None
    elif status not in DONE and story.status in DONE:
        story.reopens += 1
        story.last_done = None
    story.status = status


def _span(
    start: datetime | None, end: datetime | None, schedule: Schedule, target: int | None = None
) -> Span:
    if start is None:
        return Span(target_seconds=target)
    due_at = schedule.add(start, target) if target is not None else None
    if end is None:
        return Span(start=start, target_seconds=target, due_at=due_at)
    return Span(
        start=start,
        end=end,
        calendar_seconds=(end - start) // _SECOND,
        business_seconds=schedule.seconds_between(start, end),
        target_seconds=target,
        due_at=due_at,
    )


def _intervals(schedule: Schedule, start: datetime, end: datetime) -> list[Interval]:
    found, passed = [], timedelta()
    for begins, stops in schedule.intervals(start, end):
        before = passed // _SECOND
        passed += stops - begins
        # Whole seconds of the running total, so that the rows add up to the figure.
        found.append(Interval(begins, stops, passed // _SECOND - before))
    return found
