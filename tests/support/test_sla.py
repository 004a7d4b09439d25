"""Worked examples of ticket times, Monday to Friday 9:00–18:00 with Japanese holidays."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from support import sla
from voc.clock import default_schedule

TOKYO = ZoneInfo("Asia/Tokyo")
SCHEDULE = default_schedule()


def at(text: str) -> datetime:
    """"06-10 10:00" in Tokyo in 2026."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=TOKYO)


def story(*events: tuple[Any, ...], target: int = 480) -> sla.Times:
    rows = [
        sla.Event(at(e[0]) if isinstance(e[0], str) else e[0], e[1], e[2], {"status": e[3]} if len(e) > 3 else {})
        for e in events
    ]
    return sla.compute(rows, target_seconds=target * 60, schedule=SCHEDULE)


def minutes(span: sla.Span) -> tuple[float | None, float | None]:
    if span.calendar_seconds is None or span.business_seconds is None:
        return None, None
    return span.calendar_seconds / 60, span.business_seconds / 60


@pytest.mark.parametrize(
    ("created", "replied", "expected"),
    [
        ("06-10 10:00", "06-10 11:30", (90, 90)),
        ("06-12 17:30", "06-15 09:45", (3855, 75)),
        ("06-13 11:00", "06-14 15:00", (1680, 0)),
        ("04-28 17:00", "04-30 10:00", (2460, 120)),
        ("05-01 17:50", "05-07 09:20", (8130, 30)),
        (datetime(2026, 6, 15, 23, 30, tzinfo=UTC), datetime(2026, 6, 16, 0, 20, tzinfo=UTC), (50, 20)),
    ],
    ids=["same day", "weekend", "all closed", "holiday", "golden week", "utc day"],
)
def test_first_reply_is_counted_by_calendar_and_by_opening_hours(created, replied, expected):
    times = story((created, "created", "customer"), (replied, "message", "agent"))

    assert minutes(times.first_reply) == expected


def test_a_target_is_due_at_the_earliest_instant_and_met_on_elapsed_time():
    created = ("06-11 14:00", "created", "customer")
    late_evening = story(created, ("06-11 20:00", "message", "agent"), target=240)
    next_morning = story(created, ("06-12 09:01", "message", "agent"), target=240)

    assert late_evening.first_reply.due_at == at("06-11 18:00")
    assert minutes(late_evening.first_reply)[1] == 240
    assert minutes(next_morning.first_reply)[1] == 241
    now = at("06-12 12:00")
    assert sla.state(late_evening.first_reply, now=now, schedule=SCHEDULE) == "met"
    assert sla.state(next_morning.first_reply, now=now, schedule=SCHEDULE) == "missed"


def test_an_unanswered_ticket_runs_until_the_target_has_passed_in_open_time():
    times = story(("06-11 14:00", "created", "customer"), target=240)

    assert sla.state(times.first_reply, now=at("06-12 09:00"), schedule=SCHEDULE) == "running"
    assert sla.state(times.first_reply, now=at("06-12 09:01"), schedule=SCHEDULE) == "missed"
    assert times.due_at == at("06-11 18:00")


def test_reopening_keeps_the_first_resolution_and_moves_the_last():
    times = story(
        ("06-16 09:30", "created", "customer"),
        ("06-16 10:00", "message", "agent"),
        ("06-16 10:30", "status", "agent", "solved"),
        ("06-17 13:00", "message", "customer"),
        ("06-17 13:00", "status", "customer", "open"),
        ("06-17 13:30", "message", "agent"),
        ("06-17 14:00", "status", "agent", "solved"),
    )

    assert minutes(times.first_resolution) == (60, 60)
    assert minutes(times.full_resolution) == (1710, 810)
    assert times.reopens == 1


def test_a_reopened_ticket_has_no_full_resolution_until_it_is_solved_again():
    times = story(
        ("06-16 09:30", "created", "customer"),
        ("06-16 10:30", "status", "agent", "solved"),
        ("06-17 13:00", "message", "customer"),
        ("06-17 13:00", "status", "customer", "open"),
    )

    assert minutes(times.full_resolution) == (None, None)
    assert minutes(times.first_resolution) == (60, 60)
    assert times.waiting_since == at("06-17 13:00")


