"""What spans the apps, gathered without an upward import.

Each app's `AppConfig.ready` registers here its navigation entries, home panels, KPI
providers, timeline entries, and its steps of the demo, doctor and rebuild commands.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class NavEntry:
    """A section of the staff navigation. `count(user)` gives the badge, None for no badge."""

    order: int
    label: Any
    url_name: str
    icon: str
    roles: frozenset[str]
    prefix: str
    count: Callable[[Any], int | None] | None = None


@dataclass(frozen=True, slots=True)
class DueItem:
    """Something of somebody's that is or will be late."""

    title: str
    kind: Any
    url: str
    due_at: datetime
    icon: str
    who: str = ""
    # Until it is due; negative when late. Filled by the page from its own clock.
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing in a customer's history."""

    at: datetime
    kind: Any
    title: str
    url: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TicketFigures:
    """Counts and times of tickets over a period, in seconds; None means no data."""

    created: int
    resolved: int
    open_now: int
    late_now: int
    first_reply_median_business_seconds: int | None
    first_reply_n: int
    resolution_median_business_seconds: int | None
    resolution_n: int


@dataclass(frozen=True, slots=True)
class TicketContact:
    """Whose ticket it is and how to reach that person."""

    customer_id: int | None
    email: str
    number: str
    subject: str


@dataclass(slots=True)
class Registry:
    nav: list[NavEntry] = field(default_factory=list)
    # (key, label, url name) of an app's own page under 設定
    settings: list[tuple[str, Any, str]] = field(default_factory=list)
    # (user, now, limit) → items this person may see, soonest first
    due: list[Callable[[Any, datetime, int], Iterable[DueItem]]] = field(default_factory=list)
    # (customer_id, user) → entries
    timeline: list[Callable[[int, Any], Iterable[TimelineEntry]]] = field(default_factory=list)
    # (words, user) → entries this person may see
    search: list[Callable[[str, Any], Iterable[TimelineEntry]]] = field(default_factory=list)
    # (user, first day, last day, now) → figures
    tickets: Callable[[Any, date, date, datetime], TicketFigures] | None = None
    # (ticket_id) → its requester, None when there is no such ticket
    ticket_contact: Callable[[int], TicketContact | None] | None = None
    # (user) → keys of the teams whose comments this person may read, None for all
    teams: Callable[[Any], set[str] | None] | None = None
    # (order, name, step(world, now, progress))
    demo: list[tuple[int, Any, Callable[..., None]]] = field(default_factory=list)
    # () → lines of (ok, what, how to mend)
    doctor: list[Callable[[], Iterable[tuple[bool, str, str]]]] = field(default_factory=list)
    # name → (progress) → {"checked": n, "changed": n}
    rebuild: dict[str, list[Callable[..., dict[str, int]]]] = field(default_factory=dict)
    # (now=…): what every worker promises when it begins, such as the work of the next night
    begin: list[Callable[..., None]] = field(default_factory=list)
    # models that must be empty for a demo to be loaded
    holds_data: list[Callable[[], bool]] = field(default_factory=list)


def later(path: str) -> Callable[..., Any]:
    """Calls the function at that dotted path; its module is imported by the first call."""

    def call(*args: Any, **kwargs: Any) -> Any:
        return import_string(path)(*args, **kwargs)

    return call


registry = Registry()
