"""Narrow daily counts, never averages; rebuilt by `rebuild rollups`, checked against the rows."""

from django.db import models

from feedback.models.topics import Topic


class ScoreDay(models.Model):
    """How many scores of each value on each day."""

    local_day = models.DateField()
    kind = models.CharField(max_length=4)
    scale = models.SmallIntegerField()
    value = models.SmallIntegerField()
    segment = models.CharField(max_length=60, default="", blank=True)
    count = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "scale", "local_day", "segment", "value"], name="score_day_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.local_day} {self.kind} {self.value}"


class CommentDay(models.Model):
    """How many comments of each source on each day."""

    local_day = models.DateField()
    source = models.CharField(max_length=8)
    count = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["local_day", "source"], name="comment_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.local_day} {self.source}"


class TopicDay(models.Model):
    """Clauses about a topic, by polarity, on each day."""

    local_day = models.DateField()
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE)
    polarity = models.CharField(max_length=8)
    clauses = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "local_day", "polarity"], name="topic_day_once"
            )
        ]
        indexes = [models.Index(fields=["local_day", "topic"], name="topic_day_by_day")]

    def __str__(self) -> str:
        return f"{self.local_day} {self.topic_id} {self.polarity}"
