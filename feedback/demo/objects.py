"""What the demo world is made of: plain frozen records, joined by `ref` strings.

Every time is aware UTC; days and weeks are local to Asia/Tokyo.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class TrueClause:
    """A clause of a comment with what it truly says; text == comment.text[start:end]."""

    text: str
    topic: str
    polarity: str
    intent: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Account:
    """A company that buys."""

    ref: str
    name: str
    industry: str
    prefecture: str
    annual_value: int
    contract_from: date


@dataclass(frozen=True, slots=True)
class Customer:
    """A person. `consent` is `may_tell`, `not_asked` or `no_contact`."""

    ref: str
    family_name: str
    given_name: str
    family_kana: str
    given_kana: str
    mail: str
    phone: str
    segment: str
    account_ref: str | None
    prefecture: str
    consent: str
    since: date
    products: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Staff:
    """A user of the workspace."""

    ref: str
    name: str
    mail: str
    role: str
    team: str


@dataclass(frozen=True, slots=True)
class Inbox:
    """Where tickets arrive."""

    ref: str
    key: str
    name: str
    mail: str
    first_reply_minutes: int
    resolution_minutes: int


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `kind` is nps, csat, choice, choices or text."""

    key: str
    kind: str
    text: str
    choices: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Survey:
    """A survey with what it promises to those who answer."""

    ref: str
    slug: str
    title: str
    intro: str
    purpose: str
    operator: str
    thanks: str
    touchpoint: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class InvitationTally:
    """Invitations of one survey in one week."""

    survey_ref: str
    week: date
    sent: int
    bounced: int
    opened: int
    started: int
    completed: int


@dataclass(frozen=True, slots=True)
class Order:
    """A purchase."""

    ref: str
    number: str
    customer_ref: str
    product: str
    items: int
    amount: int
    ordered_at: datetime
    delivered_at: datetime


@dataclass(frozen=True, slots=True)
class Response:
    """An answer to a survey. `kind` is nps (0–10) or csat (1–5)."""

    ref: str
    survey_ref: str
    kind: str
    score: int
    at: datetime
    invited_at: datetime
    customer_ref: str
    product: str
    comment_ref: str | None
    order_ref: str | None
    ticket_ref: str | None
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Comment:
    """Words of a customer. `source` is nps, csat, ticket, app, store or social."""

    ref: str
    source: str
    channel: str
    touchpoint: str
    product: str
    at: datetime
    customer_ref: str | None
    author: str
    text: str
    clauses: tuple[TrueClause, ...]
    rating: int | None
    response_ref: str | None
    ticket_ref: str | None


@dataclass(frozen=True, slots=True)
class TicketEvent:
    """One step of a ticket, in the shape the ticket import reads."""

    at: datetime
    type: str
    by: str
    status: str = ""
    priority: str = ""
    text: str = ""
    staff_ref: str | None = None
    comment_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """A request for help with its whole history; `status` is the last one."""

    ref: str
    number: int
    inbox_ref: str
    subject: str
    customer_ref: str
    product: str
    priority: str
    status: str
    created_at: datetime
    first_reply_at: datetime | None
    solved_at: datetime | None
    assignee_ref: str | None
    tags: tuple[str, ...]
    events: tuple[TicketEvent, ...]


@dataclass(frozen=True, slots=True)
class Macro:
    """A prepared reply."""

    ref: str
    title: str
    text: str
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Insight:
    """A claim with the comments it stands on."""

    ref: str
    title: str
    claim: str
    topic: str
    state: str
    author_ref: str
    created_on: date
    evidence: tuple[tuple[str, int], ...]
    """(comment ref, position of the clause) of each quoted clause."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One step of an improvement with its reason."""

    at: datetime
    by_ref: str
    from_state: str
    to_state: str
    reason: str
    public_reason: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be measured, written down before the release."""

    topic: str
    window_weeks: int
    minimum_effect: float
    frozen_at: datetime
    decide_on: date


@dataclass(frozen=True, slots=True)
class Improvement:
    """An item of the backlog, with the way it went."""

    ref: str
    title: str
    problem: str
    category: str
    state: str
    owner_ref: str
    topic: str
    insight_refs: tuple[str, ...]
    effort_months: float
    external_ref: str
    decisions: tuple[Decision, ...]
    plan: Plan | None
    duplicate_of: str | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """What went out, and when."""

    ref: str
    title: str
    notes: str
    kind: str
    released_at: datetime
    scope: str
    improvement_refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to those who asked. `state` is draft, scheduled or sent."""

    ref: str
    improvement_ref: str
    release_ref: str | None
    channel: str
    subject: str
    body: str
    public: bool
    state: str
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Story:
    """Something planted on purpose; weeks are positions in `World.weeks`."""

    key: str
    title: str
    topic: str
    theme: str
    starts_week: int
    release_week: int | None
    really_works: bool | None
    release_ref: str | None
