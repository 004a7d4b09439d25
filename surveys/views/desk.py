"""What the pages on which a survey is written have in common."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from surveys.forms.settings import LANGUAGES
from surveys.models import Survey
from surveys.queries import definitions
from surveys.queries.definitions import Definition
from surveys.queries.surveys import surveys_for
from surveys.questions import flow
from surveys.questions.asked import Asked
from surveys.services.checks import Finding
from voc.access import StaffRequest

# The editor's pages show the form in a frame.
POLICY = {"frame-src": ["'self'"]}
# Who is looking: an answer that stands for them.
AS = {
    "nps": {"detractor": 3, "passive": 8, "promoter": 10},
    "csat": {"low": 2, "high": 5},
    "ces": {"low": 2, "high": 6},
}


def survey_of(request: StaffRequest, pk: int) -> Survey:
    survey: Survey = get_object_or_404(surveys_for(request.user), pk=pk)
    return survey


def on_the_desk(survey: Survey) -> Definition:
    """The survey in its present words, published or not."""
    return definitions.thaw(survey, definitions.freeze(survey), survey.version)


def tabs(survey: Survey, here: str) -> list[dict[str, Any]]:
    """The pages of the desk; `here` is the one that is open."""
    pages = [
        ("questions", _("質問"), reverse("survey-edit", args=[survey.pk])),
        ("settings", _("設定"), reverse("survey-settings", args=[survey.pk])),
        *(
            (f"words-{code}", _("訳：%(language)s") % {"language": language_name(code)},
             reverse("survey-words", args=[survey.pk, code]))
            for code in survey.languages[1:]
        ),
        ("quotas", _("回答数の上限"), reverse("survey-quotas", args=[survey.pk])),
    ]  # fmt: skip
    return [{"name": name, "url": url, "here": key == here} for key, name, url in pages]


def language_name(code: str) -> str:
    return LANGUAGES.get(code, code)


def answers_as(definition: Definition, who: str) -> dict[str, Any]:
    """Answers of somebody who gave this kind of score; {} for nobody in particular."""
    question = definition.score
    value = AS.get(definition.kind, {}).get(who)
    return {} if question is None or value is None else {question.key: value}


def views_of(definition: Definition) -> list[dict[str, Any]]:
    """Ways to look at the form: for everybody, for each group of scores, in each language."""
    address = reverse("survey-preview", args=[definition.survey_id])
    names = {
        "detractor": _("批判者"), "passive": _("中立者"), "promoter": _("推奨者"),
        "low": _("点の低い人"), "high": _("点の高い人"),
    }  # fmt: skip
    ways = [("", "", _("はじめて開いた人"))]
    if definition.score is not None and any(q.show_if for q in definition.questions):
        ways += [(who, "", names[who]) for who in AS.get(definition.kind, {})]
    ways += [("", code, language_name(code)) for code in definition.languages[1:]]
    found = []
    for who, code, name in ways:
        pages = flow.pages(definition.questions, answers_as(definition, who))
        query = "&".join(
            part for part in (f"as={who}" if who else "", f"lang={code}" if code else "") if part
        )
        urls = [
            (n + 1, f"{address}?{query + '&' if query else ''}p={n}") for n in range(len(pages))
        ]
        found.append({"name": name, "pages": urls, "lang": code})
    return found


def mended_at(survey: Survey, findings: list[Finding]) -> list[dict[str, str]]:
    """Findings with the address where each is mended."""
    found = []
    for one in findings:
        if one.place == "settings":
            url = reverse("survey-settings", args=[survey.pk]) + f"#id_{one.where}"
        elif one.place == "words":
            url = reverse("survey-words", args=[survey.pk, one.where])
        elif one.place == "question":
            url = reverse("survey-question", args=[survey.pk, one.where])
        else:
            url = reverse("survey-edit", args=[survey.pk]) + "#questions"
        found.append({"text": one.text, "url": url})
    return found


def earlier_than(asked: list[Asked], key: str) -> list[Asked]:
    """The questions before this one."""
    keys = [question.key for question in asked]
    return asked[: keys.index(key)] if key in keys else asked
