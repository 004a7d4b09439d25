"""Mail that came back: the address is not written to again, and whoever asks is told why."""

import re
from datetime import datetime

from django.db import transaction
from django.utils.crypto import constant_time_compare

from feedback.models import ContactPoint
from feedback.services.people import contact_key
from surveys import events as names
from surveys.models import CampaignMember, Invitation
from surveys.services import asking
from voc import events

# As `invitations.message_id` writes it.
_OURS = re.compile(r"survey-invitation-(\d{1,18})-([0-9a-f]{12})(?:-r\d)?@")


def invitation_of(message_id: str) -> Invitation | None:
    """The invitation that a Message-ID belongs to; None for anybody else's."""
    found = _OURS.search(message_id[:998])
    if found is None:
        return None
    invitation = Invitation.objects.filter(pk=int(found[1])).first()
    # The digest is what a stranger does not know: nobody marks addresses by counting up.
    if invitation is None or not constant_time_compare(invitation.digest[:12], found[2]):
        return None
    return invitation


@transaction.atomic
def record_bounce(
    *, message_id: str = "", address: str = "", permanent: bool, now: datetime
) -> Invitation | None:
    """The invitation that bounced for good, None when none is concerned. Twice is as once.

    A passing failure (full mailbox, server away) changes nothing: the mail server tries on.
    """
    if not permanent:
        return None
    invitation = invitation_of(message_id) if message_id else None
    contact = _contact(address, invitation)
    if contact is not None:
        ContactPoint.objects.filter(pk=contact.pk, bounced_at=None).update(bounced_at=now)
    if invitation is None and contact is not None and not message_id:
        invitation = (
            Invitation.objects.filter(contact=contact, sent_at__isnull=False)
            .order_by("-sent_at", "-pk")
            .first()
        )
    if invitation is None:
        return None
    marked = Invitation.objects.filter(pk=invitation.pk, bounced_at=None).update(bounced_at=now)
    if not marked:
        return invitation
    invitation.bounced_at = now
    member = CampaignMember.objects.filter(invitation=invitation)
    # An answer that came all the same counts for more than a reminder that came back.
    member.exclude(state=CampaignMember.State.ANSWERED).update(
        state=CampaignMember.State.BOUNCED, reason=Invitation.Skip.BOUNCED, next_at=None
    )
    asking.give_back(invitation=invitation)
    events.publish(
        names.INVITATION_BOUNCED,
        now=now,
        invitation_id=invitation.pk,
        survey_id=invitation.survey_id,
    )
    return invitation


def _contact(address: str, invitation: Invitation | None) -> ContactPoint | None:
    if address:
        key = contact_key("email", address[:254])
        return ContactPoint.objects.filter(kind=ContactPoint.Kind.EMAIL, key=key).first()
    return invitation.contact if invitation else None
