"""The demo's backlog, walked through the same services and guards as a real one, day by day."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from feedback import models
from feedback.demo import objects
from feedback.demo.world import World
from feedback.services import effects, improvements, insights, moves, notices, releases
from voc.access import ANALYSTS, MANAGERS
from voc.errors import Refused
from voc.jobs import Run
from voc.models import Job, User

Progress = Callable[[int, int], None]
TOKYO = ZoneInfo("Asia/Tokyo")
MAX_EVIDENCE = 60
# Steps of the product that the demo's own life has another name for.
_STATES = {"reopened": "in_progress"}
_SKIPPED = {"duplicate"}
_CATEGORIES = {
    "製品": "product", "業務": "process", "規約": "terms", "説明": "explanation",
    "product": "product", "process": "process", "terms": "terms", "explanation": "explanation",
}  # fmt: skip


@transaction.atomic
def backlog(state: dict[str, Any], *, now: datetime, progress: Progress) -> None:
    """Insights with their evidence, improvements with decisions, releases, notices, verdicts."""
    world: World = state["world"]
    users: dict[str, User] = state["users"]
    manager = next(user for user in users.values() if user.role in MANAGERS)
    # Whoever may not decide here has the manager's name under the decision.
    actors = {ref: user if user.role in ANALYSTS else manager for ref, user in users.items()}
    made = {i.ref: _insight(i, state, actors[i.author_ref]) for i in world.insights}
    released = {ref: r for r in world.releases for ref in r.improvement_refs}
    items: dict[str, models.Improvement] = {}
    shipped: dict[str, models.Release] = {}
    for told in world.improvements:
        if told.duplicate_of:
            continue
        feeding = [found for ref in told.insight_refs if (found := made.get(ref))]
        begin = told.decisions[0].at if told.decisions else now - timedelta(days=6)
        item = improvements.create_improvement(
            title=told.title,
            problem=told.problem,
            category=_CATEGORIES.get(told.category, "product"),
            actor=manager,
            now=begin - timedelta(days=3),
            insights=feeding,
            owner=actors[told.owner_ref],
        )
        models.Improvement.objects.filter(pk=item.pk).update(effort_months=told.effort_months)
        items[told.ref] = item
        _walk(told, item, released.get(told.ref), shipped, actors, now)
    # Notices and measurements were made above for the days they belong to.
    Job.objects.filter(kind__in=[notices.MAKE, notices.SEND, effects.DUE]).delete()
    for item in items.values():
        release = item.releases.order_by("-released_at").first()
        plan = getattr(item, "plan", None)
        if release and plan and not plan.waiver_reason:
            effects.promise(effects.decide_on(release, plan), now=now)


def _insight(
    told: objects.Insight, state: dict[str, Any], actor: User
) -> models.Insight | None:
    topic = models.Topic.objects.filter(key=told.topic).first()
    at = datetime.combine(told.created_on, time(11), TOKYO)
    ids = {state["comments"][ref].pk for ref, _position in told.evidence if ref in state["comments"]}
    clauses = models.Clause.objects.filter(comment__in=ids, polarity="negative")
    about = Q(assignments__topic__key=told.topic) | Q(assignments__topic__parent__key=told.topic)
    chosen = set(clauses.filter(about).values_list("pk", flat=True)[:MAX_EVIDENCE])
    # What the analyst would also have found on the topic's page that day.
    earlier = models.Clause.objects.filter(
        about,
        polarity="negative",
        local_day__lt=told.created_on,
        local_day__gte=told.created_on - timedelta(days=70),
    )
    chosen.update(
        earlier.order_by("-local_day", "-pk").values_list("pk", flat=True)[: MAX_EVIDENCE - len(chosen)]
    )
    if not chosen:
        chosen = set(clauses.values_list("pk", flat=True)[:MAX_EVIDENCE])
    insight = insights.create_insight(
        claim=told.title, clause_ids=chosen, actor=actor, now=at, topic=topic
    )
    if told.state != "draft" and chosen:
        insight = insights.publish(insight=insight, actor=actor, now=at + timedelta(hours=2))
    return insight


def _walk(
    told: objects.Improvement,
    item: models.Improvement,
    release: objects.Release | None,
    shipped: dict[str, models.Release],
    actors: dict[str, User],
    now: datetime,
) -> None:
    for decision in told.decisions:
        to = _STATES.get(decision.to_state, decision.to_state)
        actor = actors[decision.by_ref]
        if to in _SKIPPED or decision.at > now:
            return
        item.refresh_from_db()
        if to == "in_progress" and told.plan and not hasattr(item, "plan"):
            topic = models.Topic.objects.get(key=told.plan.topic)
            improvements.plan_and_freeze(
                freeze=True,
                improvement=item,
                topic=topic,
                window_weeks=told.plan.window_weeks,
                minimum_effect=told.plan.minimum_effect,
                actor=actor,
                now=told.plan.frozen_at,
            )
        elif to == "in_progress" and not hasattr(item, "plan"):
            improvements.waive_plan(
                improvement=item,
                reason="件数が少なく、数では判断できないため",
                actor=actor,
                now=decision.at,
            )
        try:
            if to == "released":
                if release is not None:
                    _release(item, release, shipped, actor)
                continue
            if to == "told":
                _tell(item, decision.at, now)
            if to == "measured":
                _measure(item, actor, decision.at)
            moves.move(
                improvement=item,
                to=to,
                reason=decision.reason,
                actor=actor,
                now=decision.at,
                public_reason=decision.public_reason,
            )
        except Refused:
            # The guards of the product decide, here too: the item stays where it is.
            return


def _release(
    item: models.Improvement,
    told: objects.Release,
    shipped: dict[str, models.Release],
    actor: User,
) -> None:
    shipped[told.ref] = releases.create_release(
        title=told.title,
        notes=told.notes,
        kind=told.kind if told.kind in models.Release.Kind.values else "improvement",
        released_at=told.released_at,
        improvements=[item],
        actor=actor,
        now=told.released_at + timedelta(hours=3),
    )


def _tell(item: models.Improvement, at: datetime, now: datetime) -> None:
    """The notices as they went out then; nothing is mailed by a demo."""
    for release in item.releases.all():
        notices.make(Run(job_id=0, attempt=1, now=at - timedelta(days=2)), release_id=release.pk)
        waiting = release.notices.filter(state="pending").select_related(
            "release", "customer", "comment"
        )
        rows = list(waiting)
        for place, notice in enumerate(rows):
            notice.body = notices.letter(notice).body
            notice.state = "failed" if place % 41 == 40 else "sent"
            notice.sent_at = at - timedelta(days=1) if notice.state == "sent" else None
            notice.reason = "bounced" if notice.state == "failed" else ""
        models.Notice.objects.bulk_update(
            rows, ["body", "state", "sent_at", "reason"], batch_size=500
        )


def _measure(item: models.Improvement, actor: User, at: datetime) -> None:
    report = effects.compute_effect(improvement=item, now=at, actor=actor)
    effects.accept_effect(report=report, actor=actor, now=at)
