"""A survey and its questions."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from feedback.models import Touchpoint
from voc.models import GuardedJSONField


def default_languages() -> list[str]:
    return ["ja"]


class Survey(models.Model):
    """A survey. `kind` names its headline score: the first question of that kind."""

    class Kind(models.TextChoices):
        NPS = "nps", _("NPS（すすめたい度）")
        CSAT = "csat", _("CSAT（満足度）")
        CES = "ces", _("CES（手間の少なさ）")
        NONE = "none", _("点数なし")

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
    # The first is the one that the fields above are written in.
    languages = GuardedJSONField(default=default_languages, blank=True)
    # language → {"title", "purpose", "thanks"}
    translations = GuardedJSONField(default=dict, blank=True)
    opens_at = models.DateTimeField(_("受け付けの始まり"), null=True, blank=True)
    closes_at = models.DateTimeField(_("受け付けの終わり"), null=True, blank=True)
    shuffle = models.BooleanField(_("質問の順番を人ごとに変える"), default=False)
    # Origins of the sites that may show the form in a frame.
    frame_origins = GuardedJSONField(default=list, blank=True)
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
            models.CheckConstraint(
                condition=models.Q(opens_at=None)
                | models.Q(closes_at=None)
                | models.Q(opens_at__lt=models.F("closes_at")),
                name="survey_opens_before_it_closes",
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
    """One question, or one thing that is only shown. Its `key` is what answers are stored under."""

    class Kind(models.TextChoices):
        NPS = "nps", _("すすめたい度（0〜10）")
        CSAT = "csat", _("満足度（1〜5）")
        CES = "ces", _("手間の少なさ（1〜7）")
        RATING = "rating", _("段階評価")
        SINGLE = "single", _("1つ選ぶ")
        MULTIPLE = "multiple", _("いくつでも選ぶ")
        MATRIX = "matrix", _("表で選ぶ")
        RANKING = "ranking", _("順位をつける")
        SHORT = "short", _("短い文")
        LONG = "long", _("自由記述")
        EMAIL = "email", _("メールアドレス")
        PHONE = "phone", _("電話番号")
        DATE = "date", _("日付")
        NUMBER = "number", _("数")
        CONSENT = "consent", _("同意")
        HIDDEN = "hidden", _("隠し項目")
        STATEMENT = "statement", _("説明文")
        SECTION = "section", _("ページの区切り")

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="questions")
    # Stable for the life of the survey; never made from a label.
    key = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=9, choices=Kind)
    label = models.CharField(_("質問"), max_length=300)
    help = models.CharField(_("補足"), max_length=500, default="", blank=True)
    low_label = models.CharField(max_length=40, default="", blank=True)
    high_label = models.CharField(max_length=40, default="", blank=True)
    required = models.BooleanField(default=False)
    # {"choices": [{"id", "label"}], "rows": [{"id", "label"}], "other", "shuffle", "points", …}:
    # surveys/questions/options.py says which kind takes what.
    options = GuardedJSONField(default=dict, blank=True)
    # {"mode": "all" | "any", "when": [{"question", "op", "value"}]}; empty is "always".
    show_if = GuardedJSONField(default=dict, blank=True)
    # language → the words of this question in it, choices and rows by their ids
    translations = GuardedJSONField(default=dict, blank=True)
    # Other wordings that are tried beside the first: [{"id", "label", "help"}].
    variants = GuardedJSONField(default=list, blank=True)
    # Taken out of the survey; answers that were given to it stay.
    retired = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "key"], name="question_key_once"),
            models.UniqueConstraint(
                fields=["survey", "position"],
                condition=models.Q(retired=False),
                name="question_place_once",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Quota(models.Model):
    """How many finished answers of a kind are wanted; `taken` is counted as they are accepted."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="quotas")
    name = models.CharField(_("名前"), max_length=80)
    # In the form of Question.show_if; empty counts every answer.
    rule = GuardedJSONField(default=dict, blank=True)
    most = models.PositiveIntegerField(_("上限"))
    taken = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "name"], name="quota_once"),
            models.CheckConstraint(
                condition=models.Q(taken__lte=models.F("most")), name="quota_not_exceeded"
            ),
        ]

    def __str__(self) -> str:
        return self.name
