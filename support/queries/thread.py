"""One ticket with everything that was said and done in it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from feedback.models import Clause, Comment, Improvement, Score, TopicAssignment
from support import sla
from support.models import Message, Ticket, TicketEvent
from support.queries.desk import name_of, tickets_for
from support.services.changing import ALLOWED
from voc.access import AGENTS
from voc.clock import default_schedule, local_day
from voc.models import Role, User
from voc.templatetags.ui import INTENTS

MESSAGES = 100
EVENTS = 300
CHIPS = 4
_CHIP_TONES = {"complaint": "ebi", "praise": "matsu", "request": "ai", "question": "ai"}
_SHOWN = (
    TicketEvent.Type.CREATED,
    TicketEvent.Type.STATUS,
    TicketEvent.Type.ASSIGN,
    TicketEvent.Type.PRIORITY,
    TicketEvent.Type.AUTO,
)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in the thread: kind is customer, reply, note, auto or event."""

    kind: str
    at: datetime
    name: str = ""
    body: str = ""
    message: Message | None = None
    parts: list[dict[str, str]] = field(default_factory=list)
    chips: list[dict[str, str]] = field(default_factory=list)
    # The day's heading, on the first item of each day.
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    items: list[Item]
    # Newest public message: what the writer of a reply has seen.
    last_seen: int
    # Oldest message shown, when there are older ones.
    before: int | None
    comment_ids: list[int]


def ticket_by_number(user: User, number: int) -> Ticket | None:
    """The ticket with what its page shows, or None when it is not this person's to see."""
    if number > 2**62:
        return None
    return (
        tickets_for(user)
        .select_related("inbox", "requester__account", "assignee", "contact", "metrics")
        .filter(number=number)
        .first()
    )


def thread(ticket: Ticket, *, before: int | None = None) -> Thread:
    """The newest messages (or those before one), with events between them, oldest first."""
    rows = Message.objects.filter(ticket=ticket).select_related("author")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-created_at", "-id")[: MESSAGES + 1])
    older, found = len(found) > MESSAGES, found[:MESSAGES][::-1]
    voices = _voices(message.comment_id for message in found if message.comment_id)
    items = [_message(ticket, message, voices.get(message.comment_id or 0)) for message in found]
    items += [_event(event) for event in _events(ticket, found, older, before)]
    items.sort(key=_place)
    public = [m.pk for m in found if m.kind in (Message.Kind.CUSTOMER, Message.Kind.REPLY)]
    return Thread(
        items=_with_days(items),
        last_seen=public[-1] if public else 0,
        before=found[0].pk if older else None,
        comment_ids=[m.comment_id for m in found if m.comment_id],
    )


def times(ticket: Ticket) -> sla.Times:
    """The ticket's times with everything needed to explain them."""
    return sla.compute(
        TicketEvent.objects.filter(ticket=ticket).order_by("at", "id"),
        target_seconds=ticket.inbox.first_reply_minutes * 60,
        schedule=default_schedule(),
    )


def assignees(ticket: Ticket) -> QuerySet[User]:
    """Who may take this ticket: members of its inbox who answer, and managers."""
    return (
        User.objects.filter(is_active=True, role__in=AGENTS)
        .filter(Q(inboxes=ticket.inbox_id) | Q(role__in=[Role.OWNER, Role.ADMIN]))
        .distinct()
        .order_by("name", "pk")
    )


def next_statuses(ticket: Ticket) -> list[tuple[str, Any]]:
    """Statuses that may follow the present one, with their names."""
    return [(value, Ticket.Status(value).label) for value in ALLOWED[ticket.status]]


@dataclass(frozen=True, slots=True)
class Card:
    """The customer beside the ticket."""

    name: str
    contacts: list[Any]
    past: list[Ticket]
    scores: list[Score]
    improvements: list[Improvement]


def card(user: User, ticket: Ticket, comment_ids: list[int]) -> Card:
    """Contacts, scores, other tickets, and the improvements that these words led to."""
    improvements = (
        list(
            Improvement.objects.filter(insights__evidence__comment__in=comment_ids)
            .distinct()
            .order_by("-updated_at", "-pk")[:5]
        )
        if comment_ids
        else []
    )
    customer = ticket.requester
    if customer is None:
        return Card(name_of(ticket), [], [], [], improvements)
    past = tickets_for(user).filter(requester=customer).exclude(pk=ticket.pk)
    return Card(
        name=name_of(ticket),
        contacts=list(customer.contacts.order_by("pk")[:6]),
        past=list(past.order_by("-created_at", "-pk")[:6]),
        scores=list(customer.scores.order_by("-occurred_at", "-pk")[:13])[::-1],
        improvements=improvements,
    )


