"""The backlog as a person reads it: rows, one item with all that hangs on it, and its facts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q, QuerySet

from feedback.models import (
    Decision,
    EffectReport,
    Evidence,
    Improvement,
    Insight,
    MeasurementPlan,
    Notice,
    Release,
)
from feedback.queries.insights import Carrier, Numbers, Quote, carriers, count, quotes
from feedback.queries.periods import monday
from voc.clock import TOKYO, local_day
from voc.models import User
from voc.prepared import Prepared

State = Improvement.State
# The week of the release itself is left out: people need it to notice.
SETTLING_WEEKS = 1
OPEN = (State.CANDIDATE, State.TRIAGED, State.PLANNED, State.IN_PROGRESS)
SHIPPED = (State.RELEASED, State.TOLD, State.MEASURED)


def improvements_for(user: User, state: str = "") -> QuerySet[Improvement]:
    """Items of the backlog; everybody on the staff may read them."""
    rows = Improvement.objects.select_related("owner")
    return rows.filter(state=state) if state in State.values else rows


def improvement_for(user: User, pk: int) -> Improvement | None:
    return improvements_for(user).filter(pk=pk).first()


def counts_by_state() -> dict[str, int]:
    """How many items stand in each state."""
    return dict(
        Improvement.objects.order_by().values("state").annotate(n=Count("pk"))
        .values_list("state", "n")
    )


# Told in the sense of the loop: sent, held back for a stated reason, or undeliverable for good.
TERMINAL = (
    Q(state=Notice.State.SENT)
    | Q(state=Notice.State.SUPPRESSED)
    | (Q(state=Notice.State.FAILED) & ~Q(reason=""))
)


def is_terminal(state: str, reason: str) -> bool:
    return state in (Notice.State.SENT, Notice.State.SUPPRESSED) or (
        state == Notice.State.FAILED and reason != ""
    )


def decide_on(release: Release, plan: MeasurementPlan) -> date:
    """The first day on which every week of the window is over; nothing to wait for when waived."""
    day = local_day(release.released_at)
    if plan.waiver_reason:
        return day
    return monday(day) + timedelta(weeks=SETTLING_WEEKS + plan.window_weeks)


def start_of(day: date) -> datetime:
    """Midnight in Japan."""
    return datetime.combine(day, time(), TOKYO)


# ---------------------------------------------------------------- facts for the guards


@dataclass(frozen=True, slots=True)
class Facts:
    """What the guards look at (services/moves.py)."""

    published_insights: int
    has_owner: bool
    plan_fixed: bool
    waived: bool
    release: Release | None
    untold: int
    decide_on: date | None
    # The newest report on the newest release, computed when its time had come.
    report: EffectReport | None


def evidence_of_improvement(improvement: Improvement) -> QuerySet[Evidence]:
    """Evidence through every insight that has not been withdrawn."""
    return Evidence.objects.filter(
        insight__in=Insight.objects.filter(improvements=improvement).exclude(
            state=Insight.State.WITHDRAWN
        )
    )


def plan_of(improvement: Improvement) -> MeasurementPlan | None:
    return (
        MeasurementPlan.objects.filter(improvement=improvement)
        .select_related("topic", "frozen_by")
        .first()
    )


def newest_release(improvement: Improvement) -> Release | None:
    return improvement.releases.order_by("-released_at", "-pk").first()


def valid_report(
    improvement: Improvement, release: Release | None, plan: MeasurementPlan | None
) -> EffectReport | None:
    if release is None or plan is None:
        return None
    return (
        EffectReport.objects.filter(
            improvement=improvement,
            release=release,
            computed_at__gte=start_of(decide_on(release, plan)),
        )
        .select_related("accepted_by")
        .order_by("-computed_at", "-pk")
        .first()
    )


def facts(improvement: Improvement, live: Sequence[Carrier] | None = None) -> Facts:
    """What is true of this item now; at most six queries."""
    plan = plan_of(improvement)
    release = newest_release(improvement)
    return Facts(
        published_insights=improvement.insights.filter(state=Insight.State.PUBLISHED).count(),
        has_owner=improvement.owner_id is not None,
        plan_fixed=plan is not None and plan.frozen_at is not None,
        waived=plan is not None and bool(plan.waiver_reason),
        release=release,
        untold=_untold(improvement, release, live) if release else 0,
        decide_on=decide_on(release, plan) if release and plan else None,
        report=valid_report(improvement, release, plan),
    )


def _untold(
    improvement: Improvement, release: Release, live: Sequence[Carrier] | None
) -> int:
    if live is None:
        live, _mismatched = carriers(evidence_of_improvement(improvement))
    asked = {piece.customer_id for piece in live} - {None}
    answered = set(
        Notice.objects.filter(TERMINAL, release=release).values_list("customer", flat=True)
    )
    return len(asked - answered)


# ---------------------------------------------------------------- the list


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the backlog."""

    improvement: Improvement
    voices: int
    customers: int
    coming: int
    decide_on: date | None
    verdict: str
    published: int


