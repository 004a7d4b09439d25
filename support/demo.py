"""The demo's inboxes and tickets, with their whole history."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from support import models
from support.services import ledger
from support.services.numbers import reserve
from voc.models import Role

BATCH = 2_000
_KINDS = {"note": "note", "auto": "auto"}


@transaction.atomic
def desk(
    state: dict[str, Any], *, now: datetime, progress: Callable[[int, int], None]
) -> None:
    """Inboxes with their members, tickets, messages and events; then the times from them."""
    world = state["world"]
    # A desk that is looked after has no letter unopened for weeks.
    tickets = [
        t for t in world.tickets if t.status != "new" or now - t.created_at < timedelta(days=4)
    ]
    inboxes = _inboxes(state)
    rows = models.Ticket.objects.bulk_create(
        (
            models.Ticket(
                number=t.number,
                inbox=inboxes[t.inbox_ref],
                subject=t.subject[:200],
                requester=state["customers"].get(t.customer_ref),
                requester_name=state["customers"][t.customer_ref].name,
                status=t.status,
                priority=t.priority,
                assignee=state["users"].get(t.assignee_ref),
                origin="form",
                origin_ref=f"demo:{t.ref}",
                created_at=t.created_at,
                updated_at=max(e.at for e in t.events),
            )
            for t in tickets
        ),
        batch_size=BATCH,
    )
    reserve(max((t.number for t in tickets), default=0))
    events: list[models.TicketEvent] = []
    messages: list[models.Message] = []
    for told, ticket in zip(tickets, rows, strict=True):
        _history(told, ticket, state, events, messages)
    models.TicketEvent.objects.bulk_create(events, batch_size=BATCH)
    models.Message.objects.bulk_create(messages, batch_size=BATCH)
    ledger.rebuild(progress)


def _history(
    told: Any, ticket: models.Ticket, state: dict[str, Any], events: list[Any], messages: list[Any]
) -> None:
    status, priority = "new", told.priority
    first = told.events[0]
    events.append(models.TicketEvent(ticket=ticket, at=first.at, type="created", by=first.by))
    for event in told.events:
        actor = state["users"].get(event.staff_ref)

        def add(kind: str, *, event: Any = event, actor: Any = actor, **detail: Any) -> None:
            events.append(
                models.TicketEvent(
                    ticket=ticket, at=event.at, type=kind, by=event.by, actor=actor, detail=detail
                )
            )

        if event.type in ("message", "note", "auto"):
            add(event.type)
            messages.append(_message(event, ticket, actor, state))
        elif event.type == "assign" and ticket.assignee:
            add("assign", assignee=ticket.assignee.pk, name=ticket.assignee.name)
        if event.status and event.status != status:
            status = event.status
            add("status", status=status)
        if event.priority and event.priority != priority:
            priority = event.priority
            add("priority", priority=priority)


def _message(
    event: Any, ticket: models.Ticket, actor: Any, state: dict[str, Any]
) -> models.Message:
    comment = state["comments"].get(event.comment_ref)
    by_customer = event.by == "customer"
    said = "customer" if by_customer else "reply"
    return models.Message(
        ticket=ticket,
        kind=_KINDS.get(event.type, said),
        author=None if by_customer else actor,
        body=event.text,
        created_at=event.at,
        comment_id=comment.pk if comment else None,
        delivery="sent" if event.type == "message" and not by_customer else "",
    )


def _inboxes(state: dict[str, Any]) -> dict[str, models.Inbox]:
    agents = [u for u in state["users"].values() if u.role in (Role.AGENT, Role.ADMIN)]
    made = {}
    for place, inbox in enumerate(state["world"].inboxes):
        made[inbox.ref] = models.Inbox.objects.create(
            key=inbox.key,
            name=inbox.name,
            purpose="お問い合わせへの回答と、商品・サービスの改善に使います。",
            reply_promise="営業時間（平日9時〜18時）のうち1日以内にお返事します。",
            first_reply_minutes=inbox.first_reply_minutes,
            receives_recovery=place == 0,
        )
        made[inbox.ref].members.add(*agents)
    return made
