"""A file of responses that somebody asked for."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from surveys.models.design import Survey
from voc.models import GuardedJSONField


class Export(models.Model):
    """Who asked for which responses, and where the finished file lies until it expires."""

    class Kind(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "Excel（XLSX）"
        SAV = "sav", "SPSS（SAV）"

    class State(models.TextChoices):
        WAITING = "waiting", _("順番待ち")
        RUNNING = "running", _("作成中")
        READY = "ready", _("できました")
        FAILED = "failed", _("作れませんでした")
        EXPIRED = "expired", _("期限切れ")

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="exports")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=4, choices=Kind)
    # "utf-8" or "cp932"; of a CSV only.
    encoding = models.CharField(max_length=5, default="utf-8")
    # {"first", "last", "parts": {dimension: value}} of the responses.
    cut = GuardedJSONField(default=dict, blank=True)
    # Keys instead of labels in the first row; ids instead of labels of choices.
    by_keys = models.BooleanField(default=False)
    by_codes = models.BooleanField(default=False)
    with_people = models.BooleanField(default=False)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    # The newest response when it was asked for: a second run writes the same file.
    up_to = models.BigIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    size_bytes = models.PositiveBigIntegerField(default=0)
    # {"replaced": n, "letters": {letter: n}, "cut": n}
    report = GuardedJSONField(default=dict, blank=True)
    # Its name in the folder of exports; "" while there is none.
    file = models.CharField(max_length=60, default="", blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="ready") | ~models.Q(file=""),
                name="export_ready_has_file",
            )
        ]
        indexes = [
            models.Index(fields=["survey", "-id"], name="export_newest"),
            models.Index(
                fields=["expires_at"],
                condition=~models.Q(state="expired"),
                name="export_expiring",
            ),
        ]

    def __str__(self) -> str:
        return f"export {self.pk}"
