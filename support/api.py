"""REST: tickets with their messages and times."""

from hashlib import sha256
from secrets import token_hex
from typing import Any, cast

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from support import sla
from support.models import Message, Ticket
from support.queries import desk, thread
from support.serializers import (
    MessageIn,
    MessageOut,
    MetricsOut,
    TicketChange,
    TicketIn,
    TicketOut,
)
from support.services import (
    add_note,
    assign,
    change_priority,
    change_status,
    open_ticket,
    reply,
)
from support.services.text import body
from voc.access import AGENTS, EVERYONE, api, found
from voc.api.lists import cursor_list
from voc.clock import default_schedule
from voc.errors import Refused

NEWEST = ("-updated_at", "-id")
_PAGING = [OpenApiParameter("limit", int), OpenApiParameter("cursor", str)]
_KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="sent twice, it counts once"
)
_REFUSALS = {400: None, 401: None, 403: None, 404: None, 409: None, 422: None}


@extend_schema(
    methods=["GET"],
    parameters=[OpenApiParameter("status", str), OpenApiParameter("inbox", str), *_PAGING],
    responses={200: TicketOut(many=True), 400: None, 401: None, 403: None},
)
@extend_schema(
    methods=["POST"], parameters=[_KEY], request=TicketIn, responses={201: TicketOut, **_REFUSALS}
)
@api(EVERYONE, AGENTS, resource="tickets", methods=("GET", "POST"))
def ticket_list(request: Request) -> Response:
    if request.method == "POST":
        return _create(request)
    rows = _rows(desk.tickets_for(cast(Any, request.user)))
    wanted = request.query_params.get("status")
    if wanted is not None:
        if wanted not in Ticket.Status.values:
            raise ValidationError({"status": "unknown status"})
        rows = rows.filter(status=wanted)
    key = request.query_params.get("inbox")
    if key is not None:
        rows = rows.filter(inbox=_inbox(request, key))
    return cursor_list(request, rows, TicketOut, order=NEWEST)


@extend_schema(methods=["GET"], responses={200: TicketOut, 401: None, 403: None, 404: None})
@extend_schema(methods=["PATCH"], request=TicketChange, responses={200: TicketOut, **_REFUSALS})
@api(EVERYONE, AGENTS, resource="tickets", methods=("GET", "PATCH"))
def ticket_detail(request: Request, number: int) -> Response:
    ticket = _ticket(request, number)
    if request.method == "PATCH":
        body_ = TicketChange(data=request.data)
        body_.is_valid(raise_exception=True)
        _change(request, ticket, body_.validated_data)
        ticket = _ticket(request, number)
    return Response(TicketOut(ticket).data)


@extend_schema(
    methods=["GET"], parameters=_PAGING, responses={200: MessageOut(many=True), 404: None}
)
@extend_schema(
    methods=["POST"], parameters=[_KEY], request=MessageIn, responses={201: MessageOut, **_REFUSALS}
)
@api(EVERYONE, AGENTS, resource="tickets", methods=("GET", "POST"))
def ticket_messages(request: Request, number: int) -> Response:
    ticket = _ticket(request, number)
    if request.method == "POST":
        return _say(request, ticket)
    rows = Message.objects.filter(ticket=ticket).select_related("author")
    return cursor_list(request, rows, MessageOut, order=("id",))


@extend_schema(responses={200: MetricsOut, 401: None, 403: None, 404: None})
@api(EVERYONE, resource="tickets")
def ticket_metrics(request: Request, number: int) -> Response:
    times = thread.times(_ticket(request, number))
    now, schedule = timezone.now(), default_schedule()
    spans: dict[str, sla.Span] = {name: getattr(times, name) for name in sla.METRICS}
    figures = {
        name: {
            "calendar_seconds": span.calendar_seconds,
            "business_seconds": span.business_seconds,
            "due_at": span.due_at,
            "state": sla.state(span, now=now, schedule=schedule),
        }
        for name, span in spans.items()
    }
    return Response(MetricsOut(figures).data)


def _rows(rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
    return rows.select_related("inbox", "assignee", "contact")


def _ticket(request: Request, number: int) -> Ticket:
    return cast(Ticket, found(thread.ticket_by_number(cast(Any, request.user), number)))


def _inbox(request: Request, key: str) -> Any:
    """An inbox this person sees; another team's is as unknown as a missing one."""
    inboxes = desk.inboxes_for(cast(Any, request.user))
    inbox = inboxes.filter(key=key).first() if "\x00" not in key else None
    if inbox is None:
        raise ValidationError({"inbox": "unknown inbox"})
    return inbox


def _create(request: Request) -> Response:
    sent = TicketIn(data=request.data)
    sent.is_valid(raise_exception=True)
    data, user = sent.validated_data, cast(Any, request.user)
    inbox = _inbox(request, data["inbox"])
    ticket = open_ticket(
        inbox=inbox,
        subject=data["subject"],
        text=data["text"],
        email=data["requester"]["email"],
        name=data["requester"]["name"],
        origin=Ticket.Origin.API,
        origin_ref=_idempotency(request) or f"once-{token_hex(16)}",
        priority=data["priority"],
        may_tell=data["may_tell"],
        actor=user,
        now=timezone.now(),
    )
    first = ticket.messages.order_by("pk").first()
    same = first is not None and first.body == body(data["text"]) and ticket.inbox_id == inbox.pk
    if not same:
        raise Refused(
            _("この Idempotency-Key は、別の内容で使われています。"), "idempotency_mismatch"
        )
    return Response(TicketOut(_ticket(request, ticket.number)).data, status=status.HTTP_201_CREATED)


@transaction.atomic
def _change(request: Request, ticket: Ticket, data: dict[str, Any]) -> None:
    actor, now = cast(Any, request.user), timezone.now()
    if "priority" in data:
        change_priority(ticket=ticket, priority=data["priority"], actor=actor, now=now)
    if "assignee" in data:
        person = None
        if data["assignee"] is not None:
            address = data["assignee"].strip().lower()
            person = thread.assignees(ticket).filter(email=address).first()
            if person is None:
                raise Refused(_("この受信箱の担当者を選んでください。"), "bad_assignee")
        assign(ticket=ticket, assignee=person, actor=actor, now=now)
    if "status" in data:
        change_status(ticket=ticket, status=data["status"], actor=actor, now=now)


def _say(request: Request, ticket: Ticket) -> Response:
    sent = MessageIn(data=request.data)
    sent.is_valid(raise_exception=True)
    data, now, actor = sent.validated_data, timezone.now(), cast(Any, request.user)
    key = _idempotency(request)
    if data["kind"] == Message.Kind.NOTE:
        message = add_note(
            ticket=ticket, text=data["text"], actor=actor, form_key=key, now=now
        )
    else:
        message = reply(
            ticket=ticket,
            text=data["text"],
            actor=actor,
            form_key=key,
            last_seen=data.get("last_seen"),
            then=data.get("then", ""),
            now=now,
        )
    if message.body != body(data["text"]) or message.kind != data["kind"]:
        raise Refused(
            _("この Idempotency-Key は、別の内容で使われています。"), "idempotency_mismatch"
        )
    return Response(MessageOut(message).data, status=status.HTTP_201_CREATED)


def _idempotency(request: Request) -> str | None:
    """The caller's key, bound to the caller: another person's same key is another key."""
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return None
    if len(key) > 255:
        raise ValidationError({"Idempotency-Key": "at most 255 characters"})
    digest = sha256(key.encode("utf-8", "replace")).hexdigest()[:40]
    return f"api-{cast(Any, request.user).pk}-{digest}"

