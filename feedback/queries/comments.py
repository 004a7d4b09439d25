"""Voices as a person may read them: filtered, masked, cut into clauses."""

from collections.abc import Iterable
from typing import Any, TypedDict

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from feedback.models import Clause, Comment, TopicAssignment
from voc.models import User
from voc.registry import registry


def comments_for(user: User) -> QuerySet[Comment]:
    """Comments this person may read: all but those of other people's inboxes."""
    rows = Comment.objects.all()
    teams = registry.teams(user) if registry.teams else None
    return rows if teams is None else rows.filter(team__in=["", *teams])


def comment_page(user: User, pk: int) -> Comment | None:
    """One comment with its clauses and their topics in three queries, or None."""
    clauses = Clause.objects.order_by("start").prefetch_related(
        Prefetch(
            "assignments",
            TopicAssignment.objects.select_related("topic").order_by("-confidence", "pk"),
        )
    )
    return (
        comments_for(user)
        .select_related("customer", "score", "touchpoint")
        .prefetch_related(Prefetch("clauses", clauses))
        .filter(pk=pk)
        .first()
    )


def masked(text: str, spans: Iterable[Any], start: int = 0, end: int | None = None) -> str:
    """text[start:end] with private particulars replaced by what they are."""
    end = len(text) if end is None else end
    parts: list[str] = []
    at = start
    for first, last, placeholder in spans:
        if last <= at or first >= end:
            continue
        parts += [text[at : max(first, at)], placeholder]
        at = last
    parts.append(text[at:end] if at < end else "")
    return "".join(parts)


def snippet(comment: Comment, length: int = 120) -> str:
    """The first words on one line, masked."""
    return first_words(comment.text, comment.mask_spans, length)


def first_words(text: str, mask_spans: Iterable[Any], length: int) -> str:
    """The same of a text and its spans."""
    if not text:
        return _("（この声は消去しました）")
    words = " ".join(masked(text[: length * 2], mask_spans).split())
    return words if len(words) <= length else words[: length - 1] + "…"


class Part(TypedDict):
    """A stretch of a comment: within a clause (polarity and note number) or between two."""

    text: str
    polarity: str
    note: int | None


def parts(comment: Comment, clauses: Iterable[Clause]) -> list[Part]:
    """The whole comment in order, masked; clauses numbered from 1."""
    out: list[Part] = []

    def add(text: str, polarity: str = "", note: int | None = None) -> None:
        out.append({"text": text, "polarity": polarity, "note": note})

    at = 0
    for number, clause in enumerate(clauses, start=1):
        if clause.start > at:
            add(masked(comment.text, comment.mask_spans, at, clause.start))
        words = masked(comment.text, comment.mask_spans, clause.start, clause.end)
        add(words, clause.polarity, number)
        at = clause.end
    if at < len(comment.text):
        add(masked(comment.text, comment.mask_spans, at))
    return out


def near(user: User, comment: Comment, limit: int = 3) -> list[Comment]:
    """The newest other voices about the same topics and of the same leaning."""
    keys = comment.topic_keys.split()
    if not keys:
        return []
    about = TopicAssignment.objects.filter(
        topic__key=keys[0], polarity=comment.polarity or "neutral"
    ).exclude(comment=comment)
    ids = list(about.order_by("-local_day", "-pk").values_list("comment", flat=True)[: limit * 3])
    rows = comments_for(user).filter(pk__in=ids).select_related("customer")
    return list(rows.order_by("-occurred_at", "-pk")[:limit])
