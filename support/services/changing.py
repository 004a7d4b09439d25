"""Status, assignee and priority of a ticket: what may follow what, and what follows from it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from support import events as names
from support.models import InboxMembership, Ticket, TicketEvent
from support.services import ledger, recovery
from voc import audit, events
from voc.access import AGENTS
from voc.errors import Refused
from voc.models import User

Status, Type, By = Ticket.Status, TicketEvent.Type, TicketEvent.By

# What a person may choose. A closed ticket opens again only when the customer writes.
ALLOWED: dict[str, tuple[str, ...]] = {
    Status.NEW: (Status.OPEN, Status.PENDING, Status.ON_HOLD, Status.SOLVED, Status.CLOSED),
    Status.OPEN: (Status.PENDING, Status.ON_HOLD, Status.SOLVED, Status.CLOSED),
    Status.PENDING: (Status.OPEN, Status.ON_HOLD, Status.SOLVED, Status.CLOSED),
    Status.ON_HOLD: (Status.OPEN, Status.PENDING, Status.SOLVED, Status.CLOSED),
    Status.SOLVED: (Status.OPEN, Status.CLOSED),
    Status.CLOSED: (),
}


@transaction.atomic
def change_status(*, ticket: Ticket, status: str, actor: User, now: datetime) -> Ticket:
    """The ticket in its new status; choosing the present one again changes nothing."""
    ticket = ledger.lock(ticket)
    before = ticket.status
    if set_status(ticket, status, by=By.AGENT, actor=actor, now=now):
        ledger.settle(ticket, now=now)
        audit.record(
            "ticket.status", ticket, actor=actor, now=now, detail={"from": before, "to": status}
        )
    return ticket


@transaction.atomic
def assign(*, ticket: Ticket, assignee: User | None, actor: User, now: datetime) -> Ticket:
    """The ticket in other hands; None puts it back for everybody."""
    ticket = ledger.lock(ticket)
    if assignee is not None and not may_answer(assignee, ticket):
        raise Refused(_("この受信箱の担当者を選んでください。"), "bad_assignee")
    if ticket.assignee_id == (assignee.pk if assignee else None):
        return ticket
    ticket.assignee = assignee
    detail = {"assignee": assignee.pk if assignee else None, "name": str(assignee or "")}
    ledger.write(ticket, Type.ASSIGN, By.AGENT, now=now, actor=actor, **detail)
    ledger.settle(ticket, now=now)
    audit.record("ticket.assign", ticket, actor=actor, now=now, detail=detail)
    return ticket


@transaction.atomic
def change_priority(*, ticket: Ticket, priority: str, actor: User, now: datetime) -> Ticket:
    """The ticket with its new priority."""
    ticket = ledger.lock(ticket)
    if priority not in Ticket.Priority.values:
        raise Refused(_("優先度を選んでください。"), "bad_priority")
    if priority == ticket.priority:
        return ticket
    detail = {"from": ticket.priority, "priority": priority}
    ticket.priority = priority
    ledger.write(ticket, Type.PRIORITY, By.AGENT, now=now, actor=actor, **detail)
    ledger.settle(ticket, now=now)
    audit.record("ticket.priority", ticket, actor=actor, now=now, detail=detail)
    return ticket


def may_answer(user: User, ticket: Ticket) -> bool:
    """Whether this person works in the ticket's inbox."""
    if not user.is_active or user.role not in AGENTS:
        return False
    return (
        user.is_manager
        or InboxMembership.objects.filter(inbox=ticket.inbox_id, user=user).exists()
    )


def set_status(
    ticket: Ticket, status: str, *, by: str, now: datetime, actor: User | None = None
) -> bool:
    """Writes the change on a locked ticket, and tells who waits for it; False for no change."""
    if status == ticket.status:
        return False
    if by == By.AGENT and status not in ALLOWED[ticket.status]:
        if status not in Status.values:
            raise Refused(_("状態を選んでください。"), "bad_status")
        raise Refused(
            _("「%(before)s」から「%(after)s」には変えられません。")
            % {"before": Status(ticket.status).label, "after": Status(status).label},
            "transition_refused",
        )
    ticket.status = status
    ledger.write(ticket, Type.STATUS, by, now=now, actor=actor, status=status)
    if status == Status.SOLVED:
        recovery.mark_resolved(ticket, now=now)
        events.publish(names.TICKET_RESOLVED, now=now, ticket_id=ticket.pk)
    return True
