"""Writing a survey, publishing it, ending it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.forms.design import TEMPLATES, SurveyForm, present_values, starting_values
from surveys.models import Survey
from surveys.queries import definitions
from surveys.queries.surveys import surveys_for
from surveys.services import surveys as services
from surveys.views.public import preview_page
from voc.access import ANALYSTS, StaffRequest, staff
from voc.clock import local_day
from voc.errors import Refused
from voc.models import Workspace


def _survey(request: StaffRequest, pk: int) -> Survey:
    return get_object_or_404(surveys_for(request.user), pk=pk)


def _form_page(
    request: StaffRequest, form: SurveyForm, *, survey: Survey | None, template: str, status: int
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "survey": survey,
        "template": template,
        "templates": [
            ("nps", _("関係調査（NPS）"), _("半年に一度など、すすめたい度を聞きます。")),
            ("purchase", _("購入後（CSAT）"), _("お買い物のあとに、満足度を聞きます。")),
            ("support", _("問い合わせ後（CSAT）"), _("問い合わせが解決したお客様に、自動で送ります。")),
        ],
    }
    return render(request, "surveys/edit.html", context, status=status)


@staff(ANALYSTS, methods=("GET", "POST"))
def create(request: StaffRequest) -> HttpResponse:
    """A new survey, begun from one of the shipped texts."""
    template = request.GET.get("template", "nps")
    template = template if template in TEMPLATES else "nps"
    now = timezone.now()
    if request.method == "POST":
        form = SurveyForm(request.POST)
        if form.is_valid():
            try:
                survey = services.create_survey(
                    actor=request.user, now=now, **form.cleaned_data
                )
            except Refused as refused:
                form.add_error("slug" if refused.code == "slug_taken" else None, refused.message)
            else:
                messages.success(request, _("下書きを作りました。内容を確かめて、公開してください。"))
                return redirect("survey", pk=survey.pk)
        return _form_page(request, form, survey=None, template=template, status=422)
    house = Workspace.objects.filter(pk=1).first()
    values = starting_values(
        template,
        operator=(house.operator or house.name) if house else "",
        contact=house.contact if house else "",
        today=local_day(now),
    )
    return _form_page(
        request, SurveyForm(initial=values), survey=None, template=template, status=200
    )


@staff(ANALYSTS, methods=("GET", "POST"))
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Other words. What is public stays public until it is published again."""
    survey = _survey(request, pk)
    locked = survey.version > 0
    initial = present_values(survey)
    if request.method != "POST":
        form = SurveyForm(initial=initial, locked=locked)
        return _form_page(request, form, survey=survey, template="", status=200)
    form = SurveyForm(request.POST, initial=initial, locked=locked)
    if form.is_valid():
        try:
            services.edit_survey(
                survey=survey, actor=request.user, now=timezone.now(), **form.cleaned_data
            )
        except Refused as refused:
            form.add_error("slug" if refused.code == "slug_taken" else None, refused.message)
        else:
            messages.success(
                request,
                _("保存しました。公開中の文は、もう一度公開するまで変わりません。")
                if locked
                else _("保存しました。"),
            )
            return redirect("survey", pk=pk)
    return _form_page(request, form, survey=survey, template="", status=422)


@staff()
def preview(request: StaffRequest, pk: int) -> HttpResponse:
    """The form in its present words, as a respondent would see it; it cannot be sent."""
    survey = _survey(request, pk)
    shown = definitions.thaw(survey, definitions.freeze(survey), survey.version)
    return preview_page(shown)


@staff(ANALYSTS, methods=("POST",))
def publish(request: StaffRequest, pk: int) -> HttpResponse:
    survey = _survey(request, pk)
    try:
        services.publish_survey(survey=survey, actor=request.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("公開しました。下のリンクから回答を受け付けます。"))
    return redirect("survey", pk=pk)


@staff(ANALYSTS, methods=("POST",))
def close(request: StaffRequest, pk: int) -> HttpResponse:
    survey = _survey(request, pk)
    try:
        services.close_survey(survey=survey, actor=request.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(
            request, _("受け付けを終えました。開いているページには、30秒以内に伝わります。")
        )
    return redirect("survey", pk=pk)
