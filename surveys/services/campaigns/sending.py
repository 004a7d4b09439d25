"""Mails of a campaign go out: claimed and prepared in small chunks, committed one by one.

What is promised: nobody is skipped, a send that is recorded is not repeated, and of a worker
that dies only the one mail it had in hand may arrive twice, with the same Message-ID. A member
is claimed for one run of one job; the next run of that job takes over at once, any other after
`CLAIM`. Steps outside the database lie between two commits: "these invitations, these customers'
turns" before the mails of a chunk, "sent" after each of them.
"""

import smtplib
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from django.core.mail import get_connection
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from surveys.models import Campaign, CampaignMember, Invitation, Survey
from surveys.queries import definitions
from surveys.services import asking, bounces, invitations
from surveys.services.campaigns.windows import is_open, next_open, schedule_of
from surveys.services.invitations import Letter, Wording, letter_for, message_id
from voc import jobs

SEND = "surveys.send_campaign"
CHUNK = 25
CLAIM = timedelta(minutes=3)
# A run ends after this long and leaves the rest to the next job: one job that is killed again
# and again would be given up.
RUN_SECONDS = 10.0
# Until a job that dies without a word is followed by another one.
GUARD = timedelta(minutes=10)
AWAY = timedelta(minutes=5)
LATER = timedelta(minutes=30)
MOST_FAILURES = 5
# Mails that are spread over hours are sent in small groups, not one job for each.
_GROUP = timedelta(seconds=20)

State = CampaignMember.State
Skip = Invitation.Skip


class _Away(Exception):  # noqa: N818 - a state, not a fault
    """The mail server takes nothing at the moment."""


def send_due(*, campaign_id: int, claim: str, now: datetime) -> int:
    """Mails what is due, in this run's time; the number that went out.

    `claim` is "job.attempt". Leaves behind a job for what is due later.
    """
    begun = time.monotonic()

    def clock() -> datetime:
        return now + timedelta(seconds=time.monotonic() - begun)

    sent = 0
    campaign = _running(campaign_id)
    if campaign is None or _over(campaign, now=now):
        return 0
    hours = schedule_of(campaign)
    if not is_open(hours, now):
        wake(campaign, now=now)
        return 0
    with transaction.atomic():
        if not _due(campaign.pk, now).exists():
            wake(campaign, now=now)
            return 0
        jobs.enqueue(
            SEND,
            {"campaign_id": campaign.pk},
            now=now,
            due_at=now + GUARD,
            key=f"campaign:{campaign.pk}:guard",
        )
    try:
        with _Server() as server:
            ids = take_chunk(campaign_id=campaign_id, claim=claim, now=now)
            for member, letter in _prepare(ids, claim, now=now):
                # At least one: a machine that is slow must not stand still.
                late = sent and time.monotonic() - begun > RUN_SECONDS
                if late or not is_open(hours, clock()):
                    break
                if _still_ours(member, claim):
                    sent += _send_one(member, letter, claim, server, clock)
        Campaign.objects.filter(pk=campaign_id).exclude(trouble="").update(trouble="")
    except _Away as away:
        _put_off(campaign_id, claim, str(away), now=clock())
    finally:
        CampaignMember.objects.filter(campaign=campaign_id, claim=claim).update(
            claim="", claimed_until=None
        )
    campaign = _running(campaign_id)
    if campaign is not None:
        wake(campaign, now=clock())
    return sent


class _Server:
    """One connection for a run; opened again after the server has hung up."""

    def __init__(self) -> None:
        self.connection = get_connection()

    def __enter__(self) -> "_Server":
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(smtplib.SMTPException, OSError):
            self.connection.close()

    def send(self, letter: Letter) -> None:
        try:
            self.connection.open()
        except (smtplib.SMTPException, OSError) as error:
            raise _Away(type(error).__name__) from error
        letter.message.connection = self.connection
        letter.message.send()


def _running(campaign_id: int) -> Campaign | None:
    return (
        Campaign.objects.select_related("survey")
        .filter(pk=campaign_id, state=Campaign.State.SENDING)
        .first()
    )


def _still_ours(member: CampaignMember, claim: str) -> bool:
    """No pause, no refusal, no other run has come between preparing the mail and sending it."""
    return CampaignMember.objects.filter(
        pk=member.pk,
        claim=claim,
        next_at__isnull=False,
        campaign__state=Campaign.State.SENDING,
        invitation__used_at=None,
    ).exists()


def _due(campaign_id: int, now: datetime) -> QuerySet[CampaignMember]:
    return CampaignMember.objects.filter(campaign=campaign_id, next_at__lte=now)


@transaction.atomic
def _over(campaign: Campaign, *, now: datetime) -> bool:
    """True when nothing more may be sent: the time is up, or the survey takes no answers."""
    assert campaign.ends_at is not None
    definition = definitions.of_version(campaign.survey, campaign.survey.version)
    if campaign.ends_at <= now:
        finish(campaign, now=now)
        return True
    if campaign.survey.state != Survey.State.PUBLISHED or not (
        definition and definition.is_open(now)
    ):
        Campaign.objects.filter(pk=campaign.pk, state=Campaign.State.SENDING).update(
            state=Campaign.State.PAUSED, trouble="survey_closed"
        )
        return True
    return False


