"""Releases with who was told; and the public page of answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from feedback.models import (
    Consent,
    Decision,
    EffectReport,
    Evidence,
    Improvement,
    Insight,
    Notice,
    Release,
)
from feedback.queries.improvements import TERMINAL, Told, told
from feedback.queries.insights import Carrier, carriers
from voc.models import User
from voc.prepared import Prepared

# Fewer people than this are not counted in public: they could be recognised.
SMALLEST_COUNT = 5
QUOTES_SHOWN = 2


def releases_for(user: User) -> QuerySet[Release]:
    """Releases; everybody on the staff may read them."""
    return Release.objects.select_related("created_by").prefetch_related(
        Prefetch("improvements", Improvement.objects.order_by("pk"))
    )


def release_for(user: User, pk: int) -> Release | None:
    return releases_for(user).filter(pk=pk).first()


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """One release of the list with its told bar."""

    release: Release
    improvements: list[Improvement]
    told: Told


def rows(releases: Sequence[Release]) -> list[ReleaseRow]:
    """Rows of one page; one query for all notices."""
    counts = told([release.pk for release in releases])
    return [
        ReleaseRow(release, list(release.improvements.all()), counts[release.pk])
        for release in releases
    ]


def notices_of(release: Release, state: str = "") -> QuerySet[Notice]:
    """Notices for keyset pages, newest first."""
    found = Notice.objects.filter(release=release).select_related("customer", "comment")
    return found.filter(state=state) if state in Notice.State.values else found


def preview(release: Release) -> Notice | None:
    """The notice that is shown as an example: one still to go out, else one that went."""
    for state in (Notice.State.PENDING, Notice.State.SENDING, Notice.State.SENT):
        found = notices_of(release, state).select_related("release").order_by("pk").first()
        if found:
            return found
    return None


_PENDING_NOTICES = Prepared(lambda: Notice.objects.filter(~TERMINAL).values_list("pk"))


def pending_notices() -> int:
    """Customers who still wait to be told."""
    return _PENDING_NOTICES.count()


def stuck(before: datetime) -> QuerySet[Release]:
    """Releases with notices made before that moment and not yet told."""
    return Release.objects.filter(
        pk__in=Notice.objects.filter(
            ~TERMINAL, created_at__lt=before, release__released_at__lt=before
        ).values("release")
    ).order_by("released_at", "pk")


# ---------------------------------------------------------------- the public page


@dataclass(frozen=True, slots=True)
class PublicQuote:
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """One release as anybody may read it."""

    title: str
    notes: str
    released_at: datetime
    asked: list[str]
    # None: too few to be named.
    customers: int | None
    quotes: list[PublicQuote]
    reports: list[EffectReport]


@dataclass(frozen=True, slots=True)
class Declined:
    """A wish that was not granted, with its reason."""

    title: str
    reason: str
    at: datetime


def public_releases() -> QuerySet[Release]:
    return Release.objects.filter(is_public=True).prefetch_related(
        "improvements",
        Prefetch(
            "improvements__insights",
            Insight.objects.filter(state=Insight.State.PUBLISHED).order_by("pk"),
        ),
    )


def answers(releases: Sequence[Release]) -> list[Answer]:
    """What was asked and what changed; four queries for a page of releases."""
    insights = {
        insight.pk for release in releases for item in release.improvements.all()
        for insight in item.insights.all()
    }
    live, _mismatched = carriers(Evidence.objects.filter(insight__in=insights))
    by_insight: dict[int, list[Carrier]] = {}
    for piece in live:
        by_insight.setdefault(piece.insight_id, []).append(piece)
    allowed = _quotable(live)
    reports = _reports(releases)
    return [_answer(release, by_insight, allowed, reports) for release in releases]


def _answer(
    release: Release,
    by_insight: dict[int, list[Carrier]],
    allowed: set[int],
    reports: dict[tuple[int, int], EffectReport],
) -> Answer:
    insights = {
        insight.pk: insight for item in release.improvements.all()
        for insight in item.insights.all()
    }
    pieces = [piece for pk in insights for piece in by_insight.get(pk, [])]
    customers = {piece.customer_id for piece in pieces} - {None}
    return Answer(
        title=release.title,
        notes=release.notes,
        released_at=release.released_at,
        asked=[insight.claim for insight in insights.values()],
        customers=len(customers) if len(customers) >= SMALLEST_COUNT else None,
        quotes=_public_quotes([piece for piece in pieces if piece.customer_id in allowed]),
        reports=[
            reports[item.pk, release.pk] for item in release.improvements.all()
            if (item.pk, release.pk) in reports
        ],
    )


def _quotable(pieces: Sequence[Carrier]) -> set[int]:
    """Customers whose newest word on quoting is yes."""
    asked = {piece.customer_id for piece in pieces} - {None}
    newest = dict(
        Consent.objects.filter(customer__in=asked, purpose=Consent.Purpose.QUOTE)
        .order_by("at", "pk")
        .values_list("customer_id", "granted")
    )
    return {customer for customer, granted in newest.items() if granted}


def _public_quotes(pieces: Sequence[Carrier]) -> list[PublicQuote]:
    newest = sorted(pieces, key=lambda piece: piece.occurred_at, reverse=True)
    one_each: dict[int | None, Carrier] = {}
    for piece in newest:
        one_each.setdefault(piece.customer_id, piece)
    return [
        PublicQuote(piece.masked_words(), piece.occurred_at)
        for piece in list(one_each.values())[:QUOTES_SHOWN]
    ]


def _reports(releases: Sequence[Release]) -> dict[tuple[int, int], EffectReport]:
    """Newest reports of items whose state says that they are measured."""
    found = EffectReport.objects.filter(
        release__in=[release.pk for release in releases],
        improvement__state__in=[Improvement.State.MEASURED, Improvement.State.CLOSED],
    ).order_by("computed_at", "pk")
    return {(report.improvement_id, report.release_id): report for report in found}


def declined(limit: int = 20) -> list[Declined]:
    """Declined items whose newest refusal was given a public reason; two queries."""
    items = list(
        Improvement.objects.filter(state=Improvement.State.DECLINED)
        .order_by("-updated_at", "-pk")
        .values_list("pk", "title")[:limit]
    )
    newest = {
        decision.improvement_id: decision
        for decision in Decision.objects.filter(
            improvement__in=[pk for pk, _title in items], to_state=Improvement.State.DECLINED
        ).order_by("at", "pk")
    }
    return [
        Declined(title, newest[pk].public_reason, newest[pk].at)
        for pk, title in items
        if pk in newest and newest[pk].public_reason
    ]
