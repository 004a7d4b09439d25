"""A survey as a whole: begun, set up, looked at, published, ended."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.forms import starting
from surveys.forms.settings import SettingsForm, SurveyForm, present_values
from surveys.forms.starters import STARTERS
from surveys.models import Survey
from surveys.queries import editing
from surveys.services import surveys as services
from surveys.views import desk
from surveys.views.public import preview_page, preview_question
from voc.access import ANALYSTS, StaffRequest, staff
from voc.clock import local_day
from voc.errors import Refused
from voc.models import Workspace

FIRST = "nps"


def _operator() -> tuple[str, str]:
    house = Workspace.objects.filter(pk=1).first()
    return (house.operator or house.name, house.contact) if house else ("", "")


def _new_page(request: StaffRequest, form: SurveyForm, starter: str, status: int) -> HttpResponse:
    design = starting.design(starter, operator=_operator()[0])
    context: dict[str, Any] = {
        "form": form,
        "starter": starter,
        "starters": starting.names(),
        "questions": [
            editing.as_asked(question) for question in design["questions"] if question.get("label")
        ],
    }
    return render(request, "surveys/new.html", context, status=status)


@staff(ANALYSTS, methods=("GET", "POST"))
def create(request: StaffRequest) -> HttpResponse:
    """A new survey, begun from one of the shipped ones."""
    starter = request.GET.get("template", FIRST)
    starter = starter if starter in STARTERS else FIRST
    now = timezone.now()
    operator, contact = _operator()
    if request.method != "POST":
        values = starting.starting_values(
            starter, operator=operator, contact=contact, today=local_day(now)
        )
        return _new_page(request, SurveyForm(initial=values), starter, 200)
    form = SurveyForm(request.POST)
    if form.is_valid():
        design = starting.design(starter, operator=form.cleaned_data["operator"] or operator)
        try:
            survey = services.create_survey(
                actor=request.user, now=now, **{**form.cleaned_data, **design}
            )
        except Refused as refused:
            form.add_error("slug" if refused.code == "slug_taken" else None, refused.message)
        else:
            messages.success(request, _("下書きを作りました。内容を確かめて、公開してください。"))
            return redirect("survey-edit", pk=survey.pk)
    return _new_page(request, form, starter, 422)


@staff(ANALYSTS, methods=("GET", "POST"))
def settings(request: StaffRequest, pk: int) -> HttpResponse:
    """What stands around the questions. What is public stays public until it is published again."""
    survey = desk.survey_of(request, pk)
    initial = present_values(survey)
    seen = editing.settings_token(survey)
    if request.method != "POST":
        return _settings_page(
            request, SettingsForm(initial=initial, survey=survey), survey, seen, 200
        )
    form = SettingsForm(request.POST, initial=initial, survey=survey)
    status = 422
    if form.is_valid():
        try:
            services.edit_survey(
                survey=survey, actor=request.user, now=timezone.now(),
                seen=request.POST.get("seen", "")[:40], **form.cleaned_data,
            )  # fmt: skip
        except services.Stale as stale:
            form.add_error(None, stale.message)
            form.add_error(None, _("このまま保存すると、あなたの内容で置き換えます。"))
            status = 409
        except Refused as refused:
            form.add_error("slug" if refused.code == "slug_taken" else None, refused.message)
        else:
            messages.success(request, saved(survey))
            return redirect("survey-settings", pk=pk)
    return _settings_page(request, form, survey, seen, status)


def saved(survey: Survey) -> str:
    """What is said after a change."""
    if survey.version:
        return _("保存しました。公開中の文は、もう一度公開するまで変わりません。")
    return _("保存しました。")


def _settings_page(
    request: StaffRequest, form: SettingsForm, survey: Survey, seen: str, status: int
) -> HttpResponse:
    context = {
        "form": form, "survey": survey, "seen": seen, "tabs": desk.tabs(survey, "settings"),
    }  # fmt: skip
    return render(request, "surveys/settings.html", context, status=status)


@staff()
def preview(request: StaffRequest, pk: int) -> HttpResponse:
    """The form in its present words, as a respondent would see it; it cannot be sent."""
    definition = desk.on_the_desk(desk.survey_of(request, pk))
    language = request.GET.get("lang", "")
    key = request.GET.get("q", "")
    question = definition.by_key.get(key)
    if question is not None:
        spoken = language if language in definition.languages else definition.languages[0]
        return preview_question(question, definition.by_key, spoken)
    page = request.GET.get("p", "")
    index = int(page) if page.isascii() and page.isdigit() and len(page) < 4 else 0
    answers = desk.answers_as(definition, request.GET.get("as", ""))
    return preview_page(definition, language, index=index, answers=answers)


@staff(ANALYSTS, methods=("POST",))
def publish(request: StaffRequest, pk: int) -> HttpResponse:
    survey = desk.survey_of(request, pk)
    try:
        services.publish_survey(survey=survey, actor=request.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("公開しました。下のリンクから回答を受け付けます。"))
    return redirect("survey", pk=pk)


@staff(ANALYSTS, methods=("POST",))
def close(request: StaffRequest, pk: int) -> HttpResponse:
    survey = desk.survey_of(request, pk)
    try:
        services.close_survey(survey=survey, actor=request.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(
            request, _("受け付けを終えました。開いているページには、30秒以内に伝わります。")
        )
    return redirect("survey", pk=pk)
