"""Inboxes: where questions arrive, and who answers there."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from support.models import Inbox
from voc import audit
from voc.errors import Refused
from voc.models import User

FIELDS = (
    "key", "name", "purpose", "reply_promise", "first_reply_minutes", "receives_recovery",
    "is_public", "touchpoint",
)  # fmt: skip


@transaction.atomic
def save_inbox(
    *,
    inbox: Inbox | None,
    members: Iterable[User],
    actor: User,
    now: datetime,
    **values: Any,
) -> Inbox:
    """The inbox with these values and exactly these members; one inbox takes low scores."""
    created = inbox is None
    inbox = inbox or Inbox()
    if not created and inbox.key != values["key"]:
        # Links in customers' mails and the team of stored comments carry the key.
        raise Refused(_("受信箱の識別名は、あとから変えられません。"), "key_is_fixed")
    for name in FIELDS:
        setattr(inbox, name, values[name])
    try:
        with transaction.atomic():
            inbox.save()
    except IntegrityError:
        raise Refused(_("この識別名は、すでに使われています。"), "key_taken") from None
    if inbox.receives_recovery:
        Inbox.objects.exclude(pk=inbox.pk).update(receives_recovery=False)
    chosen = list(members)
    inbox.members.set(chosen)
    audit.record(
        "inbox.create" if created else "inbox.change",
        inbox,
        actor=actor,
        now=now,
        detail={"key": inbox.key, "members": sorted(user.pk for user in chosen)},
    )
    return inbox
