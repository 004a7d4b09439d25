"""The verdict on an improvement, from the counts that everybody can open."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext as _

from feedback.models import (
    CommentDay,
    EffectReport,
    Improvement,
    MeasurementPlan,
    Release,
    Topic,
    TopicDay,
)
from feedback.queries.improvements import (
    SETTLING_WEEKS,
    decide_on,
    effects_due,
    newest_release,
    plan_of,
)
from feedback.queries.periods import comments_by_week, monday
from feedback.services import analysis
from feedback.services.improvements import plan_digest
from feedback.stats.effect import Effect, measure
from voc import audit, jobs
from voc.clock import TOKYO, local_day
from voc.errors import Refused
from voc.jobs import Run
from voc.models import User
from voc.templatetags.written import jday

DUE = "feedback.measure_due"
# Two years before the release, as far as there are any: seasons and enough placebos.
HISTORY_WEEKS = 104
SHOWN_BEFORE = 26
Verdict = EffectReport.Verdict


@dataclass(frozen=True, slots=True)
class Series:
    """Weekly counts, the settling week left out; row `topic` is the one that is judged."""

    weeks: list[date]
    rows: list[int]
    counts: list[list[int]]
    totals: list[int]
    topic: int
    release_week: int
    released: list[tuple[int, int]]


def promise(day: date, *, now: datetime) -> None:
    """Effects will be computed in the small hours of that day."""
    due = datetime.combine(day, time(3), TOKYO)
    jobs.enqueue(DUE, {}, now=now, due_at=max(due, now), key=f"{DUE}:{day:%F}")


@jobs.handler(DUE)
def measure_due(run: Run) -> None:
    """Computes every report whose date has come; running it again adds nothing."""
    for improvement, _release, _day in effects_due(run.now):
        compute_effect(improvement=improvement, now=run.now)


@transaction.atomic
def compute_effect(
    *, improvement: Improvement, now: datetime, actor: User | None = None
) -> EffectReport:
    """The report on the newest release; the same data give the report that is already there."""
    plan, release = plan_of(improvement), newest_release(improvement)
    if plan is None or plan.frozen_at is None or release is None:
        raise Refused(_("公開と、固定した測定の計画がそろうと計算できます。"), "not_released")
    day = decide_on(release, plan)
    if local_day(now) < day:
        raise Refused(
            _("期間がまだ終わっていません。%(day)sから計算できます。") % {"day": jday(day)},
            "too_early",
        )
    report = _judged(improvement, plan, release, now)
    same = EffectReport.objects.filter(
        improvement=improvement, release=release, data_hash=report.data_hash
    ).order_by("-computed_at", "-pk").first()
    if same is not None:
        return same
    report.save()
    detail = {"verdict": report.verdict, "reason": report.reason, "data_hash": report.data_hash}
    audit.record("effect.computed", improvement, actor=actor, now=now, detail=detail)
    return report


def _judged(
    improvement: Improvement, plan: MeasurementPlan, release: Release, now: datetime
) -> EffectReport:
    report = EffectReport(
        improvement=improvement,
        plan=plan,
        release=release,
        verdict=Verdict.INCONCLUSIVE,
        computed_at=now,
    )
    if plan.waiver_reason:
        report.reason = "waived"
        report.data_hash = _hash({"release": release.pk, "waived": plan.digest})
        return report
    if plan_digest(plan) != plan.digest:
        report.reason = "plan_changed"
        report.data_hash = _hash({"release": release.pk, "plan_changed": plan.digest})
        return report
    series = series_for(plan, release)
    effect = measure(
        series.counts,
        series.totals,
        series.topic,
        series.release_week,
        window=plan.window_weeks,
        released=series.released,
        minimum_effect=plan.minimum_effect,
    )
    report.verdict, report.reason = effect.verdict, effect.reason
    report.estimate, report.low, report.high = effect.estimate, effect.low, effect.high
    report.p_value, report.mentions_after = effect.p_value, effect.mentions_after
    report.data = _shown(series, effect, plan, release)
    report.analysis_version = analysis.version(analysis.taxonomy()[0])
    report.data_hash = _hash(
        {
            "plan": plan.digest,
            "release": release.pk,
            "weeks": [f"{week:%F}" for week in series.weeks],
            "rows": series.rows,
            "counts": series.counts,
            "totals": series.totals,
            "released": sorted(series.released),
        }
    )
    return report


def _hash(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


# ---------------------------------------------------------------- the series


def series_for(plan: MeasurementPlan, release: Release) -> Series:
    """Mentions that are not praise, for every leaf topic, up to the end of the window."""
    assert plan.topic_id is not None
    topic = standing_for(plan.topic_id)
    settling = monday(local_day(release.released_at))
    end = settling + timedelta(weeks=SETTLING_WEEKS + plan.window_weeks)
    first_day = CommentDay.objects.aggregate(first=Min("local_day"))["first"] or settling
    start = max(settling - timedelta(weeks=HISTORY_WEEKS), _next_monday(first_day))
    weeks = [start + timedelta(weeks=n) for n in range(max((end - start).days // 7, 0))]
    skipped = {settling + timedelta(weeks=n) for n in range(SETTLING_WEEKS)}
    kept = [week for week in weeks if week not in skipped]
    place = {week: index for index, week in enumerate(kept)}

    trees = _subtrees()
    members = _members(topic, trees)
    rows = list(members)
    owner = {member: rows.index(row) for row, ids in members.items() for member in ids}
    counts = [[0] * len(kept) for _ in rows]
    days = (
        TopicDay.objects.filter(local_day__gte=start, local_day__lt=end, topic__in=owner)
        .exclude(polarity="positive")
        .values_list("topic_id", "local_day", "clauses")
    )
    for member, day, clauses in days:
        column = place.get(monday(day))
        if column is not None:
            counts[owner[member]][column] += clauses
    by_week = dict(zip(weeks, comments_by_week(weeks), strict=True)) if weeks else {}
    return Series(
        weeks=kept,
        rows=rows,
        counts=counts,
        totals=[by_week[week] for week in kept],
        topic=rows.index(topic.pk),
        release_week=place.get(settling + timedelta(weeks=SETTLING_WEEKS), -1),
        released=_other_releases(plan, release, kept, owner, trees),
    )


def _next_monday(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


def standing_for(topic_id: int) -> Topic:
    """The topic, or what it has been merged into since."""
    topic = Topic.objects.get(pk=topic_id)
    seen = {topic.pk}
    while topic.merged_into_id and topic.merged_into_id not in seen:
        seen.add(topic.merged_into_id)
        topic = Topic.objects.get(pk=topic.merged_into_id)
    return topic


def _subtrees() -> dict[int, list[int]]:
    """Topic → itself and everything below it, whatever its state; one query."""
    children: dict[int | None, list[int]] = {}
    every = list(Topic.objects.order_by("pk").values_list("pk", "parent_id"))
    for pk, parent in every:
        children.setdefault(parent, []).append(pk)

    def collect(pk: int) -> list[int]:
        return [pk, *(found for child in children.get(pk, []) for found in collect(child))]

    return {pk: collect(pk) for pk, _parent in every}


def _members(judged: Topic, trees: dict[int, list[int]]) -> dict[int, list[int]]:
    """Row → the topics counted in it: every leaf for itself, the judged one with all below it."""
    active = set(Topic.objects.filter(state=Topic.State.ACTIVE).values_list("pk", flat=True))
    own = trees[judged.pk]
    rows = {
        pk: [pk]
        for pk in sorted(active.difference(own))
        if not active.intersection(trees[pk][1:])
    }
    return {judged.pk: own, **rows}


def _other_releases(
    plan: MeasurementPlan,
    release: Release,
    weeks: list[date],
    owner: dict[int, int],
    trees: dict[int, list[int]],
) -> list[tuple[int, int]]:
    """(row, column) of every other release of a planned topic; no placebo may lie there."""
    links = Release.improvements.through.objects.exclude(improvement__plan__topic=None)
    found: set[tuple[int, int]] = set()
    for release_id, at, planned, improvement in links.values_list(
        "release_id", "release__released_at", "improvement__plan__topic", "improvement_id"
    ):
        if release_id == release.pk and improvement == plan.improvement_id:
            continue
        week = monday(local_day(at))
        column = next((i for i, begin in enumerate(weeks) if begin >= week), None)
        if column is not None:
            found |= {(owner[topic], column) for topic in trees[planned] if topic in owner}
    return sorted(found)


def _shown(series: Series, effect: Effect, plan: MeasurementPlan, release: Release) -> dict[str, Any]:
    """What the chart and "how was this counted" are drawn from."""
    at = series.release_week
    begin, end = (max(at - SHOWN_BEFORE, 0), at + plan.window_weeks) if at >= 0 else (0, 0)
    return {
        "topic": series.rows[series.topic],
        "topics": len(series.rows),
        "placebos": effect.n_placebo,
        "mentions_before": effect.mentions_before,
        "settling_week": f"{monday(local_day(release.released_at)):%F}",
        "first_week": f"{series.weeks[0]:%F}" if series.weeks else "",
        "weeks": [f"{week:%F}" for week in series.weeks[begin:end]],
        "mentions": series.counts[series.topic][begin:end],
        "comments": series.totals[begin:end],
        "release_index": at - begin,
        "expected": list(effect.expected),
        "expected_low": list(effect.expected_low),
        "expected_high": list(effect.expected_high),
    }


# ---------------------------------------------------------------- accepting it


@transaction.atomic
def accept_effect(*, report: EffectReport, actor: User, now: datetime) -> EffectReport:
    """The report with the name of the person who accepts it as the last word."""
    accepted = EffectReport.objects.filter(pk=report.pk, accepted_by=None).update(
        accepted_by=actor, accepted_at=now
    )
    if not accepted:
        raise Refused(_("この判定は、すでに承認されています。"), "conflict")
    report.accepted_by, report.accepted_at = actor, now
    audit.record(
        "effect.accepted", report.improvement, actor=actor, now=now,
        detail={"report": report.pk, "verdict": report.verdict},
    )
    return report
