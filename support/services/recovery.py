"""A low score becomes a ticket that somebody must answer, once."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from feedback.models import ContactPoint, Customer, RecoveryCase, Score
from support import events as names
from support.models import Inbox, Message, Ticket, TicketEvent
from support.services import ledger
from voc import events
from voc.clock import default_schedule

# Open hours within which somebody should have written to the customer.
DUE_SECONDS = 8 * 3600
# A file of last year's answers must not open a thousand tickets.
OLDEST = timedelta(days=30)


@transaction.atomic
def open_recovery(*, score: Score, now: datetime) -> RecoveryCase | None:
    """The case of this score, with its ticket when an inbox takes them; None for old scores."""
    if now - score.occurred_at > OLDEST:
        return None
    case, created = RecoveryCase.objects.get_or_create(
        score=score,
        defaults={
            "customer": score.customer,
            "opened_at": now,
            "due_at": default_schedule().add(now, DUE_SECONDS),
        },
    )
    inbox = Inbox.objects.filter(receives_recovery=True).order_by("pk").first()
    if not created or inbox is None:
        return case
    case.ticket_number = _open_ticket(score, inbox, now).number
    case.save(update_fields=["ticket_number"])
    return case


def mark_contacted(ticket: Ticket, *, now: datetime) -> None:
    """Our first reply is the contact that the case asked for."""
    if ticket.origin == Ticket.Origin.RECOVERY:
        _cases(ticket, RecoveryCase.State.OPEN).update(
            state=RecoveryCase.State.CONTACTED, contacted_at=now
        )


def mark_resolved(ticket: Ticket, *, now: datetime) -> None:
    """Solving the ticket resolves the case."""
    if ticket.origin == Ticket.Origin.RECOVERY:
        _cases(ticket, RecoveryCase.State.OPEN, RecoveryCase.State.CONTACTED).update(
            state=RecoveryCase.State.RESOLVED, resolved_at=now
        )


def _open_ticket(score: Score, inbox: Inbox, now: datetime) -> Ticket:
    # Here, because opening needs talking, and talking needs this module.
    from support.services.opening import create

    label = f"{score.get_kind_display()} {score.value}"
    ticket, created = create(
        inbox=inbox,
        subject=_("低い評価へのご連絡（%(score)s）") % {"score": label},
        requester=score.customer,
        contact=_contact(score.customer),
        name=score.customer.name if score.customer else "",
        origin=Ticket.Origin.RECOVERY,
        origin_ref=f"score:{score.pk}",
        by=TicketEvent.By.BOT,
        now=now,
    )
    if created:
        _add_quote(ticket, score, label, now)
        ledger.settle(ticket, now=now)
        events.publish(names.TICKET_CREATED, now=now, ticket_id=ticket.pk)
    return ticket


def _add_quote(ticket: Ticket, score: Score, label: str, now: datetime) -> None:
    comment = getattr(score, "comment", None)
    lines = [_("%(score)sの評価をいただきました。") % {"score": label}]
    lines.append(
        _("「%(words)s」") % {"words": comment.text[:5000]}
        if comment and comment.text
        else _("理由は書かれていません。")
    )
    note = Message.objects.create(
        ticket=ticket, kind=Message.Kind.NOTE, body="\n\n".join(lines), created_at=now
    )
    ledger.write(ticket, TicketEvent.Type.NOTE, TicketEvent.By.BOT, now=now, message=note.pk)


@transaction.atomic
def forget_words(score_id: int) -> int:
    """Takes the words that were erased out of our own note in the ticket of their score; notes changed."""
    ticket = Ticket.objects.filter(
        origin=Ticket.Origin.RECOVERY, origin_ref=f"score:{score_id}"
    ).first()
    if ticket is None:
        return 0
    score = Score.objects.get(pk=score_id)
    label = f"{score.get_kind_display()} {score.value}"
    first = _("%(score)sの評価をいただきました。") % {"score": label}
    body = f"{first}\n\n" + _("言葉は、ご本人の求めか、保管する期間の終わりにより消去しました。")
    # Written by nobody of the staff: the quote with which the ticket was opened.
    ours = ticket.messages.filter(kind=Message.Kind.NOTE, author=None).exclude(body=body)
    changed = ours.update(body=body)
    if changed:
        ledger.settle(ticket, now=ticket.updated_at)
    return changed


def _contact(customer: Customer | None) -> ContactPoint | None:
    if customer is None:
        return None
    return (
        customer.contacts.filter(kind=ContactPoint.Kind.EMAIL, bounced_at=None)
        .order_by("pk")
        .first()
    )


def _cases(ticket: Ticket, *states: str) -> QuerySet[RecoveryCase]:
    return RecoveryCase.objects.filter(ticket_number=ticket.number, state__in=states)
