"""Nobody is asked too often: one survey for each person in so many days, whichever way it comes."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Max, Q

from surveys.models import AskingRules, Invitation, LastAsk
from voc import audit
from voc.clock import TOKYO, local_day
from voc.models import User

# A send is done, or given up for now, long before this.
_IN_HAND = timedelta(hours=2)


def rules() -> AskingRules:
    """The rules of the house; the shipped ones until somebody has changed them."""
    return AskingRules.objects.filter(pk=1).first() or AskingRules(pk=1)


@transaction.atomic
def change_rules(*, rest_days: int, sender_address: str, actor: User, now: datetime) -> AskingRules:
    """The rules, changed for every mail from now on."""
    stored, _made = AskingRules.objects.update_or_create(
        pk=1, defaults={"rest_days": rest_days, "sender_address": sender_address.strip()}
    )
    audit.record("survey.rules", stored, actor=actor, now=now, detail={"rest_days": rest_days})
    return stored


def rested_since(now: datetime, rest_days: int) -> datetime:
    """Who was asked at this moment or later may not be asked again today.

    Whole days of the calendar in Japan: a monthly mail must not miss somebody by the seconds
    that the last one took to go out.
    """
    day = local_day(now) - timedelta(days=rest_days - 1)
    return datetime.combine(day, time(0), TOKYO)


def free_at(asked_at: datetime, rest_days: int) -> datetime:
    """The first moment at which somebody who was asked then may be asked again."""
    return datetime.combine(local_day(asked_at) + timedelta(days=rest_days), time(0), TOKYO)


@transaction.atomic
def take(*, invitation: Invitation, now: datetime, rest_days: int | None = None) -> datetime | None:
    """None when this invitation may be sent now; else when its customer is free again.

    One statement decides, so of two that ask the same person at the same moment one wins.
    The invitation that has won stays the winner: a send that is tried again asks again.
    """
    rest_days = rules().rest_days if rest_days is None else rest_days
    customer_id = invitation.customer_id
    assert customer_id is not None
    if not LastAsk.objects.filter(pk=customer_id).exists():
        sent = Invitation.objects.filter(customer=customer_id).exclude(pk=invitation.pk)
        LastAsk.objects.bulk_create(
            [LastAsk(customer_id=customer_id, at=sent.aggregate(at=Max("sent_at"))["at"])],
            ignore_conflicts=True,
        )
    row = LastAsk.objects.filter(pk=customer_id)
    free = Q(at=None) | Q(invitation=invitation)
    if rest_days:
        free |= Q(at__lt=rested_since(now, rest_days))
    else:
        free |= Q(pk=customer_id)
    if row.filter(free).update(at=now, invitation=invitation):
        return None
    last = row.select_related("invitation").first()
    if last is None or last.at is None:
        return now + _IN_HAND
    holder = last.invitation
    if holder and holder.sent_at is None and last.at < now - _IN_HAND:
        # Whoever won has not managed to send anything since: the mail server was away.
        won = row.filter(at=last.at, invitation=holder).update(at=now, invitation=invitation)
        return None if won else now + _IN_HAND
    return free_at(last.at, rest_days)


@transaction.atomic
def give_back(*, invitation: Invitation) -> None:
    """The customer of a mail that never arrived may be asked by others again."""
    sent = Invitation.objects.filter(customer=invitation.customer_id, bounced_at=None).exclude(
        pk=invitation.pk
    )
    LastAsk.objects.filter(invitation=invitation).update(
        at=sent.aggregate(at=Max("sent_at"))["at"], invitation=None
    )
