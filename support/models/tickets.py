"""A ticket, its messages, its events (the truth) and its times (derived from them)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from feedback.models import ContactPoint, Customer
from support.models.desk import Inbox
from voc.models import GuardedJSONField

_USER = settings.AUTH_USER_MODEL


class Ticket(models.Model):
    class Status(models.TextChoices):
        NEW = "new", _("新着")
        OPEN = "open", _("対応中")
        PENDING = "pending", _("お客様待ち")
        ON_HOLD = "on_hold", _("保留")
        SOLVED = "solved", _("解決")
        CLOSED = "closed", _("終了")

    class Priority(models.TextChoices):
        LOW = "low", _("低")
        NORMAL = "normal", _("通常")
        HIGH = "high", _("高")
        URGENT = "urgent", _("至急")

    class Origin(models.TextChoices):
        FORM = "form", _("フォーム")
        RECOVERY = "recovery", _("低い評価")
        API = "api", "API"
        STAFF = "staff", _("担当者")

    # Statuses in which somebody here still has something to do or to wait for.
    LIVE = ("new", "open", "pending", "on_hold")

    number = models.BigIntegerField(unique=True)
    inbox = models.ForeignKey(Inbox, on_delete=models.PROTECT, related_name="tickets")
    subject = models.CharField(_("件名"), max_length=200)
    requester = models.ForeignKey(
        Customer, null=True, on_delete=models.SET_NULL, related_name="tickets"
    )
    requester_name = models.CharField(max_length=200, default="", blank=True)
    # The address they wrote from; a customer may have several.
    contact = models.ForeignKey(
        ContactPoint, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    status = models.CharField(max_length=8, choices=Status, default=Status.NEW)
    priority = models.CharField(max_length=6, choices=Priority, default=Priority.NORMAL)
    assignee = models.ForeignKey(
        _USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    origin = models.CharField(max_length=8, choices=Origin)
    # Form key or score reference: the same submission twice is one ticket.
    origin_ref = models.CharField(max_length=120)
    last_line = models.CharField(max_length=120, default="", blank=True)
    # Next moment at which somebody is late; NULL when nobody is waited for.
    due_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["origin", "origin_ref"], name="ticket_origin_once")
        ]
        indexes = [
            models.Index(fields=["inbox", "-updated_at", "-id"], name="ticket_inbox_newest"),
            models.Index(fields=["-updated_at", "-id"], name="ticket_newest"),
            models.Index(
                fields=["inbox", "-updated_at", "-id"],
                condition=models.Q(status__in=["new", "open", "pending", "on_hold"]),
                name="ticket_live",
            ),
            models.Index(
                fields=["due_at", "id"], condition=models.Q(due_at__isnull=False),
                name="ticket_due",
            ),
            models.Index(fields=["assignee", "-updated_at", "-id"], name="ticket_assignee"),
            models.Index(fields=["requester", "-created_at"], name="ticket_requester"),
            models.Index(fields=["created_at"], name="ticket_created"),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.subject}"


class Message(models.Model):
    class Kind(models.TextChoices):
        CUSTOMER = "customer", _("お客様")
        REPLY = "reply", _("返信")
        NOTE = "note", _("社内メモ")
        AUTO = "auto", _("自動")

    class Delivery(models.TextChoices):
        NONE = "", ""
        QUEUED = "queued", _("送信待ち")
        SENDING = "sending", _("送信中")
        SENT = "sent", _("送信済み")
        FAILED = "failed", _("届かなかった")

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=8, choices=Kind)
    author = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    body = models.TextField()
    created_at = models.DateTimeField()
    # Number of the comment made from it; feedback knows it as (ticket, "message:<id>").
    comment_id = models.BigIntegerField(null=True)
    delivery = models.CharField(max_length=8, choices=Delivery, default="", blank=True)
    message_id = models.CharField(max_length=120, default="", blank=True)
    # The key of the form that sent it: the same form twice is one message.
    form_key = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - NULL is "none", outside the unique index

    class Meta:
        indexes = [models.Index(fields=["ticket", "created_at", "id"], name="message_order")]

    def __str__(self) -> str:
        return f"{self.kind} in {self.ticket_id}"


class TicketEvent(models.Model):
    """What happened to a ticket, append-only. All times are computed from these rows."""

    class Type(models.TextChoices):
        CREATED = "created", _("受付")
        MESSAGE = "message", _("メッセージ")
        NOTE = "note", _("社内メモ")
        AUTO = "auto", _("自動応答")
        STATUS = "status", _("状態")
        PRIORITY = "priority", _("優先度")
        ASSIGN = "assign", _("担当")

    class By(models.TextChoices):
        CUSTOMER = "customer", _("お客様")
        AGENT = "agent", _("担当者")
        BOT = "bot", _("自動")

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    type = models.CharField(max_length=8, choices=Type)
    by = models.CharField(max_length=8, choices=By)
    actor = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    # {"status": …}, {"priority": …}, {"assignee": …}
    detail = GuardedJSONField(default=dict, blank=True)

    class Meta:
        indexes = [models.Index(fields=["ticket", "at", "id"], name="ticket_event_order")]

    def __str__(self) -> str:
        return f"{self.type} of {self.ticket_id}"


class TicketMetrics(models.Model):
    """Times of one ticket in whole seconds, by the calendar and in business hours.

    NULL means "not yet": zero is a time like any other.
    """

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="metrics")
    first_reply_at = models.DateTimeField(null=True)
    first_reply_calendar_seconds = models.BigIntegerField(null=True)
    first_reply_business_seconds = models.BigIntegerField(null=True)
    first_reply_due_at = models.DateTimeField(null=True)
    first_resolved_at = models.DateTimeField(null=True)
    first_resolution_calendar_seconds = models.BigIntegerField(null=True)
    first_resolution_business_seconds = models.BigIntegerField(null=True)
    resolved_at = models.DateTimeField(null=True)
    full_resolution_calendar_seconds = models.BigIntegerField(null=True)
    full_resolution_business_seconds = models.BigIntegerField(null=True)
    reopens = models.PositiveIntegerField(default=0)
    schedule_version = models.CharField(max_length=40)

    class Meta:
        indexes = [
            models.Index(fields=["first_reply_at"], name="metrics_first_reply"),
            models.Index(fields=["first_resolved_at"], name="metrics_first_resolved"),
        ]

    def __str__(self) -> str:
        return f"times of {self.ticket_id}"


class TicketCounter(models.Model):
    """One row with the last number given out; locked while a ticket is made."""

    last = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pk=1), name="ticket_counter_is_single"
            )
        ]

    def __str__(self) -> str:
        return str(self.last)
