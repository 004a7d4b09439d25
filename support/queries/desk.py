"""Whose tickets these are, and the lists they stand in."""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.db.models import BooleanField, Count, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from feedback.models import ContactPoint
from feedback.models.people import called
from support.models import Inbox, InboxMembership, Ticket
from voc.access import AGENTS
from voc.links import linker
from voc.models import Role, User
from voc.paging import Page, page
from voc.prepared import Prepared

PAGE = 40
# Late, or late within a day.
SOON = timedelta(hours=24)

Status = Ticket.Status
# Nobody's number, in the place of a person in a query that is kept.
SAMPLE_USER = 2_140_007_311
# What a row is made of.
_SHOWN = (
    "number", "origin", "subject", "last_line", "status", "due_at", "updated_at", "id",
    "requester_id", "requester_name", "requester__name", "requester__external_id",
    "assignee__name",
)  # fmt: skip

# key → (label, icon)
VIEWS: dict[str, tuple[Any, str]] = {
    "open": (_("未対応"), "inbox"),
    "mine": (_("自分の担当"), "user"),
    "due": (_("期限間近"), "alarm"),
    "waiting": (pgettext_lazy("view", "お客様待ち"), "player-pause"),
    "solved": (_("解決済み"), "check"),
    "all": (_("すべて"), "list"),
}
ORIGIN_ICONS: dict[str, str] = {
    Ticket.Origin.FORM: "file-text",
    Ticket.Origin.RECOVERY: "trending-down",
    Ticket.Origin.API: "plug",
    Ticket.Origin.STAFF: "user",
}


def inboxes_for(user: User) -> QuerySet[Inbox]:
    """Agents see the inboxes they are members of; everybody else on the staff sees all."""
    rows = Inbox.objects.all()
    return rows.filter(pk__in=memberships(user)) if user.role == Role.AGENT else rows


def tickets_for(user: User) -> QuerySet[Ticket]:
    """Tickets of the inboxes this person sees."""
    rows = Ticket.objects.all()
    return rows.filter(inbox__in=memberships(user)) if user.role == Role.AGENT else rows


def may_write(user: User) -> bool:
    """Analysts and viewers read; agents and managers answer."""
    return user.role in AGENTS


def team_keys(user: User) -> set[str] | None:
    """Keys of the inboxes whose voices this person may read; None for all."""
    if user.role != Role.AGENT:
        return None
    return set(inboxes_for(user).values_list("key", flat=True))


def memberships(user: User | int) -> QuerySet[Any]:
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
        rows = rows.filter(_condition(view, user.pk, now + SOON))
        order = ("due_at", "id") if view == "due" else order
    # Rows without models: forty tickets with their people cost as much to make as to ask for.
    found = page(rows.values_list(*_SHOWN, named=True), order=order, cursor=cursor, size=PAGE)
    address = linker("ticket")
    origins = {value: str(label) for value, label in Ticket.Origin.choices}
    return Listing(
        rows=[
            _row(seen, now=now, url=address(seen.number), origin=origins.get(seen.origin, ""))
            for seen in found.items
        ],
        page=found,
        view=view,
        label=VIEWS[view][0],
        words=words,
    )


def _counted(*, member: bool) -> Prepared:
    """Live tickets by inbox and view: of all inboxes, or of those the person is a member of."""

    def build(user: int, soon: datetime) -> QuerySet[Any, Any]:
        rows = Ticket.objects.filter(_LIVE)
        if member:
            rows = rows.filter(inbox__in=memberships(user))
        named = {
            view: Count("pk", filter=_condition(view, user, soon)) for view in _COUNTED_VIEWS
        }
        by_inbox = rows.order_by().values("inbox_id", "inbox__key").annotate(**named)
        return by_inbox.values_list("inbox_id", "inbox__key", *_COUNTED_VIEWS)

    return Prepared(build, user=SAMPLE_USER, soon=datetime(1901, 1, 1, tzinfo=UTC))


# Spelled out as in the index of live tickets: SQLite uses a partial index only where it can see
# the values, and would else read every ticket there ever was.
_LIVE = RawSQL(  # noqa: S611 - constants of ours
    f"support_ticket.status IN ({', '.join(repr(str(s)) for s in Ticket.LIVE)})",
    (),
    output_field=BooleanField(),
)
_COUNTED_VIEWS = ("open", "mine", "due", "waiting")
_COUNTED = {member: _counted(member=member) for member in (False, True)}


def counts(user: User, *, now: datetime, inbox: str = "") -> Counts:
    """What stands beside the views and inboxes, in one query over live tickets."""
    rows = _COUNTED[user.role == Role.AGENT].rows(user=user.pk, soon=now + SOON)
    views, inboxes = dict.fromkeys(_COUNTED_VIEWS, 0), {}
    for inbox_id, key, *numbers in rows:
        inboxes[inbox_id] = numbers[_COUNTED_VIEWS.index("open")]
        if inbox in ("", key):
            for view, number in zip(_COUNTED_VIEWS, numbers, strict=True):
                views[view] += number
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
    """One ticket as it stands in a list."""
    person = ticket.requester
    seen = SimpleNamespace(
        **{name: getattr(ticket, name) for name in _SHOWN if "__" not in name},
        requester__name=person.name if person else None,
        requester__external_id=person.external_id if person else None,
        assignee__name=ticket.assignee.name if ticket.assignee else None,
    )
    return _row(
        seen, now=now, url=reverse("ticket", args=[ticket.number]),
        origin=ticket.get_origin_display(),
    )  # fmt: skip


def _row(seen: Any, *, now: datetime, url: str, origin: str) -> Row:
    left = seen.due_at - now if seen.due_at else None
    return Row(
        number=seen.number,
        url=url,
        icon=ORIGIN_ICONS.get(seen.origin, "mail"),
        origin=origin,
        who=_who(
            seen.requester_name,
            seen.requester__name,
            seen.requester__external_id,
            seen.requester_id,
        ),
        subject=seen.subject,
        snippet=seen.last_line,
        assignee=seen.assignee__name or "",
        unread=seen.status == Status.NEW,
        waiting=seen.status == Status.PENDING and left is None,
        done=seen.status in (Status.SOLVED, Status.CLOSED),
        due_seconds=int(left.total_seconds()) if left is not None else None,
        due_at=seen.due_at,
    )


def is_named(ticket: Ticket) -> bool:
    """Whether the customer has a name or an address to be called by."""
    return bool(ticket.requester_name or ticket.requester)


def name_of(ticket: Ticket) -> str:
    """How the customer is called in lists: never empty."""
    known = ticket.requester
    if known is None:
        return _who(ticket.requester_name, None, None, None)
    return _who(ticket.requester_name, known.name, known.external_id, known.pk)


def _who(given: str, name: str | None, external_id: str | None, pk: int | None) -> str:
    if given:
        return given
    return called(name or "", external_id, pk) if pk else str(_("お名前のないお客様"))


def _condition(view: str, user: int, soon: datetime) -> Q:
    if view == "open":
        return Q(status__in=[Status.NEW, Status.OPEN])
    if view == "mine":
        return Q(assignee=user, status__in=Ticket.LIVE)
    if view == "due":
        return Q(due_at__isnull=False, due_at__lte=soon)
    if view == "waiting":
        return Q(status=Status.PENDING)
    if view == "solved":
        return Q(status__in=[Status.SOLVED, Status.CLOSED])
    return Q()
