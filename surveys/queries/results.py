"""What came back: the headline score of a cut, its distribution and its change."""

from dataclasses import dataclass

from django.db.models import QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from feedback.queries.scores import LEAST_SHOWN, figure, groups
from feedback.stats.differences import Difference
from feedback.stats.scores import Score
from surveys.models import Invitation, Response, ResponseDay, Survey
from surveys.queries.compared import difference
from surveys.queries.cuts import Counts, Cut, responses, scored, tally
from voc.charts import Chart, histogram
from voc.models import User
from voc.registry import TimelineEntry

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
    """The headline score of one cut. Below the least number of answers only n is told."""

    cut: Cut
    figure: Score
    enough: bool
    responses: int
    unscored: int
    counts: Counts
    previous: Score
    change: Difference


def results_of(survey: Survey, cut: Cut) -> Results:
    """Figure, distribution and the change since the period before, from two sums."""
    counts = dict(tally(survey.pk, cut, "value"))
    answered, before = scored(counts), scored(dict(tally(survey.pk, cut.before, "value")))
    value = figure(survey.kind, answered)
    return Results(
        cut=cut,
        figure=value,
        enough=value.n >= LEAST_SHOWN,
        responses=sum(counts.values()),
        unscored=counts.get(ResponseDay.NO_SCORE, 0),
        counts=answered,
        previous=figure(survey.kind, before),
        change=difference(survey.kind, before, answered),
    )


def with_words(survey: Survey, cut: Cut) -> int:
    """How many of the counted responses hold free words."""
    if cut.parts:
        return responses(survey.pk, cut).filter(spoke=True).count()
    days = ResponseDay.objects.filter(
        survey=survey, local_day__gte=cut.period.first, local_day__lte=cut.period.last
    )
    total: int | None = days.aggregate(n=Sum("with_words"))["n"]
    return total or 0


def distribution(shown: Results) -> tuple[Chart, Chart]:
    """The eleven points of an NPS, wide and for phones."""
    wide, compact = (_histogram(shown.counts, compact=narrow) for narrow in (False, True))
    return wide, compact


def shares(shown: Results, labels: list[tuple[int, str]]) -> list[Share]:
    """Every point of the scale, the best first."""
    total = sum(shown.counts.values())
    if not total:
        return []
    return [
        Share(value, label, shown.counts.get(value, 0), shown.counts.get(value, 0) / total)
        for value, label in reversed(labels)
    ]


def _histogram(counts: Counts, *, compact: bool) -> Chart:
    promoters, passives, detractors = groups(counts)
    summary = _("0から10までの回答の分布。回答%(n)s件、批判者%(d)s件、中立者%(p)s件、推奨者%(r)s件。") % {
        "n": sum(counts.values()),
        "d": detractors,
        "p": passives,
        "r": promoters,
    }
    values = [counts.get(value, 0) for value in range(11)]
    return histogram(values, summary=summary, compact=compact)


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
