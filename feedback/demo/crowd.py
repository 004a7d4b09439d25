"""Comments of every week: mentions are drawn, grouped, given a place and a writer, and worded."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random

from feedback.demo import hours, people, themes, voice
from feedback.demo.fragments import bank
from feedback.demo.names import DIALECT_OF
from feedback.demo.objects import Customer, TrueClause
from feedback.demo.series import LATE, RESTOCK, Series
from feedback.demo.themes import KINDS, SOURCES, THEMES, Theme
from feedback.demo.voice import Mention

# How many themes one comment speaks of, by source: shares of one, two, three.
_LENGTHS = {
    "nps": (0.60, 0.31, 0.09), "csat": (0.7, 0.25, 0.05), "ticket": (0.84, 0.15, 0.01),
    "app": (0.58, 0.34, 0.08), "store": (0.72, 0.26, 0.02), "social": (0.68, 0.28, 0.04),
}  # fmt: skip
# Brings the sources to their wanted shares of all comments.
_SOURCE_FACTOR = {
    "nps": 1.08,
    "csat": 1.2,
    "ticket": 1.17,
    "app": 1.12,
    "store": 0.9,
    "social": 0.85,
}
_ANONYMOUS = {"nps": 0.0, "csat": 0.0, "ticket": 0.0, "app": 0.88, "store": 0.6, "social": 0.93}
_CHANNELS = {
    "nps": ("配送後アンケート",), "csat": ("問い合わせ後アンケート",),
    "ticket": ("メール", "メール", "問い合わせフォーム", "アプリ内フォーム"),
    "app": ("アプリストアのレビュー",), "store": ("店頭の声", "店頭の声", "ご意見カード"),
    "social": ("SNS",),
}  # fmt: skip
_NOTHING = 0.015


@dataclass(slots=True)
class Draft:
    """A comment before it is tied to an answer or a ticket."""

    week: int
    at: datetime
    source: str
    channel: str
    product: str
    customer: Customer | None
    author: str
    text: str
    clauses: tuple[TrueClause, ...]
    theme: str
    kind: str
    angry: bool


class Crowd:
    """Who may write when: talkative customers are drawn more often, nobody before joining."""

    def __init__(self, customers: list[Customer], rng: Random) -> None:
        self.customers = customers
        self.cumulative = list(accumulate(people.weights(customers, rng)))
        self.companies = [c for c in customers if c.account_ref]
        self.dialects = {
            c.ref: DIALECT_OF[c.prefecture]
            for c in customers
            if c.prefecture in DIALECT_OF and rng.random() < 0.4
        }

    def pick(self, day: date, theme: str, rng: Random) -> Customer:
        if theme == "payment.receipt" and self.companies and rng.random() < 0.45:
            return rng.choice(self.companies)
        for _ in range(8):
            index = bisect(self.cumulative, rng.random() * self.cumulative[-1])
            chosen = self.customers[min(index, len(self.customers) - 1)]
            if chosen.since <= day:
                return chosen
        return min(rng.sample(self.customers, min(8, len(self.customers))), key=lambda c: c.since)


def drafts(series: Series, crowd: Crowd, until: datetime, rng: Random) -> list[Draft]:
    """All comments but the later messages of tickets, oldest first."""
    made: list[Draft] = []
    weights = _source_weights()
    mondays = [*series.weeks, series.weeks[-1] + timedelta(weeks=1)]
    for week, monday in enumerate(mondays):
        days = min(7, (until.astimezone(hours.TOKYO).date() - monday).days + 1)
        if days < 1:
            continue
        pool = _pool(series, week, rng)
        for source, mentions in _groups(pool, weights, rng):
            made.append(_draft(week, monday, days, source, mentions, crowd, rng))
            if source == "nps" and rng.random() < _NOTHING:
                made.append(_empty(week, monday, days, crowd, rng))
    made = [draft for draft in made if draft.at <= until]
    made.sort(key=lambda draft: draft.at)
    return made


def _pool(series: Series, week: int, rng: Random) -> list[Mention]:
    pool: list[Mention] = []
    for row, theme in enumerate(THEMES):
        mix = _mix(theme, series, week)
        kinds = rng.choices(KINDS, mix, k=int(series.mentions[row, week]))
        pool.extend(Mention(theme.key, kind) for kind in kinds if kind in bank()[theme.key])
        # A kind nobody wrote a fragment for becomes a complaint, so that counts stay true.
        pool.extend(Mention(theme.key, "-") for kind in kinds if kind not in bank()[theme.key])
    rng.shuffle(pool)
    return pool


def _mix(theme: Theme, series: Series, week: int) -> tuple[float, ...]:
    """Shares of kinds; what a story adds is complaints and questions, not praise."""
    extra = 0.0
    if theme.key == LATE and series.late_level[week] > 1:
        extra = float(series.late_level[week]) - 1
        added = (0.72, 0.0, 0.08, 0.18, 0.02)
    elif theme.key == LATE and series.late_level[week] < 1:
        return (0.22, 0.50, 0.08, 0.14, 0.06)
    elif theme.key == RESTOCK and week >= len(series.weeks) - 2:
        extra, added = 3.0, (0.62, 0.0, 0.16, 0.2, 0.02)
    if not extra:
        return theme.mix
    return tuple((m + extra * a) / (1 + extra) for m, a in zip(theme.mix, added, strict=True))


def _source_weights() -> dict[Mention, list[float]]:
    table = {}
    for theme in THEMES:
        for kind in KINDS:
            shares = [
                place
                * _SOURCE_FACTOR[source]
                * (themes.TICKET_TASTE[kind] if source == "ticket" else 1.0)
                for source, place in zip(SOURCES, theme.places, strict=True)
            ]
            if kind == "q":
                # Questions are put to the help desk or the shop, seldom into an answer.
                shares = [s * f for s, f in zip(shares, (0.5, 0.3, 1, 0.5, 1, 0.8), strict=True)]
            table[Mention(theme.key, kind)] = list(accumulate(shares))
    return table


def _groups(
    pool: list[Mention], weights: dict[Mention, list[float]], rng: Random
) -> list[tuple[str, list[Mention]]]:
    """The pool dealt out into comments; only what goes together is said in one breath."""
    groups = []
    while pool:
        first = pool.pop()
        shares = weights[first]
        source = SOURCES[bisect(shares, rng.random() * shares[-1])]
        roll, one, two = rng.random(), _LENGTHS[source][0], _LENGTHS[source][1]
        wanted = 1 if roll < one else 2 if roll < one + two else 3
        mentions = [first]
        for back in range(2, 16):
            if len(mentions) == wanted or back > len(pool):
                break
            if _fits(pool[-back + 1], mentions, source):
                mentions.append(pool.pop(-back + 1))
        groups.append((source, mentions))
    return groups


def _fits(candidate: Mention, mentions: list[Mention], source: str) -> bool:
    family = candidate.theme.split(".")[0]
    if any(candidate.theme == m.theme for m in mentions):
        return False
    if candidate.kind == "q" and any(m.kind == "q" for m in mentions):
        return False
    if source in ("ticket", "csat") and candidate.kind not in "-qr":
        return False
    if themes.BY_KEY[candidate.theme].places[SOURCES.index(source)] < 0.25:
        return False
    return all(themes.go_together(family, m.theme.split(".")[0]) for m in mentions)


def _draft(
    week: int,
    monday: date,
    days: int,
    source: str,
    mentions: list[Mention],
    crowd: Crowd,
    rng: Random,
) -> Draft:
    at = hours.moment(monday, rng, days=days)
    customer = None
    if rng.random() >= _ANONYMOUS[source]:
        customer = crowd.pick(at.date(), mentions[0].theme, rng)
    if customer:
        dialect = crowd.dialects.get(customer.ref, "")
    else:
        dialect = rng.choice(("kansai", "hakata", "tohoku")) if rng.random() < 0.05 else ""
    kinds = {mention.kind for mention in mentions}
    register = voice.pick_register(source, dialect, "-" in kinds and "+" not in kinds, rng)
    sign = customer.family_name if customer else ""
    text, clauses = voice.compose(mentions, source, register, rng, sign=sign)
    return Draft(
        week, at, source, rng.choice(_CHANNELS[source]), _product(mentions, customer, rng), customer,
        people.handle(rng) if customer is None and source != "store" else "", text, clauses,
        mentions[0].theme, mentions[0].kind, register == "angry",
    )  # fmt: skip


def _empty(week: int, monday: date, days: int, crowd: Crowd, rng: Random) -> Draft:
    at = hours.moment(monday, rng, days=days)
    customer = crowd.pick(at.date(), "", rng)
    return Draft(
        week, at, "nps", "配送後アンケート", _product([], customer, rng), customer, "",
        voice.nothing_much(rng), (), "", "=", False,
    )  # fmt: skip


def _product(mentions: list[Mention], customer: Customer | None, rng: Random) -> str:
    for mention in mentions:
        if fixed := themes.product_of(themes.BY_KEY[mention.theme]):
            return fixed
    owned = customer.products if customer else themes.PRODUCTS
    return owned[int(rng.random() ** 1.6 * len(owned))]
