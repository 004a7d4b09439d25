"""A reply on its way to the customer: queued → sending → sent, or failed.

Its Message-ID is fixed when it is written, so that a second try after a worker's death is
the same mail to the receiving side.
"""

import smtplib
from datetime import datetime
from email.utils import formataddr, parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.crypto import get_random_string

from feedback.models import ContactPoint
from support.models import Message, Ticket
from support.services import text
from voc import jobs
from voc.errors import DeliveryError

SEND = "support.send_reply"
REFERENCES = 20

Delivery = Message.Delivery


def address_of(ticket: Ticket) -> str:
    """Where a reply goes: the address they wrote from, else another of theirs that works."""
    if ticket.contact is not None:
        return ticket.contact.value
    if ticket.requester_id is None:
        return ""
    known = ContactPoint.objects.filter(
        customer=ticket.requester_id, kind=ContactPoint.Kind.EMAIL, bounced_at=None
    )
    return known.order_by("pk").values_list("value", flat=True).first() or ""


def promise(message: Message, ticket: Ticket, *, now: datetime) -> None:
    """Fixes the mail's identity and promises that it will be sent."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    token = get_random_string(12, "abcdefghijklmnopqrstuvwxyz0123456789")
    message.message_id = f"<ticket-{ticket.number}-{message.pk}.{token}@{host}>"[:120]
    message.delivery = Delivery.QUEUED
    message.save(update_fields=["message_id", "delivery"])
    enqueue(message, now=now)


def enqueue(message: Message, *, now: datetime) -> None:
    jobs.enqueue(SEND, {"message_id": message.pk}, now=now)


def deliver(message_pk: int, *, last_try: bool) -> None:
    """Sends one reply; what has been sent is not sent again."""
    message = (
        Message.objects.select_related("ticket__inbox", "ticket__contact")
        .filter(pk=message_pk, kind=Message.Kind.REPLY)
        .exclude(delivery__in=[Delivery.SENT, Delivery.NONE])
        .first()
    )
    if message is None:
        return
    address = address_of(message.ticket)
    if not address:
        _mark(message, Delivery.FAILED)
        return
    _mark(message, Delivery.SENDING)
    try:
        build(message, address).send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _reason in error.recipients.values()]
        permanent = all(code >= 500 for code in codes)
        raise _failure(message, "recipient refused", permanent, last_try) from None
    except smtplib.SMTPResponseException as error:
        permanent = error.smtp_code >= 500
        raise _failure(message, f"SMTP {error.smtp_code}", permanent, last_try) from None
    except (smtplib.SMTPException, OSError) as error:
        raise _failure(message, type(error).__name__, False, last_try) from None
    else:
        _mark(message, Delivery.SENT)


def build(message: Message, address: str) -> EmailMessage:
    """The mail: one-line headers, and the chain of references that keeps the thread together."""
    ticket = message.ticket
    earlier = list(
        Message.objects.filter(ticket=ticket, pk__lt=message.pk)
        .exclude(message_id="")
        .order_by("-pk")
        .values_list("message_id", flat=True)[:REFERENCES]
    )[::-1]
    headers = {"Message-ID": message.message_id}
    if earlier:
        headers |= {"In-Reply-To": earlier[-1], "References": " ".join(earlier)}
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return EmailMessage(
        subject=f"Re: {text.one_line(ticket.subject)} [#{ticket.number}]",
        body=message.body,
        from_email=formataddr((text.one_line(ticket.inbox.name), sender)),
        to=[address],
        headers=headers,
    )


def _mark(message: Message, state: str) -> None:
    Message.objects.filter(pk=message.pk).exclude(delivery=Delivery.SENT).update(delivery=state)


def _failure(message: Message, reason: str, permanent: bool, last_try: bool) -> DeliveryError:
    if permanent or last_try:
        _mark(message, Delivery.FAILED)
    # The server's own words may quote the address; they do not belong in our logs.
    return DeliveryError(reason, permanent=permanent)
