"""Business time: the worked examples, and the rule itself counted minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.clock import (
    Schedule,
    ScheduleClosedError,
    default_schedule,
    japanese_holidays,
    local_day,
    local_week,
)

TOKYO = ZoneInfo("Asia/Tokyo")
office = default_schedule()


def jst(month, day, hour=0, minute=0, second=0):
    return datetime(2026, month, day, hour, minute, second, tzinfo=TOKYO)


def minutes(start, end):
    return office.seconds_between(start, end) / 60


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        pytest.param(jst(6, 10, 10), jst(6, 10, 11, 30), 90, id="same day"),
        pytest.param(jst(6, 12, 17, 30), jst(6, 15, 9, 45), 75, id="over a weekend"),
        pytest.param(jst(6, 13, 11), jst(6, 14, 15), 0, id="within a weekend"),
        pytest.param(jst(4, 28, 17), jst(4, 30, 10), 120, id="over Showa Day"),
        pytest.param(jst(5, 1, 17, 50), jst(5, 7, 9, 20), 30, id="over Golden Week"),
        pytest.param(jst(6, 11, 14), jst(6, 11, 20), 240, id="reply after closing"),
        pytest.param(jst(6, 11, 14), jst(6, 12, 9, 1), 241, id="reply next morning"),
        pytest.param(jst(6, 15, 9), jst(6, 16, 13), 780, id="requester wait"),
        pytest.param(jst(6, 15, 10), jst(6, 16, 12), 660, id="on hold"),
        pytest.param(jst(6, 16, 9, 30), jst(6, 16, 10, 30), 60, id="first resolution"),
        pytest.param(jst(6, 16, 9, 30), jst(6, 17, 14), 810, id="full resolution"),
        pytest.param(jst(6, 17, 9), jst(6, 17, 9, 50), 50, id="human reply"),
        pytest.param(jst(6, 18, 11), jst(6, 18, 12), 60, id="next reply"),
        pytest.param(
            datetime(2026, 6, 15, 23, 30, tzinfo=UTC),
            datetime(2026, 6, 16, 0, 20, tzinfo=UTC),
            20,
            id="the day changes at midnight in Japan",
        ),
    ],
)
def test_worked_examples_of_elapsed_minutes(start, end, expected):
    assert minutes(start, end) == expected


@pytest.mark.parametrize(
    ("start", "target", "due"),
    [
        # 240 minutes are full at closing time, not at the next opening.
        (jst(6, 11, 14), 240, jst(6, 11, 18)),
        (jst(6, 11, 14), 241, jst(6, 12, 9, 1)),
        (jst(6, 22, 9), 480, jst(6, 22, 17)),
        (jst(6, 22, 9), 60, jst(6, 22, 10)),
        (jst(5, 1, 17, 50), 30, jst(5, 7, 9, 20)),
        (jst(6, 13, 11), 1, jst(6, 15, 9, 1)),
    ],
)
def test_worked_examples_of_due_times(start, target, due):
    result = office.add(start, target * 60)

    assert result == due
    assert result.tzinfo is UTC


def test_the_first_instant_after_a_target_met_at_closing_is_the_next_opening():
    due = office.add(jst(6, 11, 14), 240 * 60)

    assert office.add(due, 1) == jst(6, 12, 9, 0, 1)
    assert office.intervals(due, jst(6, 12, 10))[0][0] == jst(6, 12, 9)


def test_an_end_before_the_start_gives_zero_and_never_less():
    assert office.seconds_between(jst(6, 10, 12), jst(6, 10, 11)) == 0
    assert office.seconds_between(jst(6, 10, 12), jst(6, 10, 12)) == 0
    assert office.intervals(jst(6, 10, 12), jst(6, 10, 11)) == []


def test_fractions_of_a_second_are_cut_once_from_the_total():
    start = jst(6, 10, 17, 59, 59).replace(microsecond=600_000)
    end = jst(6, 11, 9, 0, 0).replace(microsecond=600_000)

    assert office.seconds_between(start, end) == 1
    assert office.add(start, 1) == end


def test_adding_nothing_is_the_start_itself():
    assert office.add(jst(6, 13, 11), 0) == jst(6, 13, 11)


def test_a_span_of_decades_is_the_sum_of_its_years():
    edges = [datetime(year, 1, 1, tzinfo=TOKYO) for year in range(2010, 2041)]

    parts = [office.seconds_between(a, b) for a, b in pairwise(edges)]

    assert office.seconds_between(edges[0], edges[-1]) == sum(parts)
    assert all(235 * 9 * 3600 < part < 255 * 9 * 3600 for part in parts)
    assert office.add(edges[0], sum(parts)) <= edges[-1]
    assert office.seconds_between(edges[0], office.add(edges[0], sum(parts))) == sum(parts)


def test_naive_datetimes_are_refused():
    naive = datetime(2026, 6, 10, 10)

    for call in (
        lambda: office.seconds_between(naive, jst(6, 10)),
        lambda: office.seconds_between(jst(6, 10), naive),
        lambda: office.add(naive, 60),
        lambda: office.intervals(naive, jst(6, 10)),
        lambda: local_day(naive),
        lambda: local_week(naive),
    ):
        with pytest.raises(ValueError, match="aware"):
            call()


@pytest.mark.parametrize("year", [1, 1899, 2300, 9999])
def test_years_outside_the_calendar_are_refused(year):
    moment = datetime(year, 6, 1, tzinfo=UTC)

    with pytest.raises(ValueError, match="outside the calendar"):
        office.seconds_between(moment, jst(6, 1))
    with pytest.raises(ValueError, match="outside the calendar"):
        office.add(moment, 60)


@pytest.mark.parametrize("windows", [{}, {0: []}])
def test_a_schedule_that_is_never_open_says_so(windows):
    closed = Schedule("Asia/Tokyo", windows, set())

    assert closed.seconds_between(jst(6, 1), jst(7, 1)) == 0
    with pytest.raises(ScheduleClosedError, match="never open"):
        closed.add(jst(6, 1), 60)


def test_a_target_beyond_all_open_time_says_so():
    monday = Schedule("Asia/Tokyo", {0: [(time(9), time(9, 1))]}, set())

    with pytest.raises(ScheduleClosedError, match="not reached"):
        monday.add(jst(6, 1), 10**9)


@pytest.mark.parametrize(
    ("timezone", "windows"),
    [
        ("Asia/Nowhere", {}),
        ("../etc/passwd", {}),
        ("Asia/Tokyo", {7: [(time(9), time(10))]}),
        ("Asia/Tokyo", {"0": [(time(9), time(10))]}),
        ("Asia/Tokyo", {0: [(time(18), time(9))]}),
        ("Asia/Tokyo", {0: [(time(9), time(9))]}),
        ("Asia/Tokyo", {0: [(time(9, tzinfo=UTC), time(10, tzinfo=UTC))]}),
    ],
)
def test_impossible_schedules_are_refused(timezone, windows):
    with pytest.raises(ValueError, match=r"zone|weekday|window"):
        Schedule(timezone, windows, set())


def test_a_window_may_last_until_midnight_and_go_on_the_next_day():
    night = Schedule(
        "Asia/Tokyo",
        {4: [(time(22), time(0))], 5: [(time(0), time(2)), (time(13), time(15))]},
        set(),
    )

    assert night.seconds_between(jst(6, 12, 23), jst(6, 13, 1)) == 2 * 3600
    assert night.seconds_between(jst(6, 12), jst(6, 14)) == 6 * 3600
    assert night.add(jst(6, 12, 12), 4 * 3600) == jst(6, 13, 2)
    assert night.add(jst(6, 12, 12), 5 * 3600) == jst(6, 13, 14)


def test_round_the_clock_is_the_calendar():
    always = Schedule("Asia/Tokyo", {day: [(time(0), time(0))] for day in range(7)}, set())

    assert always.seconds_between(jst(1, 1), jst(12, 31, 23, 59)) == 365 * 86400 - 60
    assert always.add(jst(1, 1), 90 * 86400) == jst(4, 1)


def test_overlapping_windows_count_once():
    doubled = Schedule("Asia/Tokyo", {2: [(time(9), time(12)), (time(11), time(13))]}, set())

    assert doubled.seconds_between(jst(6, 10), jst(6, 11)) == 4 * 3600


def test_holidays_may_be_a_plain_set_of_dates():
    closed = Schedule("Asia/Tokyo", {2: [(time(9), time(18))]}, {date(2026, 6, 10)})

    assert closed.seconds_between(jst(6, 10), jst(6, 11)) == 0
    assert closed.skipped_holidays(jst(6, 10), jst(6, 11)) == [(date(2026, 6, 10), "")]
    assert closed.is_certain(jst(6, 10))


def test_the_hour_that_does_not_exist_counts_nothing_and_the_repeated_one_twice():
    night = Schedule("America/New_York", {6: [(time(1), time(3))]}, set())

    spring = (datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 3, 9, 12, tzinfo=UTC))
    autumn = (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, 12, tzinfo=UTC))

    assert night.seconds_between(*spring) == 3600
    assert night.seconds_between(*autumn) == 3 * 3600
    assert night.add(autumn[0], 3 * 3600) == datetime(2026, 11, 1, 8, tzinfo=UTC)


def test_office_hours_keep_their_length_when_the_clock_changes_at_night():
    zone = ZoneInfo("Europe/Berlin")
    weekdays = Schedule(zone, {day: [(time(9), time(17))] for day in range(5)}, set())

    start = datetime(2026, 3, 27, 16, tzinfo=zone)
    assert weekdays.add(start, 2 * 3600) == datetime(2026, 3, 30, 10, tzinfo=zone)
    assert weekdays.add(start, 2 * 3600).hour == 8


def test_the_why_view_lists_intervals_and_skipped_holidays():
    start, end = jst(5, 1, 17, 50), jst(5, 7, 9, 20)

    assert office.intervals(start, end) == [
        (jst(5, 1, 17, 50), jst(5, 1, 18)),
        (jst(5, 7, 9), jst(5, 7, 9, 20)),
    ]
    # 3 May is a Sunday: it closed nothing that would have been open.
    days = [day for day, _ in office.skipped_holidays(start, end)]
    assert days == [date(2026, 5, 4), date(2026, 5, 5), date(2026, 5, 6)]
    assert office.skipped_holidays(start, end)[0][1] == "みどりの日"


def test_years_beyond_the_announced_holidays_are_flagged():
    assert office.is_certain(datetime(2027, 12, 31, 12, tzinfo=TOKYO))
    assert not office.is_certain(datetime(2028, 1, 1, tzinfo=TOKYO))
    assert japanese_holidays([2025]).known_until == date(2025, 12, 31)


def test_japanese_holidays_know_substitute_and_citizens_holidays():
    days = japanese_holidays([2026])

    assert date(2026, 5, 6) in days
    assert date(2026, 9, 22) in days
    assert len(days) == 18


@pytest.mark.parametrize(
    ("moment", "day", "week"),
    [
        (datetime(2026, 6, 14, 14, 59, tzinfo=UTC), date(2026, 6, 14), date(2026, 6, 8)),
        (datetime(2026, 6, 14, 15, 0, tzinfo=UTC), date(2026, 6, 15), date(2026, 6, 15)),
        (datetime(2026, 12, 31, 15, 0, tzinfo=UTC), date(2027, 1, 1), date(2026, 12, 28)),
    ],
)
def test_days_and_weeks_change_at_midnight_in_japan(moment, day, week):
    assert local_day(moment) == day
    assert local_week(moment) == week


minute_of_day = st.integers(0, 24 * 60 - 1)


@st.composite
def windows_of_a_week(draw):
    week = {}
    for day in range(7):
        edges = sorted(draw(st.sets(st.integers(0, 24 * 60), max_size=4)))
        pairs = zip(edges[::2], edges[1::2], strict=False)
        week[day] = [(clock_time(a), clock_time(b)) for a, b in pairs]
    return week


def clock_time(minute):
    return time(minute // 60 % 24, minute % 60)


def counted(zone, windows, closed, start, end):
    """Open minutes in [start, end), looked at one by one."""
    total, moment = 0, start
    while moment < end:
        local = moment.astimezone(zone)
        at = local.time()
        if local.date() not in closed and any(
            opens <= at and (at < closes or closes == time(0))
            for opens, closes in windows[local.weekday()]
        ):
            total += 1
        moment += timedelta(minutes=1)
    return total


@settings(max_examples=120, deadline=None)
@given(
    zone=st.sampled_from(
        ["Asia/Tokyo", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu"]
    ),
    windows=windows_of_a_week(),
    # Around both clock changes of 2026 in these zones, and around New Year.
    day=st.sampled_from(
        [
            date(2026, 3, 6),
            date(2026, 3, 27),
            date(2026, 4, 3),
            date(2026, 10, 2),
            date(2026, 10, 23),
            date(2026, 10, 30),
            date(2025, 12, 30),
        ]
    ),
    begin=minute_of_day,
    length=st.integers(0, 4 * 24 * 60),
    closed=st.sets(st.integers(0, 4), max_size=2),
)
def test_every_span_equals_a_count_minute_by_minute(zone, windows, day, begin, length, closed):
    holidays = {day + timedelta(days=n) for n in closed}
    schedule = Schedule(zone, windows, holidays)
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=begin)
    end = start + timedelta(minutes=length)

    seconds = schedule.seconds_between(start, end)

    assert seconds == 60 * counted(ZoneInfo(zone), windows, holidays, start, end)
    spans = schedule.intervals(start, end)
    assert sum((b - a).total_seconds() for a, b in spans) == seconds


@settings(max_examples=120, deadline=None)
@given(
    zone=st.sampled_from(["Asia/Tokyo", "America/New_York", "Australia/Lord_Howe"]),
    windows=windows_of_a_week().filter(lambda week: any(week.values())),
    begin=st.integers(0, 366 * 24 * 60),
    seconds=st.integers(1, 10**6),
)
def test_a_due_time_is_the_earliest_with_exactly_that_much_elapsed(zone, windows, begin, seconds):
    schedule = Schedule(zone, windows, set())
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=begin)

    due = schedule.add(start, seconds)

    assert schedule.seconds_between(start, due) == seconds
    assert schedule.seconds_between(start, due - timedelta(seconds=1)) == seconds - 1
