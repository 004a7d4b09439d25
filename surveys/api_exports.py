"""REST: files of responses. Ask for one, look whether it is ready, fetch it within a week."""

from typing import Any, cast

from django.http import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response as ApiResponse

from surveys.forms.exports import cut_of
from surveys.models import Export
from surveys.queries.exports import exports_for
from surveys.queries.surveys import surveys_for
from surveys.serializers import TextField
from surveys.services import exports as services
from surveys.views.exports import file_of
from voc.access import ANALYSTS, api, found
from voc.api.errors import problem
from voc.api.lists import cursor_list
from voc.api.strict import StrictSerializer
from voc.models import User


class ExportIn(StrictSerializer):
    """`header` and `values` say what stands in the first row and in the cells of choices."""

    survey = TextField(max_length=60, help_text="slug of a survey")
    format = serializers.ChoiceField(choices=Export.Kind.values)
    encoding = serializers.ChoiceField(
        choices=["utf-8", "cp932"], required=False, default="utf-8", help_text="of a csv only"
    )
    first = serializers.DateField(required=False, help_text="first day, in Tokyo")
    last = serializers.DateField(required=False)
    segment = TextField(max_length=60, required=False, help_text='"-" is "not known"')
    channel = TextField(max_length=10, required=False)
    language = TextField(max_length=12, required=False)
    version = serializers.IntegerField(required=False, min_value=1, max_value=99_999_999)
    device = TextField(max_length=7, required=False)
    header = serializers.ChoiceField(choices=["labels", "keys"], required=False, default="labels")
    values = serializers.ChoiceField(choices=["labels", "ids"], required=False, default="labels")
    customers = serializers.BooleanField(
        required=False, default=False, help_text="numbers of customers; owners and admins only"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("first") and attrs.get("last") and attrs["first"] > attrs["last"]:
            raise serializers.ValidationError({"last": "not before first"})
        if attrs["encoding"] != "utf-8" and attrs["format"] != Export.Kind.CSV:
            raise serializers.ValidationError({"encoding": "of a csv only"})
        return attrs


class ExportOut(serializers.ModelSerializer[Export]):
    """`replaced` counts letters that CP932 lacks; `letters` says which."""

    survey = serializers.CharField(source="survey.slug")
    format = serializers.CharField(source="kind")
    replaced = serializers.SerializerMethodField()
    letters = serializers.SerializerMethodField()

    class Meta:
        model = Export
        fields = [
            "id", "survey", "format", "encoding", "state", "total", "rows", "size_bytes",
            "replaced", "letters", "created_at", "finished_at", "expires_at",
        ]  # fmt: skip

    def get_replaced(self, export: Export) -> int:
        return int(export.report.get("replaced", 0))

    def get_letters(self, export: Export) -> dict[str, int]:
        letters: dict[str, int] = export.report.get("letters", {})
        return letters


@extend_schema(
    methods=["GET"],
    operation_id="exports_list",
    responses=ExportOut(many=True),
    parameters=[OpenApiParameter("cursor", str), OpenApiParameter("limit", int)],
)
@extend_schema(methods=["POST"], request=ExportIn, responses={201: ExportOut})
@api(ANALYSTS, ANALYSTS, resource="exports", methods=("GET", "POST"))
def export_list(request: Request) -> ApiResponse:
    """Files asked for, newest first; or one more, made by a worker."""
    user = cast(User, request.user)
    if request.method == "GET":
        rows = exports_for(user).select_related("survey")
        return cursor_list(request, rows, ExportOut, order=("-id",))
    given = ExportIn(data=request.data)
    given.is_valid(raise_exception=True)
    values = given.validated_data
    survey = surveys_for(user).filter(slug=values["survey"]).first()
    if survey is None:
        raise ValidationError({"survey": "no such survey"})
    export = services.ask(
        survey=survey,
        kind=values["format"],
        encoding=values["encoding"],
        cut=cut_of(values),
        by_keys=values["header"] == "keys",
        by_codes=values["values"] == "ids",
        with_people=values["customers"],
        actor=user,
        now=timezone.now(),
    )
    return ApiResponse(ExportOut(export).data, status=status.HTTP_201_CREATED)


def _export(request: Request, pk: int) -> Export:
    rows = exports_for(cast(User, request.user)).select_related("survey")
    return cast(Export, found(rows.filter(pk=pk).first()))


@extend_schema(responses=ExportOut)
@api(ANALYSTS, resource="exports")
def export_one(request: Request, pk: int) -> ApiResponse:
    """How far a file has come."""
    return ApiResponse(ExportOut(_export(request, pk)).data)


@extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
@api(ANALYSTS, resource="exports")
def export_file(request: Request, pk: int) -> HttpResponseBase:
    """The file: 409 while it is being made, 410 when it has been thrown away."""
    export = _export(request, pk)
    answer = file_of(export)
    if answer is not None:
        return answer
    if export.state in (Export.State.READY, Export.State.EXPIRED):
        return _problem(410, "expired", "the file has been thrown away")
    return _problem(409, "not_ready", f"the file is {export.state}")


def _problem(code: int, kind: str, detail: str) -> ApiResponse:
    return ApiResponse(
        problem(code, kind, detail), status=code, content_type="application/problem+json"
    )
