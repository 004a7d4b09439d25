"""A campaign from draft to its end: made, started, filled with people, paused, resumed, stopped."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from surveys.models import Campaign, CampaignMember, Invitation, Survey
from surveys.services.campaigns import audiences
from surveys.services.campaigns.lists import Listed
from surveys.services.campaigns.sending import SEND, wake
from surveys.services.campaigns.windows import next_open, schedule_of, slot
from voc import audit, jobs
from voc.clock import ScheduleClosedError
from voc.errors import Refused
from voc.models import User

EXPAND = "surveys.expand_campaign"
CHUNK = 1_000
MOST_DAYS = 180
MOST_SPREAD_HOURS = 500
LIVE = (Campaign.State.SCHEDULED, Campaign.State.SENDING, Campaign.State.PAUSED)


@transaction.atomic
def create_campaign(
    *,
    survey: Survey,
    name: str,
    audience: Mapping[str, Any],
    listed: Listed | None = None,
    key: uuid.UUID,
    actor: User,
    now: datetime,
) -> Campaign:
    """A draft; with a list, its people are members at once. The same key again is the same draft."""
    # Whoever sends the same form at the same moment waits here and then finds ours.
    Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
    known = Campaign.objects.filter(key=key, survey=survey).first()
    if known is not None:
        return known
    checked = audiences.check(audience)
    if checked["rule"] == audiences.LIST and not (listed and listed.customers):
        raise Refused(_("送れる宛先がありません。"), "bad_audience")
    campaign = Campaign.objects.create(
        survey=survey,
        name=name.strip(),
        audience=checked,
        refused_rows=[row.as_json() for row in listed.refused] if listed else [],
        refused_total=listed.refused_total if listed else 0,
        key=key,
        created_by=actor,
        created_at=now,
    )
    if listed is not None:
        CampaignMember.objects.bulk_create(
            [CampaignMember(campaign=campaign, customer_id=pk) for pk in listed.customers],
            ignore_conflicts=True,
            batch_size=1_000,
        )
    audit.record(
        "campaign.create", campaign, actor=actor, now=now, detail={"rule": checked["rule"]}
    )
    return campaign


@transaction.atomic
def start(
    *,
    campaign: Campaign,
    starts_at: datetime,
    ends_at: datetime,
    weekdays: Sequence[int],
    hour_from: int,
    hour_to: int,
    holidays_too: bool = False,
    spread_hours: int,
    reminders: int,
    remind_after_days: int,
    actor: User,
    now: datetime,
) -> Campaign:
    """The campaign, promised for its start. A second post of the same button changes nothing."""
    campaign = _locked(campaign)
    if campaign.state != Campaign.State.DRAFT:
        return campaign
    if campaign.survey.state != Survey.State.PUBLISHED:
        raise Refused(_("公開中のアンケートだけ、送れます。"), "survey_not_open")
    starts_at = max(starts_at, now)
    if not starts_at < ends_at <= starts_at + timedelta(days=MOST_DAYS):
        raise Refused(
            _("終わりは、始まりより後の、%(days)s日以内にしてください。") % {"days": MOST_DAYS},
            "bad_end",
        )
    days = sorted({day for day in weekdays if day in range(7)})
    if not days or not 0 <= hour_from < hour_to <= 24:
        raise Refused(_("送る曜日と時間を選んでください。"), "bad_window")
    if not (
        0 <= spread_hours <= MOST_SPREAD_HOURS
        and 0 <= reminders <= 2
        and 1 <= remind_after_days <= 60
    ):
        raise Refused(_("分ける時間か、再度のお願いの数が正しくありません。"), "bad_number")
    campaign.weekdays, campaign.hour_from, campaign.hour_to = days, hour_from, hour_to
    campaign.holidays_too = holidays_too
    campaign.spread_hours, campaign.reminders = spread_hours, reminders
    campaign.remind_after_days = remind_after_days
    campaign.starts_at, campaign.ends_at = starts_at, ends_at
    campaign.state = Campaign.State.SCHEDULED
    try:
        opens = next_open(schedule_of(campaign), starts_at)
    except ScheduleClosedError:
        opens = ends_at
    if opens >= ends_at:
        raise Refused(_("この期間には、送れる時間がありません。"), "bad_window")
    campaign.save()
    jobs.enqueue(EXPAND, {"campaign_id": campaign.pk}, now=now, due_at=starts_at)
    audit.record("campaign.start", campaign, actor=actor, now=now)
    return campaign


@transaction.atomic
def expand(*, campaign_id: int, now: datetime) -> int:
    """The next piece of the audience become members with a time; the number. May run twice."""
    campaign = (
        Campaign.objects.select_for_update(of=("self",))
        .select_related("survey")
        .filter(pk=campaign_id, state__in=LIVE, expanded_at=None)
        .first()
    )
    if campaign is None or campaign.starts_at is None or campaign.starts_at > now:
        return 0
    if campaign.started_at is None:
        campaign.started_at = now
        campaign.expected = audiences.customers_of(campaign, now=now).count()
        if campaign.state == Campaign.State.SCHEDULED:
            campaign.state = Campaign.State.SENDING
    rows = audiences.customers_of(campaign, now=campaign.started_at)
    ids = list(
        rows.filter(pk__gt=campaign.expanded_to).order_by("pk").values_list("pk", flat=True)[:CHUNK]
    )
    _place(campaign, ids)
    campaign.expanded += len(ids)
    campaign.expanded_to = ids[-1] if ids else campaign.expanded_to
    if len(ids) < CHUNK:
        campaign.expanded_at = now
    campaign.save()
    if campaign.expanded_at is None:
        jobs.enqueue(EXPAND, {"campaign_id": campaign.pk}, now=now)
    if campaign.state == Campaign.State.SENDING:
        wake(campaign, now=now)
    return len(ids)


def _place(campaign: Campaign, ids: Sequence[int]) -> None:
    """Members for these customers, each with its time; those of a list get theirs."""
    assert campaign.started_at is not None and campaign.ends_at is not None
    times = []
    for place in range(campaign.expanded, campaign.expanded + len(ids)):
        at = slot(campaign, place, campaign.started_at)
        times.append(at if at < campaign.ends_at else None)
    if campaign.audience["rule"] == audiences.LIST:
        when = dict(zip(ids, times, strict=True))
        listed = CampaignMember.objects.filter(
            campaign=campaign, customer__in=ids, state=CampaignMember.State.WAITING
        )
        members = list(listed.only("pk", "customer_id"))
        for member in members:
            assert member.customer_id is not None
            member.next_at = when[member.customer_id]
        CampaignMember.objects.bulk_update(members, ["next_at"], batch_size=200)
    else:
        CampaignMember.objects.bulk_create(
            [
                CampaignMember(campaign=campaign, customer_id=pk, next_at=at)
                for pk, at in zip(ids, times, strict=True)
            ],
            ignore_conflicts=True,
            batch_size=1_000,
        )
    # The hours do not suffice for them: said at once rather than left waiting for ever.
    if None in times:
        late = [pk for pk, at in zip(ids, times, strict=True) if at is None]
        CampaignMember.objects.filter(
            campaign=campaign, customer__in=late, next_at=None, sent_at=None
        ).update(state=CampaignMember.State.EXPIRED)


@transaction.atomic
def pause(*, campaign: Campaign, actor: User, now: datetime) -> Campaign:
    """Nothing goes out until it is resumed; the mail in hand is finished."""
    campaign = _locked(campaign)
    if campaign.state in (Campaign.State.SCHEDULED, Campaign.State.SENDING):
        campaign.state = Campaign.State.PAUSED
        campaign.save(update_fields=["state"])
        audit.record("campaign.pause", campaign, actor=actor, now=now)
    return campaign


@transaction.atomic
def resume(*, campaign: Campaign, actor: User, now: datetime) -> Campaign:
    """Goes on where it stopped; Refused while the survey takes no answers."""
    campaign = _locked(campaign)
    if campaign.state != Campaign.State.PAUSED:
        return campaign
    if campaign.survey.state != Survey.State.PUBLISHED:
        raise Refused(_("公開中のアンケートだけ、送れます。"), "survey_not_open")
    campaign.state = (
        Campaign.State.SCHEDULED if campaign.started_at is None else Campaign.State.SENDING
    )
    campaign.trouble = ""
    campaign.save(update_fields=["state", "trouble"])
    assert campaign.starts_at is not None
    if campaign.expanded_at is None:
        jobs.enqueue(EXPAND, {"campaign_id": campaign.pk}, now=now, due_at=campaign.starts_at)
    jobs.enqueue(SEND, {"campaign_id": campaign.pk}, now=now, key=f"campaign:{campaign.pk}:now")
    audit.record("campaign.resume", campaign, actor=actor, now=now)
    return campaign


@transaction.atomic
def cancel(*, campaign: Campaign, actor: User, now: datetime) -> Campaign:
    """Nothing goes out any more. Links that people have keep working until they expire."""
    campaign = _locked(campaign)
    if campaign.state in (Campaign.State.DONE, Campaign.State.CANCELLED):
        return campaign
    waiting = CampaignMember.objects.filter(
        campaign=campaign,
        state__in=(CampaignMember.State.WAITING, CampaignMember.State.SKIPPED),
        sent_at=None,
    )
    waiting.filter(state=CampaignMember.State.WAITING).update(
        state=CampaignMember.State.SKIPPED, reason=Invitation.Skip.CANCELLED
    )
    CampaignMember.objects.filter(campaign=campaign).exclude(next_at=None, claim="").update(
        next_at=None, claim="", claimed_until=None
    )
    campaign.state, campaign.finished_at = Campaign.State.CANCELLED, now
    campaign.save(update_fields=["state", "finished_at"])
    audit.record("campaign.cancel", campaign, actor=actor, now=now)
    return campaign


def answered(*, invitation_id: int) -> None:
    """The member whose answer came in is reminded no more. Called when the answer is worked."""
    CampaignMember.objects.filter(invitation=invitation_id).update(
        state=CampaignMember.State.ANSWERED, reason="", next_at=None
    )


def _locked(campaign: Campaign) -> Campaign:
    return (
        Campaign.objects.select_for_update(of=("self",))
        .select_related("survey")
        .get(pk=campaign.pk)
    )
