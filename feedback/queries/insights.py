"""Insights with the words that carry them. Words that are no longer the same do not count."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Substr

from feedback.models import Clause, Comment, Evidence, Insight, Topic, TopicAssignment
from feedback.queries.comments import Part, comments_for, masked
from voc.models import User

# Words shown on either side of a quoted clause.
AROUND = 60
SELECTABLE = 200


def quote_hash(words: str) -> str:
    """What is stored of quoted words, to know them again."""
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class Numbers:
    """What carries a claim: voices, distinct customers behind them, and where they came in."""

    voices: int = 0
    customers: int = 0
    sources: dict[str, int] = field(default_factory=dict)
    mismatched: int = 0


@dataclass(frozen=True, slots=True)
class Carrier:
    """One live piece of evidence, without its text."""

    insight_id: int
    comment_id: int
    customer_id: int | None
    source: str
    start: int
    words: str
    # Spans of the whole comment that hold personal data.
    private: list[Any]
    may_tell: bool
    occurred_at: datetime

    def masked_words(self) -> str:
        """The words without personal data, on one line."""
        spans = [
            (first - self.start, last - self.start, placeholder)
            for first, last, placeholder in self.private
        ]
        return " ".join(masked(self.words, spans).split())


def carriers(rows: QuerySet[Evidence]) -> tuple[list[Carrier], int]:
    """The evidence whose words still match, and how many pieces do not; one query."""
    # The database cuts the words out: comments may be long, their clauses are not.
    cut = rows.annotate(
        words=Substr("comment__text", F("start") + 1, F("end") - F("start"))
    ).values_list(
        "insight_id",
        "comment_id",
        "comment__customer_id",
        "comment__source",
        "start",
        "words",
        "comment__mask_spans",
        "comment__may_tell",
        "comment__purpose",
        "comment__occurred_at",
        "quote_hash",
    )
    live: list[Carrier] = []
    mismatched = 0
    for row in cut.iterator():
        *_piece, may_tell, purpose, at, stored = row
        carrier = Carrier(*row[:7], may_tell and bool(purpose), at)
        if quote_hash(carrier.words) == stored:
            live.append(carrier)
        else:
            mismatched += 1
    return live, mismatched


def count(live: Iterable[Carrier], mismatched: int = 0) -> Numbers:
    """Distinct voices and customers of these pieces; voices without a customer add none."""
    by_comment = {piece.comment_id: piece for piece in live}
    sources: dict[str, int] = {}
    for piece in by_comment.values():
        sources[piece.source] = sources.get(piece.source, 0) + 1
    customers = {piece.customer_id for piece in by_comment.values()} - {None}
    return Numbers(len(by_comment), len(customers), sources, mismatched)


def numbers_of(insight_ids: Iterable[int]) -> Numbers:
    """Numbers over the live evidence of these insights together."""
    return count(*carriers(Evidence.objects.filter(insight__in=list(insight_ids))))


def insights_for(user: User, state: str = "") -> QuerySet[Insight]:
    """Insights; everybody on the staff may read them."""
    rows = Insight.objects.select_related("topic", "created_by")
    return rows.filter(state=state) if state in Insight.State.values else rows


def insight_for(user: User, pk: int) -> Insight | None:
    return insights_for(user).filter(pk=pk).first()


@dataclass(frozen=True, slots=True)
class Quote:
    """A piece of evidence as this person may see it."""

    evidence_id: int
    comment_id: int
    live: bool
    # False: the comment came in through an inbox of other people.
    readable: bool
    parts: list[Part]
    customer: str
    at: datetime
    source: str


def quotes(user: User, rows: Iterable[Evidence]) -> list[Quote]:
    """Quotes of evidence that was read with its comment, customer and clause; one query more."""
    rows = list(rows)
    ids = {row.comment_id for row in rows}
    readable = set(comments_for(user).filter(pk__in=ids).values_list("pk", flat=True))
    return [_quote(row, row.comment_id in readable) for row in rows]


def evidence_of(insight: Insight) -> QuerySet[Evidence]:
    """Evidence with what a quote needs, for keyset pages by id."""
    return Evidence.objects.filter(insight=insight).select_related(
        "comment", "comment__customer", "clause"
    )


def _quote(row: Evidence, readable: bool) -> Quote:
    comment = row.comment
    live = quote_hash(comment.text[row.start : row.end]) == row.quote_hash
    polarity = row.clause.polarity if row.clause else "neutral"
    return Quote(
        evidence_id=row.pk,
        comment_id=row.comment_id,
        live=live,
        readable=readable,
        parts=in_context(comment, row.start, row.end, polarity) if readable else [],
        customer=str(comment.customer) if readable and comment.customer else "",
        at=comment.occurred_at,
        source=comment.get_source_display(),
    )


def in_context(comment: Comment, start: int, end: int, polarity: str) -> list[Part]:
    """The span with a few words on either side, masked."""
    text, spans = comment.text, comment.mask_spans
    begin, finish = max(0, start - AROUND), min(len(text), end + AROUND)
    before = ("…" if begin else "") + masked(text, spans, begin, start)
    after = masked(text, spans, end, finish) + ("…" if finish < len(text) else "")
    pieces = ((before, ""), (masked(text, spans, start, end), polarity), (after, ""))
    return [Part(text=words, polarity=side, note=None) for words, side in pieces if words]


# ---------------------------------------------------------------- what an insight could take


def below(topic: Topic) -> list[int]:
    """Ids of the topic and everything under it."""
    ids = [topic.pk]
    level = ids
    while level:
        level = list(Topic.objects.filter(parent__in=level).values_list("pk", flat=True))
        ids += level
    return ids


def clauses_about(
    user: User,
    topic: Topic,
    *,
    first: date | None = None,
    last: date | None = None,
    only_open: bool = False,
) -> QuerySet[TopicAssignment]:
    """What was said about the topic, newest first; `only_open` leaves complaints and requests."""
    rows: Any = TopicAssignment.objects.filter(
        topic__in=below(topic), comment__in=comments_for(user)
    )
    if first:
        rows = rows.filter(local_day__gte=first)
    if last:
        rows = rows.filter(local_day__lte=last)
    if only_open:
        rows = rows.filter(Q(polarity="negative") | Q(clause__intent="request"))
    return rows.order_by("-local_day", "-pk")


@dataclass(frozen=True, slots=True)
class Selectable:
    """A clause that may be taken as evidence."""

    clause_id: int
    comment_id: int
    parts: list[Part]
    customer: str
    at: datetime
    source: str
    intent: str


def selectable(
    user: User, topic: Topic, *, first: date, last: date, limit: int = SELECTABLE
) -> list[Selectable]:
    """The newest complaints and requests about the topic, each clause once."""
    rows = clauses_about(user, topic, first=first, last=last, only_open=True).select_related(
        "clause", "comment", "comment__customer"
    )
    # A clause may stand under a topic and under its parent.
    seen: dict[int, TopicAssignment] = {}
    for row in rows[: limit * 2]:
        seen.setdefault(row.clause_id, row)
    return [_selectable(row.clause, row.comment) for row in list(seen.values())[:limit]]


def _selectable(clause: Clause, comment: Comment) -> Selectable:
    return Selectable(
        clause_id=clause.pk,
        comment_id=comment.pk,
        parts=in_context(comment, clause.start, clause.end, clause.polarity),
        customer=str(comment.customer) if comment.customer else "",
        at=comment.occurred_at,
        source=comment.get_source_display(),
        intent=clause.intent,
    )
