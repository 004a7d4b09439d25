"""Pages for respondents. They need no script, no cookie and no session.

The two forms are exempt from the CSRF check on purpose: nobody is signed in here, so there is
nothing that a forged request could do on somebody's behalf. A survey is open to everybody who
knows its address, an invitation to everybody who holds its link; and a token would need the
cookie that these pages promise not to set.
"""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from surveys.forms.answer import Given, read, read_channel
from surveys.models import Invitation, Survey
from surveys.queries import definitions
from surveys.queries.definitions import Definition
from surveys.queries.results import scale_labels
from surveys.queries.surveys import invitation_by_token
from surveys.services.invitations import refused_surveys, stop_surveys
from surveys.services.responses import AlreadyAnswered, accept
from voc import customer_style
from voc.access import public
from voc.errors import Refused

# Stands for the response key in the kept HTML. Random, so that no survey's text can hold it.
_KEY_PLACE = uuid.uuid4().hex

_POLICY = {"style-src": ["'self'", customer_style.source()], "script-src": ["'none'"]}


def _page(body: str | bytes, status: int = 200) -> HttpResponse:
    response = HttpResponse(body, status=status)
    response.csp = _POLICY  # type: ignore[attr-defined]
    # A page from a cache would carry a key that has been used.
    response["Cache-Control"] = "no-store"
    return response


def _render(template: str, status: int = 200, **context: Any) -> HttpResponse:
    # Without the request: nothing of the visitor can get into these pages, nor be asked for.
    return _page(render_to_string(f"surveys/{template}.html", context), status)


def _form_context(definition: Definition, *, invited: bool) -> dict[str, Any]:
    contact = definition.contact
    url = contact if contact.startswith(("https://", "http://")) else ""
    if not url and "@" in contact and " " not in contact and "　" not in contact:
        url = f"mailto:{contact}"
    return {
        "d": definition,
        "invited": invited,
        "contact_url": url,
        "number": 1 + (definition.comment is not None),
        "is_nps": definition.kind == Survey.Kind.NPS,
        "options": []
        if definition.kind == Survey.Kind.NPS
        else scale_labels(definition.score.low, definition.score.high),
    }


def kept_page(definition: Definition, *, invited: bool) -> HttpResponse:
    """The form with a key of its own, from HTML rendered once per publication and language."""
    place = (get_language(), invited)
    parts = definition.pages.get(place)
    if parts is None:
        context = _form_context(definition, invited=invited)
        html = render_to_string("surveys/form.html", {**context, "key": _KEY_PLACE})
        before, after = html.encode().split(_KEY_PLACE.encode())
        parts = definition.pages[place] = (before, after)
    return _page(b"%b%b%b" % (parts[0], str(uuid.uuid4()).encode(), parts[1]))


def preview_page(definition: Definition) -> HttpResponse:
    """The form for the staff to look at; its button sends nothing."""
    context = _form_context(definition, invited=False)
    return _render("form", **context, key="", preview=True)


def _again(definition: Definition, given: Given, *, invited: bool) -> HttpResponse:
    """The form with what was typed and what is wrong with it."""
    key = given.key or uuid.uuid4()
    context = _form_context(definition, invited=invited)
    return _render("form", 422, **context, key=key, given=given, errors=given.errors)


def _submitted(request: HttpRequest, definition: Definition) -> Given | HttpResponse:
    """What was sent, or the page that says why it could not be read."""
    try:
        return read(request.POST, request.FILES, definition)
    except RequestDataTooBig:
        return _render("notice", 413, heading=_("文章が長すぎます"),
            text=_("送られた内容が大きすぎるため、受け付けられませんでした。前のページに戻り、5,000字までにして、もう一度お送りください。"))  # fmt: skip
    except (TooManyFieldsSent, MultiPartParserError):
        return _render("notice", 400, heading=_("読み取れませんでした"),
            text=_("送られた内容を読み取れませんでした。前のページに戻り、もう一度お送りください。"))  # fmt: skip


def _answer(
    request: HttpRequest, definition: Definition, invitation: Invitation | None
) -> HttpResponse:
    given = _submitted(request, definition)
    if isinstance(given, HttpResponse):
        return given
    if given.errors or given.key is None:
        return _again(definition, given, invited=invitation is not None)
    try:
        accept(
            definition=definitions.answered_version(definition, given.version),
            key=given.key,
            score=given.score,
            comment=given.comment,
            now=timezone.now(),
            channel="mail" if invitation else read_channel(request.GET.get("k", "")),
            language=get_language() or "ja",
            invitation=invitation,
        )
    except AlreadyAnswered:
        return _already(definition, invited=invitation is not None, status=409)
    url = reverse("survey-thanks", args=[definition.slug])
    if "lang" in request.GET:
        url += "?" + urlencode({"lang": get_language() or "ja"})
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response


def _already(definition: Definition, *, invited: bool, status: int = 200) -> HttpResponse:
    return _render(
        "notice",
        status,
        d=definition,
        heading=_("すでに回答をいただいています。ありがとうございました。"),
        text=""
        if invited
        else _("この画面からの回答は、お預かりしています。別の回答を送るときは、はじめの画面を開き直してください。"),
        again="" if invited else reverse("survey-form", args=[definition.slug]),
    )


def _closed(definition: Definition) -> HttpResponse:
    return _render(
        "notice",
        410,
        d=definition,
        heading=_("このアンケートの受け付けは終わりました"),
        text=_("たくさんの回答をお寄せいただき、ありがとうございました。"),
    )


@csrf_exempt
@public(methods=("GET", "POST"))
def form(request: HttpRequest, slug: str) -> HttpResponse:
    """The public form of a survey, and the way in for its answers."""
    definition = definitions.current(slug)
    if definition is None:
        raise Http404
    if definition.state == Survey.State.CLOSED:
        return _closed(definition)
    if request.method == "POST":
        return _answer(request, definition, None)
    return kept_page(definition, invited=False)


@public()
def thanks(request: HttpRequest, slug: str) -> HttpResponse:
    """Thanks, and what becomes of the answer."""
    definition = definitions.current(slug)
    if definition is None:
        raise Http404
    return _render("thanks", d=definition)


def _unusable() -> HttpResponse:
    """The one page for links that are unknown, cut short or expired: it tells nobody which."""
    return _render(
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
        return _already(definition, invited=True)
    if found.used_at is None and found.expires_at <= timezone.now():
        return _unusable()
    if definition.state == Survey.State.CLOSED:
        return _closed(definition)
    if request.method == "POST":
        return _answer(request, definition, found)
    return kept_page(definition, invited=True)


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
    return _render("stop", d=found.survey, done=done)
