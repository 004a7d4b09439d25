"""Answers to the two surveys: scores that go with the words, though not perfectly."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from random import Random

from feedback.demo import hours
from feedback.demo.crowd import Crowd, Draft
from feedback.demo.objects import (
    InvitationTally,
    Order,
    Response,
    Ticket,
    TrueClause,
)  # fmt: skip
from feedback.demo.series import Series

NPS, CSAT = "survey-nps", "survey-csat"
# Shares of answers without words, for each answer with words.
_SILENT = 0.68
# What a complaint about a topic costs on the 0–10 scale; all others cost the default.
_COST = {"delivery.late": 2.5, "payment.billing": 2.2, "product.defect": 2.2, "app.bug": 1.9,
         "support.speed": 2.0, "food.safety": 2.3, "price.fee": 1.2, "store.parking": 0.9,
         "app.notice": 1.0, "account.leave": 2.0}  # fmt: skip
_PAIN, _JOY = 1.55, 1.0
_CHOICES = (
    "品ぞろえ",
    "価格",
    "届く速さ",
    "アプリ・サイトの使いやすさ",
    "問い合わせの対応",
    "とくにない",
)


def nps(clauses: tuple[TrueClause, ...], leaning: float, mood: float, rng: Random) -> int:
    """A likelihood to recommend, 0–10."""
    felt = _felt(clauses)
    raw = 7.32 + leaning + mood + felt + rng.gauss(0, 1.1)
    return max(0, min(10, round(raw)))


def csat(clauses: tuple[TrueClause, ...], slow: bool, rng: Random) -> int:
    """Satisfaction with the help, 1–5."""
    raw = 4.15 + 0.62 * _felt(clauses) - (0.5 if slow else 0.0) + rng.gauss(0, 0.75)
    return max(1, min(5, round(raw)))


def stars(clauses: tuple[TrueClause, ...], rng: Random) -> int:
    """Stars of a review, 1–5, with more ones and fives than a survey has."""
    raw = 3.5 + 0.95 * _felt(clauses) + rng.gauss(0, 0.9)
    return max(1, min(5, round(raw)))


def _felt(clauses: tuple[TrueClause, ...]) -> float:
    """Joy less pain; further complaints about the same thing add little."""
    pains = {c.topic: _COST.get(c.topic, _PAIN) for c in clauses if c.polarity == "negative"}
    joys = {c.topic for c in clauses if c.polarity == "positive"}
    asked = any(c.polarity == "neutral" for c in clauses) and not pains
    ranked = sorted(pains.values(), reverse=True)
    pain = sum(cost * 0.5**i for i, cost in enumerate(ranked))
    return _JOY * min(len(joys), 2) ** 0.7 - pain - (0.35 if asked else 0.0)


class Leanings:
    """How kindly each customer scores, drawn once."""

    def __init__(self, crowd: Crowd, rng: Random) -> None:
        by_segment = {"新規": -0.1, "継続": 0.0, "優良": 0.6, "法人": -0.2}
        self.of = {c.ref: by_segment[c.segment] + rng.gauss(0, 0.75) for c in crowd.customers}


def mood(series: Series, week: int) -> float:
    """What the weeks do to everybody: a slow drift, campaigns, and the delivery story."""
    drift = 0.18 * math.sin(week / 17) + 0.002 * (week - 52)
    late = 0.12 * max(float(series.late_level[week]) - 1, 0.0)
    return drift - late - (0.15 if week in series.campaigns else 0.0)


def order_before(at: datetime, number: int, customer_ref: str, product: str, rng: Random) -> Order:
    """The purchase an answer after delivery is about."""
    delivered = at - timedelta(hours=26 + rng.expovariate(1 / 20))
    ordered = delivered - timedelta(hours=30 + rng.expovariate(1 / 30))
    amount = int(rng.lognormvariate(8.4, 0.55)) // 10 * 10
    return Order(
        f"order-{number:05d}", f"M-{2_400_000 + number * 7}", customer_ref, product,
        1 + int(rng.expovariate(0.9)), amount, ordered, delivered,
    )  # fmt: skip


def answer_nps(
    n: int,
    draft_at: datetime,
    score: int,
    order: Order,
    comment_ref: str | None,
    product: str,
    rng: Random,
) -> Response:
    invited = max(
        order.delivered_at + timedelta(hours=20),
        draft_at - timedelta(hours=rng.expovariate(1 / 14)),
    )
    picked = rng.choice(_CHOICES[:3] if score >= 8 else _CHOICES)
    answers = (("best", picked),) if rng.random() < 0.85 else ()
    return Response(
        f"response-{n:05d}", NPS, "nps", score, draft_at, min(invited, draft_at), order.customer_ref,
        product, comment_ref, order.ref, None, answers,
    )  # fmt: skip


def answer_csat(
    n: int, at: datetime, score: int, ticket: Ticket, comment_ref: str | None, rng: Random
) -> Response:
    assert ticket.solved_at is not None
    answers = (("solved", "解決した" if score + rng.gauss(0, 1) > 2.4 else "解決していない"),)
    return Response(
        f"response-{n:05d}", CSAT, "csat", score, at, ticket.solved_at, ticket.customer_ref,
        ticket.product, comment_ref, None, ticket.ref, answers,
    )  # fmt: skip


def silent_nps(
    series: Series, week: int, monday: date, spoken: int, days: int, crowd: Crowd, rng: Random
) -> list[tuple[datetime, str, str]]:
    """When and by whom an answer came without words: (time, customer, product)."""
    count = int(spoken * _SILENT + rng.random())
    made = []
    for _ in range(count):
        at = hours.moment(monday, rng, days=days)
        customer = crowd.pick(at.date(), "", rng)
        made.append((at, customer.ref, rng.choice(customer.products)))
    return made


def tallies(series: Series, responses: list[Response], rng: Random) -> list[InvitationTally]:
    """Invitations a week, so that 回収率 and 回答率 have something to divide by."""
    made = []
    for survey, rate in ((NPS, 0.21), (CSAT, 0.34)):
        answered: dict[date, int] = {}
        for response in responses:
            if response.survey_ref == survey:
                day = response.at.astimezone(hours.TOKYO).date()
                monday = day - timedelta(days=day.weekday())
                answered[monday] = answered.get(monday, 0) + 1
        for monday, completed in sorted(answered.items()):
            sent = round(completed / (rate * rng.uniform(0.88, 1.12))) + 1
            bounced = round(sent * rng.uniform(0.008, 0.025))
            started = min(sent - bounced, round(completed * rng.uniform(1.05, 1.16)))
            opened = min(sent - bounced, round(started * rng.uniform(1.7, 2.1)))
            made.append(InvitationTally(survey, monday, sent, bounced, opened, started, completed))
    return made


def rating_of(draft: Draft, rng: Random) -> int | None:
    """Stars, where the source has them."""
    return stars(draft.clauses, rng) if draft.source == "app" else None
