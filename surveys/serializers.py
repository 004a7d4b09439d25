"""What the API says about surveys, and what it takes in."""

import uuid
from typing import Any, cast

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from surveys.forms.answer import CHANNELS
from surveys.models import Invitation, Question, Response, Survey
from surveys.queries import editing
from surveys.queries.answers import answers_of
from surveys.services.invitations import MOST_AT_ONCE, MOST_DAYS, VALID_DAYS
from voc.api.strict import StrictSerializer, WholeNumberField


class TextField(serializers.CharField):
    """Text and nothing else: no numbers that would silently become text."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field(OpenApiTypes.UUID)
class KeyField(serializers.Field[uuid.UUID, Any, str, Any]):
    """A UUID as text, in its usual form with hyphens."""

    default_error_messages = {"invalid": "a UUID such as 5f0c6c1e-6a0e-4c1f-9d7e-1b2a3c4d5e6f"}

    def to_internal_value(self, data: Any) -> uuid.UUID:
        if not isinstance(data, str) or len(data) != 36:
            self.fail("invalid")
        try:
            return uuid.UUID(data)
        except ValueError:
            self.fail("invalid")

    def to_representation(self, value: uuid.UUID) -> str:
        return str(value)


class SurveyOut(serializers.ModelSerializer[Survey]):
    touchpoint = serializers.SlugRelatedField[Any](slug_field="key", read_only=True)
    url = serializers.SerializerMethodField()

    class Meta:
        model = Survey
        fields = [
            "id", "slug", "title", "kind", "state", "version", "purpose", "operator", "contact",
            "retention_months", "may_tell", "thanks", "touchpoint", "product", "url",
            "created_at", "published_at",
        ]  # fmt: skip

    def get_url(self, survey: Survey) -> str:
        from django.conf import settings
        from django.urls import reverse

        return settings.BASE_URL + reverse("survey-form", args=[survey.slug])


class SurveyDetailOut(SurveyOut):
    """One survey with its questions as they are on the desk, published or not."""

    questions = serializers.SerializerMethodField()
    seen = serializers.SerializerMethodField(
        help_text="changes when the questions do; send it back to overwrite nobody"
    )

    class Meta(SurveyOut.Meta):
        fields = [
            *SurveyOut.Meta.fields, "languages", "translations", "opens_at", "closes_at", "shuffle",
            "frame_origins", "questions", "seen",
        ]  # fmt: skip

    def get_questions(self, survey: Survey) -> list[dict[str, Any]]:
        return editing.as_data(survey)

    def get_seen(self, survey: Survey) -> str:
        return editing.token(editing.as_data(survey))


class QuestionIn(StrictSerializer):
    label = TextField(max_length=200)  # type: ignore[assignment]
    help = TextField(max_length=200, required=False, default="", allow_blank=True)
    required = serializers.BooleanField(required=False, default=False)  # type: ignore[assignment]


class ScoreQuestionIn(QuestionIn):
    low_label = TextField(max_length=40, required=False, default="", allow_blank=True)
    high_label = TextField(max_length=40, required=False, default="", allow_blank=True)


class DesignIn(StrictSerializer):
    """One question; `surveys/questions` says what options, rules and variants look like."""

    key = TextField(max_length=40)
    kind = serializers.ChoiceField(choices=Question.Kind.choices)
    label = TextField(  # type: ignore[assignment]
        max_length=300, required=False, default="", allow_blank=True
    )
    help = TextField(max_length=500, required=False, default="", allow_blank=True)
    low_label = TextField(max_length=40, required=False, default="", allow_blank=True)
    high_label = TextField(max_length=40, required=False, default="", allow_blank=True)
    required = serializers.BooleanField(required=False, default=False)  # type: ignore[assignment]
    options = serializers.DictField(required=False, default=dict)
    show_if = serializers.DictField(required=False, default=dict)
    translations = serializers.DictField(required=False, default=dict)
    variants = serializers.ListField(required=False, default=list, child=serializers.DictField())


class QuestionsIn(StrictSerializer):
    """The questions in their order; those that are not named are taken out, their answers stay."""

    questions = DesignIn(many=True)
    seen = TextField(max_length=40, required=False, default="")


class SurveyIn(StrictSerializer):
    slug = serializers.RegexField(r"\A[a-z0-9][a-z0-9_-]*\Z", max_length=60)
    title = TextField(max_length=120)
    kind = serializers.ChoiceField(choices=Survey.Kind.choices)
    purpose = TextField(max_length=300, required=False, default="", allow_blank=True)
    operator = TextField(max_length=120, required=False, default="", allow_blank=True)
    contact = TextField(max_length=200, required=False, default="", allow_blank=True)
    retention_months = WholeNumberField(min_value=1, max_value=120, required=False, default=24)
    may_tell = serializers.BooleanField(required=False, default=True)
    thanks = TextField(max_length=300, required=False, default="", allow_blank=True)
    touchpoint = TextField(
        max_length=40, required=False, default="", allow_blank=True, help_text="key"
    )
    product = TextField(max_length=100, required=False, default="", allow_blank=True)
    score = ScoreQuestionIn(required=False)
    comment = QuestionIn(required=False)
    questions = DesignIn(many=True, required=False)
    languages = serializers.ListField(child=TextField(max_length=12), required=False, min_length=1)
    translations = serializers.DictField(required=False)
    opens_at = serializers.DateTimeField(required=False, allow_null=True)
    closes_at = serializers.DateTimeField(required=False, allow_null=True)
    shuffle = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("questions"):
            if "score" in attrs or "comment" in attrs:
                raise serializers.ValidationError("either questions, or score and comment")
        elif "score" not in attrs or "comment" not in attrs:
            raise serializers.ValidationError("questions, or score and comment")
        return attrs


class ResponseIn(StrictSerializer):
    """An answer given elsewhere; `key` makes sending it again harmless."""

    survey = TextField(max_length=60, help_text="slug")
    key = KeyField()
    answers = serializers.DictField(
        help_text="by the keys of the questions: score 9, comment \"words\", choice ids, lists"
    )
    language = TextField(max_length=12, required=False)
    channel = serializers.ChoiceField(
        choices=sorted([*CHANNELS, "api"]), required=False, default="api"
    )
    customer = TextField(max_length=100, required=False, help_text="number of the customer")


class _WithWords(serializers.ListSerializer[Any]):
    """Looks the words of all its responses up at once."""

    def to_representation(self, data: Any) -> list[Any]:
        rows = list(data)
        context = cast(dict[str, Any], self.context)
        context["answers"] = answers_of(rows, context["request"].user)
        return super().to_representation(rows)


class ResponseOut(serializers.ModelSerializer[Response]):
    """Answers by question. Words are masked; free texts are there once the response is worked."""

    survey = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    answers = serializers.SerializerMethodField()

    class Meta:
        model = Response
        list_serializer_class = _WithWords
        fields = [
            "id", "survey", "survey_version", "key", "state", "answers", "customer", "channel",
            "language", "device", "variants", "flags", "partial", "started_at", "submitted_at",
            "local_day",
        ]  # fmt: skip

    def get_answers(self, response: Response) -> dict[str, Any]:
        found: dict[str, Any] = self.context["answers"][response.pk]
        return found


class RecipientIn(StrictSerializer):
    """A customer by number or by mail address; neither is a link for nobody in particular."""

    customer = TextField(max_length=100, required=False)
    email = serializers.EmailField(max_length=254, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) > 1:
            raise serializers.ValidationError("either customer or email")
        return attrs


class InvitationsIn(StrictSerializer):
    survey = TextField(max_length=60, help_text="slug")
    recipients = RecipientIn(many=True)
    days = WholeNumberField(
        min_value=1, max_value=MOST_DAYS, required=False, default=VALID_DAYS
    )
    send = serializers.BooleanField(required=False, default=False)
    key = KeyField(required=False)

    def validate_recipients(self, value: list[Any]) -> list[Any]:
        if not 1 <= len(value) <= MOST_AT_ONCE:
            raise serializers.ValidationError(f"from 1 to {MOST_AT_ONCE} recipients")
        return value


class InvitationOut(serializers.ModelSerializer[Invitation]):
    survey = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)

    class Meta:
        model = Invitation
        fields = [
            "id", "survey", "customer", "reason_ref", "created_at", "expires_at", "sent_at",
            "used_at",
        ]  # fmt: skip


class LinkOut(serializers.Serializer[Any]):
    """A new invitation with its link, which is said this once."""

    id = serializers.IntegerField(source="invitation.pk")
    customer = serializers.IntegerField(source="invitation.customer_id", allow_null=True)
    expires_at = serializers.DateTimeField(source="invitation.expires_at")
    url = serializers.CharField()