def test_automatic_messages_bots_and_notes_are_no_reply():
    times = story(
        ("06-17 09:00", "created", "customer"),
        ("06-17 09:00", "auto", "bot"),
        ("06-17 09:01", "message", "bot"),
        ("06-17 09:20", "note", "agent"),
        ("06-17 09:50", "message", "agent"),
    )

    assert minutes(times.first_reply) == (50, 50)


def test_a_ticket_we_open_counts_only_from_the_customers_first_words():
    ours = [("06-17 09:00", "created", "agent"), ("06-17 09:00", "message", "agent")]

    alone = story(*ours)
    answered = story(*ours, ("06-17 11:00", "message", "customer"), ("06-17 11:30", "message", "agent"))

    assert alone.first_reply.start is None
    assert alone.due_at is None
    assert minutes(answered.first_reply) == (30, 30)


def test_solving_before_any_reply_takes_the_first_reply_out_of_the_count():
    times = story(
        ("06-17 09:00", "created", "customer"), ("06-17 10:00", "status", "agent", "solved")
    )

    assert sla.state(times.first_reply, now=at("06-19 10:00"), schedule=SCHEDULE) == "none"
    assert times.due_at is None


def test_closing_without_solving_is_a_resolution_and_closing_after_it_is_not_another():
    closed = story(("06-17 09:00", "created", "customer"), ("06-17 10:00", "status", "agent", "closed"))
    both = story(
        ("06-17 09:00", "created", "customer"),
        ("06-17 10:00", "status", "agent", "solved"),
        ("06-18 10:00", "status", "agent", "closed"),
    )

    assert minutes(closed.full_resolution) == (60, 60)
    assert minutes(both.full_resolution) == (60, 60)


def test_the_oldest_unanswered_word_decides_when_somebody_is_late():
    times = story(
        ("06-18 09:00", "created", "customer"),
        ("06-18 10:00", "message", "agent"),
        ("06-18 11:00", "message", "customer"),
        ("06-18 11:40", "message", "customer"),
        target=60,
    )

    assert times.due_at == at("06-18 12:00")


def test_events_out_of_order_give_the_same_times():
    rows = [("06-10 11:30", "message", "agent"), ("06-10 10:00", "created", "customer")]

    assert minutes(story(*rows).first_reply) == (90, 90)


def test_why_lists_open_intervals_that_add_up_and_names_the_holidays_skipped():
    times = story(("05-01 17:50", "created", "customer"), ("05-07 09:20", "message", "agent"))

    why = sla.why(times, "first_reply", schedule=SCHEDULE, now=at("06-01 09:00"))

    assert why is not None
    assert [(i.start, i.end, i.seconds) for i in why.intervals] == [
        (at("05-01 17:50"), at("05-01 18:00"), 600),
        (at("05-07 09:00"), at("05-07 09:20"), 1200),
    ]
    assert sum(i.seconds for i in why.intervals) == why.business_seconds == 1800
    assert [day.day for day, _name in why.holidays] == [4, 5, 6]
    assert why.schedule_version == sla.version(SCHEDULE)


def test_why_adds_up_with_fractions_of_a_second():
    start = at("06-10 10:00").replace(microsecond=700_000)
    end = at("06-12 10:00").replace(microsecond=400_000)
    times = story((start, "created", "customer"), (end, "message", "agent"))

    why = sla.why(times, "first_reply", schedule=SCHEDULE, now=end)

    assert why is not None
    assert sum(i.seconds for i in why.intervals) == times.first_reply.business_seconds


def test_the_schedule_version_changes_with_the_holidays():
    from datetime import date, time

    from voc.clock import Schedule

    hours = {0: [(time(9), time(18))]}

    assert sla.version(Schedule("Asia/Tokyo", hours)) == sla.version(Schedule("Asia/Tokyo", hours))
    assert sla.version(Schedule("Asia/Tokyo", hours)) != sla.version(
        Schedule("Asia/Tokyo", hours, {date(2026, 12, 28)})
    )
