"""Whose tickets these are, and the lists they stand in."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from feedback.models import ContactPoint
from support.models import Inbox, InboxMembership, Ticket
from voc.access import AGENTS
from voc.models import Role, User
from voc.paging import Page, page

PAGE = 40
# Late, or late within a day.
SOON = timedelta(hours=24)

Status = Ticket.Status

# key → (label, icon)
VIEWS: dict[str, tuple[Any, str]] = {
    "open": (_("未対応"), "inbox"),
    "mine": (_("自分の担当"), "user"),
    "due": (_("期限間近"), "alarm"),
    "waiting": (pgettext_lazy("view", "お客様待ち"), "player-pause"),
    "solved": (_("解決済み"), "check"),
    "all": (_("すべて"), "list"),
}
ORIGIN_ICONS = {
    Ticket.Origin.FORM: "file-text",
    Ticket.Origin.RECOVERY: "trending-down",
    Ticket.Origin.API: "plug",
    Ticket.Origin.STAFF: "user",
}


def inboxes_for(user: User) -> QuerySet[Inbox]:
    """Agents see the inboxes they are members of; everybody else on the staff sees all."""
    rows = Inbox.objects.all()
    return rows.filter(pk__in=_memberships(user)) if user.role == Role.AGENT else rows


def tickets_for(user: User) -> QuerySet[Ticket]:
    """Tickets of the inboxes this person sees."""
    rows = Ticket.objects.all()
    return rows.filter(inbox__in=_memberships(user)) if user.role == Role.AGENT else rows


def may_write(user: User) -> bool:
    """Analysts and viewers read; agents and managers answer."""
    return user.role in AGENTS


def team_keys(user: User) -> set[str] | None:
    """Keys of the inboxes whose voices this person may read; None for all."""
    if user.role != Role.AGENT:
        return None
    return set(inboxes_for(user).values_list("key", flat=True))


def _memberships(user: User) -> QuerySet[Any]:
    return InboxMembership.objects.filter(user=user).values("inbox_id")


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket in a list, ready to be written."""

    number: int
    url: str
    icon: str
    origin: Any
    who: str
    subject: str
    snippet: str
    assignee: str
    unread: bool
    waiting: bool
    done: bool
    due_seconds: int | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Listing:
    rows: list[Row]
    page: Page
    view: str
    label: Any
    words: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Live tickets by view, and the unanswered ones by inbox."""

    views: dict[str, int]
    inboxes: dict[int, int]


def listing(
    user: User, *, view: str, now: datetime, inbox: str = "", words: str = "", cursor: str = ""
) -> Listing:
    """One page of a view; words look through all of the person's tickets. Two queries at most."""
    rows = tickets_for(user)
    if inbox:
        rows = rows.filter(inbox__key=inbox)
    order: tuple[str, ...] = ("-updated_at", "-id")
    if words:
        rows = matching(rows, words)
    else:
        rows = rows.filter(_condition(view, user, now))
        order = ("due_at", "id") if view == "due" else order
    found = page(rows.select_related("assignee", "requester"), order=order, cursor=cursor, size=PAGE)
    return Listing(
        rows=[row(ticket, now) for ticket in found.items],
        page=found,
        view=view,
        label=VIEWS[view][0],
        words=words,
    )


def counts(user: User, *, now: datetime, inbox: str = "") -> Counts:
    """What stands beside the views and inboxes, in one query over live tickets."""
    named = {
        key: Count("pk", filter=_condition(key, user, now))
        for key in ("open", "mine", "due", "waiting")
    }
    rows: Any = (
        tickets_for(user)
        .filter(status__in=Ticket.LIVE)
        .order_by()
        .values("inbox_id", "inbox__key")
        .annotate(**named)
    )
    views, inboxes = dict.fromkeys(named, 0), {}
    for found in rows:
        inboxes[found["inbox_id"]] = found["open"]
        if inbox in ("", found["inbox__key"]):
            for key in named:
                views[key] += found[key]
    return Counts(views, inboxes)


def matching(rows: QuerySet[Ticket], words: str) -> QuerySet[Ticket]:
    """Tickets with this number, or with the words in the subject or the customer's name."""
    words = words.strip()[:100]
    plain = unicodedata.normalize("NFKC", words)
    number = plain.lstrip("#")
    found = Q(requester__external_id=plain)
    for form in {words, plain}:
        found |= Q(subject__icontains=form) | Q(requester_name__icontains=form)
    if number.isascii() and number.isdigit() and len(number) <= 18:
        found |= Q(number=int(number))
    if "@" in plain:
        known = ContactPoint.objects.filter(
            kind=ContactPoint.Kind.EMAIL, key=plain.lower()
        ).values("customer_id")
        found |= Q(requester__in=known)
    return rows.filter(found)


def row(ticket: Ticket, now: datetime) -> Row:
    left = ticket.due_at - now if ticket.due_at else None
    done = ticket.status in (Status.SOLVED, Status.CLOSED)
    return Row(
        number=ticket.number,
        url=reverse("ticket", args=[ticket.number]),
        icon=ORIGIN_ICONS.get(Ticket.Origin(ticket.origin), "mail"),
        origin=ticket.get_origin_display(),
        who=name_of(ticket),
        subject=ticket.subject,
        snippet=ticket.last_line,
        assignee=ticket.assignee.name if ticket.assignee else "",
        unread=ticket.status == Status.NEW,
        waiting=ticket.status == Status.PENDING and left is None,
        done=done,
        due_seconds=int(left.total_seconds()) if left is not None else None,
        due_at=ticket.due_at,
    )


def is_named(ticket: Ticket) -> bool:
    """Whether the customer has a name or an address to be called by."""
    return bool(ticket.requester_name or ticket.requester)


def name_of(ticket: Ticket) -> str:
    """How the customer is called in lists: never empty."""
    if ticket.requester_name:
        return ticket.requester_name
    return str(ticket.requester) if ticket.requester else str(_("お名前のないお客様"))


def _condition(view: str, user: User, now: datetime) -> Q:
    if view == "open":
        return Q(status__in=[Status.NEW, Status.OPEN])
    if view == "mine":
        return Q(assignee=user, status__in=Ticket.LIVE)
    if view == "due":
        return Q(due_at__isnull=False, due_at__lte=now + SOON)
    if view == "waiting":
        return Q(status=Status.PENDING)
    if view == "solved":
        return Q(status__in=[Status.SOLVED, Status.CLOSED])
    return Q()
