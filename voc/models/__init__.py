"""People, keys, work that must happen, and the record of who did what."""

from voc.models.access import ApiKey, Role, User
from voc.models.fields import GuardedJSONField
from voc.models.record import AuditEntry, Workspace
from voc.models.work import Job, TokenBucket

__all__ = [
    "ApiKey",
    "AuditEntry",
    "GuardedJSONField",
    "Job",
    "Role",
    "TokenBucket",
    "User",
    "Workspace",
]
