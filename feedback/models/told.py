"""Released, told, measured; and the people who need an answer before that."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from feedback.models.backlog import Improvement, MeasurementPlan
from feedback.models.people import Customer
from feedback.models.voice import Comment, Score
from voc.models import GuardedJSONField

_USER = settings.AUTH_USER_MODEL


class Release(models.Model):
    """What was shipped, on which day, in words a customer understands."""

    class Kind(models.TextChoices):
        FEATURE = "feature", _("新機能")
        IMPROVEMENT = "improvement", pgettext_lazy("one", "改善")
        FIX = "fix", _("修正")

    title = models.CharField(_("お知らせの題"), max_length=120)
    notes = models.TextField(_("変わったこと"), max_length=2000)
    kind = models.CharField(max_length=11, choices=Kind, default=Kind.IMPROVEMENT)
    released_at = models.DateTimeField()
    improvements = models.ManyToManyField(Improvement, related_name="releases")
    created_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    is_public = models.BooleanField(_("「ご意見へのお答え」に載せる"), default=True)

    class Meta:
        indexes = [models.Index(fields=["-released_at", "-id"], name="release_newest")]

    def __str__(self) -> str:
        return self.title


class Notice(models.Model):
    """Tells one customer, for one release, what became of their words; or why that was held back."""

    class State(models.TextChoices):
        PENDING = "pending", _("これから")
        SENDING = "sending", _("送信中")
        SENT = "sent", _("伝えた")
        FAILED = "failed", _("届かなかった")
        SUPPRESSED = "suppressed", _("控えた")

    class Reason(models.TextChoices):
        NONE = "", ""
        NO_PURPOSE = "no_purpose", _("利用目的の範囲外")
        OPTED_OUT = "opted_out", _("受け取らない設定")
        NO_ADDRESS = "no_address", _("連絡先がない")
        BOUNCED = "bounced", _("宛先不明")

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="notices")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="notices")
    comment = models.ForeignKey(Comment, null=True, on_delete=models.SET_NULL)
    channel = models.CharField(max_length=8, default="email")
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    reason = models.CharField(max_length=12, choices=Reason, default="", blank=True)
    body = models.TextField(default="", blank=True)
    # Fixed before the first try, so that a second try is recognised as the same mail.
    message_id = models.CharField(max_length=120, default="", blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "customer"], name="notice_once"),
            models.CheckConstraint(
                condition=~models.Q(state="suppressed") | ~models.Q(reason=""),
                name="notice_suppressed_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["release", "state"], name="notice_state"),
            models.Index(
                fields=["state"],
                condition=models.Q(state__in=["pending", "sending", "failed"]),
                name="notice_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.release_id} → {self.customer_id}"


class EffectReport(models.Model):
    """The verdict on an improvement, with the numbers it was reached with."""

    class Verdict(models.TextChoices):
        IMPROVED = "improved", _("改善した")
        NO_CHANGE = "no_change", _("変化は見られない")
        WORSENED = "worsened", _("悪化した")
        INCONCLUSIVE = "inconclusive", _("判断できない")

    improvement = models.ForeignKey(
        Improvement, on_delete=models.CASCADE, related_name="effects"
    )
    plan = models.ForeignKey(MeasurementPlan, on_delete=models.PROTECT, related_name="reports")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="effects")
    verdict = models.CharField(max_length=12, choices=Verdict)
    reason = models.CharField(max_length=40, default="", blank=True)
    # Relative changes: −0.34 is 34 % fewer mentions.
    estimate = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    p_value = models.FloatField(null=True)
    mentions_after = models.IntegerField(default=0)
    # Weekly series for the chart and what else the "how was this counted" view shows.
    data = GuardedJSONField(default=dict)
    data_hash = models.CharField(max_length=64)
    analysis_version = models.CharField(max_length=40, default="", blank=True)
    computed_at = models.DateTimeField()
    accepted_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["improvement", "-computed_at"], name="effect_newest")]

    def __str__(self) -> str:
        return f"{self.improvement_id}: {self.verdict}"


class RecoveryCase(models.Model):
    """A low score that somebody must answer. Its ticket is support's, linked by number."""

    class State(models.TextChoices):
        OPEN = "open", _("未対応")
        CONTACTED = "contacted", _("連絡済み")
        RESOLVED = "resolved", _("解決")

    score = models.OneToOneField(Score, on_delete=models.CASCADE, related_name="recovery")
    customer = models.ForeignKey(Customer, null=True, on_delete=models.SET_NULL)
    ticket_number = models.BigIntegerField(null=True, unique=True)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    due_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    contacted_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(state="open"), name="recovery_due"
            )
        ]

    def __str__(self) -> str:
        return f"recovery of {self.score_id}"
