"""The console: the list, one ticket, and what may be done with it."""

from typing import Any, cast

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from support import sla
from support.forms import SayForm, new_key
from support.models import Message, Ticket
from support.queries import desk, thread
from support.services import (
    add_note,
    assign,
    change_priority,
    change_status,
    mail,
    reply,
    send_again,
)
from support.views.console import panes
from voc.access import AGENTS, EVERYONE, StaffRequest, found, staff
from voc.charts import sparkline
from voc.clock import default_schedule
from voc.errors import Refused

METRIC_LABELS = {
    "first_reply": gettext_lazy("初回返信"),
    "first_resolution": gettext_lazy("最初の解決"),
    "full_resolution": gettext_lazy("最後の解決"),
}
SHOWN_INTERVALS = 60


@staff(EVERYONE)
def ticket_list(request: StaffRequest) -> HttpResponse:
    return render(request, "support/tickets.html", panes(request))


@staff(EVERYONE)
def ticket_page(request: StaffRequest, number: int) -> HttpResponse:
    return _ticket_page(request, _ticket(request, number))


@staff(AGENTS, methods=("POST",))
def say(request: StaffRequest, number: int) -> HttpResponse:
    """A reply or a note from the box under the thread."""
    ticket = _ticket(request, number)
    form = SayForm(request.POST)
    if not form.is_valid():
        draft = _draft(request, _("画面が古くなっています。内容を確かめて、もう一度送信してください。"))
        return _ticket_page(request, ticket, draft=draft, status=422)
    data, now = form.cleaned_data, timezone.now()
    try:
        if data["write"] == "note":
            add_note(
                ticket=ticket, text=data["text"], actor=request.user, form_key=data["key"], now=now
            )
        else:
            reply(
                ticket=ticket,
                text=data["text"],
                actor=request.user,
                form_key=data["key"],
                # A form without it is older than the rule: it has seen nothing.
                last_seen=data["last_seen"] or 0,
                then=data["then"],
                now=now,
            )
    except Refused as refused:
        status = 409 if refused.code == "answered_since" else 422
        draft = _draft(request, refused.message, key=data["key"])
        return _ticket_page(request, ticket, draft=draft, status=status)
    return redirect(_here(request, number) + "#latest")


@staff(AGENTS, methods=("POST",))
def change(request: StaffRequest, number: int) -> HttpResponse:
    """Status, assignee or priority, whichever the pressed button carries."""
    ticket, now, actor = _ticket(request, number), timezone.now(), request.user
    try:
        if "status" in request.POST:
            change_status(ticket=ticket, status=request.POST["status"], actor=actor, now=now)
        elif "priority" in request.POST:
            change_priority(ticket=ticket, priority=request.POST["priority"], actor=actor, now=now)
        elif "assignee" in request.POST:
            chosen = request.POST["assignee"]
            person = None
            if chosen:
                known = chosen.isascii() and chosen.isdigit() and len(chosen) < 19
                people = thread.assignees(ticket).filter(pk=int(chosen)) if known else []
                person = next(iter(people), None)
                if person is None:
                    raise Refused(_("この受信箱の担当者を選んでください。"), "bad_assignee")
            assign(ticket=ticket, assignee=person, actor=actor, now=now)
    except Refused as refused:
        messages.error(request, refused.message)
        return _ticket_page(request, _ticket(request, number), status=422)
    return redirect(_here(request, number) + "#latest")


@staff(AGENTS, methods=("POST",))
def resend(request: StaffRequest, number: int, pk: int) -> HttpResponse:
    """Another try of a reply that did not arrive."""
    ticket = _ticket(request, number)
    message = Message.objects.select_related("ticket").filter(ticket=ticket, pk=pk).first()
    send_again(message=found(message), actor=request.user, now=timezone.now())
    return redirect(_here(request, number) + "#latest")


