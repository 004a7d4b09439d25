"""What was said: scores, comments, and the clauses that a comment consists of."""

from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from feedback.models.people import Customer, Touchpoint
from voc.models import GuardedJSONField


class Polarity(models.TextChoices):
    POSITIVE = "positive", _("よい")
    NEGATIVE = "negative", _("よくない")
    NEUTRAL = "neutral", _("どちらでもない")


class Intent(models.TextChoices):
    COMPLAINT = "complaint", _("不満")
    REQUEST = "request", _("要望")
    QUESTION = "question", _("質問")
    PRAISE = "praise", _("称賛")
    REPORT = "report", _("報告")


class Source(models.TextChoices):
    SURVEY = "survey", pgettext_lazy("one", "アンケート")
    TICKET = "ticket", pgettext_lazy("one", "問い合わせ")
    IMPORT = "import", _("読み込み")
    API = "api", "API"


class Score(models.Model):
    """One score given, with or without words. `local_day` is the business day in Tokyo."""

    class Kind(models.TextChoices):
        NPS = "nps", "NPS"
        CSAT = "csat", "CSAT"
        CES = "ces", "CES"

    kind = models.CharField(max_length=4, choices=Kind)
    value = models.SmallIntegerField()
    # Highest value of the scale: 10 for NPS, 5 for CSAT, 7 or 5 for CES. Never mixed.
    scale = models.SmallIntegerField()
    customer = models.ForeignKey(
        Customer, null=True, on_delete=models.SET_NULL, related_name="scores"
    )
    touchpoint = models.ForeignKey(Touchpoint, null=True, on_delete=models.SET_NULL)
    product = models.CharField(max_length=100, default="", blank=True)
    segment = models.CharField(max_length=60, default="", blank=True)
    source = models.CharField(max_length=8, choices=Source)
    source_ref = models.CharField(max_length=120)
    occurred_at = models.DateTimeField()
    local_day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_ref", "kind"], name="score_once"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="nps", scale=10, value__gte=0, value__lte=10)
                | models.Q(kind="csat", scale=5, value__gte=1, value__lte=5)
                | models.Q(kind="ces", scale__in=[5, 7], value__gte=1, value__lte=models.F("scale")),
                name="score_within_scale",
            ),
        ]
        indexes = [
            models.Index(
                fields=["kind", "local_day"], include=["value", "segment"], name="score_kind_day"
            ),
            models.Index(fields=["customer", "-occurred_at"], name="score_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.kind.upper()} {self.value}"


class Comment(models.Model):
    """Words as they were given. `text` never changes; clauses are spans into it."""

    source = models.CharField(max_length=8, choices=Source)
    source_ref = models.CharField(max_length=120)
    text = models.TextField()
    # [[start, end, kind], …] code points of `text` that hold personal data.
    mask_spans = GuardedJSONField(default=list, blank=True)
    customer = models.ForeignKey(
        Customer, null=True, on_delete=models.SET_NULL, related_name="comments"
    )
    score = models.OneToOneField(
        Score, null=True, on_delete=models.SET_NULL, related_name="comment"
    )
    touchpoint = models.ForeignKey(Touchpoint, null=True, on_delete=models.SET_NULL)
    product = models.CharField(max_length=100, default="", blank=True)
    segment = models.CharField(max_length=60, default="", blank=True)
    occurred_at = models.DateTimeField()
    local_day = models.DateField()
    # Key of the inbox whose people may read it; empty means everybody on the staff.
    team = models.CharField(max_length=40, default="", blank=True)
    # The text under which the voice was collected; empty means nothing was promised.
    purpose = models.CharField(max_length=300, default="", blank=True)
    may_tell = models.BooleanField(default=False)
    attributes = GuardedJSONField(default=dict, blank=True)
    # Version of text analysis and taxonomy that the clauses were made with; "" means waiting.
    analysed_version = models.CharField(max_length=40, default="", blank=True)
    truncated = models.BooleanField(default=False)
    # Overall leaning of the clauses, kept here so that a list needs no join.
    polarity = models.CharField(max_length=8, choices=Polarity, default="", blank=True)
    # Space-separated keys of the topics, for the chips of a list.
    topic_keys = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "source_ref"], name="comment_once")
        ]
        indexes = [
            models.Index(fields=["-occurred_at", "-id"], name="comment_newest"),
            models.Index(fields=["product", "-occurred_at", "-id"], name="comment_product"),
            models.Index(fields=["polarity", "-occurred_at", "-id"], name="comment_polarity"),
            models.Index(fields=["customer", "-occurred_at"], name="comment_customer"),
            models.Index(
                fields=["id"], condition=models.Q(analysed_version=""), name="comment_waiting"
            ),
            models.Index(fields=["analysed_version", "id"], name="comment_version"),
        ]

    def __str__(self) -> str:
        return gettext("声 %(number)s") % {"number": self.pk}


class Clause(models.Model):
    """A span of a comment that says one thing: `comment.text[start:end]`, in code points."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="clauses")
    position = models.PositiveSmallIntegerField()
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    polarity = models.CharField(max_length=8, choices=Polarity)
    intent = models.CharField(max_length=9, choices=Intent)
    # A person has decided about this clause; analysis never changes it again.
    by_person = models.BooleanField(default=False)
    local_day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["comment", "position"], name="clause_position_once"),
            models.CheckConstraint(
                condition=models.Q(end__gt=models.F("start")), name="clause_not_empty"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.comment_id}[{self.start}:{self.end}]"
