"""Tickets: a first message, replies in and out of hours, notes, and how it ended."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from random import Random

from feedback.demo import replies
from feedback.demo.hours import TOKYO, after_business_minutes
from feedback.demo.objects import Comment, Customer, Staff, Ticket, TicketEvent
from feedback.demo.themes import BY_KEY, Theme
from feedback.demo.vocabulary import SLOTS

# Two kanji or katakana in a row stand for a word.
_PIECES = re.compile("(?=([一-龠]{2}|[ァ-ヴー]{3}))")
_WEEKDAYS = "月火水木金土日"


def thread(
    *,
    number: int,
    first: Comment,
    theme: str,
    kind: str,
    urgent: bool,
    customer: Customer,
    agents: list[Staff],
    until: datetime,
    busy: float,
    rng: Random,
) -> tuple[Ticket, list[Comment]]:
    """A ticket with its history up to `until`, and the customer's later messages as comments."""
    ref = f"ticket-{number:05d}"
    about = BY_KEY[theme]
    agent = agents[int(rng.random() ** 1.3 * len(agents))]
    priority = _priority(about, urgent, rng)
    events = [
        TicketEvent(first.at, "message", "customer", "new", priority, first.text, None, first.ref)
    ]
    later: list[Comment] = []
    names = (customer.family_name, agent.name.split()[0])
    haste = {"urgent": 0.35, "high": 0.6, "normal": 1.0, "low": 1.6}[priority]
    at = after_business_minutes(first.at, int(rng.lognormvariate(4.75, 0.85) * busy * haste) + 3)
    first_reply = at
    if rng.random() < 0.5:
        events.append(
            TicketEvent(at - timedelta(minutes=2), "assign", "agent", staff_ref=agent.ref)
        )
    rounds = 1 + (rng.random() < 0.42) + (rng.random() < 0.16) + (rng.random() < 0.05)
    solved = None
    # Of the newest tickets some wait for the customer or for somebody else.
    stuck = first.at > until - timedelta(days=45) and rng.random() < 0.3
    for turn in range(rounds):
        if rng.random() < 0.22:
            events.append(
                TicketEvent(
                    at - timedelta(minutes=1),
                    "note",
                    "agent",
                    text=rng.choice(replies.NOTES),
                    staff_ref=agent.ref,
                )
            )
        last = turn == rounds - 1
        text = _reply(about, first.text, kind, turn, customer, agent, at, rng)
        events.append(
            TicketEvent(
                at,
                "message",
                "agent",
                _after_reply(last, stuck, rng),
                text=text,
                staff_ref=agent.ref,
            )
        )
        if last:
            solved = None if stuck else at
            break
        back = _awake(at + timedelta(minutes=int(rng.lognormvariate(5.9, 0.9)) + 4))
        later.append(
            _follow_up(
                ref,
                len(later) + 1,
                first,
                back,
                "waiting" if rng.random() < 0.12 else "info",
                names,
                about,
                rng,
            )
        )
        events.append(
            TicketEvent(
                back, "message", "customer", "open", text=later[-1].text, comment_ref=later[-1].ref
            )
        )
        at = after_business_minutes(back, int(rng.lognormvariate(4.4, 0.8) * busy) + 3)
    if solved and rng.random() < 0.2:
        back = _awake(solved + timedelta(minutes=int(rng.lognormvariate(5.5, 1.0)) + 5))
        later.append(_follow_up(ref, len(later) + 1, first, back, "thanks", names, about, rng))
        events.append(
            TicketEvent(back, "message", "customer", text=later[-1].text, comment_ref=later[-1].ref)
        )
    if solved:
        events.append(TicketEvent(solved + timedelta(days=7), "status", "bot", "closed"))
    if rounds == 1 and rng.random() < 0.02:
        # Now and then nobody has answered yet.
        events, later, solved = events[:1], [], None
        first_reply = until + timedelta(days=1)
    # An assignment precedes the reply but never the message it answers.
    kept = [e for e in sorted(events[1:], key=lambda e: e.at) if first.at < e.at <= until]
    events = [events[0], *kept]
    status = next((e.status for e in reversed(events) if e.status), "new")
    answered = first_reply <= until
    ticket = Ticket(
        ref, number, _inbox(about, customer), _subject(about, kind, rng), customer.ref, first.product,
        priority, status, first.at, first_reply if answered else None,
        solved if solved and solved <= until else None, agent.ref if answered or rng.random() < 0.3 else None,
        (about.name,), tuple(events),
    )  # fmt: skip
    return ticket, [comment for comment in later if comment.at <= until]


