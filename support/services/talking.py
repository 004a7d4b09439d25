"""What is said in a ticket: the customer's words, our replies, notes among ourselves."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from feedback.models import Source
from feedback.services.voices import MAX_COMMENT, record_comment
from support.models import Message, Ticket, TicketEvent
from support.services import ledger, mail, recovery, text
from support.services.changing import set_status
from voc import audit
from voc.errors import Refused
from voc.models import User

MAX_MESSAGE = 20_000

Status, Type, By, Kind = Ticket.Status, TicketEvent.Type, TicketEvent.By, Message.Kind


@transaction.atomic
def add_customer_message(
    *,
    ticket: Ticket,
    text: str,
    now: datetime,
    key: str | None = None,
    may_tell: bool = False,
    message_id: str = "",
) -> Message:
    """The customer's words; whatever rested, the ticket is open again. A key counts once."""
    ticket = ledger.lock(ticket)
    known = _said_before(ticket, key, author=None)
    if known is not None:
        return known
    message = store_customer_message(
        ticket, text, may_tell=may_tell, now=now, key=key, message_id=message_id
    )
    if ticket.status not in (Status.NEW, Status.OPEN):
        set_status(ticket, Status.OPEN, by=By.CUSTOMER, now=now)
    ledger.settle(ticket, now=now)
    return message


@transaction.atomic
def reply(
    *,
    ticket: Ticket,
    text: str,
    actor: User,
    now: datetime,
    form_key: str | None = None,
    last_seen: int | None = None,
    then: str = "",
) -> Message:
    """Our answer, mailed to the customer; with `then`, the ticket's status after it.

    `last_seen` is the newest public message that stood on the writer's screen (0: none).
    When somebody has written since, nothing is sent: `Refused` with code "answered_since".
    """
    ticket = ledger.lock(ticket)
    known = _said_before(ticket, form_key, author=actor)
    if known is not None:
        return known
    _refuse_answered_since(ticket, last_seen)
    address = mail.address_of(ticket)
    if not address:
        raise Refused(
            _("このお客様のメールアドレスが分からないため、返信を送れません。"), "no_address"
        )
    message = _store(ticket, Kind.REPLY, text, author=actor, now=now, key=form_key)
    mail.promise(message, ticket, now=now)
    ledger.write(ticket, Type.MESSAGE, By.AGENT, now=now, actor=actor, message=message.pk)
    target = then or (Status.OPEN if ticket.status == Status.NEW else ticket.status)
    set_status(ticket, target, by=By.AGENT, actor=actor, now=now)
    recovery.mark_contacted(ticket, now=now)
    ledger.settle(ticket, now=now)
    audit.record("ticket.reply", ticket, actor=actor, now=now, detail={"message": message.pk})
    return message


@transaction.atomic
def add_note(
    *, ticket: Ticket, text: str, actor: User | None, now: datetime, form_key: str | None = None
) -> Message:
    """A note that the customer never sees. `actor` None is the system itself."""
    ticket = ledger.lock(ticket)
    known = _said_before(ticket, form_key, author=actor)
    if known is not None:
        return known
    message = _store(ticket, Kind.NOTE, text, author=actor, now=now, key=form_key)
    by = By.AGENT if actor else By.BOT
    ledger.write(ticket, Type.NOTE, by, now=now, actor=actor, message=message.pk)
    ledger.settle(ticket, now=now)
    if actor is not None:
        audit.record("ticket.note", ticket, actor=actor, now=now, detail={"message": message.pk})
    return message


@transaction.atomic
def send_again(*, message: Message, actor: User, now: datetime) -> None:
    """Promises another try of a reply that did not arrive, under its own Message-ID."""
    failed = Message.objects.filter(
        pk=message.pk, kind=Kind.REPLY, delivery=Message.Delivery.FAILED
    )
    if failed.update(delivery=Message.Delivery.QUEUED):
        mail.enqueue(message, now=now)
        audit.record("ticket.send_again", message.ticket, actor=actor, now=now)


def store_customer_message(
    ticket: Ticket,
    words: str,
    *,
    may_tell: bool,
    now: datetime,
    key: str | None = None,
    message_id: str = "",
) -> Message:
    """Message, comment and event of the customer's words, inside the caller's transaction."""
    message = _store(
        ticket, Kind.CUSTOMER, words, author=None, now=now, key=key, limit=MAX_COMMENT
    )
    inbox = ticket.inbox
    comment = record_comment(
        text=message.body,
        occurred_at=now,
        source=Source.TICKET,
        source_ref=f"message:{message.pk}",
        customer=ticket.requester,
        touchpoint=inbox.touchpoint,
        team=inbox.key,
        purpose=inbox.purpose,
        may_tell=may_tell,
        now=now,
    )
    message.comment_id = comment.pk if comment else None
    message.message_id = message_id[:120]
    message.save(update_fields=["comment_id", "message_id"])
    ledger.write(ticket, Type.MESSAGE, By.CUSTOMER, now=now, message=message.pk)
    return message


def _store(
    ticket: Ticket,
    kind: str,
    words: str,
    *,
    author: User | None,
    now: datetime,
    key: str | None,
    limit: int = MAX_MESSAGE,
) -> Message:
    words = text.body(words)
    if not words:
        raise Refused(_("本文を入力してください。"), "blank_text")
    if len(words) > limit:
        raise Refused(
            _("文章が長すぎます。%(limit)s字までにしてください。") % {"limit": f"{limit:,}"},
            "too_long",
        )
    return Message.objects.create(
        ticket=ticket, kind=kind, author=author, body=words, created_at=now, form_key=key or None
    )


def _said_before(ticket: Ticket, key: str | None, *, author: User | None) -> Message | None:
    """The message this form has already made; a key of somebody else's is refused."""
    if not key:
        return None
    known = Message.objects.filter(form_key=key).first()
    if known is None:
        return None
    if known.ticket_id != ticket.pk or known.author_id != (author.pk if author else None):
        raise Refused(_("画面が古くなっています。開き直してください。"), "form_key_taken")
    return known


def newest_public(ticket: Ticket) -> Message | None:
    """The newest message that the customer has written or can read."""
    return (
        Message.objects.select_related("author")
        .filter(ticket=ticket, kind__in=ledger.PUBLIC)
        .order_by("-created_at", "-id")
        .first()
    )


def _refuse_answered_since(ticket: Ticket, last_seen: int | None) -> None:
    if last_seen is None:
        return
    newest = newest_public(ticket)
    if newest is None or newest.pk == last_seen:
        return
    if newest.kind == Kind.CUSTOMER:
        sentence = _(
            "お客様から新しいメッセージが届いています。返信はまだ送っていません。"
            "内容を確かめてから、もう一度送信してください。"
        )
    else:
        sentence = _(
            "%(name)sさんが先に返信しました。あなたの返信はまだ送っていません。"
            "内容を確かめてから、もう一度送信してください。"
        ) % {"name": newest.author.name if newest.author else ""}
    raise Refused(sentence, "answered_since")
