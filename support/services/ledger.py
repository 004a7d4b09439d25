"""The event log of a ticket, and what is derived from it in the same transaction."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models.functions import Left

from support import sla
from support.models import Inbox, Message, Ticket, TicketEvent, TicketMetrics
from support.services import text
from voc.clock import default_schedule
from voc.models import User

PUBLIC = (Message.Kind.CUSTOMER, Message.Kind.REPLY)
CHUNK = 500
_COLUMNS = [
    field.name
    for field in TicketMetrics._meta.concrete_fields
    if not field.primary_key and field.name != "ticket"
]


def lock(ticket: Ticket) -> Ticket:
    """The ticket as it is now, held until the transaction ends: writers take turns."""
    return Ticket.objects.select_for_update().get(pk=ticket.pk)


def write(
    ticket: Ticket,
    type_: str,
    by: str,
    *,
    now: datetime,
    actor: User | None = None,
    **detail: Any,
) -> TicketEvent:
    """Appends one event. Call `settle` once all of a change are written."""
    return TicketEvent.objects.create(
        ticket=ticket, at=now, type=type_, by=by, actor=actor, detail=detail
    )


def settle(ticket: Ticket, *, now: datetime) -> None:
    """Brings times, deadline and last line up to what the events say."""
    times = sla.compute(
        TicketEvent.objects.filter(ticket=ticket).order_by("at", "id"),
        target_seconds=ticket.inbox.first_reply_minutes * 60,
        schedule=default_schedule(),
    )
    TicketMetrics.objects.update_or_create(ticket=ticket, defaults=columns(times))
    ticket.due_at = times.due_at
    ticket.last_line = _last_lines([ticket.pk]).get(ticket.pk, "")
    ticket.updated_at = max(ticket.updated_at, now)
    ticket.save()


def columns(times: sla.Times) -> dict[str, Any]:
    """The times as columns of `TicketMetrics`."""
    reply, first, full = times.first_reply, times.first_resolution, times.full_resolution
    return {
        "first_reply_at": reply.end,
        "first_reply_calendar_seconds": reply.calendar_seconds,
        "first_reply_business_seconds": reply.business_seconds,
        "first_reply_due_at": reply.due_at,
        "first_resolved_at": first.end,
        "first_resolution_calendar_seconds": first.calendar_seconds,
        "first_resolution_business_seconds": first.business_seconds,
        "resolved_at": full.end,
        "full_resolution_calendar_seconds": full.calendar_seconds,
        "full_resolution_business_seconds": full.business_seconds,
        "reopens": times.reopens,
        "schedule_version": times.schedule_version,
    }


def rebuild(progress: Callable[[int, int], None]) -> dict[str, int]:
    """Recomputes every ticket's times from its events; how many were looked at and differed."""
    total = Ticket.objects.count()
    checked = changed = last = 0
    while True:
        with transaction.atomic():
            tickets = list(
                Ticket.objects.select_for_update().filter(pk__gt=last).order_by("pk")[:CHUNK]
            )
            changed += _rebuild(tickets)
        if not tickets:
            return {"checked": checked, "changed": changed}
        checked, last = checked + len(tickets), tickets[-1].pk
        progress(checked, total)


def _rebuild(tickets: list[Ticket]) -> int:
    ids = [ticket.pk for ticket in tickets]
    targets = dict(Inbox.objects.values_list("pk", "first_reply_minutes"))
    events: dict[int, list[TicketEvent]] = {pk: [] for pk in ids}
    for event in TicketEvent.objects.filter(ticket__in=ids).order_by("at", "id"):
        events[event.ticket_id].append(event)
    kept = {row.ticket_id: row for row in TicketMetrics.objects.filter(ticket__in=ids)}
    lines = _last_lines(ids)
    fresh: list[TicketMetrics] = []
    changed: list[TicketMetrics] = []
    moved: list[Ticket] = []
    differing: set[int] = set()
    for ticket in tickets:
        times = sla.compute(
            events[ticket.pk],
            target_seconds=targets[ticket.inbox_id] * 60,
            schedule=default_schedule(),
        )
        wanted, row = columns(times), kept.get(ticket.pk)
        if row is None:
            fresh.append(TicketMetrics(ticket=ticket, **wanted))
        elif any(getattr(row, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(row, name, value)
            changed.append(row)
        line = lines.get(ticket.pk, "")
        if (ticket.due_at, ticket.last_line) != (times.due_at, line):
            ticket.due_at, ticket.last_line = times.due_at, line
            moved.append(ticket)
    differing.update(row.ticket_id for row in (*fresh, *changed))
    differing.update(ticket.pk for ticket in moved)
    TicketMetrics.objects.bulk_create(fresh)
    TicketMetrics.objects.bulk_update(changed, _COLUMNS, batch_size=100)
    Ticket.objects.bulk_update(moved, ["due_at", "last_line"], batch_size=200)
    return len(differing)


def _last_lines(ids: Iterable[int]) -> dict[int, str]:
    """The newest public words of each ticket, or its newest note while there are none."""
    newest: dict[int, tuple[bool, str]] = {}
    rows = (
        Message.objects.filter(ticket__in=ids)
        .exclude(kind=Message.Kind.AUTO)
        .order_by("created_at", "id")
        .annotate(beginning=Left("body", 480))
    )
    for ticket_id, kind, words in rows.values_list("ticket_id", "kind", "beginning"):
        public = kind in PUBLIC
        if public or not newest.get(ticket_id, (False, ""))[0]:
            newest[ticket_id] = (public, words)
    return {pk: text.last_line(words) for pk, (_public, words) in newest.items()}
