"""What came back: figure, distribution, trend, funnel, and the words beside each score."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from feedback.queries.periods import Period, monday, weeks
from feedback.queries.scores import LEAST_SHOWN, figure, groups
from feedback.stats.scores import Score
from surveys.models import Invitation, Response, ResponseDay, Survey
from voc.charts import Chart, Mark, Point, histogram, line_chart
from voc.models import User
from voc.registry import TimelineEntry
from voc.templatetags.written import jmonth

TREND_WEEKS = 26
TIMELINE = 60


@dataclass(frozen=True, slots=True)
class Share:
    """How many chose one point of the scale."""

    value: int
    label: str
    count: int
    fraction: float


@dataclass(frozen=True, slots=True)
class Results:
    period: Period
    figure: Score
    enough: bool
    responses: int
    unscored: int
    with_words: int
    histogram: Chart | None
    compact_histogram: Chart | None
    shares: list[Share]
    trend: Chart
    compact_trend: Chart


@dataclass(frozen=True, slots=True)
class Funnel:
    """From invitations to answers, over the life of the survey; None where nothing was asked."""

    invited: int
    sent: int
    answered: int

    @property
    def rate(self) -> float | None:
        """Answers of invited people ÷ invitations made."""
        return self.answered / self.invited if self.invited else None


def results_of(
    survey: Survey, period: Period, *, today: date, labels: list[tuple[int, str]]
) -> Results:
    """Everything the results page draws for this period, from the daily counts."""
    counts: dict[int, int] = {}
    words = 0
    for cell in (
        ResponseDay.objects.filter(
            survey=survey, local_day__gte=period.first, local_day__lte=period.last
        )
        .values("value")
        .annotate(n=Sum("count"), m=Sum("with_words"))
        .order_by()
    ):
        counts[cell["value"]] = cell["n"]
        words += cell["m"]
    unscored = counts.pop(ResponseDay.NO_SCORE, 0)
    value = figure(survey.kind, counts)
    is_nps = survey.kind == Survey.Kind.NPS
    trend, compact_trend = _trend(survey, today=today)
    return Results(
        period=period,
        figure=value,
        enough=value.n >= LEAST_SHOWN,
        responses=value.n + unscored,
        unscored=unscored,
        with_words=words,
        histogram=_histogram(counts) if is_nps and value.n else None,
        compact_histogram=_histogram(counts, compact=True) if is_nps and value.n else None,
        shares=[] if is_nps else _shares(counts, labels),
        trend=trend,
        compact_trend=compact_trend,
    )


def _histogram(counts: dict[int, int], *, compact: bool = False) -> Chart:
    promoters, passives, detractors = groups(counts)
    summary = _("0から10までの回答の分布。回答%(n)s件、批判者%(d)s件、中立者%(p)s件、推奨者%(r)s件。") % {
        "n": sum(counts.values()),
        "d": detractors,
        "p": passives,
        "r": promoters,
    }
    values = [counts.get(value, 0) for value in range(11)]
    return histogram(values, summary=summary, compact=compact)


def _shares(counts: dict[int, int], labels: list[tuple[int, str]]) -> list[Share]:
    total = sum(counts.values())
    if not total:
        return []
    return [
        Share(value, label, counts.get(value, 0), counts.get(value, 0) / total)
        for value, label in reversed(labels)
    ]


def _trend(survey: Survey, *, today: date) -> tuple[Chart, Chart]:
    """The figure of four weeks, at the end of each of the last weeks; wide and for phones."""
    mondays = weeks(today, TREND_WEEKS + 3)
    weekly: dict[date, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    cells = (
        ResponseDay.objects.filter(survey=survey, local_day__gte=mondays[0])
        .exclude(value=ResponseDay.NO_SCORE)
        .values_list("local_day", "value", "count")
    )
    for day, value, count in cells:
        weekly[monday(day)][value] += count
    name = "NPS" if survey.kind == Survey.Kind.NPS else "CSAT"
    points = []
    for index in range(3, len(mondays)):
        merged: dict[int, int] = defaultdict(int)
        for week in mondays[index - 3 : index + 1]:
            for value, count in weekly[week].items():
                merged[value] += count
        score = figure(survey.kind, merged)
        known = score.n >= LEAST_SHOWN
        week = mondays[index]
        points.append(
            Point(
                label=f"{week.year}/{week.month}/{week.day}",
                value=score.value if known else None,
                low=score.low if known else None,
                high=score.high if known else None,
                tick=jmonth(week) if week.day <= 7 else "",
            )
        )
    last = next((point for point in reversed(points) if point.value is not None), None)
    if last is None or last.value is None or last.low is None or last.high is None:
        summary = _("4週間の回答が%(least)s件に満たないため、推移を表示しません。") % {
            "least": LEAST_SHOWN
        }
    else:
        summary = _("4週間ごとの%(name)sの推移。最新は%(value).1f、95%%区間%(low).1fから%(high).1f。") % {
            "name": name,
            "value": last.value,
            "low": last.low,
            "high": last.high,
        }
    breaks = _breaks(survey, mondays[3:])
    wide, compact = (
        line_chart(
            points, summary=summary, headers=(_("週"), name), breaks=breaks, compact=narrow
        )
        for narrow in (False, True)
    )
    return wide, compact


def _breaks(survey: Survey, shown: list[date]) -> list[Mark]:
    """Where the words of the survey changed: figures before and after asked something else."""
    from voc.clock import local_day

    marks = {}
    versions = survey.versions.filter(number__gt=1).values_list("number", "published_at")
    for number, at in versions.order_by("number"):
        day = local_day(at)
        if shown[0] < day < shown[-1] + timedelta(weeks=1):
            index = max(i for i, week in enumerate(shown) if week <= day)
            if index:
                marks[index] = Mark(index, _("第%(number)s版") % {"number": number})
    return list(marks.values())


def funnel_of(survey: Survey) -> Funnel:
    """Invitations made, mailed and answered."""
    rows = Invitation.objects.filter(survey=survey)
    return Funnel(
        invited=rows.count(),
        sent=rows.exclude(sent_at=None).count(),
        answered=rows.exclude(used_at=None).count(),
    )


def responses_of(survey: Survey | None = None) -> QuerySet[Response]:
    """Responses, of one survey or of all."""
    rows = Response.objects.all()
    return rows if survey is None else rows.filter(survey=survey)


def timeline(customer_id: int, user: User) -> list[TimelineEntry]:
    """Answers of a customer, and invitations that were mailed; the words come from elsewhere."""
    entries = [
        TimelineEntry(
            at=response.submitted_at,
            kind=_("アンケートの回答"),
            title=_title(response),
            url=reverse("survey", args=[response.survey_id]),
        )
        for response in Response.objects.filter(customer=customer_id)
        .select_related("survey")
        .order_by("-submitted_at", "-pk")[:TIMELINE]
    ]
    sent = (
        Invitation.objects.filter(customer=customer_id, sent_at__isnull=False)
        .order_by("-sent_at")
        .values_list("sent_at", "survey__title", "survey_id")[:TIMELINE]
    )
    entries += [
        TimelineEntry(
            at=at,
            kind=_("アンケートのお願い"),
            title=title,
            url=reverse("survey", args=[survey_id]),
        )
        for at, title, survey_id in sent
        if at is not None
    ]
    return entries


def _title(response: Response) -> str:
    name = response.survey.kind.upper()
    return response.survey.title if response.score is None else f"{response.survey.title}　{name} {response.score}"