def rows(improvements: Sequence[Improvement]) -> list[Row]:
    """Lines with their counts: five queries, however many items."""
    ids = [item.pk for item in improvements]
    if not ids:
        return []
    evidence = {
        key: (voices, customers)
        for key, voices, customers in Evidence.objects.filter(insight__improvements__in=ids)
        .exclude(insight__state=Insight.State.WITHDRAWN)
        .values("insight__improvements")
        .annotate(
            voices=Count("comment", distinct=True),
            customers=Count("comment__customer", distinct=True),
        )
        .values_list("insight__improvements", "voices", "customers")
    }
    published = dict(
        Insight.objects.filter(improvements__in=ids, state=Insight.State.PUBLISHED)
        .values("improvements")
        .annotate(n=Count("pk"))
        .values_list("improvements", "n")
    )
    coming = dict(
        Notice.objects.filter(~TERMINAL, release__improvements__in=ids)
        .values("release__improvements")
        .annotate(n=Count("pk"))
        .values_list("release__improvements", "n")
    )
    plans = {plan.improvement_id: plan for plan in MeasurementPlan.objects.filter(improvement__in=ids)}
    dates: dict[int, date] = {}
    newest: dict[int, int] = {}
    links = Release.improvements.through.objects.filter(improvement__in=ids)
    for link in links.select_related("release").order_by("release__released_at", "release_id"):
        newest[link.improvement_id] = link.release_id
        if link.improvement_id in plans:
            dates[link.improvement_id] = decide_on(link.release, plans[link.improvement_id])
    reports = EffectReport.objects.filter(improvement__in=ids).order_by("computed_at", "pk")
    verdicts = {
        improvement: verdict
        for improvement, release, verdict in reports.values_list(
            "improvement_id", "release_id", "verdict"
        )
        if newest.get(improvement) == release
    }
    return [
        Row(
            item,
            *evidence.get(item.pk, (0, 0)),
            coming=coming.get(item.pk, 0),
            decide_on=dates.get(item.pk),
            verdict=verdicts.get(item.pk, ""),
            published=published.get(item.pk, 0),
        )
        for item in improvements
    ]


# ---------------------------------------------------------------- one item


@dataclass(frozen=True, slots=True)
class Told:
    """Who was told of a release, who was held back and why."""

    told: int = 0
    held: int = 0
    failed: int = 0
    coming: int = 0
    reasons: tuple[tuple[str, int], ...] = ()

    @property
    def total(self) -> int:
        return self.told + self.held + self.failed + self.coming


def told(release_ids: Iterable[int]) -> dict[int, Told]:
    """Notices of these releases, counted; one query."""
    counts: dict[int, Counter[tuple[str, str]]] = {pk: Counter() for pk in release_ids}
    grouped = (
        Notice.objects.filter(release__in=counts)
        .order_by()
        .values_list("release", "state", "reason")
        .annotate(n=Count("pk"))
    )
    for release, state, reason, n in grouped:
        counts[release][state, reason] += n
    return {pk: _told(counter) for pk, counter in counts.items()}


