"""Stretches of local days, and series over them from the daily counts."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet, Sum

from feedback.models import CommentDay, ScoreDay, TopicDay

# Version 2.0 of the effort score, 1 to 7; the older 1 to 5 runs the other way and is not asked.
CES_SCALE = 7


@dataclass(frozen=True, slots=True)
class Period:
    """Local days from first to last, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Period":
        """The period of the same length that ends the day before."""
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1))


def last_days(today: date, days: int) -> Period:
    """The `days` days that end today."""
    return Period(today - timedelta(days=days - 1), today)


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def weeks(today: date, number: int) -> list[date]:
    """Mondays of the last `number` weeks; the running week is the last."""
    last = monday(today)
    return [last - timedelta(weeks=number - 1 - index) for index in range(number)]


def rolling_weeks(today: date, number: int) -> list[date]:
    """First days of the last `number` spans of seven days; the last span ended yesterday.

    Judging these instead of calendar weeks, a rise is seen within a day on any weekday.
    """
    last = today - timedelta(days=7)
    return [last - timedelta(weeks=number - 1 - index) for index in range(number)]


def comment_count(period: Period) -> int:
    total = CommentDay.objects.filter(
        local_day__gte=period.first, local_day__lte=period.last
    ).aggregate(n=Sum("count"))["n"]
    return int(total or 0)


def comments_by_week(starts: list[date]) -> list[int]:
    """Comments in each of these consecutive weeks, given by their first days."""
    totals = [0] * len(starts)
    rows = CommentDay.objects.filter(
        local_day__gte=starts[0], local_day__lt=starts[-1] + timedelta(weeks=1)
    ).values_list("local_day", "count")
    for day, count in rows:
        totals[(day - starts[0]).days // 7] += count
    return totals


def topics_by_week(
    starts: list[date], *, topic_ids: list[int] | None = None, polarity: str = ""
) -> dict[int, list[int]]:
    """Clauses of each topic in each of these weeks; topics without any are left out."""
    rows = TopicDay.objects.filter(
        local_day__gte=starts[0], local_day__lt=starts[-1] + timedelta(weeks=1)
    )
    if topic_ids is not None:
        rows = rows.filter(topic__in=topic_ids)
    if polarity:
        rows = rows.filter(polarity=polarity)
    out: dict[int, list[int]] = {}
    for topic, day, count in rows.values_list("topic_id", "local_day", "clauses"):
        out.setdefault(topic, [0] * len(starts))[(day - starts[0]).days // 7] += count
    return out


def _scores(kind: str) -> QuerySet[ScoreDay]:
    """The days of a kind on its present scale: 1–5 and 1–7 of CES have no common mean."""
    rows = ScoreDay.objects.filter(kind=kind)
    return rows.filter(scale=CES_SCALE) if kind == "ces" else rows


def score_counts(kind: str, period: Period, segment: str = "") -> dict[int, int]:
    """How many scores of each value."""
    rows = _scores(kind).filter(local_day__gte=period.first, local_day__lte=period.last)
    if segment:
        rows = rows.filter(segment=segment)
    return {
        row["value"]: row["n"]
        for row in rows.values("value").annotate(n=Sum("count")).order_by("value")
    }


def score_counts_by_segment(kind: str, period: Period) -> dict[str, dict[int, int]]:
    """How many scores of each value in each named segment, in one query."""
    rows = (
        _scores(kind)
        .filter(local_day__gte=period.first, local_day__lte=period.last)
        .exclude(segment="")
        .values_list("segment", "value")
        .annotate(n=Sum("count"))
        .order_by("segment", "value")
    )
    out: dict[str, dict[int, int]] = {}
    for segment, value, count in rows:
        out.setdefault(segment, {})[value] = count
    return out


def score_counts_by_week(
    kind: str, starts: list[date], segment: str = ""
) -> list[dict[int, int]]:
    """How many scores of each value in each of these weeks."""
    out: list[dict[int, int]] = [defaultdict(int) for _ in starts]
    rows: Any = _scores(kind).filter(
        local_day__gte=starts[0], local_day__lt=starts[-1] + timedelta(weeks=1)
    )
    if segment:
        rows = rows.filter(segment=segment)
    # Summed over segments by the database: five times fewer rows to read here.
    summed = rows.values_list("local_day", "value").annotate(n=Sum("count"))
    for day, value, count in summed.order_by():
        out[(day - starts[0]).days // 7][value] += count
    return out