@staff(EVERYONE)
def ticket_times(request: StaffRequest, number: int) -> HttpResponse:
    """How each time was counted: open intervals, holidays skipped, the schedule."""
    ticket = _ticket(request, number)
    now, schedule = timezone.now(), default_schedule()
    times = thread.times(ticket)
    rows = []
    for metric in sla.METRICS:
        span: sla.Span = getattr(times, metric)
        why = sla.why(times, metric, schedule=schedule, now=now)
        rows.append(
            {
                "key": metric,
                "label": METRIC_LABELS[metric],
                "state": sla.state(span, now=now, schedule=schedule),
                "span": span,
                "why": why,
                "intervals": why.intervals[:SHOWN_INTERVALS] if why else [],
                "more": max(len(why.intervals) - SHOWN_INTERVALS, 0) if why else 0,
            }
        )
    story = thread.thread(ticket)
    context = {
        "ticket": ticket,
        "rows": rows,
        "times": times,
        "crumbs": [
            (_("対応"), reverse("tickets")),
            (str(ticket.number), _here(request, number)),
        ],
        **_card(request, ticket, story.comment_ids),
    }
    return render(request, "support/times.html", context)


def _ticket(request: HttpRequest, number: int) -> Ticket:
    ticket = thread.ticket_by_number(cast(StaffRequest, request).user, number)
    return cast(Ticket, found(ticket))


def _here(request: HttpRequest, number: int) -> str:
    """The ticket's address with the place in the list, without what belongs to one showing."""
    kept = request.GET.copy()
    for name in ("write", "before"):
        kept.pop(name, None)
    query = kept.urlencode()
    return reverse("ticket", args=[number]) + (f"?{query}" if query else "")


def _draft(request: HttpRequest, problem: str, key: str = "") -> dict[str, Any]:
    return {
        "text": request.POST.get("text", ""),
        "write": "note" if request.POST.get("write") == "note" else "reply",
        "key": key,
        "problem": problem,
    }


def _ticket_page(
    request: StaffRequest, ticket: Ticket, *, draft: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    now, schedule = timezone.now(), default_schedule()
    before = request.GET.get("before", "")
    older_than = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    story = thread.thread(ticket, before=older_than)
    # Nobody writes a letter to find out only afterwards that it cannot be sent.
    reachable = bool(mail.address_of(ticket))
    write = "note" if request.GET.get("write") == "note" or not reachable else "reply"
    draft = draft or {"text": "", "write": write, "key": "", "problem": ""}
    own = [i.message.pk for i in story.items if i.message and i.kind == draft["write"]]
    times = thread.times(ticket)
    writable = desk.may_write(request.user)
    context = {
        **panes(request, current=ticket.number),
        "ticket": ticket,
        "row": desk.row(ticket, now),
        "story": story,
        "here": _here(request, ticket.number),
        "writable": writable,
        "reachable": reachable,
        "draft": {**draft, "key": draft["key"] or new_key()},
        # Changes with every message of ours, so that a sent draft does not come back.
        "draft_name": f"{draft['write']}-{ticket.number}-{own[-1] if own else 0}",
        "focus": "write" in request.GET or bool(draft["problem"]),
        "statuses": thread.next_statuses(ticket) if writable else [],
        "assignees": list(thread.assignees(ticket)) if writable else [],
        "priorities": Ticket.Priority.choices,
        "times": [
            {
                "key": metric,
                "label": METRIC_LABELS[metric],
                "span": getattr(times, metric),
                "state": sla.state(getattr(times, metric), now=now, schedule=schedule),
            }
            for metric in sla.METRICS
        ],
        "reopens": times.reopens,
        **_card(request, ticket, story.comment_ids),
    }
    return render(request, "support/ticket.html", context, status=status)


def _card(request: StaffRequest, ticket: Ticket, comment_ids: list[int]) -> dict[str, Any]:
    """The customer card, with the newest kind of score drawn as small bars."""
    card = thread.card(request.user, ticket, comment_ids)
    scores = [score for score in card.scores if score.kind == card.scores[-1].kind]
    chart = None
    if len(scores) >= 3:
        summary = _("%(kind)sの評価 %(count)s回") % {
            "kind": scores[-1].get_kind_display(),
            "count": len(scores),
        }
        chart = sparkline([float(score.value) for score in scores], summary=summary)
    return {
        "card": card,
        "recent_scores": card.scores[:-4:-1],
        "score_chart": chart,
        "improvements": [(item, _address("improvement", item)) for item in card.improvements],
        "customer_url": _address("customer", ticket.requester) if ticket.requester else "",
    }


def _address(name: str, obj: Model) -> str:
    """The object's page, or nothing while it has none."""
    try:
        return reverse(name, args=[obj.pk])
    except NoReverseMatch:
        return ""
