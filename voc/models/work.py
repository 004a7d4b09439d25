"""Work that must happen, and how often something may be tried."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from voc.models.fields import GuardedJSONField


class Job(models.Model):
    """A promise that commits with the fact it follows from; the broker only rings the bell."""

    class State(models.TextChoices):
        QUEUED = "queued", _("待機中")
        RUNNING = "running", _("実行中")
        DONE = "done", pgettext_lazy("job", "完了")
        DEAD = "dead", _("停止")

    kind = models.CharField(max_length=80)
    payload = GuardedJSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    # While a job with this key waits, a second one is not added.
    key = models.CharField(max_length=120, null=True)  # noqa: DJ001 - NULL is "no key", outside the unique index
    due_at = models.DateTimeField()
    attempt = models.PositiveSmallIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    last_error = models.TextField(default="", blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=models.Q(state="queued"), name="job_key_waits_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["queued", "running", "done", "dead"]),
                name="job_state_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(state="queued"), name="job_due"
            ),
            models.Index(
                fields=["lease_until"], condition=models.Q(state="running"), name="job_leased"
            ),
            models.Index(
                fields=["-id"], condition=models.Q(state="dead"), name="job_dead"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class TokenBucket(models.Model):
    """Allowance that refills with time; kept in the database so that every process sees it."""

    key = models.CharField(max_length=150, primary_key=True)
    tokens = models.FloatField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["updated_at"], name="bucket_age")]

    def __str__(self) -> str:
        return self.key
