"""Improvements and their plans of measurement. How an item moves stands in moves.py."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from feedback.models import Improvement, Insight, MeasurementPlan, Topic
from feedback.services import notices
from feedback.services.insights import one_line
from feedback.text.normal import sanitise
from voc import audit
from voc.errors import Refused
from voc.models import Role, User

METHOD = "spike-matched placebo"
MAX_TEXT = 2_000


def _problem(text: str) -> str:
    text = sanitise(text).strip()
    if not text:
        raise Refused(_("困りごとを入力してください。"), "blank")
    if len(text) > MAX_TEXT:
        raise Refused(_("困りごとは2,000字までにしてください。"), "too_long")
    return text


def _owner(user: User | None) -> User | None:
    if user is not None and (not user.is_active or user.role == Role.VIEWER):
        raise Refused(_("この人は担当者にできません。"), "owner")
    return user


@transaction.atomic
def create_improvement(
    *,
    title: str,
    problem: str,
    category: str,
    actor: User,
    now: datetime,
    insights: Iterable[Insight] = (),
    owner: User | None = None,
) -> Improvement:
    """A candidate, fed by these insights."""
    insights = list(insights)
    if category not in Improvement.Category.values:
        raise Refused(_("区分を選んでください。"), "category")
    if any(insight.state == Insight.State.WITHDRAWN for insight in insights):
        raise Refused(_("取り下げた気づきは、改善の候補にできません。"), "withdrawn")
    improvement = Improvement.objects.create(
        title=one_line(title, 120, _("改善の名前")),
        problem=_problem(problem),
        category=category,
        owner=_owner(owner),
        created_by=actor,
        created_at=now,
        updated_at=now,
    )
    improvement.insights.set(insights)
    audit.record(
        "improvement.created",
        improvement,
        actor=actor,
        now=now,
        detail={"insights": [insight.pk for insight in insights]},
    )
    return improvement


@transaction.atomic
def edit_improvement(
    *,
    improvement: Improvement,
    actor: User,
    now: datetime,
    title: str,
    problem: str,
    category: str,
    owner: User | None,
    decide_by: date | None = None,
    effort_months: Decimal | None = None,
) -> Improvement:
    """The item with new words, owner and dates; the entry names what changed."""
    item = Improvement.objects.select_for_update().get(pk=improvement.pk)
    if category not in Improvement.Category.values:
        raise Refused(_("区分を選んでください。"), "category")
    wanted: dict[str, Any] = {
        "title": one_line(title, 120, _("改善の名前")),
        "problem": _problem(problem),
        "category": category,
        "owner": owner if owner and owner.pk == item.owner_id else _owner(owner),
        "decide_by": decide_by,
        "effort_months": effort_months,
    }
    changed = {name: value for name, value in wanted.items() if getattr(item, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(item, name, value)
        item.updated_at = now
        # Never the state: it moves by compare-and-set alone.
        item.save(update_fields=[*changed, "updated_at"])
        detail = {name: str(getattr(value, "pk", value)) for name, value in changed.items()}
        audit.record("improvement.edited", item, actor=actor, now=now, detail=detail)
    return item


@transaction.atomic
def link_insight(*, improvement: Improvement, insight: Insight, actor: User, now: datetime) -> None:
    """Feeds the insight into the item; its customers are told of releases that are already out."""
    if insight.state == Insight.State.WITHDRAWN:
        raise Refused(_("取り下げた気づきは、つなげません。"), "withdrawn")
    if improvement.insights.filter(pk=insight.pk).exists():
        return
    improvement.insights.add(insight)
    audit.record(
        "improvement.insight_linked", improvement, actor=actor, now=now,
        detail={"insight": insight.pk},
    )
    for release_id in improvement.releases.values_list("pk", flat=True):
        notices.ask_for_notices(release_id, now=now)


# ---------------------------------------------------------------- the plan


def plan_digest(plan: MeasurementPlan) -> str:
    """SHA-256 over what the plan promises; two plans with one digest promise the same."""
    content = {
        "improvement": plan.improvement_id,
        "method": METHOD,
        "topic": plan.topic_id,
        "window_weeks": plan.window_weeks,
        "minimum_effect": plan.minimum_effect,
        "waiver_reason": plan.waiver_reason,
    }
    raw = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(raw.encode()).hexdigest()


def _store_plan(improvement: Improvement, values: dict[str, Any]) -> MeasurementPlan:
    """The plan with these values, as long as nobody has fixed it."""
    plan = MeasurementPlan.objects.select_for_update().filter(improvement=improvement).first()
    if plan is None:
        return MeasurementPlan.objects.create(improvement=improvement, **values)
    if plan.frozen_at is not None:
        raise Refused(_("測定の計画は固定されています。あとから変えることはできません。"), "frozen")
    for name, value in values.items():
        setattr(plan, name, value)
    plan.save(update_fields=list(values))
    return plan


@transaction.atomic
def save_plan(
    *,
    improvement: Improvement,
    topic: Topic,
    window_weeks: int,
    minimum_effect: float,
    actor: User,
    now: datetime,
) -> MeasurementPlan:
    """The plan as a draft; it may change until it is fixed."""
    if not 2 <= window_weeks <= 26:
        raise Refused(_("期間は2週から26週までです。"), "window")
    if not 0 < minimum_effect < 1:
        raise Refused(_("最小の効果は、0％より大きく100％より小さい値です。"), "minimum_effect")
    if topic.state != Topic.State.ACTIVE:
        raise Refused(_("使用していない話題では測れません。"), "topic")
    plan = _store_plan(
        improvement,
        {
            "topic": topic,
            "window_weeks": window_weeks,
            "minimum_effect": minimum_effect,
            "waiver_reason": "",
        },
    )
    detail = {"topic": topic.key, "window_weeks": window_weeks, "minimum_effect": minimum_effect}
    audit.record("plan.saved", improvement, actor=actor, now=now, detail=detail)
    return plan


@transaction.atomic
def freeze_plan(*, improvement: Improvement, actor: User, now: datetime) -> MeasurementPlan:
    """The plan, fixed for good with a digest of its content."""
    plan = MeasurementPlan.objects.select_for_update().filter(improvement=improvement).first()
    if plan is None:
        raise Refused(_("測定の計画がまだありません。"), "no_plan")
    return _freeze(plan, "plan.frozen", actor=actor, now=now)


@transaction.atomic
def plan_and_freeze(*, freeze: bool, actor: User, now: datetime, **plan: Any) -> MeasurementPlan:
    """The saved plan, fixed at once when asked."""
    saved = save_plan(actor=actor, now=now, **plan)
    if freeze:
        return freeze_plan(improvement=plan["improvement"], actor=actor, now=now)
    return saved


@transaction.atomic
def waive_plan(
    *, improvement: Improvement, reason: str, actor: User, now: datetime
) -> MeasurementPlan:
    """The decision not to measure, with its reason; it can never become "improved"."""
    reason = sanitise(reason).strip()
    if not reason:
        raise Refused(_("測らない理由を入力してください。"), "reason_missing")
    if len(reason) > MAX_TEXT:
        raise Refused(_("測らない理由は2,000字までにしてください。"), "too_long")
    plan = _store_plan(improvement, {"waiver_reason": reason})
    return _freeze(plan, "plan.waived", actor=actor, now=now)


def _freeze(
    plan: MeasurementPlan, action: str, *, actor: User, now: datetime
) -> MeasurementPlan:
    digest = plan_digest(plan)
    fixed = MeasurementPlan.objects.filter(pk=plan.pk, frozen_at=None).update(
        frozen_at=now, frozen_by=actor, digest=digest
    )
    if not fixed:
        raise Refused(_("測定の計画は、すでに固定されています。"), "frozen")
    plan.frozen_at, plan.frozen_by, plan.digest = now, actor, digest
    detail = {"digest": digest, "waiver_reason": plan.waiver_reason}
    audit.record(action, plan.improvement, actor=actor, now=now, detail=detail)
    return plan
