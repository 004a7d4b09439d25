"""The headline score over time, with its doubt and with the days on which the words changed."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Literal

from django.utils.translation import gettext as _

from feedback.queries.periods import Period, weeks
from feedback.queries.scores import LEAST_SHOWN, figure
from surveys.models import Survey
from surveys.queries.compared import digits_of
from surveys.queries.cuts import Counts, Cut, scored, tally
from voc.charts import Chart, Mark, Point, line_chart
from voc.clock import local_day
from voc.templatetags.written import jmonth

Step = Literal["week", "month"]
WEEKS, MONTHS = 26, 13
# A week alone is seldom enough answers: each point is of four.
WINDOW = 4


def trend(survey: Survey, cut: Cut, step: Step) -> tuple[Chart, Chart]:
    """The figure of each month, or of four weeks at the end of each week; wide and for phones.

    It ends with the period of the cut and reaches back further than that, so that the period is
    seen among others.
    """
    starts = _months(cut.period.last, MONTHS) if step == "month" else weeks(cut.period.last, WEEKS + WINDOW - 1)
    counts: dict[date, Counts] = defaultdict(dict)
    for start, value, n in tally(survey.pk, Cut(Period(starts[0], cut.period.last), cut.parts), step, "value"):
        counts[start][value] = n
    if step == "month":
        points = [_point(survey.kind, start, scored(counts[start]), f"{start.year}/{start.month}") for start in starts]
        shown = starts
    else:
        shown = starts[WINDOW - 1 :]
        points = [
            _point(
                survey.kind,
                week,
                scored(_merged(counts[one] for one in starts[index : index + WINDOW])),
                f"{week.year}/{week.month}/{week.day}",
            )
            for index, week in enumerate(shown)
        ]
    name = survey.kind.upper()
    summary = _summary(survey.kind, step, points)
    breaks = _breaks(survey, shown, cut.period.last)
    headers = (_("月") if step == "month" else _("週"), name)
    wide, compact = (
        line_chart(
            points, summary=summary, headers=headers, breaks=breaks, compact=narrow, digits=digits_of(survey.kind)
        )
        for narrow in (False, True)
    )
    return wide, compact


def _months(last: date, number: int) -> list[date]:
    """First days of the last months; that of `last` is the last."""
    index = last.year * 12 + last.month - 1
    return [date(*_month(index - back)) for back in range(number - 1, -1, -1)]


def _month(index: int) -> tuple[int, int, int]:
    return index // 12, index % 12 + 1, 1


def _merged(many: Iterable[Counts]) -> Counts:
    total: Counts = {}
    for counts in many:
        for value, n in counts.items():
            total[value] = total.get(value, 0) + n
    return total


def _point(kind: str, start: date, counts: Counts, label: str) -> Point:
    score = figure(kind, counts)
    known = score.n >= LEAST_SHOWN
    return Point(
        label=label,
        value=score.value if known else None,
        low=score.low if known else None,
        high=score.high if known else None,
        tick=jmonth(start) if start.day <= 7 else "",
    )


def _summary(kind: str, step: Step, points: list[Point]) -> str:
    last = next((point for point in reversed(points) if point.value is not None), None)
    if last is None:
        if step == "month":
            return _("1か月の回答が%(least)s件に満たないため、推移を表示しません。") % {"least": LEAST_SHOWN}
        return _("4週間の回答が%(least)s件に満たないため、推移を表示しません。") % {"least": LEAST_SHOWN}
    digits = digits_of(kind)
    said = (
        _("月ごとの%(name)sの推移。最新は%(value)s、95%%区間%(low)sから%(high)s。")
        if step == "month"
        else _("4週間ごとの%(name)sの推移。最新は%(value)s、95%%区間%(low)sから%(high)s。")
    )
    return said % {
        "name": kind.upper(),
        "value": f"{last.value:.{digits}f}",
        "low": f"{last.low:.{digits}f}",
        "high": f"{last.high:.{digits}f}",
    }


def _breaks(survey: Survey, shown: list[date], last: date) -> list[Mark]:
    """Where the words of the survey changed: figures before and after asked something else."""
    if survey.version < 2:
        return []
    marks: dict[int, Mark] = {}
    inside: Callable[[date], bool] = lambda day: shown[0] < day <= last + timedelta(days=6)  # noqa: E731
    versions = survey.versions.filter(number__gt=1).values_list("number", "published_at")
    for number, at in versions.order_by("number"):
        day = local_day(at)
        if inside(day):
            index = max(i for i, start in enumerate(shown) if start <= day)
            if index:
                marks[index] = Mark(index, _("第%(number)s版") % {"number": number})
    return list(marks.values())