def _voices(ids: Iterable[int]) -> dict[int, Comment]:
    wanted = list(ids)
    if not wanted:
        return {}
    assignments = TopicAssignment.objects.select_related("topic").order_by("-confidence", "pk")
    clauses = Clause.objects.order_by("start").prefetch_related(Prefetch("assignments", assignments))
    rows = Comment.objects.filter(pk__in=wanted).prefetch_related(Prefetch("clauses", clauses))
    return {comment.pk: comment for comment in rows}


def _events(
    ticket: Ticket, found: list[Message], older: bool, before: int | None
) -> list[TicketEvent]:
    rows = TicketEvent.objects.filter(ticket=ticket, type__in=_SHOWN).select_related("actor")
    if older:
        rows = rows.filter(at__gte=found[0].created_at)
    if before is not None and found:
        rows = rows.filter(at__lte=found[-1].created_at)
    return list(rows.order_by("-at", "-id")[:EVENTS])[::-1]


def _message(ticket: Ticket, message: Message, comment: Comment | None) -> Item:
    name = message.author.name if message.author else _("自動")
    if message.kind == Message.Kind.CUSTOMER:
        name = name_of(ticket)
    clauses = list(comment.clauses.all()) if comment else []
    # Spans are offsets into the comment's text; anything else would mark the wrong words.
    same = comment is not None and comment.text == message.body
    return Item(
        kind=message.kind,
        at=message.created_at,
        name=name,
        body=message.body,
        message=message,
        parts=_parts(message.body, clauses) if clauses and same else [],
        chips=_chips(clauses),
    )


def _parts(text: str, clauses: list[Clause]) -> list[dict[str, str]]:
    parts, at = [], 0
    for clause in clauses:
        if clause.start > at:
            parts.append({"text": text[at : clause.start]})
        parts.append({"text": text[clause.start : clause.end], "polarity": clause.polarity})
        at = clause.end
    parts.append({"text": text[at:]})
    return parts


def _chips(clauses: list[Clause]) -> list[dict[str, str]]:
    """What each clause wants and is about: 不満　配送の遅れ; the same chip once."""
    chips: dict[str, dict[str, str]] = {}
    for clause in clauses:
        for assignment in list(clause.assignments.all())[:1]:
            text = f"{INTENTS[clause.intent]}　{assignment.topic}"
            tone = _CHIP_TONES.get(clause.intent, "")
            chips.setdefault(text, {"text": text, "tone": tone})
    return list(chips.values())[:CHIPS]


def _event(event: TicketEvent) -> Item:
    return Item(
        kind="event",
        at=event.at,
        name=event.type,
        body=_sentence(event),
    )


def _place(item: Item) -> tuple[datetime, int]:
    """By time; of one moment first the opening, then the words, then what followed from them."""
    if item.kind != "event":
        return item.at, 1
    return item.at, 0 if item.name == TicketEvent.Type.CREATED else 2


def _sentence(event: TicketEvent) -> str:
    who = {"who": event.actor.name if event.actor else ""}
    detail = event.detail
    if event.type == TicketEvent.Type.CREATED:
        return _("受け付けました")
    if event.type == TicketEvent.Type.AUTO:
        return _("自動応答を送りました")
    if event.type == TicketEvent.Type.ASSIGN:
        if not detail.get("assignee"):
            return _("%(who)sさんが担当を外しました") % who
        return _("%(who)sさんが%(name)sさんに割り当てました") % {
            **who,
            "name": detail.get("name", ""),
        }
    if event.type == TicketEvent.Type.PRIORITY:
        values = {**who, "priority": _label(Ticket.Priority, detail.get("priority"))}
        return _("%(who)sさんが優先度を「%(priority)s」にしました") % values
    values = {**who, "status": _label(Ticket.Status, detail.get("status"))}
    if event.by == TicketEvent.By.CUSTOMER:
        return _("お客様からの連絡で「%(status)s」に戻りました") % values
    if not values["who"]:
        return _("「%(status)s」になりました") % values
    return _("%(who)sさんが「%(status)s」にしました") % values


def _label(choices: Any, value: Any) -> str:
    return str(choices(value).label) if value in choices.values else str(value or "")


def _with_days(items: list[Item]) -> list[Item]:
    out, today = [], None
    for item in items:
        day = local_day(item.at)
        out.append(replace(item, day=day) if day != today else item)
        today = day
    return out
