"""Pages for respondents: no session, no script, no foreign request, one round trip.

The forms change state without a CSRF token, because there is no session to forge: whoever posts
here posts as nobody. What protects them is the key inside the form, which makes a second post of
the same page the same response, and the single use of an invitation. Without a token the page
also needs no cookie, which the browsers inside chat programs often drop.
"""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from surveys.forms import answer as forms
from surveys.forms.shown import shown
from surveys.models import Attempt, Survey
from surveys.queries import definitions
from surveys.queries.definitions import Definition
from surveys.queries.surveys import invitation_by_token
from surveys.questions.asked import Asked
from surveys.services import receipts
from surveys.services.invitations import refused_surveys, stop_surveys
from surveys.views.answering import (
    CHROME,
    Visit,
    already,
    answer,
    chrome_of,
    form_page,
    kept_page,
    language_of,
    render,
    resumed_page,
    visit_of,
)
from voc.access import public
from voc.errors import Refused


def preview_page(
    definition: Definition,
    language: str = "",
    *,
    index: int = 0,
    answers: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """A page of the form for the staff to look at, in a frame too; its button sends nothing."""
    language = language if language in definition.languages else definition.languages[0]
    chrome = language if language in CHROME else "en"
    with translation.override(chrome):
        visit = Visit(definition, language, chrome)
        return framed(
            form_page(visit, key="", token="", index=index, answers=answers, preview=True)
        )


def preview_question(question: Asked, everything: Mapping[str, Asked], language: str) -> HttpResponse:
    """One question by itself, for the staff to look at while they write it."""
    chrome = language if language in CHROME else "en"
    with translation.override(chrome):
        drawn = shown(
            [question], everything=everything, language=language, sent={}, answers={}, errors={}
        )
        return framed(render("preview_question", questions=drawn, language=language))


def framed(response: HttpResponse) -> HttpResponse:
    """The same page, which our own pages may show in a frame."""
    policy = getattr(response, "csp", {})
    response.csp = {**policy, "frame-ancestors": ["'self'"]}  # type: ignore[attr-defined]
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _shut(definition: Definition) -> HttpResponse:
    """Before the opening, after the end, or closed by hand."""
    now = timezone.now()
    if definition.state == Survey.State.PUBLISHED and definition.opens_at and now < definition.opens_at:
        return render(
            "notice",
            403,
            d=definition,
            heading=_("このアンケートは、まだ始まっていません"),
            text=_("受け付けが始まってから、もう一度お開きください。"),
        )
    return render(
        "notice",
        410,
        d=definition,
        heading=_("このアンケートの受け付けは終わりました"),
        text=_("たくさんの回答をお寄せいただき、ありがとうございました。"),
    )


def _visited(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The page that this visit asks for, in the respondent's language."""
    with translation.override(visit.chrome):
        if not visit.definition.is_open(timezone.now()):
            return _shut(visit.definition)
        if request.method == "POST":
            return answer(request, visit)
        attempt = _attempt(request, visit)
        if attempt is None:
            return kept_page(visit)
        page = request.GET.get("p", "")
        index = min(int(page), forms.MAX_PAGES) if page.isascii() and page.isdigit() and len(page) < 4 else None
        return resumed_page(visit, attempt, index)


def _attempt(request: HttpRequest, visit: Visit) -> Attempt | None:
    """What this visitor has filled in before: by the key in the address, or by the personal link."""
    rows = Attempt.objects.filter(survey=visit.definition.survey_id, finished_at=None)
    if visit.invitation is not None:
        return rows.filter(invitation=visit.invitation).order_by("-pk").first()
    if "r" not in request.GET:
        return None
    key = forms.read_key(request.GET["r"])
    return rows.filter(key=key, invitation=None).first() if key else None


@csrf_exempt
@public(methods=("GET", "POST"))
def form(request: HttpRequest, slug: str) -> HttpResponse:
    """The public form of a survey, and the way in for its answers."""
    definition = definitions.current(slug)
    if definition is None:
        raise Http404
    return _visited(request, visit_of(request, definition, None))


@public()
def thanks(request: HttpRequest, slug: str) -> HttpResponse:
    """Thanks, what becomes of the answer, and the code by which it can be seen or erased."""
    definition = definitions.current(slug)
    if definition is None:
        raise Http404
    language = language_of(request, definition)
    code = request.GET.get("c", "")
    with translation.override(chrome_of(request, language)):
        return render(
            "thanks",
            d=definition,
            texts=definition.texts(language),
            code=code if receipts.response_id(code) is not None else "",
        )


def _unusable() -> HttpResponse:
    """The one page for links that are unknown, cut short or expired: it tells nobody which."""
    return render(
        "notice",
        404,
        heading=_("このリンクは使えません"),
        text=_("期限が過ぎたか、アドレスの一部が欠けています。メールのリンクをもう一度開くか、差出人にお問い合わせください。"),
    )


@csrf_exempt
@public(methods=("GET", "POST"))
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The form behind a personal link. Opening it uses nothing up; mail scanners open links."""
    found = invitation_by_token(token)
    definition = definitions.current(found.survey.slug) if found else None
    if found is None or definition is None:
        return _unusable()
    if request.method != "POST" and found.used_at is not None:
        return already(visit_of(request, definition, found))
    if found.used_at is None and found.expires_at <= timezone.now():
        return _unusable()
    return _visited(request, visit_of(request, definition, found))


@csrf_exempt
@public(methods=("GET", "POST"))
def invitation_stop(request: HttpRequest, token: str) -> HttpResponse:
    """No more surveys for the customer of this link, expired or not; mail programs post here."""
    found = invitation_by_token(token)
    if found is None or found.customer_id is None:
        return _unusable()
    if request.method == "POST":
        try:
            stop_surveys(invitation=found, now=timezone.now())
        except Refused:
            return _unusable()
    done = refused_surveys(found.customer_id)
    return render("stop", d=found.survey, done=done)
