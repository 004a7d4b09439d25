"""REST: surveys, responses and invitations."""

from typing import Any, cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response as ApiResponse

from feedback.imports.people import Person, ensure_people
from feedback.models import Customer, Touchpoint
from surveys.models import Invitation, Response, Survey
from surveys.queries import definitions
from surveys.queries.definitions import Definition
from surveys.queries.results import responses_of
from surveys.queries.surveys import surveys_for
from surveys.questions import reading, rules
from surveys.questions.asked import OTHER, SCALES
from surveys.serializers import (
    InvitationOut,
    InvitationsIn,
    LinkOut,
    QuestionsIn,
    ResponseIn,
    ResponseOut,
    SurveyDetailOut,
    SurveyIn,
    SurveyOut,
)
from surveys.services import surveys as services
from surveys.services.invitations import invite
from surveys.services.responses import AlreadyAnswered, accept
from voc.access import ANALYSTS, EVERYONE, api, found
from voc.api.errors import problem
from voc.api.lists import cursor_list
from voc.errors import Refused
from voc.models import User

_LIST = [
    OpenApiParameter("cursor", str, description="from meta.next_cursor"),
    OpenApiParameter("limit", int, description="1 to 200, 50 unless given"),
]
_OF_SURVEY = OpenApiParameter("survey", str, description="slug of a survey")


def _user(request: Request) -> User:
    return cast(User, request.user)


def _conflict(refused: Refused) -> ApiResponse:
    return ApiResponse(
        problem(409, refused.code, refused.message),
        status=409,
        content_type="application/problem+json",
    )


def _named_survey(request: Request) -> Survey | None:
    """The survey of the filter; None without a filter."""
    slug = request.query_params.get("survey")
    if slug is None:
        return None
    survey = surveys_for(_user(request)).filter(slug=slug[:60]).first()
    if survey is None:
        raise ValidationError({"survey": "no such survey"})
    return survey


@extend_schema(
    methods=["GET"], operation_id="surveys_list", parameters=_LIST, responses=SurveyOut(many=True)
)
@extend_schema(methods=["POST"], request=SurveyIn, responses={201: SurveyOut})
@api(EVERYONE, ANALYSTS, resource="surveys", methods=("GET", "POST"))
def survey_list(request: Request) -> ApiResponse:
    """Surveys, newest first; or one more, as a draft."""
    if request.method == "POST":
        return _create(request)
    rows = surveys_for(_user(request)).select_related("touchpoint")
    return cursor_list(request, rows, SurveyOut, order=("-created_at", "-id"))


def _create(request: Request) -> ApiResponse:
    given = SurveyIn(data=request.data)
    given.is_valid(raise_exception=True)
    values: dict[str, Any] = dict(given.validated_data)
    key = values.pop("touchpoint")
    values["touchpoint"] = Touchpoint.objects.filter(key=key).first() if key else None
    if key and values["touchpoint"] is None:
        raise ValidationError({"touchpoint": "no such touchpoint"})
    score, comment = values.pop("score", None), values.pop("comment", None)
    if not values.get("questions"):
        values["questions"] = [
            {"key": "score", "kind": values["kind"], **(score or {})},
            {"key": "comment", "kind": "long", **(comment or {})},
        ]
    survey = services.create_survey(actor=_user(request), now=timezone.now(), **values)
    return ApiResponse(SurveyOut(survey).data, status=status.HTTP_201_CREATED)


