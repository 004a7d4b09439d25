"""Tickets on the wire: what is read, and what may be sent. Fields are named one by one."""

from typing import Any

from rest_framework import serializers

from support.models import Message, Ticket
from support.services.talking import MAX_MESSAGE
from voc.api.strict import StrictSerializer, WholeNumberField


class RequesterOut(serializers.Serializer[Any]):
    customer = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    email = serializers.CharField()


class TicketOut(serializers.ModelSerializer[Ticket]):
    inbox = serializers.CharField(source="inbox.key")
    requester = serializers.SerializerMethodField()
    assignee = serializers.SerializerMethodField()

    class Meta:
        model = Ticket
        fields = [
            "number", "inbox", "subject", "requester", "status", "priority", "assignee", "origin",
            "due_at", "created_at", "updated_at",
        ]  # fmt: skip

    def get_requester(self, ticket: Ticket) -> dict[str, Any]:
        return {
            "customer": ticket.requester_id,
            "name": ticket.requester_name,
            "email": ticket.contact.value if ticket.contact else "",
        }

    def get_assignee(self, ticket: Ticket) -> str | None:
        return ticket.assignee.email if ticket.assignee else None


class MessageOut(serializers.ModelSerializer[Message]):
    text = serializers.CharField(source="body")
    author = serializers.SerializerMethodField()
    comment = serializers.IntegerField(source="comment_id", allow_null=True)

    class Meta:
        model = Message
        fields = ["id", "kind", "author", "text", "created_at", "delivery", "comment"]

    def get_author(self, message: Message) -> str | None:
        return message.author.email if message.author else None


class MetricOut(serializers.Serializer[Any]):
    calendar_seconds = serializers.IntegerField(allow_null=True)
    business_seconds = serializers.IntegerField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    state = serializers.ChoiceField(choices=["running", "met", "missed", "done", "none"])


class MetricsOut(serializers.Serializer[Any]):
    first_reply = MetricOut()
    first_resolution = MetricOut()
    full_resolution = MetricOut()


class RequesterIn(StrictSerializer):
    email = serializers.CharField(max_length=254)
    name = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")


class TicketIn(StrictSerializer):
    inbox = serializers.CharField(max_length=40)
    subject = serializers.CharField(max_length=200)
    text = serializers.CharField(max_length=100_000)
    requester = RequesterIn()
    priority = serializers.ChoiceField(
        choices=Ticket.Priority.choices, default=Ticket.Priority.NORMAL
    )
    may_tell = serializers.BooleanField(default=False)


class TicketChange(StrictSerializer):
    status = serializers.ChoiceField(choices=Ticket.Status.choices, required=False)
    priority = serializers.ChoiceField(choices=Ticket.Priority.choices, required=False)
    # Address of a person who works in the inbox; null for nobody.
    assignee = serializers.CharField(max_length=254, required=False, allow_null=True)


class MessageIn(StrictSerializer):
    kind = serializers.ChoiceField(choices=[Message.Kind.REPLY.value, Message.Kind.NOTE.value])
    text = serializers.CharField(max_length=MAX_MESSAGE)
    # The newest public message the writer has seen; a newer one stops the reply.
    last_seen = WholeNumberField(required=False, min_value=0, max_value=2**62)
    then = serializers.ChoiceField(
        choices=[Ticket.Status.PENDING.value, Ticket.Status.SOLVED.value], required=False
    )
