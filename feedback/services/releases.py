"""Releases: what was shipped, and the promise that those who asked will hear of it."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from feedback import events as names
from feedback.models import Improvement, MeasurementPlan, Release
from feedback.queries.improvements import decide_on, start_of
from feedback.services import effects, moves
from feedback.services.insights import one_line
from feedback.text.normal import sanitise
from voc import audit, events
from voc.clock import local_day
from voc.errors import Refused
from voc.models import User

MAX_NOTES = 2_000


def moment_of(day: date, now: datetime) -> datetime:
    """The moment of a release of which only the day is known: now for today, else its midnight."""
    return now if day == local_day(now) else start_of(day)


@transaction.atomic
def create_release(
    *,
    title: str,
    notes: str,
    kind: str,
    released_at: datetime,
    improvements: Sequence[Improvement],
    actor: User,
    now: datetime,
    is_public: bool = True,
) -> Release:
    """The release; its improvements are released with it and their customers will be told."""
    title = one_line(title, 120, _("お知らせの題"))
    notes = sanitise(notes).strip()
    if not notes:
        raise Refused(_("変わったことを入力してください。"), "blank")
    if len(notes) > MAX_NOTES:
        raise Refused(_("変わったことは2,000字までにしてください。"), "too_long")
    if kind not in Release.Kind.values:
        raise Refused(_("種類を選んでください。"), "kind")
    if released_at.year < 2000:
        raise Refused(_("公開日が古すぎます。"), "too_old")
    if local_day(released_at) > local_day(now):
        raise Refused(_("公開日は、きょうまでの日にしてください。"), "future")
    if not improvements:
        raise Refused(_("公開する改善を選んでください。"), "no_improvement")
    plans = {
        plan.improvement_id: plan
        for plan in MeasurementPlan.objects.filter(improvement__in=[i.pk for i in improvements])
    }
    for improvement in improvements:
        _check(improvement, plans.get(improvement.pk), released_at)

    release = Release.objects.create(
        title=title,
        notes=notes,
        kind=kind,
        released_at=released_at,
        created_by=actor,
        created_at=now,
        is_public=is_public,
    )
    release.improvements.set(improvements)
    for improvement in improvements:
        moves.step(
            improvement=improvement,
            to=Improvement.State.RELEASED,
            reason=title,
            actor=actor,
            now=now,
        )
    audit.record(
        "release.created",
        release,
        actor=actor,
        now=now,
        detail={"improvements": [i.pk for i in improvements], "public": is_public},
    )
    for day in {decide_on(release, plans[i.pk]) for i in improvements}:
        effects.promise(day, now=now)
    events.publish(names.RELEASE_SHIPPED, now=now, release_id=release.pk)
    return release


def _check(
    improvement: Improvement, plan: MeasurementPlan | None, released_at: datetime
) -> None:
    item = {"item": str(improvement)}
    if improvement.state != Improvement.State.IN_PROGRESS:
        raise Refused(
            _("%(item)sは「着手」になっていないため、公開を記録できません。") % item, "not_in_progress"
        )
    if plan is None or plan.frozen_at is None:
        raise Refused(_("%(item)sの測定の計画が固定されていません。") % item, "not_frozen")
    if not plan.waiver_reason and local_day(released_at) < local_day(plan.frozen_at):
        raise Refused(
            _("公開日が、測定の計画を固定した日より前です（%(item)s）。") % item, "before_plan"
        )


@transaction.atomic
def show_publicly(*, release: Release, is_public: bool, actor: User, now: datetime) -> None:
    """Puts the release on the page of answers, or takes it off."""
    changed = Release.objects.filter(pk=release.pk).exclude(is_public=is_public).update(
        is_public=is_public
    )
    if changed:
        audit.record(
            "release.public" if is_public else "release.not_public", release, actor=actor, now=now
        )
