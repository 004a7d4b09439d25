"""The translations of a survey, and how many answers of a kind it takes."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.forms import conditions, told
from surveys.forms import words as word_forms
from surveys.queries import editing
from surveys.services import checks
from surveys.services import editing as services
from surveys.services.surveys import Stale
from surveys.views import desk
from surveys.views.design import saved
from voc.access import ANALYSTS, StaffRequest, staff
from voc.errors import Refused


@staff(ANALYSTS, methods=("GET", "POST"))
def words(request: StaffRequest, pk: int, language: str) -> HttpResponse:
    """Every text of the survey beside its words in this language."""
    survey = desk.survey_of(request, pk)
    if language not in survey.languages[1:]:
        raise Http404
    asked = checks.asked_of(survey)
    pages = word_forms.parts_of(survey, asked, language)
    wanted = request.GET.get("p", "")
    index = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 4 else 0
    parts = pages[min(index, len(pages) - 1)]
    status, problem = 200, ""
    if request.method == "POST":
        status = 422
        if word_forms.read(request.POST, parts):
            around = next((word_forms.words_of(part) for part in parts if not part.key), None)
            try:
                services.translate(
                    survey=survey, language=language, texts=around,
                    words={part.key: word_forms.words_of(part) for part in parts if part.key},
                    seen=request.POST.get("seen", "")[:40], actor=request.user, now=timezone.now(),
                )  # fmt: skip
            except Stale as stale:
                status = 409
                problem = stale.message + _("このまま保存すると、あなたの内容で置き換えます。")
            except Refused as refused:
                problem = refused.message
            else:
                messages.success(request, saved(survey))
                return redirect(reverse("survey-words", args=[pk, language]) + f"?p={index}")
        else:
            problem = _("長すぎる文があります。")
    context = {
        "survey": survey,
        "tabs": desk.tabs(survey, f"words-{language}"),
        "language": language,
        "language_name": desk.language_name(language),
        "first": survey.languages[0],
        "parts": parts,
        "pages": range(len(pages)),
        "index": index,
        "left": checks.untranslated(survey, asked, language),
        "seen": editing.words_token(survey, language),
        "problem": problem,
    }
    return render(request, "surveys/words.html", context, status=status)


class QuotaForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("名前"), max_length=80)
    most = forms.IntegerField(label=gettext_lazy("上限（件）"), min_value=1, max_value=1_000_000)


@staff(ANALYSTS, methods=("GET", "POST"))
def quotas(request: StaffRequest, pk: int) -> HttpResponse:
    """How many finished answers are wanted, by what was answered; one more of them."""
    survey = desk.survey_of(request, pk)
    asked = checks.asked_of(survey)
    may = conditions.may_ask_about(asked)
    form, status = QuotaForm(), 200
    rows, mode = conditions.rows_of({}, may), "all"
    if request.method == "POST":
        unfinished = "refresh" in request.POST
        form, status = QuotaForm(request.POST), 200 if unfinished else 422
        rule, rows = conditions.read(request.POST, may, strict=not unfinished)
        mode = "any" if request.POST.get("when-mode") == "any" else "all"
        if unfinished:
            form = QuotaForm(initial={name: request.POST.get(name, "") for name in form.fields})
        elif form.is_valid() and not any(row.error for row in rows):
            try:
                services.add_quota(
                    survey=survey,
                    rule=rule,
                    actor=request.user,
                    now=timezone.now(),
                    **form.cleaned_data,
                )
            except Refused as refused:
                form.add_error(None, refused.message)
            else:
                messages.success(request, _("上限を足しました。"))
                return redirect("survey-quotas", pk=pk)
    by_key = {question.key: question for question in asked}
    context: dict[str, Any] = {
        "survey": survey,
        "tabs": desk.tabs(survey, "quotas"),
        "form": form,
        "rows": rows,
        "mode": mode,
        "earlier": [(question.key, told.short(question)) for question in may],
        "quotas": [(one, told.rule(one.rule, by_key)) for one in editing.quotas_of(survey)],
        "needs_nothing": conditions.NEEDS_NOTHING,
    }
    return render(request, "surveys/quotas.html", context, status=status)


@staff(ANALYSTS, methods=("POST",))
def quota_delete(request: StaffRequest, pk: int, quota: int) -> HttpResponse:
    survey = desk.survey_of(request, pk)
    services.drop_quota(survey=survey, quota_id=quota, actor=request.user, now=timezone.now())
    return redirect("survey-quotas", pk=pk)
