"""Where an invitation stands, in one word: the same on the page, in the API and in a filter."""

from datetime import datetime

from django.db.models import Q, QuerySet

from surveys.models import Invitation

# In the order in which they are decided: an answer counts more than anything else.
STATES = ("answered", "bounced", "sent", "skipped", "expired", "waiting")


def state_of(invitation: Invitation, now: datetime) -> str:
    """One of `STATES`. A link whose time is over is `expired` only if it was never mailed."""
    if invitation.used_at:
        return "answered"
    if invitation.bounced_at:
        return "bounced"
    if invitation.sent_at:
        return "sent"
    if invitation.skipped:
        return "skipped"
    return "expired" if invitation.expires_at <= now else "waiting"


def in_state(rows: QuerySet[Invitation], state: str, *, now: datetime) -> QuerySet[Invitation]:
    """Those of the rows for which `state_of` says this word."""
    open_ = Q(used_at=None, bounced_at=None)
    unsent = open_ & Q(sent_at=None)
    conditions = {
        "answered": Q(used_at__isnull=False),
        "bounced": Q(used_at=None, bounced_at__isnull=False),
        "sent": open_ & Q(sent_at__isnull=False),
        "skipped": unsent & ~Q(skipped=""),
        "expired": unsent & Q(skipped="", expires_at__lte=now),
        "waiting": unsent & Q(skipped="", expires_at__gt=now),
    }
    return rows.filter(conditions[state])
