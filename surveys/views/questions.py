"""The questions of a survey on the desk: the list, and one by one."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.forms import conditions, told
from surveys.forms.question import QuestionForm, kind_choices
from surveys.models import Question, Survey
from surveys.queries import editing
from surveys.queries.surveys import has_unpublished_changes
from surveys.questions import effort
from surveys.questions.asked import SHOWN, Asked
from surveys.services import checks
from surveys.services import editing as services
from surveys.services.surveys import Stale
from surveys.views import desk
from surveys.views.design import saved
from surveys.views.public import preview_question
from surveys.views.results import tone_of
from voc.access import ANALYSTS, StaffRequest, staff
from voc.errors import Refused


@staff(ANALYSTS)
def editor(request: StaffRequest, pk: int) -> HttpResponse:
    """Every question in order, what is missing, and the form beside them."""
    survey = desk.survey_of(request, pk)
    definition = desk.on_the_desk(survey)
    asked = list(definition.questions)
    views = desk.views_of(definition)
    context = {
        "survey": survey,
        "tone": tone_of(survey),
        "tabs": desk.tabs(survey, "questions"),
        "rows": _rows(asked),
        "kinds": kind_choices(),
        "free_key": editing.free_key(survey),
        "minutes": effort.minutes(asked),
        "needed": desk.mended_at(survey, checks.needed(survey, asked)),
        "hints": desk.mended_at(survey, checks.hints(survey, asked)),
        "changed": has_unpublished_changes(survey),
        "views": views,
        "frame": views[0]["pages"][0][1],
    }
    response = render(request, "surveys/editor.html", context)
    response.csp = desk.POLICY  # type: ignore[attr-defined]
    return response


def _rows(asked: list[Asked]) -> list[dict[str, Any]]:
    by_key = {question.key: question for question in asked}
    kinds = dict(Question.Kind.choices)
    number, rows = 0, []
    for place, question in enumerate(asked):
        counted = question.kind not in (*SHOWN, "hidden")
        number += counted
        rows.append({
            "q": question,
            "number": number if counted else None,
            "kind": kinds[question.kind],
            "icon": told.ICONS[question.kind],
            "rule": told.rule(question.show_if, by_key),
            "choices": [one.label for one in question.words().choices],
            "above": asked[place - 1].key if place else "",
            "below": asked[place + 1].key if place + 1 < len(asked) else "",
        })  # fmt: skip
    return rows


@staff(ANALYSTS, methods=("GET", "POST"))
def new(request: StaffRequest, pk: int) -> HttpResponse:
    """One question more, of the kind and behind the question that the address names."""
    survey = desk.survey_of(request, pk)
    asked = checks.asked_of(survey)
    kind = request.GET.get("kind", "")
    kind = kind if kind in Question.Kind.values else "long"
    after = request.GET.get("after", "")[:40]
    keys = [question.key for question in asked]
    place = keys.index(after) + 1 if after in keys else len(asked)
    key = editing.free_key(survey)
    present: dict[str, Any] = {"key": key, "kind": kind, "required": kind in ("nps", "csat", "ces")}
    if request.method != "POST":
        form = QuestionForm(present=present, earlier=asked[:place], new=True)
        return _question_page(request, survey, form, after=after, asked=asked)
    form = QuestionForm(request.POST, present=present, earlier=asked[:place], new=True,
                        strict="refresh" not in request.POST)  # fmt: skip
    if "refresh" in request.POST:
        return _question_page(request, survey, form.unjudged(), after=after, asked=asked)
    if form.is_valid():
        try:
            services.add_question(
                survey=survey, question=form.question(), after=after, actor=request.user,
                now=timezone.now(),
            )  # fmt: skip
        except Refused as refused:
            form.add_error("key" if refused.code == "key_taken" else None, refused.message)
        else:
            messages.success(request, saved(survey))
            return _back(survey, form.question()["key"])
    return _question_page(request, survey, form, after=after, asked=asked, status=422)


@staff(ANALYSTS, methods=("GET", "POST"))
def one(request: StaffRequest, pk: int, key: str) -> HttpResponse:
    """One question with everything about it."""
    survey = desk.survey_of(request, pk)
    data = editing.as_data(survey)
    present = next((question for question in data if question["key"] == key), None)
    if present is None:
        raise Http404
    asked = [editing.as_asked(question) for question in data]
    shared: dict[str, Any] = {
        "present": present,
        "earlier": desk.earlier_than(asked, key),
        "answered": editing.is_answered(survey, key),
    }
    if request.method != "POST":
        return _question_page(request, survey, QuestionForm(**shared), asked=asked)
    if "refresh" in request.POST:
        form = QuestionForm(request.POST, strict=False, **shared).unjudged()
        return _question_page(
            request, survey, form, asked=asked, seen=request.POST.get("seen", "")[:40]
        )
    form = QuestionForm(request.POST, **shared)
    status = 422
    if form.is_valid():
        try:
            services.save_question(
                survey=survey, question=form.question(), seen=request.POST.get("seen", "")[:40],
                actor=request.user, now=timezone.now(),
            )  # fmt: skip
        except Stale as stale:
            form.add_error(None, stale.message)
            form.add_error(
                None,
                _("いまの質問の文：「%(label)s」。このまま保存すると、あなたの内容で置き換えます。")
                % {"label": present["label"]},
            )
            status = 409
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, " ".join([saved(survey), *form.notes]))
            return _back(survey, key)
    return _question_page(request, survey, form, asked=asked, status=status)


def _question_page(
    request: StaffRequest,
    survey: Survey,
    form: QuestionForm,
    *,
    asked: list[Asked],
    after: str = "",
    seen: str = "",
    status: int = 200,
) -> HttpResponse:
    is_new = "key" in form.fields
    key = form.present["key"]
    frame = reverse("survey-preview", args=[survey.pk])
    context = {
        "survey": survey,
        "form": form,
        "is_new": is_new,
        "key": key,
        "after": after,
        "seen": seen or ("" if is_new else editing.token(form.present)),
        "kind": form.asks,
        "kind_name": dict(Question.Kind.choices)[form.asks],
        "icon": told.ICONS[form.asks],
        "earlier": [(question.key, told.short(question)) for question in form.earlier],
        "rule": told.rule(form.rule, {question.key: question for question in asked}),
        "languages": [(code, desk.language_name(code)) for code in survey.languages[1:]],
        "frame": "" if is_new else f"{frame}?q={key}",
        "needs_nothing": conditions.NEEDS_NOTHING,
    }
    response = render(request, "surveys/question.html", context, status=status)
    response.csp = desk.POLICY  # type: ignore[attr-defined]
    return response


def _back(survey: Survey, key: str) -> HttpResponse:
    return redirect(reverse("survey-edit", args=[survey.pk]) + f"#q-{key}")


@staff(ANALYSTS, methods=("POST",))
def draft(request: StaffRequest, pk: int) -> HttpResponse:
    """The question as the form has it now, drawn but not stored."""
    survey = desk.survey_of(request, pk)
    asked = checks.asked_of(survey)
    data = editing.as_data(survey)
    key = request.POST.get("of", "")[:40]
    present = next((one for one in data if one["key"] == key), {"key": "new", "kind": "long"})
    form = QuestionForm(request.POST, present=present, earlier=asked, strict=False)
    form.full_clean()
    question = editing.as_asked(form.question())
    by_key = {one.key: one for one in asked}
    return preview_question(question, by_key, survey.languages[0])


@staff(ANALYSTS, methods=("POST",))
def copy(request: StaffRequest, pk: int, key: str) -> HttpResponse:
    survey = desk.survey_of(request, pk)
    new_key = request.POST.get("new_key", "")[:41] or editing.free_key(survey)
    return _step(request, survey, services.copy_question, key=key, new_key=new_key)


@staff(ANALYSTS, methods=("POST",))
def move(request: StaffRequest, pk: int, key: str) -> HttpResponse:
    """Right before, or right behind, another question: sent twice it is the same place."""
    survey = desk.survey_of(request, pk)
    before = request.POST.get("before", "")[:40]
    beside = before or request.POST.get("after", "")[:40]
    return _step(
        request, survey, services.move_question, key=key, beside=beside, before=bool(before)
    )


@staff(ANALYSTS, methods=("POST",))
def delete(request: StaffRequest, pk: int, key: str) -> HttpResponse:
    survey = desk.survey_of(request, pk)
    return _step(request, survey, services.drop_question, key=key)


def _step(request: StaffRequest, survey: Survey, step: Any, **values: Any) -> HttpResponse:
    """One change to the list, and back to it."""
    known = Question.objects.filter(survey=survey, key=values["key"]).exists()
    if not known and step is not services.drop_question:
        raise Http404
    try:
        step(survey=survey, actor=request.user, now=timezone.now(), **values)
    except Refused as refused:
        messages.error(request, refused.message)
    return redirect("survey-edit", pk=survey.pk)