@extend_schema(methods=["GET"], responses=SurveyDetailOut)
@extend_schema(methods=["PATCH"], request=QuestionsIn, responses=SurveyDetailOut)
@api(EVERYONE, ANALYSTS, resource="surveys", methods=("GET", "PATCH"))
def survey_one(request: Request, slug: str) -> ApiResponse:
    """One survey by its slug, with its questions; or the same with other questions."""
    row = found(surveys_for(_user(request)).select_related("touchpoint").filter(slug=slug).first())
    if request.method == "PATCH":
        given = QuestionsIn(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            row = services.set_questions(
                survey=row, actor=_user(request), now=timezone.now(), **given.validated_data
            )
        except services.Stale as stale:
            return _conflict(stale)
    return ApiResponse(SurveyDetailOut(row).data)


@extend_schema(request=None, responses=SurveyOut)
@api(EVERYONE, ANALYSTS, resource="surveys", methods=("POST",))
def survey_publish(request: Request, slug: str) -> ApiResponse:
    """Opens a survey to answers, or publishes its changes."""
    survey = found(surveys_for(_user(request)).filter(slug=slug).first())
    survey = services.publish_survey(survey=survey, actor=_user(request), now=timezone.now())
    return ApiResponse(SurveyOut(survey).data)


@extend_schema(
    methods=["GET"], operation_id="responses_list", parameters=[*_LIST, _OF_SURVEY],
    responses=ResponseOut(many=True),
)
@extend_schema(
    methods=["POST"], request=ResponseIn, responses={201: ResponseOut, 200: ResponseOut}
)
@api(EVERYONE, ANALYSTS, resource="responses", methods=("GET", "POST"))
def response_list(request: Request) -> ApiResponse:
    """Responses, newest first; or one more, stored before it is answered for."""
    if request.method == "POST":
        return _respond(request)
    survey = _named_survey(request)
    rows = responses_of(survey).select_related("survey")
    order = ("-submitted_at", "-id") if survey else ("-id",)
    return cursor_list(request, rows, ResponseOut, order=order)


def _respond(request: Request) -> ApiResponse:
    given = ResponseIn(data=request.data)
    given.is_valid(raise_exception=True)
    values = given.validated_data
    definition = definitions.current(values["survey"])
    if definition is None:
        raise ValidationError({"survey": "no such survey"})
    if not definition.is_open(timezone.now()):
        raise Refused(_("このアンケートの受け付けは終わりました。"), "survey_closed")
    answers = _checked(definition, values["answers"])
    customer = None
    if "customer" in values:
        customer = Customer.objects.filter(external_id=values["customer"]).first()
        if customer is None:
            raise ValidationError({"customer": "no customer has this number"})
    try:
        accepted = accept(
            definition=definition,
            key=values["key"],
            answers=answers,
            channel=values["channel"],
            language=values.get("language") or definition.languages[0],
            customer=customer,
            now=timezone.now(),
        )
    except AlreadyAnswered:
        return _conflict(
            Refused(_("この控えの番号では、別の回答を受け付けています。"), "key_reused")
        )
    row = Response.objects.select_related("survey").get(pk=accepted.response_id)
    code = status.HTTP_201_CREATED if accepted.fresh else status.HTTP_200_OK
    (body,) = ResponseOut([row], many=True, context={"request": request}).data
    return ApiResponse(body, status=code)


def _checked(definition: Definition, given: dict[str, Any]) -> dict[str, Any]:
    """The answers as they are stored; ValidationError names every question that is wrong."""
    answers: dict[str, Any] = {}
    problems: dict[str, str] = {}
    known = {name: q for q in definition.questions for name in (q.key, f"{q.key}.{OTHER}")}
    for name in given.keys() - known.keys():
        problems[name] = "this survey has no such question"
    for question in definition.questions:
        other = given.get(f"{question.key}.{OTHER}", "")
        raw = given.get(question.key)
        # JSON has numbers; "9" is a mistake of the program that sends it.
        if question.kind in SCALES and question.key in given and type(raw) is not int:
            limits = f"from {question.lowest} to {question.highest}"
            problems[question.key] = f"a whole number {limits}"
            continue
        try:
            answers |= reading.clean(question, raw, other)
        except reading.Wrong as wrong:
            problems[question.key] = str(wrong)
    shown = rules.visible(definition.questions, answers)
    for question in definition.questions:
        if question.key in problems:
            continue
        if question.key in answers and not shown[question.key]:
            problems[question.key] = "not shown after these answers"
        elif question.required and shown[question.key] and reading.incomplete(question, answers.get(question.key)):
            problems[question.key] = "required"
    if not problems and not answers:
        problems[""] = "no answer"
    if problems:
        raise ValidationError({"answers": problems})
    return answers


@extend_schema(
    methods=["GET"], operation_id="invitations_list", parameters=[*_LIST, _OF_SURVEY],
    responses=InvitationOut(many=True),
)
@extend_schema(methods=["POST"], request=InvitationsIn, responses={201: LinkOut(many=True)})
@api(EVERYONE, ANALYSTS, resource="invitations", methods=("GET", "POST"))
def invitation_list(request: Request) -> ApiResponse:
    """Invitations and where they stand; or up to 1,000 more, whose links are said this once."""
    if request.method == "POST":
        return _invite(request)
    survey = _named_survey(request)
    rows = Invitation.objects.select_related("survey")
    rows = rows if survey is None else rows.filter(survey=survey)
    return cursor_list(request, rows, InvitationOut, order=("-id",))


@transaction.atomic
def _invite(request: Request) -> ApiResponse:
    given = InvitationsIn(data=request.data)
    given.is_valid(raise_exception=True)
    values = given.validated_data
    survey = surveys_for(_user(request)).filter(slug=values["survey"]).first()
    if survey is None:
        raise ValidationError({"survey": "no such survey"})
    now = timezone.now()
    people = [
        Person(external_id=row.get("customer", ""), email=row.get("email", ""))
        for row in values["recipients"]
    ]
    numbers = {person.external_id for person in people if person.external_id}
    known = Customer.objects.filter(external_id__in=numbers).values_list("external_id", flat=True)
    unknown = numbers - set(known)
    if unknown:
        raise ValidationError(
            {
                f"recipients[{index}]": {"customer": "no customer has this number"}
                for index, person in enumerate(people)
                if person.external_id in unknown
            }
        )
    customers, _made, _changed = ensure_people(people, now=now, update=False)
    links = invite(
        survey=survey,
        customers=customers,
        now=now,
        actor=_user(request),
        days=values["days"],
        send=values["send"],
        batch=str(values.get("key", "")),
    )
    return ApiResponse(
        {"data": LinkOut(links, many=True).data, "meta": {"count": len(links)}},
        status=status.HTTP_201_CREATED,
    )
