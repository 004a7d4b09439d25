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


class Attempt(models.Model):
    """Somebody has begun to answer. What was given so far stands in SavedAnswer, row by row."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="attempts")
    survey_version = models.PositiveIntegerField()
    # The key of the response that this becomes.
    key = models.UUIDField(unique=True)
    invitation = models.ForeignKey(
        Invitation, null=True, on_delete=models.CASCADE, related_name="attempts"
    )
    language = models.CharField(max_length=12, default="ja")
    channel = models.CharField(max_length=10, default="link")
    device = models.CharField(max_length=7, default="", blank=True)
    started_at = models.DateTimeField()
    local_day = models.DateField()
    touched_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["survey", "local_day"], name="attempt_day"),
            models.Index(
                fields=["touched_at"],
                condition=models.Q(finished_at=None),
                name="attempt_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"attempt {self.pk}"


class SavedAnswer(models.Model):
    """One answer of an attempt. A row for each, so that two saves at once both stay."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="saved")
    name = models.CharField(max_length=90)
    value = GuardedJSONField()
    # Counted by the page: a save that was overtaken on the way changes nothing.
    serial = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attempt", "name"], name="saved_answer_once")
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id} {self.name}"


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
    # By the keys of the questions, as they were given; `surveys/questions` says in what form.
    answers = GuardedJSONField()
    purpose = models.CharField(max_length=300)
    channel = models.CharField(max_length=10, default="link")
    language = models.CharField(max_length=12, default="ja")
    device = models.CharField(max_length=7, default="", blank=True)
    segment = models.CharField(max_length=60, default="", blank=True)
    # Question key → wording that was shown, where more than one is tried.
    variants = GuardedJSONField(default=dict, blank=True)
    # The order in which questions were asked, where it is drawn by lot.
    order = GuardedJSONField(default=list, blank=True)
    # What looks odd about it ("speeder", "straightliner"): marked, never removed.
    flags = GuardedJSONField(default=list, blank=True)
    # Written when the response is worked: the headline score, and whether there are free words.
    score = models.SmallIntegerField(null=True)
    spoke = models.BooleanField(default=False)
    # Broken off: the questions that were answered count, the response is not a finished one.
    partial = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State, default=State.ACCEPTED)
    started_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField()
    local_day = models.DateField()
    # The words and the person were removed on request; the score stays, without a name.
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["survey", "-submitted_at", "-id"], name="response_newest"),
            # Any cut of the headline by hand is read from this index alone.
            models.Index(
                fields=["survey", "local_day"],
                include=[
                    "state", "score", "spoke", "partial", "segment", "channel", "device",
                    "language", "survey_version",
                ],
                name="response_cut",
            ),
            models.Index(
                fields=["id"], condition=models.Q(state="accepted"), name="response_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"response {self.pk}"


class Answer(models.Model):
    """One answer, typed. `item` is the row of a matrix or the choice of a ranking or list."""

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="typed")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    item = models.CharField(max_length=40, default="", blank=True)
    choice = models.CharField(max_length=40, default="", blank=True)
    # A point of a scale or a rank; a number that was asked for stands in `amount`.
    number = models.SmallIntegerField(null=True)
    amount = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    text = models.TextField(default="", blank=True)
    # Of the response: a period of one question is read from one index.
    local_day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["response", "question", "item"], name="answer_item_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["question", "local_day", "item", "choice", "number"], name="answer_asked"
            )
        ]

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


class AnswerDay(models.Model):
    """How often each choice, or each point of a scale, of a question was given on each day."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="days")
    local_day = models.DateField()
    item = models.CharField(max_length=40, default="", blank=True)
    # Id of the choice, or the point of the scale in digits; "" where only "answered" counts. A
    # question of several items has, beside theirs, one row with neither: who answered at all.
    value = models.CharField(max_length=40, default="", blank=True)
    count = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["question", "local_day", "item", "value"], name="answer_day_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.question_id} {self.local_day} {self.item} {self.value}"


class CutDay(models.Model):
    """The headline score of each day by one way of cutting it: channel, language, device, …"""

    DIMENSIONS = ("channel", "language", "device", "version", "segment")
    # One more, of which only what is marked has a row: flags and "partial", joined by commas.
    QUALITY = "quality"
    PARTIAL = "partial"

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="cuts")
    local_day = models.DateField()
    dimension = models.CharField(max_length=8)
    part = models.CharField(max_length=60)
    value = models.SmallIntegerField()
    count = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "dimension", "local_day", "part", "value"], name="cut_day_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.survey_id} {self.local_day} {self.dimension} {self.part}"
