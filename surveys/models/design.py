"""A survey and its questions."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from feedback.models import Touchpoint
from voc.models import GuardedJSONField


class Survey(models.Model):
    class Kind(models.TextChoices):
        NPS = "nps", _("NPS（すすめたい度）")
        CSAT = "csat", _("CSAT（満足度）")

    class State(models.TextChoices):
        DRAFT = "draft", _("下書き")
        PUBLISHED = "published", _("公開中")
        CLOSED = "closed", _("終了")

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(_("題"), max_length=120)
    kind = models.CharField(max_length=4, choices=Kind)
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    # Each publication freezes the text; answers keep the version they were given under.
    version = models.PositiveIntegerField(default=0)
    # What the respondent is told before the first input (Personal Information
    # Protection Act, article 21 paragraph 2).
    purpose = models.CharField(_("利用目的"), max_length=300)
    operator = models.CharField(_("運営者"), max_length=120)
    contact = models.CharField(_("問い合わせ先"), max_length=200)
    retention_months = models.PositiveSmallIntegerField(_("保管する月数"), default=24)
    # The purpose covers telling the respondent what became of the answer.
    may_tell = models.BooleanField(_("改善のお知らせに使う"), default=True)
    thanks = models.CharField(_("お礼の文"), max_length=300, default="", blank=True)
    touchpoint = models.ForeignKey(Touchpoint, null=True, blank=True, on_delete=models.SET_NULL)
    product = models.CharField(_("商品・サービス"), max_length=100, default="", blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="draft")
                | (~models.Q(purpose="") & ~models.Q(operator="") & ~models.Q(contact="")),
                name="survey_says_its_purpose",
            ),
            models.CheckConstraint(
                condition=models.Q(retention_months__gte=1), name="survey_retention_positive"
            ),
        ]
        indexes = [models.Index(fields=["-created_at", "-id"], name="survey_newest")]

    def __str__(self) -> str:
        return self.title


class SurveyVersion(models.Model):
    """The text of one publication, word for word: what people read when they answered."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = GuardedJSONField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "number"], name="survey_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.survey_id} v{self.number}"


class Question(models.Model):
    class Kind(models.TextChoices):
        SCORE = "score", _("評価")
        TEXT = "text", _("自由記述")

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=5, choices=Kind)
    label = models.CharField(_("質問"), max_length=200)
    help = models.CharField(_("補足"), max_length=200, default="", blank=True)
    low_label = models.CharField(max_length=40, default="", blank=True)
    high_label = models.CharField(max_length=40, default="", blank=True)
    required = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "position"], name="question_position_once")
        ]

    def __str__(self) -> str:
        return self.label