@transaction.atomic
def finish(campaign: Campaign, *, now: datetime) -> None:
    """The campaign is done; whoever still waited is not asked any more."""
    CampaignMember.objects.filter(campaign=campaign, next_at__isnull=False).exclude(
        state=State.SENT
    ).update(state=State.EXPIRED, next_at=None)
    CampaignMember.objects.filter(campaign=campaign, next_at__isnull=False).update(next_at=None)
    Campaign.objects.filter(
        pk=campaign.pk, state__in=(Campaign.State.SENDING, Campaign.State.PAUSED)
    ).update(state=Campaign.State.DONE, finished_at=now, trouble="")


@transaction.atomic
def take_chunk(
    *, campaign_id: int, claim: str, now: datetime, size: int | None = None
) -> list[int]:
    """Ids of members that are due and now belong to this run alone."""
    mine = f"{claim.partition('.')[0]}."
    free = Q(claimed_until=None) | Q(claimed_until__lt=now) | Q(claim__startswith=mine)
    ids = list(
        _due(campaign_id, now)
        .filter(free)
        .order_by("next_at", "pk")
        .select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
        .values_list("pk", flat=True)[: size or CHUNK]
    )
    CampaignMember.objects.filter(pk__in=ids).update(claim=claim, claimed_until=now + CLAIM)
    return ids


def _send_one(
    member: CampaignMember,
    letter: Letter,
    claim: str,
    server: _Server,
    clock: Callable[[], datetime],
) -> bool:
    assert member.invitation is not None
    try:
        server.send(letter)
    except smtplib.SMTPRecipientsRefused as error:
        if invitations.refused_for_good(error):
            with transaction.atomic():
                invitations.mark_sent(member.invitation, letter, now=clock())
                bounces.record_bounce(
                    message_id=message_id(member.invitation),
                    address=letter.address,
                    permanent=True,
                    now=clock(),
                )
        else:
            _failed(member, claim, now=clock())
        return False
    except (smtplib.SMTPDataError, smtplib.SMTPNotSupportedError, UnicodeError):
        _failed(member, claim, now=clock())
        return False
    except (smtplib.SMTPException, OSError) as error:
        raise _Away(type(error).__name__) from error
    _record(member, letter, now=clock())
    return True


@transaction.atomic
def _prepare(
    ids: Sequence[int], claim: str, *, now: datetime
) -> list[tuple[CampaignMember, Letter]]:
    """The mails of a chunk, committed as about to be sent, without those that are not to be."""
    rows = CampaignMember.objects.filter(pk__in=ids, claim=claim, next_at__lte=now)
    members = list(
        rows.select_related(
            "campaign__survey", "customer", "invitation__customer", "invitation__survey"
        ).order_by("next_at", "pk")
    )
    if not members:
        return []
    wording = invitations.wording_of(members[0].campaign.survey)
    rest_days = asking.rules().rest_days
    return [
        (member, letter)
        for member in members
        if (letter := _letter(member, wording, rest_days, now=now))
    ]


def _letter(
    member: CampaignMember, wording: Wording, rest_days: int, *, now: datetime
) -> Letter | None:
    """The mail that this member is to get; None, and the reason kept, when it is to get none."""
    if member.customer is None:
        _settle(member, State.SKIPPED, Skip.NO_ADDRESS)
        return None
    invitation = member.invitation
    if invitation is not None and invitation.used_at:
        _settle(member, State.ANSWERED)
        return None
    if invitation is not None and invitation.bounced_at:
        _settle(member, State.BOUNCED, Skip.BOUNCED)
        return None
    if invitation is None:
        invitation = _invitation(member, now=now)
    reminder = member.reminders + 1 if member.sent_at else 0
    letter = letter_for(invitation, reminder=reminder, wording=wording)
    if isinstance(letter, Skip):
        if letter == Skip.REFUSED:
            _settle(member, State.OPTED_OUT, letter)
            return None
        # Whoever was asked once and has lost the address since stays "sent".
        _settle(member, State.SENT if member.sent_at else State.SKIPPED, letter)
        return None
    free = None
    if not reminder:
        free = asking.take(invitation=invitation, now=now, rest_days=rest_days)
    if free is not None:
        _rest(member, until=free)
        return None
    if member.invitation_id is None:
        member.invitation = invitation
        CampaignMember.objects.filter(pk=member.pk).update(invitation=invitation)
    return letter


def _invitation(member: CampaignMember, *, now: datetime) -> Invitation:
    """The personal link of this member, the same one however often it is asked for."""
    campaign = member.campaign
    ref = f"campaign:{campaign.pk}:{member.customer_id}"
    known = Invitation.objects.select_related("survey", "customer").filter(
        survey=campaign.survey_id, reason_ref=ref
    )
    found = known.first()
    if found is None:
        assert campaign.ends_at is not None
        invitations.create(campaign.survey, [(member.customer, ref)], now=now, days=1)
        known.update(expires_at=campaign.ends_at)
        found = known.get()
    return found


