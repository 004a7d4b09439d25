"""Who is to be asked, when, and what became of each."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from feedback.models import Customer
from surveys.models.answers import Invitation
from surveys.models.design import Survey
from voc.models import GuardedJSONField


def office_days() -> list[int]:
    return [0, 1, 2, 3, 4]


class AskingRules(models.Model):
    """One row: how often anybody may be asked, and who the mails say they come from."""

    rest_days = models.PositiveSmallIntegerField(default=30)
    sender_address = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="asking_rules_are_single"),
            models.CheckConstraint(
                condition=models.Q(rest_days__lte=365), name="asking_rest_within_a_year"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rest_days} days"


class LastAsk(models.Model):
    """When a customer was last asked anything, by any way. Whoever asks must win this row."""

    customer = models.OneToOneField(
        Customer, on_delete=models.CASCADE, primary_key=True, related_name="last_ask"
    )
    at = models.DateTimeField(null=True)
    invitation = models.ForeignKey(
        Invitation, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.customer_id} {self.at}"


class Campaign(models.Model):
    """One survey, sent to an audience within a window of hours and at a pace."""

    class State(models.TextChoices):
        DRAFT = "draft", _("下書き")
        SCHEDULED = "scheduled", _("予約済み")
        SENDING = "sending", _("送信中")
        PAUSED = "paused", _("一時停止")
        DONE = "done", _("完了")
        CANCELLED = "cancelled", _("取りやめ")

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="campaigns")
    name = models.CharField(max_length=80)
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    # {"rule": …} and what the rule needs; `services/campaigns/audiences.py` reads it.
    audience = GuardedJSONField()
    # Rows of a list that could not be used: [{"row", "reason"}], the first of them.
    refused_rows = GuardedJSONField(default=list, blank=True)
    refused_total = models.PositiveIntegerField(default=0)
    # Of the form that made it: sent twice, it makes one campaign.
    key = models.UUIDField(unique=True)
    weekdays = GuardedJSONField(default=office_days)
    hour_from = models.PositiveSmallIntegerField(default=9)
    hour_to = models.PositiveSmallIntegerField(default=18)
    holidays_too = models.BooleanField(default=False)
    # Open hours over which the first mails are spread; 0 is "as fast as the server takes them".
    spread_hours = models.PositiveSmallIntegerField(default=0)
    reminders = models.PositiveSmallIntegerField(default=0)
    remind_after_days = models.PositiveSmallIntegerField(default=5)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    # Of the audience at the start; the pace is made from it.
    expected = models.PositiveIntegerField(default=0)
    expanded = models.PositiveIntegerField(default=0)
    # The last customer of the audience that has become a member, and when the last one had.
    expanded_to = models.BigIntegerField(default=0)
    expanded_at = models.DateTimeField(null=True)
    # Why it does not get on, in words for staff; empty while it does.
    trouble = models.CharField(max_length=200, default="", blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(hour_from__lt=models.F("hour_to"), hour_to__lte=24),
                name="campaign_hours_are_a_window",
            ),
            models.CheckConstraint(
                condition=models.Q(reminders__lte=2, remind_after_days__gte=1),
                name="campaign_reminds_gently",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "cancelled"])
                | models.Q(
                    starts_at__isnull=False,
                    ends_at__isnull=False,
                    starts_at__lt=models.F("ends_at"),
                ),
                name="campaign_ends_after_its_start",
            ),
        ]
        indexes = [models.Index(fields=["survey", "-id"], name="campaign_newest")]

    def __str__(self) -> str:
        return self.name


class CampaignMember(models.Model):
    """One customer of a campaign. `next_at` is when something is to be done; NULL is never."""

    class State(models.TextChoices):
        WAITING = "waiting", _("送信待ち")
        SENT = "sent", _("送信済み")
        ANSWERED = "answered", _("回答済み")
        SKIPPED = "skipped", _("見送り")
        BOUNCED = "bounced", _("届かなかった")
        OPTED_OUT = "opted_out", _("お断り")
        EXPIRED = "expired", _("期間終了")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="members")
    # A deleted customer leaves the line behind, so that sums stay what they were.
    customer = models.ForeignKey(
        Customer, null=True, on_delete=models.SET_NULL, related_name="campaign_members"
    )
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=12, choices=Invitation.Skip, default="", blank=True)
    next_at = models.DateTimeField(null=True)
    invitation = models.OneToOneField(
        Invitation, null=True, on_delete=models.SET_NULL, related_name="member"
    )
    sent_at = models.DateTimeField(null=True)
    # Reminders that have gone out.
    reminders = models.PositiveSmallIntegerField(default=0)
    # Tries that the mail server refused for this one mail alone.
    failures = models.PositiveSmallIntegerField(default=0)
    # "job.attempt" that has this member in hand, and until when nobody else may take it.
    claim = models.CharField(max_length=40, default="", blank=True)
    claimed_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "customer"], name="campaign_member_once"),
            models.CheckConstraint(
                condition=models.Q(next_at=None)
                | models.Q(state__in=["waiting", "sent", "skipped"]),
                name="campaign_member_next_only_if_open",
            ),
        ]
        indexes = [
            models.Index(
                fields=["campaign", "next_at", "id"],
                condition=models.Q(next_at__isnull=False),
                name="campaign_member_due",
            ),
            models.Index(
                fields=["campaign", "state", "reason", "id"], name="campaign_member_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.customer_id} {self.state}"
