"""From the mail that was sent to the answer that counts, with what every rate is made of."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as clock_time

from django.db.models import Count, Q, Sum

from feedback.stats import funnel as rates
from surveys.models import Attempt, CutDay, Invitation, Response, Survey
from surveys.queries.cuts import Cut, chosen, responses
from voc.clock import TOKYO


@dataclass(frozen=True, slots=True)
class Funnel:
    """Invitations mailed in the period and what became of them; answers given in the period.

    The rates over `sent` and `delivered` count the answers of those who were invited, so that
    nobody stands above the line who does not stand below it.
    """

    sent: int
    delivered: int
    invited_answered: int
    invited_usable: int
    started: int
    responses: int
    completed: int
    usable: int
    speeders: int
    straightliners: int
    rates: rates.Funnel

    @property
    def flagged(self) -> int:
        """Finished, and marked as odd."""
        return self.completed - self.usable


def moments(cut: Cut) -> tuple[datetime, datetime]:
    """The first moment of the period in Japan, and the first after it."""
    first = datetime.combine(cut.period.first, clock_time(), TOKYO)
    return first, datetime.combine(cut.period.last + timedelta(days=1), clock_time(), TOKYO)


def funnel_of(survey: Survey, cut: Cut, total: int) -> Funnel:
    """The funnel of a cut whose `total` worked responses have been counted already.

    Who was invited by mail is not known by device or language: with a choice made, the funnel
    begins with those who started.
    """
    sent = bounced = answered = usable_invited = 0
    if not cut.parts:
        sent, bounced, answered, usable_invited = _invitations(survey, cut)
    marks = _marks(survey, cut)
    partial = sum(n for names, n in marks.items() if CutDay.PARTIAL in names)
    odd = sum(n for names, n in marks.items() if CutDay.PARTIAL not in names)
    # Read one after the other: between two reads an answer may be counted.
    completed = max(total - partial, 0)
    started = total + _unfinished(survey, cut)
    usable = max(completed - odd, 0)
    return Funnel(
        sent=sent,
        delivered=sent - bounced,
        invited_answered=answered,
        invited_usable=usable_invited,
        started=started,
        responses=total,
        completed=completed,
        usable=usable,
        speeders=sum(n for names, n in marks.items() if "speeder" in names),
        straightliners=sum(n for names, n in marks.items() if "straightliner" in names),
        rates=rates.Funnel(
            returned=rates.Rate(answered, sent),
            answered=rates.Rate(answered, sent - bounced),
            completed=rates.Rate(completed, started),
            usable=rates.Rate(usable_invited, sent),
        ),
    )


def bounced() -> Q:
    """Invitations whose mail came back."""
    if not any(field.name == "bounced_at" for field in Invitation._meta.get_fields()):
        return Q(pk__in=())
    return Q(bounced_at__isnull=False)


def _invitations(survey: Survey, cut: Cut) -> tuple[int, int, int, int]:
    """Of the invitations mailed in the period: how many, sent back, answered, answered and usable."""
    first, end = moments(cut)
    used = Q(used_at__isnull=False)
    found = Invitation.objects.filter(survey=survey, sent_at__gte=first, sent_at__lt=end).aggregate(
        sent=Count("pk"),
        bounced=Count("pk", filter=bounced() & ~used),
        used=Count("pk", filter=used),
    )
    odd = 0
    if found["used"]:
        odd = Response.objects.exclude(flags=[]).filter(
            survey=survey, invitation__sent_at__gte=first, invitation__sent_at__lt=end
        ).count()
    return found["sent"], found["bounced"], found["used"], max(found["used"] - odd, 0)


def _marks(survey: Survey, cut: Cut) -> dict[frozenset[str], int]:
    """How many responses carry which marks; those without any are not among them."""
    marks: dict[frozenset[str], int] = {}
    if cut.parts:
        rows = responses(survey.pk, cut).filter(Q(partial=True) | ~Q(flags=[]))
        found = rows.values_list("partial", "flags").annotate(n=Count("*")).order_by()
        pairs = [({*flags, CutDay.PARTIAL} if partial else set(flags), n) for partial, flags, n in found]
    else:
        cells = CutDay.objects.filter(
            survey=survey,
            dimension=CutDay.QUALITY,
            local_day__gte=cut.period.first,
            local_day__lte=cut.period.last,
        )
        summed = cells.values_list("part").annotate(n=Sum("count")).order_by()
        pairs = [(set(part.split(",")), n) for part, n in summed]
    for names, n in pairs:
        marks[frozenset(names)] = marks.get(frozenset(names), 0) + n
    return marks


def _unfinished(survey: Survey, cut: Cut) -> int:
    """Forms with an answer in them that have not become a response.

    Every response was started too; those two together are who started.
    """
    where = chosen(cut.without("segment"))
    if "segment" in cut.parts:
        where["invitation__customer__segment"] = cut.parts["segment"]
    return Attempt.objects.filter(
        survey=survey,
        finished_at=None,
        local_day__gte=cut.period.first,
        local_day__lte=cut.period.last,
        **where,
    ).count()


def waiting(survey: Survey) -> int:
    """Answers that are stored and not yet in any figure."""
    return Response.objects.filter(survey=survey, state=Response.State.ACCEPTED).count()