def _settle(member: CampaignMember, state: str, reason: str = "") -> None:
    """Nothing more is to be done for this member."""
    CampaignMember.objects.filter(pk=member.pk).update(state=state, reason=reason, next_at=None)
    if reason and member.invitation_id is None:
        _forget_unsent(member)


def _rest(member: CampaignMember, *, until: datetime) -> None:
    """Passed over for now, with the reason; tried again when the rest is over, if that is in time."""
    campaign = member.campaign
    at = next_open(schedule_of(campaign), until)
    assert campaign.ends_at is not None
    CampaignMember.objects.filter(pk=member.pk).update(
        state=State.SKIPPED,
        reason=Skip.RESTED,
        next_at=at if at < campaign.ends_at else None,
    )
    _forget_unsent(member)


def _forget_unsent(member: CampaignMember) -> None:
    # Nobody was given this link: an invitation that was not made is counted nowhere.
    Invitation.objects.filter(
        survey=member.campaign.survey_id,
        reason_ref=f"campaign:{member.campaign_id}:{member.customer_id}",
        sent_at=None,
        member__isnull=True,
    ).delete()


@transaction.atomic
def _record(member: CampaignMember, letter: Letter, *, now: datetime) -> None:
    """Sent is sent, also when the campaign was stopped while the mail was on its way."""
    assert member.invitation is not None
    invitations.mark_sent(member.invitation, letter, now=now)
    campaign = member.campaign
    state = Campaign.objects.values_list("state", flat=True).get(pk=campaign.pk)
    gone_out = member.reminders + 1 if member.sent_at else 0
    next_at = None
    if gone_out < campaign.reminders and state in (
        Campaign.State.SENDING,
        Campaign.State.PAUSED,
    ):
        wanted = now + timedelta(days=campaign.remind_after_days)
        next_at = next_open(schedule_of(campaign), wanted)
        assert campaign.ends_at is not None
        next_at = next_at if next_at < campaign.ends_at else None
    row = CampaignMember.objects.filter(pk=member.pk)
    row.update(
        sent_at=member.sent_at or now, reminders=gone_out, failures=0, claim="", claimed_until=None
    )
    # An answer or a refusal that came meanwhile stays what it is.
    row.filter(state__in=(State.WAITING, State.SKIPPED, State.SENT, State.EXPIRED)).update(
        state=State.SENT, reason="", next_at=next_at
    )


@transaction.atomic
def _failed(member: CampaignMember, claim: str, *, now: datetime) -> None:
    """The server refused this one mail: later again, and after some tries not at all."""
    failures = member.failures + 1
    assert member.invitation is not None
    row = CampaignMember.objects.filter(pk=member.pk, claim=claim, next_at__isnull=False)
    if failures < MOST_FAILURES:
        again = next_open(schedule_of(member.campaign), now + LATER * failures)
        row.update(failures=failures, next_at=again)
        return
    state = State.SENT if member.sent_at else State.SKIPPED
    row.update(failures=failures, state=state, reason=Skip.UNDELIVERED, next_at=None)
    if not member.sent_at:
        Invitation.objects.filter(pk=member.invitation.pk).update(skipped=Skip.UNDELIVERED)
        asking.give_back(invitation=member.invitation)


@transaction.atomic
def _put_off(campaign_id: int, claim: str, what: str, *, now: datetime) -> None:
    """The server takes nothing: everything that is due waits, and the page says why."""
    _due(campaign_id, now).update(next_at=now + AWAY)
    Campaign.objects.filter(pk=campaign_id).update(trouble=f"server:{what}"[:200])


@transaction.atomic
def wake(campaign: Campaign, *, now: datetime) -> None:
    """Promises the next run, when the next member is due; ends the campaign when none ever is."""
    open_ones = CampaignMember.objects.filter(campaign=campaign, next_at__isnull=False)
    free = open_ones.filter(Q(claimed_until=None) | Q(claimed_until__lt=now))
    first = free.order_by("next_at").values_list("next_at", flat=True).first()
    if first is None and open_ones.exists():
        # Another run has the rest in hand. Should it die, we come back for them.
        first = now + CLAIM
    if first is None:
        if campaign.expanded_at is not None:
            finish(campaign, now=now)
        return
    assert campaign.ends_at is not None
    due = next_open(schedule_of(campaign), max(first, now))
    if due > now:
        # The end is kept to the minute, however far away the next mail would be.
        due = min(max(due, now + _GROUP), campaign.ends_at)
    key = f"campaign:{campaign.pk}:{int(due.timestamp()) if due > now else 'now'}"
    jobs.enqueue(SEND, {"campaign_id": campaign.pk}, now=now, due_at=due, key=key)
