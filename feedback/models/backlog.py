"""From what was noticed to what was decided: insights, improvements, decisions, plans."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from feedback.models.topics import Topic
from feedback.models.voice import Clause, Comment
from voc.models import GuardedJSONField

_USER = settings.AUTH_USER_MODEL


class Insight(models.Model):
    """A claim about what customers say, carried by quoted evidence."""

    class State(models.TextChoices):
        DRAFT = "draft", _("下書き")
        PUBLISHED = "published", pgettext_lazy("insight", "公開")
        WITHDRAWN = "withdrawn", _("取り下げ")

    claim = models.CharField(pgettext_lazy("one", "気づき"), max_length=200)
    topic = models.ForeignKey(Topic, null=True, blank=True, on_delete=models.PROTECT)
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    created_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    # Voices, customers, sources and as_of at the time of publishing.
    snapshot = GuardedJSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["-created_at", "-id"], name="insight_newest")]

    def __str__(self) -> str:
        return self.claim


class Evidence(models.Model):
    """A clause quoted in an insight; the hash shows that the words are still the same."""

    insight = models.ForeignKey(Insight, on_delete=models.CASCADE, related_name="evidence")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="evidence")
    # Re-analysis may replace clauses; the quoted span stays.
    clause = models.ForeignKey(Clause, null=True, on_delete=models.SET_NULL)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    quote_hash = models.CharField(max_length=64)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["insight", "comment", "start", "end"], name="evidence_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.insight_id} ← {self.comment_id}"


class Improvement(models.Model):
    """One item of the product-improvement backlog. Closed means told and measured."""

    class State(models.TextChoices):
        CANDIDATE = "candidate", _("候補")
        TRIAGED = "triaged", _("整理")
        PLANNED = "planned", _("計画")
        IN_PROGRESS = "in_progress", _("着手")
        RELEASED = "released", _("公開")
        TOLD = "told", _("伝えた")
        MEASURED = "measured", _("測った")
        CLOSED = "closed", _("完了")
        DECLINED = "declined", _("見送り")
        ON_HOLD = "on_hold", _("保留")

    class Category(models.TextChoices):
        PRODUCT = "product", _("製品")
        PROCESS = "process", _("業務")
        TERMS = "terms", _("規約")
        EXPLANATION = "explanation", _("説明")

    title = models.CharField(pgettext_lazy("one", "改善"), max_length=120)
    problem = models.TextField(_("困りごと"), max_length=2000)
    category = models.CharField(pgettext_lazy("improvement", "区分"), max_length=12, choices=Category)
    state = models.CharField(max_length=12, choices=State, default=State.CANDIDATE)
    owner = models.ForeignKey(
        _USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    insights = models.ManyToManyField(Insight, related_name="improvements", blank=True)
    effort_months = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    decide_by = models.DateField(null=True, blank=True)
    created_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["state", "-updated_at", "-id"], name="improvement_state"),
            models.Index(fields=["-updated_at", "-id"], name="improvement_newest"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.title}"


class Decision(models.Model):
    """Why an improvement moved: from, to, by whom, for which reason."""

    improvement = models.ForeignKey(
        Improvement, on_delete=models.CASCADE, related_name="decisions"
    )
    from_state = models.CharField(max_length=12)
    to_state = models.CharField(max_length=12)
    reason = models.TextField(max_length=2000)
    public_reason = models.TextField(max_length=2000, default="", blank=True)
    by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reason=""), name="decision_has_reason"
            )
        ]
        indexes = [models.Index(fields=["improvement", "at"], name="decision_order")]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class MeasurementPlan(models.Model):
    """How the effect will be judged, fixed before the work begins."""

    improvement = models.OneToOneField(
        Improvement, on_delete=models.CASCADE, related_name="plan"
    )
    topic = models.ForeignKey(Topic, null=True, blank=True, on_delete=models.PROTECT)
    window_weeks = models.PositiveSmallIntegerField(default=8)
    # Least relative change worth having, as a fraction: 0.15 is 15 %.
    minimum_effect = models.FloatField(default=0.15)
    frozen_at = models.DateTimeField(null=True)
    frozen_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, default="", blank=True)
    # A waived plan can never yield "improved".
    waiver_reason = models.TextField(max_length=2000, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(topic__isnull=False) | ~models.Q(waiver_reason=""),
                name="plan_measures_or_waives",
            ),
            models.CheckConstraint(
                condition=models.Q(window_weeks__gte=2, window_weeks__lte=26),
                name="plan_window_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"plan of {self.improvement_id}"