def _told(counter: Counter[tuple[str, str]]) -> Told:
    by_state: Counter[str] = Counter()
    reasons: list[tuple[str, int]] = []
    for (state, reason), n in sorted(counter.items(), key=lambda item: -item[1]):
        by_state[state] += n
        if state == Notice.State.SUPPRESSED:
            reasons.append((str(Notice.Reason(reason).label), n))
    return Told(
        told=by_state[Notice.State.SENT],
        held=by_state[Notice.State.SUPPRESSED],
        failed=by_state[Notice.State.FAILED],
        coming=by_state[Notice.State.PENDING] + by_state[Notice.State.SENDING],
        reasons=tuple(reasons),
    )


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Everything the page of one improvement shows."""

    improvement: Improvement
    insights: list[Insight]
    numbers: Numbers
    quotes: list[Quote]
    facts: Facts
    plan: MeasurementPlan | None
    releases: list[Release]
    told: Told
    decisions: list[Decision]
    # The newest report, also one that came too early to decide.
    report: EffectReport | None
    sample: Notice | None


def item_page(user: User, improvement: Improvement, shown: int = 5) -> ItemPage:
    """The item with its evidence, release, plan, notices, effect and decisions."""
    live, mismatched = carriers(evidence_of_improvement(improvement))
    known = facts(improvement, live)
    releases = list(improvement.releases.order_by("-released_at", "-pk"))
    newest = releases[0] if releases else None
    return ItemPage(
        improvement=improvement,
        insights=list(improvement.insights.order_by("pk")),
        numbers=count(live, mismatched),
        quotes=_newest_quotes(user, improvement, shown),
        facts=known,
        plan=plan_of(improvement),
        releases=releases,
        told=told([newest.pk])[newest.pk] if newest else Told(),
        decisions=list(improvement.decisions.select_related("by").order_by("-at", "-pk")),
        report=improvement.effects.filter(release=newest)
        .select_related("accepted_by", "release", "plan", "plan__topic")
        .order_by("-computed_at", "-pk")
        .first()
        if newest
        else None,
        sample=Notice.objects.filter(release=newest, state=Notice.State.SENT)
        .order_by("pk")
        .first()
        if newest
        else None,
    )


def _newest_quotes(user: User, improvement: Improvement, shown: int) -> list[Quote]:
    found = (
        evidence_of_improvement(improvement)
        .select_related("comment", "comment__customer", "clause")
        .order_by("-comment__occurred_at", "-pk")[: shown * 3]
    )
    # Two insights may quote the same words, and two quotes come from one voice.
    unique = {row.comment_id: row for row in reversed(found)}
    newest = sorted(unique.values(), key=lambda row: row.comment.occurred_at, reverse=True)
    return quotes(user, newest[:shown])


def entered_on(decisions: Sequence[Decision], created_at: datetime) -> dict[str, datetime]:
    """When the item last came into each state."""
    entered: dict[str, datetime] = {State.CANDIDATE: created_at}
    for decision in sorted(decisions, key=lambda d: (d.at, d.pk)):
        entered[decision.to_state] = decision.at
    return entered


# ---------------------------------------------------------------- what waits for somebody


def effects_due(now: datetime) -> list[tuple[Improvement, Release, date]]:
    """Shipped items whose window is over and whose newest release has no report yet."""
    items = {
        item.pk: item
        for item in Improvement.objects.filter(state__in=SHIPPED).select_related("owner", "plan")
        if hasattr(item, "plan")
    }
    newest: dict[int, Release] = {}
    links = Release.improvements.through.objects.filter(improvement__in=items)
    for link in links.select_related("release").order_by("release__released_at", "release_id"):
        newest[link.improvement_id] = link.release
    done = set(
        EffectReport.objects.filter(improvement__in=items).values_list(
            "improvement_id", "release_id"
        )
    )
    today = local_day(now)
    out = []
    for pk, release in newest.items():
        day = decide_on(release, items[pk].plan)
        if day <= today and (pk, release.pk) not in done:
            out.append((items[pk], release, day))
    return sorted(out, key=lambda row: (row[2], row[0].pk))


_OPEN_DECISIONS = Prepared(lambda: Improvement.objects.filter(state__in=OPEN).values_list("pk"))


def open_decisions() -> int:
    """Items that somebody still has to decide about."""
    return _OPEN_DECISIONS.count()


def decisions_due(now: datetime, ahead_days: int = 7) -> QuerySet[Improvement]:
    """Open items whose day of decision is past or near."""
    return (
        Improvement.objects.filter(
            state__in=OPEN, decide_by__lte=local_day(now) + timedelta(days=ahead_days)
        )
        .select_related("owner")
        .order_by("decide_by", "pk")
    )
