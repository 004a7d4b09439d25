"""Who did what: one entry per change, in the transaction of the change."""

from datetime import datetime
from typing import Any

from django.db import models

from voc.logs import request_id
from voc.models import AuditEntry, User


def record(
    action: str,
    obj: models.Model,
    *,
    actor: User | None,
    now: datetime,
    detail: dict[str, Any] | None = None,
) -> AuditEntry:
    """The stored entry. `actor` None means the system itself."""
    return AuditEntry.objects.create(
        at=now,
        actor=actor,
        actor_label=actor.name if actor else "system",
        action=action,
        object_type=obj._meta.model_name or "",
        object_id=str(obj.pk),
        detail=detail or {},
        request_id=request_id(),
    )
