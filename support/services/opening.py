"""Tickets are opened here: from the help form, the API, by staff."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from feedback.models import ContactPoint, Customer
from support import events as names
from support.models import Inbox, Ticket, TicketEvent
from support.services import ledger, numbers, requesters, text
from support.services.talking import store_customer_message
from voc import audit, events
from voc.errors import Refused
from voc.models import User

By = TicketEvent.By


@transaction.atomic
def open_ticket(
    *,
    inbox: Inbox,
    subject: str,
    text: str,
    email: str,
    origin: str,
    origin_ref: str,
    now: datetime,
    name: str = "",
    may_tell: bool = False,
    consent_text: str = "",
    priority: str = Ticket.Priority.NORMAL,
    actor: User | None = None,
) -> Ticket:
    """The ticket of this origin with the customer's first message; a second call finds it again."""
    known = find(origin, origin_ref)
    if known is not None:
        return known
    contact = requesters.find_or_create(email=email, name=name, now=now)
    ticket, created = create(
        inbox=inbox,
        subject=subject,
        requester=contact.customer,
        contact=contact,
        name=name or contact.customer.name,
        origin=origin,
        origin_ref=origin_ref,
        by=By.CUSTOMER,
        priority=priority,
        actor=actor,
        now=now,
    )
    if not created:
        return ticket
    message = store_customer_message(ticket, text, may_tell=may_tell, now=now)
    if may_tell:
        requesters.allow_telling(
            contact.customer, text=consent_text, source=f"message:{message.pk}", now=now
        )
    ledger.settle(ticket, now=now)
    events.publish(names.TICKET_CREATED, now=now, ticket_id=ticket.pk)
    return ticket


def find(origin: str, origin_ref: str) -> Ticket | None:
    return Ticket.objects.filter(origin=origin, origin_ref=origin_ref).first()


def create(
    *,
    inbox: Inbox,
    subject: str,
    requester: Customer | None,
    contact: ContactPoint | None,
    name: str,
    origin: str,
    origin_ref: str,
    by: str,
    now: datetime,
    priority: str = Ticket.Priority.NORMAL,
    actor: User | None = None,
) -> tuple[Ticket, bool]:
    """A numbered ticket with its first event, and whether it is new; unsettled as yet."""
    subject = text.one_line(subject)
    if not subject:
        raise Refused(_("件名を入力してください。"), "blank_subject")
    if len(subject) > 200:
        raise Refused(_("件名は200字までにしてください。"), "subject_too_long")
    counter = numbers.locked_counter()
    # Whoever made it first has let go of the counter by now.
    known = find(origin, origin_ref)
    if known is not None:
        return known, False
    ticket = Ticket.objects.create(
        number=numbers.take(counter),
        inbox=inbox,
        subject=subject,
        requester=requester,
        contact=contact,
        requester_name=text.one_line(name)[:200],
        priority=priority,
        origin=origin,
        origin_ref=origin_ref,
        created_at=now,
        updated_at=now,
    )
    ledger.write(ticket, TicketEvent.Type.CREATED, by, now=now, actor=actor)
    if actor is not None:
        audit.record("ticket.create", ticket, actor=actor, now=now)
    return ticket, True
