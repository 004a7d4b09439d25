"""The house itself, and who changed what in it."""

from django.conf import settings
from django.db import models

from voc.models.fields import GuardedJSONField


class Workspace(models.Model):
    """One row: whose voices these are. A demo database says so on every page and stays one."""

    name = models.CharField(max_length=80)
    operator = models.CharField(max_length=120, default="", blank=True)
    contact = models.CharField(max_length=200, default="", blank=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="workspace_is_single")
        ]

    def __str__(self) -> str:
        return self.name


class AuditEntry(models.Model):
    """One change by one actor, written in the change's own transaction; never edited."""

    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    actor_label = models.CharField(max_length=80)
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=40)
    detail = GuardedJSONField(default=dict)
    request_id = models.CharField(max_length=36, default="", blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_id", "-at"], name="audit_object"),
            models.Index(fields=["-at", "-id"], name="audit_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"
