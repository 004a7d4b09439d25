"""What the voices are about: a tree of topics with stable keys, and who assigned them."""

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from feedback.models.voice import Clause, Comment
from voc.models import GuardedJSONField


class Topic(models.Model):
    """A topic. Its key is stable; a merged one points to where its voices went."""

    class State(models.TextChoices):
        ACTIVE = "active", _("使用中")
        MERGED = "merged", _("統合済み")
        RETIRED = "retired", _("使用しない")

    key = models.CharField(max_length=60, unique=True)
    name = models.CharField(_("話題"), max_length=80)
    name_en = models.CharField(max_length=80, default="", blank=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    seeds = GuardedJSONField(default=list)
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    position = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language, where it has one."""
        english = (get_language() or "").startswith("en")
        return self.name_en if english and self.name_en else self.name


class Origin(models.TextChoices):
    RULE = "rule", _("手がかり語")
    MODEL = "model", _("学習")
    PERSON = "person", _("人")


class TopicAssignment(models.Model):
    """A clause is about a topic. Copies of day and polarity spare the counts a join."""

    clause = models.ForeignKey(Clause, on_delete=models.CASCADE, related_name="assignments")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="assignments")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="assignments")
    confidence = models.FloatField()
    origin = models.CharField(max_length=6, choices=Origin)
    version = models.CharField(max_length=40, default="", blank=True)
    polarity = models.CharField(max_length=8)
    local_day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clause", "topic"], name="assignment_once")
        ]
        indexes = [
            models.Index(
                fields=["topic", "-local_day", "-id"], include=["comment", "polarity"],
                name="assignment_topic_newest",
            ),
            models.Index(fields=["local_day", "topic"], include=["polarity"], name="assignment_day"),
            models.Index(fields=["comment"], name="assignment_comment"),
        ]

    def __str__(self) -> str:
        return f"{self.clause_id} → {self.topic_id}"


class Correction(models.Model):
    """A person's decision about a clause: what stood there, what stands there now."""

    clause = models.ForeignKey(Clause, on_delete=models.CASCADE, related_name="corrections")
    before = GuardedJSONField()
    after = GuardedJSONField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.clause_id} {self.at:%F}"
