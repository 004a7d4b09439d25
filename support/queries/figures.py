"""What the rest of the house shows of tickets: badge, deadlines, history, counts and times."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from feedback.models import RecoveryCase
from support.models import Ticket, TicketMetrics
from support.queries.desk import (
    SAMPLE_USER,
    is_named,
    matching,
    may_write,
    memberships,
    name_of,
    tickets_for,
)
from support.services.mail import address_of
from voc.clock import TOKYO
from voc.models import Role, User
from voc.paging import COUNT_CAP
from voc.prepared import Prepared
from voc.registry import DueItem, TicketContact, TicketFigures, TimelineEntry

HISTORY = 60


_WAITING = Ticket.objects.filter(due_at__isnull=False)
_UNANSWERED = Prepared(lambda: _WAITING.values_list("pk")[: COUNT_CAP + 1])
_UNANSWERED_OF = Prepared(
    lambda user: _WAITING.filter(inbox__in=memberships(user)).values_list("pk")[: COUNT_CAP + 1],
    user=SAMPLE_USER,
)


def unanswered(user: User) -> int | None:
    """How many tickets have somebody waiting for an answer; None for none. One query."""
    agent = user.role == Role.AGENT
    number = _UNANSWERED_OF.count(user=user.pk) if agent else _UNANSWERED.count()
    return min(number, COUNT_CAP) or None


def due_items(user: User, now: datetime, limit: int) -> Iterable[DueItem]:
    """Tickets and recovery cases that are or will be late, for those who can answer them."""
    if not may_write(user):
        return []
    tickets = (
        tickets_for(user)
        .filter(due_at__isnull=False)
        .select_related("assignee", "requester")
        .order_by("due_at", "id")[:limit]
    )
    items = [_ticket_due(ticket) for ticket in tickets]
    seen = {ticket.number for ticket in tickets}
    items += [_case_due(case) for case in _open_cases(user, seen)[:limit]]
    return sorted(items, key=lambda item: item.due_at)[:limit]


def timeline(customer_id: int, user: User) -> Iterable[TimelineEntry]:
    """The customer's tickets that this person may see."""
    rows = tickets_for(user).filter(requester=customer_id).order_by("-created_at", "-pk")
    return [_entry(ticket) for ticket in rows[:HISTORY]]


def search(words: str, user: User) -> Iterable[TimelineEntry]:
    """Tickets with this number, or these words in subject or name."""
    if not words.strip():
        return []
    rows = matching(tickets_for(user), words).order_by("-updated_at", "-id")
    return [_entry(ticket) for ticket in rows[:10]]


def ticket_contact(ticket_id: int) -> TicketContact | None:
    """Whose ticket this is and where a reply to it goes; None when there is no such ticket."""
    ticket = Ticket.objects.select_related("contact").filter(pk=ticket_id).first()
    if ticket is None:
        return None
    return TicketContact(
        customer_id=ticket.requester_id,
        email=address_of(ticket),
        number=str(ticket.number),
        subject=ticket.subject,
    )


def ticket_figures(user: User, first: date, last: date, now: datetime) -> TicketFigures:
    """Counts and median times over whole days in Japan, of the inboxes this person sees."""
    start = datetime.combine(first, time(), TOKYO)
    end = datetime.combine(last + timedelta(days=1), time(), TOKYO)
    tickets = tickets_for(user)
    times = TicketMetrics.objects.filter(ticket__in=tickets)
    replied = times.filter(first_reply_at__gte=start, first_reply_at__lt=end)
    solved = times.filter(first_resolved_at__gte=start, first_resolved_at__lt=end)
    reply_median, reply_n = _median(replied, "first_reply_business_seconds")
    resolution_median, resolution_n = _median(solved, "first_resolution_business_seconds")
    return TicketFigures(
        created=tickets.filter(created_at__gte=start, created_at__lt=end).count(),
        resolved=resolution_n,
        open_now=tickets.filter(status__in=Ticket.LIVE).count(),
        late_now=tickets.filter(due_at__lt=now).count(),
        first_reply_median_business_seconds=reply_median,
        first_reply_n=reply_n,
        resolution_median_business_seconds=resolution_median,
        resolution_n=resolution_n,
    )


def _median(rows: QuerySet[TicketMetrics], column: str) -> tuple[int | None, int]:
    """(nearest-rank median, number of rows), sorted by the database."""
    number = rows.count()
    if not number:
        return None, 0
    ordered = rows.order_by(column).values_list(column, flat=True)
    return ordered[(number - 1) // 2], number


def _entry(ticket: Ticket) -> TimelineEntry:
    return TimelineEntry(
        at=ticket.created_at,
        kind=pgettext("one", "問い合わせ"),
        title=ticket.subject,
        url=reverse("ticket", args=[ticket.number]),
        detail=f"#{ticket.number} {ticket.get_status_display()}",
    )


def _ticket_due(ticket: Ticket) -> DueItem:
    assert ticket.due_at is not None
    return DueItem(
        title=ticket.subject,
        kind=_("%(name)s様への返信") % {"name": name_of(ticket)}
        if is_named(ticket)
        else _("お名前のないお客様"),
        url=reverse("ticket", args=[ticket.number]),
        due_at=ticket.due_at,
        icon="inbox",
        who=ticket.assignee.name if ticket.assignee else "",
    )


def _open_cases(user: User, seen: set[int]) -> QuerySet[Any]:
    """Open recovery cases not already listed by their ticket; without one, the managers' own."""
    mine = Q(ticket_number__in=tickets_for(user).filter(origin="recovery").values("number"))
    if user.is_manager:
        mine |= Q(ticket_number=None)
    return (
        RecoveryCase.objects.filter(mine, state=RecoveryCase.State.OPEN)
        .exclude(ticket_number__isnull=False, ticket_number__in=seen)
        .select_related("score", "customer")
        .order_by("due_at", "pk")
    )


def _case_due(case: RecoveryCase) -> DueItem:
    number = case.ticket_number
    if number:
        url = reverse("ticket", args=[number])
    elif case.customer_id:
        url = reverse("customer", args=[case.customer_id])
    else:
        url = reverse("scores")
    score = f"{case.score.get_kind_display()} {case.score.value}"
    return DueItem(
        title=_("低い評価へのご連絡（%(score)s）") % {"score": score},
        kind=_("低い評価"),
        url=url,
        due_at=case.due_at,
        icon="trending-down",
        who="",
    )
