"""The demo world of みなも商店（デモ）: two years of voices and what became of them.

Everything follows from `end`, `seed` and `now`; the same three give the same world. Comments carry
their true labels, and three stories are planted (see `stories.py`), so that what the product
finds can be compared with what is there.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

import numpy as np

from feedback.demo import hours, loop, people, replies, scores, series, stories, threads
from feedback.demo.crowd import Crowd, Draft, drafts
from feedback.demo.objects import (
    Account,
    Comment,
    Customer,
    Improvement,
    Inbox,
    Insight,
    InvitationTally,
    Macro,
    Notice,
    Order,
    Release,
    Response,
    Staff,
    Story,
    Survey,
    Ticket,
)  # fmt: skip
from feedback.demo.themes import TOUCHPOINTS

NAME = "みなも商店（デモ）"
_CUSTOMERS, _ACCOUNTS, _EXTRA_ORDERS = 4000, 110, 5000


@dataclass(frozen=True, slots=True)
class World:
    """Everything, oldest first where there is an order in time."""

    name: str
    seed: int
    start: date
    end: date
    now: datetime
    weeks: tuple[date, ...]
    campaigns: tuple[int, ...]
    accounts: list[Account]
    customers: list[Customer]
    staff: list[Staff]
    inboxes: list[Inbox]
    surveys: list[Survey]
    invitations: list[InvitationTally]
    orders: list[Order]
    responses: list[Response]
    tickets: list[Ticket]
    comments: list[Comment]
    macros: list[Macro]
    insights: list[Insight]
    improvements: list[Improvement]
    releases: list[Release]
    notices: list[Notice]
    stories: list[Story]

    def summary(self) -> dict[str, object]:
        """How much of everything there is, and the overall scores."""
        answers = [r.score for r in self.responses if r.kind == "nps"]
        help_scores = [r.score for r in self.responses if r.kind == "csat"]
        texts = Counter(comment.text for comment in self.comments)
        said = sum(r.comment_ref is not None for r in self.responses)
        return {
            "name": self.name,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "customers": len(self.customers),
            "accounts": len(self.accounts),
            "comments": len(self.comments),
            "comments_by_source": dict(Counter(comment.source for comment in self.comments)),
            "responses": len(self.responses),
            "responses_with_comment": said,
            "tickets": len(self.tickets),
            "tickets_by_status": dict(Counter(ticket.status for ticket in self.tickets)),
            "orders": len(self.orders),
            "nps": _nps(answers),
            "csat_top2": round(sum(s >= 4 for s in help_scores) / max(len(help_scores), 1), 3),
            "duplicate_share": round(1 - len(texts) / max(len(self.comments), 1), 4),
            "topics": len({c.topic for comment in self.comments for c in comment.clauses}),
            "insights": len(self.insights),
            "improvements": len(self.improvements),
            "releases": len(self.releases),
        }

    def weekly_counts(self) -> tuple[list[str], list[list[int]], list[int]]:
        """Topics, comments a topic and whole week by true label, and all comments a week."""
        index = {monday: i for i, monday in enumerate(self.weeks)}
        topics = sorted({c.topic for comment in self.comments for c in comment.clauses})
        rows = {topic: [0] * len(self.weeks) for topic in topics}
        totals = [0] * len(self.weeks)
        for comment in self.comments:
            day = comment.at.astimezone(hours.TOKYO).date()
            week = index.get(day - timedelta(days=day.weekday()))
            if week is None:
                continue
            totals[week] += 1
            for topic in {clause.topic for clause in comment.clauses}:
                rows[topic][week] += 1
        return topics, [rows[topic] for topic in topics], totals


def build(
    *, end: date, seed: int = 20, scale: float = 1.0, now: datetime | None = None
) -> World:
    """The world of the 24 months up to the evening of `end`, or up to `now` when that is sooner."""
    rng = Random(seed)  # noqa: S311 - a repeatable world, not a secret
    numbers = series.make(end, np.random.default_rng(seed), scale)
    start, until = numbers.weeks[0], hours.end_of(end)
    until = min(until, now or until)
    companies = people.accounts(max(3, round(_ACCOUNTS * scale)), start, rng)
    customers = people.customers(max(40, round(_CUSTOMERS * scale)), companies, start, end, rng)
    crowd = Crowd(customers, rng)
    team = people.staff()
    told = drafts(numbers, crowd, until, rng)
    tickets, comments, loose = _tickets(told, crowd, team, numbers, until, rng)
    responses, orders, more = _answers(loose, tickets, numbers, crowd, until, scale, rng)
    comments = sorted([*comments, *more], key=lambda comment: (comment.at, comment.ref))
    parts = loop.build(numbers.weeks, end, comments, team)
    return World(
        NAME, seed, start, end, until, numbers.weeks, numbers.campaigns, companies, customers, team,
        people.inboxes(), loop.surveys(), scores.tallies(numbers, responses, rng), orders, responses,
        tickets, comments, replies.macros(), parts.insights, parts.improvements, parts.releases,
        parts.notices, stories.planted(),
    )  # fmt: skip


def _tickets(
    told: list[Draft],
    crowd: Crowd,
    team: list[Staff],
    numbers: series.Series,
    until: datetime,
    rng: Random,
) -> tuple[list[Ticket], list[Comment], list[tuple[str, Draft]]]:
    """Tickets with their comments, reviews as comments, and the drafts that are answers."""
    agents = [user for user in team if user.role == "agent"]
    tickets: list[Ticket] = []
    comments: list[Comment] = []
    answers: list[tuple[str, Draft]] = []
    for n, draft in enumerate(told):
        ref = f"comment-{n + 1:05d}"
        if draft.source in ("nps", "csat"):
            answers.append((ref, draft))
            continue
        if draft.source != "ticket":
            comments.append(_comment(ref, draft, rng))
            continue
        assert draft.customer is not None
        number = len(tickets) + 1
        first = _comment(ref, draft, rng, ticket=f"ticket-{number:05d}")
        ticket, later = threads.thread(
            number=number, first=first, theme=draft.theme, kind=draft.kind, urgent=draft.angry,
            customer=draft.customer, agents=agents, until=until,
            busy=1.7 if draft.week in numbers.campaigns else 1 + 0.2 * max(float(numbers.late_level[draft.week]) - 1, 0),
            rng=rng,
        )  # fmt: skip
        tickets.append(ticket)
        comments.extend([first, *later])
    return tickets, comments, answers


def _answers(
    loose: list[tuple[str, Draft]],
    tickets: list[Ticket],
    numbers: series.Series,
    crowd: Crowd,
    until: datetime,
    scale: float,
    rng: Random,
) -> tuple[list[Response], list[Order], list[Comment]]:
    """Answers with and without words, and the purchases they follow."""
    leanings = scores.Leanings(crowd, rng)
    waiting = sorted((t for t in tickets if t.solved_at), key=lambda t: (_solved(t), t.ref))
    responses: list[Response] = []
    orders: list[Order] = []
    comments: list[Comment] = []
    spoken: Counter[int] = Counter()
    cursor = 0
    recent: list[Ticket] = []
    unasked: list[Ticket] = []
    for ref, draft in loose:
        while cursor < len(waiting) and _solved(waiting[cursor]) < draft.at:
            recent.append(waiting[cursor])
            cursor += 1
        if draft.source == "csat":
            while recent and draft.at - _solved(recent[0]) > timedelta(days=9):
                unasked.append(recent.pop(0))
            if recent:
                ticket = recent.pop(int(rng.random() * len(recent)))
                score = scores.csat(draft.clauses, _slow(ticket), rng)
                response = scores.answer_csat(len(responses) + 1, draft.at, score, ticket, ref, rng)
                responses.append(response)
                comments.append(_comment(ref, draft, rng, response=response, ticket=ticket.ref))
                continue
        assert draft.customer is not None
        order = scores.order_before(
            draft.at, len(orders) + 1, draft.customer.ref, draft.product, rng
        )
        orders.append(order)
        lean = leanings.of[draft.customer.ref]
        score = scores.nps(draft.clauses, lean, scores.mood(numbers, draft.week), rng)
        response = scores.answer_nps(
            len(responses) + 1, draft.at, score, order, ref, draft.product, rng
        )
        responses.append(response)
        spoken[draft.week] += 1
        comments.append(_comment(ref, draft, rng, response=response))
    for ticket in [*unasked, *recent]:
        if rng.random() < 0.24:
            at = _solved(ticket) + timedelta(hours=1 + rng.expovariate(1 / 20))
            if at <= until:
                score = scores.csat((), _slow(ticket), rng)
                responses.append(
                    scores.answer_csat(len(responses) + 1, at, score, ticket, None, rng)
                )
    mondays = [*numbers.weeks, numbers.weeks[-1] + timedelta(weeks=1)]
    for week, monday in enumerate(mondays):
        days = min(7, (until.astimezone(hours.TOKYO).date() - monday).days + 1)
        for at, customer_ref, product in scores.silent_nps(
            numbers, week, monday, spoken[week], days, crowd, rng
        ):
            if at > until:
                continue
            order = scores.order_before(at, len(orders) + 1, customer_ref, product, rng)
            orders.append(order)
            score = scores.nps((), leanings.of[customer_ref], scores.mood(numbers, week), rng)
            responses.append(
                scores.answer_nps(len(responses) + 1, at, score, order, None, product, rng)
            )
    for _ in range(round(_EXTRA_ORDERS * scale)):
        at = hours.moment(rng.choice(numbers.weeks), rng)
        if at > until:
            continue
        customer = crowd.pick(at.date(), "", rng)
        orders.append(
            scores.order_before(
                at, len(orders) + 1, customer.ref, rng.choice(customer.products), rng
            )
        )
    responses.sort(key=lambda response: (response.at, response.ref))
    orders.sort(key=lambda order: (order.ordered_at, order.ref))
    return responses, orders, comments


def _solved(ticket: Ticket) -> datetime:
    assert ticket.solved_at is not None
    return ticket.solved_at


def _slow(ticket: Ticket) -> bool:
    first = ticket.first_reply_at
    return first is not None and first - ticket.created_at > timedelta(hours=30)


def _comment(
    ref: str,
    draft: Draft,
    rng: Random,
    *,
    response: Response | None = None,
    ticket: str | None = None,
) -> Comment:
    source = response.kind if response else draft.source
    customer_ref = (
        response.customer_ref if response else draft.customer.ref if draft.customer else None
    )
    channel = {"nps": "配送後アンケート", "csat": "問い合わせ後アンケート"}.get(
        source, draft.channel
    )
    return Comment(
        ref, source, channel, TOUCHPOINTS[source], draft.product, draft.at, customer_ref, draft.author,
        draft.text, draft.clauses, scores.rating_of(draft, rng), response.ref if response else None, ticket,
    )  # fmt: skip


def _nps(answers: list[int]) -> float | None:
    if not answers:
        return None
    promoters, detractors = sum(s >= 9 for s in answers), sum(s <= 6 for s in answers)
    return round(100 * (promoters - detractors) / len(answers), 1)
