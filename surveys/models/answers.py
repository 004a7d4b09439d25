"""Invitations, responses as received, and typed answers made from them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from feedback.models import Customer
from surveys.models.design import Question, Survey
from voc.models import GuardedJSONField


class Invitation(models.Model):
    """A personal link for one answer. The token is shown once and kept as its SHA-256."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="invitations")
    customer = models.ForeignKey(
        Customer, null=True, on_delete=models.SET_NULL, related_name="invitations"
    )
    digest = models.CharField(max_length=64, unique=True)
    # What it belongs to, such as "ticket:10482": one invitation for each.
    reason_ref = models.CharField(max_length=120, null=True)  # noqa: DJ001 - NULL is "none", outside the unique index
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    # When the mail with the link was handed to the mail server; NULL when none was.
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "reason_ref"], name="invitation_reason_once"
            )
        ]
        indexes = [models.Index(fields=["survey", "-id"], name="invitation_newest")]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class Response(models.Model):
    """One submission, accepted and durable before anybody is thanked."""

    class State(models.TextChoices):
        ACCEPTED = "accepted", _("受付済み")
        WORKED = "worked", _("集計済み")

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="responses")
    survey_version = models.PositiveIntegerField()
    # Made by the page that was answered: the same submission twice is one response.
    key = models.UUIDField(unique=True)
    invitation = models.OneToOneField(
        Invitation, null=True, on_delete=models.PROTECT, related_name="response"
    )
    customer = models.ForeignKey(
        Customer, null=True, on_delete=models.SET_NULL, related_name="responses"
    )
    answers = GuardedJSONField()
    purpose = models.CharField(max_length=300)
    channel = models.CharField(max_length=10, default="link")
    language = models.CharField(max_length=5, default="ja")
    state = models.CharField(max_length=8, choices=State, default=State.ACCEPTED)
    submitted_at = models.DateTimeField()
    local_day = models.DateField()

    class Meta:
        indexes = [
            models.Index(fields=["survey", "-submitted_at", "-id"], name="response_newest"),
            models.Index(fields=["survey", "local_day"], name="response_day"),
            models.Index(
                fields=["id"], condition=models.Q(state="accepted"), name="response_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"response {self.pk}"


class Answer(models.Model):
    """One answer, typed: a number for a score, words for a text."""

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="typed")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    number = models.SmallIntegerField(null=True)
    text = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["response", "question"], name="answer_once")
        ]
        indexes = [models.Index(fields=["question", "number"], name="answer_number")]

    def __str__(self) -> str:
        return f"answer {self.pk}"


class ResponseDay(models.Model):
    """How many worked responses of each score on each day; `value` −1 is "no score given"."""

    NO_SCORE = -1

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="days")
    local_day = models.DateField()
    value = models.SmallIntegerField()
    count = models.IntegerField()
    with_words = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "local_day", "value"], name="response_day_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.survey_id} {self.local_day} {self.value}"