def _after_reply(last: bool, stuck: bool, rng: Random) -> str:
    if last and stuck:
        return "on_hold" if rng.random() < 0.3 else "pending"
    return "solved" if last else "pending"


def _priority(about: Theme, urgent: bool, rng: Random) -> str:
    roll = rng.random()
    if urgent:
        return "urgent" if roll < 0.25 else "high"
    if about.family in ("payment", "returns") or about.key in ("food.safety", "account.privacy"):
        return "high" if roll < 0.3 else "normal"
    return "low" if roll < 0.12 else "high" if roll > 0.96 else "normal"


def _inbox(about: Theme, customer: Customer) -> str:
    if customer.account_ref:
        return "inbox-biz"
    return "inbox-box" if about.family == "subscription" else "inbox-main"


def _subject(about: Theme, kind: str, rng: Random) -> str:
    return rng.choice(replies.SUBJECTS[kind]).format(name=about.name)


def _reply(
    about: Theme,
    said: str,
    kind: str,
    turn: int,
    customer: Customer,
    agent: Staff,
    at: datetime,
    rng: Random,
) -> str:
    family = agent.name.split()[0]
    head = replies.GREETING.format(name=customer.family_name, staff=family)
    if turn:
        return (
            head + _dated(_for(replies.SECOND, about, rng), at, rng) + rng.choice(replies.CLOSING)
        )
    thanks = rng.choice(replies.THANKS[kind])
    if kind in "r+":
        body = "担当の者に伝えました。形になりましたら、あらためてお知らせいたします。"
    else:
        body = _dated(_fitting(replies.ANSWERS[about.family], said, rng), at, rng)
    return head + thanks + "\n" + body + rng.choice(replies.CLOSING)


def _for(texts: dict[str, tuple[str, ...]], about: Theme, rng: Random) -> str:
    """A text that fits any thread, or better one that fits this kind of thread."""
    group = replies.group_of(about.family)
    return rng.choice(texts[group if group in texts and rng.random() < 0.65 else "any"])


def _fitting(answers: tuple[str, ...], said: str, rng: Random) -> str:
    """The answer that shares most word pieces with what was asked."""
    pieces = set(_PIECES.findall(said))
    shared = [sum(piece in answer for piece in pieces) + rng.random() for answer in answers]
    return answers[shared.index(max(shared))]


def _dated(text: str, at: datetime, rng: Random) -> str:
    day = (at + timedelta(days=rng.randrange(2, 6))).astimezone(TOKYO)
    return text.replace("{day}", f"{day.month}月{day.day}日（{_WEEKDAYS[day.weekday()]}）").replace(
        "{month}", str((at + timedelta(days=35)).month)
    )


def _follow_up(
    ticket: str,
    n: int,
    first: Comment,
    at: datetime,
    kind: str,
    names: tuple[str, str],
    about: Theme,
    rng: Random,
) -> Comment:
    start = rng.choice(replies.FOLLOW_STARTS)
    end = rng.choice(replies.FOLLOW_ENDS) if kind != "thanks" or rng.random() < 0.3 else ""
    text = start + _for(replies.FOLLOW_UPS[kind], about, rng) + end
    day = (at - timedelta(days=rng.randrange(5))).astimezone(TOKYO)
    text = text.format(
        n=rng.randrange(10**6, 10**7), m=f"{rng.randrange(10_000):04d}", cm=rng.randrange(25, 90),
        day=f"{day.month}月{day.day}日", year=day.year - rng.randrange(1, 6), hour=rng.randrange(10, 21),
        yen=f"{rng.randrange(88, 1480) * 10:,}", item=rng.choice(SLOTS["品"]), name=names[0], staff=names[1],
    )  # fmt: skip
    return Comment(
        f"{ticket}-message-{n}", "ticket", first.channel, first.touchpoint, first.product, at,
        first.customer_ref, "", text, (), None, None, ticket,
    )  # fmt: skip


def _awake(at: datetime) -> datetime:
    """The same moment, or the next morning when people are asleep."""
    local = at.astimezone(TOKYO)
    return at + timedelta(hours=7) if local.hour < 6 else at
