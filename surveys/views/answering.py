"""One visit to a form: which page is shown, and what becomes of what was sent."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from surveys.forms import answer as forms
from surveys.forms.shown import Sent, sent_of, shown
from surveys.models import Attempt, Invitation
from surveys.queries import definitions
from surveys.queries.definitions import Definition
from surveys.questions import effort, flow, reading, rules
from surveys.questions.asked import SHOWN, Asked
from surveys.services import attempts, receipts
from surveys.services.responses import AlreadyAnswered, QuotaFull, accept, full_quota
from surveys.views import limits
from voc import customer_style
from voc.errors import Refused
from voc.throttle import client_address

# Stand for the response key and its token in the kept HTML. Random, so that no survey's text can
# hold them.
_KEY_PLACE = str(uuid.uuid4())
_TOKEN_PLACE = uuid.uuid4().hex
_POLICY = {"style-src": ["'self'", customer_style.source()], "script-src": ["'none'"]}
# Only the form has a script: ours, from our own host.
_FORM_POLICY = {**_POLICY, "script-src": ["'self'"]}
CHROME = frozenset({"ja", "en"})
# Kinds with a style of their own, in a second sheet (voc/static/voc/survey.css).
_RARE = frozenset({"ces", "rating", "matrix", "ranking", "section"})


def page(body: str | bytes, status: int = 200, *, script: bool = False) -> HttpResponse:
    response = HttpResponse(body, status=status)
    response.csp = _FORM_POLICY if script else _POLICY  # type: ignore[attr-defined]
    # A page from a cache would carry a key that has been used.
    response["Cache-Control"] = "no-store"
    return response


def render(template: str, status: int = 200, **context: Any) -> HttpResponse:
    # Without the request: nothing of the visitor can get into these pages, nor be asked for.
    script = template == "form" and not context.get("preview")
    return page(render_to_string(f"surveys/{template}.html", context), status, script=script)


@dataclass(frozen=True, slots=True)
class Visit:
    """Who is here, by which way, and what their address already says."""

    definition: Definition
    # Of the questions, and of the interface around them.
    language: str
    chrome: str = "ja"
    channel: str = "link"
    device: str = ""
    invitation: Invitation | None = None
    # Carried along from page to page: language, channel, hidden fields.
    query: Mapping[str, str] = field(default_factory=dict)
    hidden: Mapping[str, Any] = field(default_factory=dict)

    def url(self, **more: Any) -> str:
        """The address of this form, at another page."""
        return "?" + urlencode({**self.query, **more})


def language_of(request: HttpRequest, definition: Definition) -> str:
    """The asked-for language where the survey speaks it, else the interface's, else its first."""
    asked = request.GET.get("lang", "")
    if asked in definition.languages:
        return asked
    own = get_language() or "ja"
    return own if own in definition.languages else definition.languages[0]


def visit_of(
    request: HttpRequest, definition: Definition, invitation: Invitation | None
) -> Visit:
    hidden = forms.read_hidden(definition.questions, request.GET)
    language = language_of(request, definition)
    channel = forms.read_channel(request.GET.get("k", ""))
    query = {name: request.GET[name] for name in ("lang", *hidden) if name in request.GET}
    query |= {"k": channel} if "k" in request.GET else {}
    return Visit(
        definition=definition,
        language=language,
        chrome=chrome_of(request, language),
        channel="mail" if invitation else channel,
        device=forms.read_device(request.headers.get("User-Agent", "")),
        invitation=invitation,
        query=query,
        hidden=hidden,
    )


def chrome_of(request: HttpRequest, language: str) -> str:
    """The language around the questions: as asked for, else theirs, else English."""
    asked = request.GET.get("lang", "")
    if asked in CHROME:
        return asked
    return language if language in CHROME else "en"


def contact_url(contact: str) -> str:
    """The contact as a link, where it is an address."""
    if contact.startswith(("https://", "http://")):
        return contact
    plain = "@" in contact and " " not in contact and "　" not in contact
    return f"mailto:{contact}" if plain else ""


def _order(definition: Definition, seed: str) -> list[Asked]:
    return flow.in_order(definition.questions, seed, shuffle=definition.shuffle)


def _numbered(pages: list[list[Asked]], index: int) -> int:
    return 1 + sum(question.kind not in SHOWN for page in pages[:index] for question in page)


def form_page(
    visit: Visit,
    *,
    key: str,
    token: str,
    index: int = 0,
    answers: Mapping[str, Any] | None = None,
    sent: Sent | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    serial: int = 0,
    preview: bool = False,
) -> HttpResponse:
    """One page of the form, with what was given and what is wrong with it."""
    definition = visit.definition
    answers = {**visit.hidden, **(answers or {})}
    pages = flow.pages(_order(definition, key), answers)
    index = min(index, len(pages) - 1)
    here = pages[index]
    first = _numbered(pages, index)
    questions = shown(
        here,
        everything=definition.by_key,
        language=visit.language,
        seed=key,
        first_number=first,
        sent=sent_of(here, answers) if sent is None else sent,
        answers=answers,
        errors=errors or {},
    )
    numbers = {question.key: question.number for question in questions}
    return render(
        "form",
        status,
        d=definition,
        texts=definition.texts(visit.language),
        language=visit.language,
        others=[
            (one, visit.url(**{"lang": one, **({"r": key, "p": index} if index else {})}))
            for one in definition.languages
            if one != visit.language
        ],
        invited=visit.invitation is not None,
        contact_url=contact_url(definition.contact),
        total=_numbered(pages, len(pages)) - 1,
        minutes=effort.minutes(definition.questions),
        questions=questions,
        errors=[(numbers.get(name), text) for name, text in (errors or {}).items()],
        index=index,
        pages=len(pages),
        extra=len(pages) > 1 or any(q.kind in _RARE or q.other for q in questions),
        last=index == len(pages) - 1,
        back=visit.url(r=key, p=index - 1) if index else "",
        key=key,
        token=token,
        serial=serial,
        preview=preview,
    )


def kept_page(visit: Visit) -> HttpResponse:
    """The first page with a key of its own, from HTML rendered once where all get the same."""
    definition = visit.definition
    key, now = str(uuid.uuid4()), timezone.now()
    if not definition.same_for_all:
        return form_page(visit, key=key, token=forms.token(key, now))
    place = (visit.language, visit.chrome, visit.invitation is not None, visit.query.get("k"))
    parts = definition.pages.get(place)
    if parts is None:
        html = form_page(visit, key=_KEY_PLACE, token=_TOKEN_PLACE).content
        before, rest = html.split(_KEY_PLACE.encode())
        between, after = rest.split(_TOKEN_PLACE.encode())
        parts = definition.pages[place] = (before, between, after)
    token = forms.token(key, now)
    html = b"%b%b%b%b%b" % (parts[0], key.encode(), parts[1], token.encode(), parts[2])
    return page(html, script=True)


def resumed_page(visit: Visit, attempt: Attempt, index: int | None) -> HttpResponse:
    """The form as it was left: at the page asked for, else at the first that is not filled in."""
    answers = {**attempts.saved(attempt), **visit.hidden}
    key = str(attempt.key)
    if index is None:
        index = _first_open(visit.definition, key, answers)
    token = forms.token(key, attempt.started_at)
    if forms.opened_at(token, key, timezone.now()) is None:
        token = forms.token(key, timezone.now())
    return form_page(
        visit, key=key, token=token, index=index, answers=answers,
        serial=attempts.last_serial(attempt),
    )  # fmt: skip


def _first_open(definition: Definition, seed: str, answers: Mapping[str, Any]) -> int:
    pages = flow.pages(_order(definition, seed), answers)
    for index, here in enumerate(pages):
        asked = [question for question in here if question.kind not in SHOWN]
        if asked and not any(question.key in answers for question in asked):
            return index
    return len(pages) - 1


def read_post(request: HttpRequest) -> HttpResponse | None:
    """The page that says why what was sent could not be read at all; None when it could."""
    try:
        request.POST  # noqa: B018 - reading it is what may fail
    except RequestDataTooBig:
        return render("notice", 413, heading=_("文章が長すぎます"),
            text=_("送られた内容が大きすぎるため、受け付けられませんでした。前のページに戻り、5,000字までにして、もう一度お送りください。"))  # fmt: skip
    except (TooManyFieldsSent, MultiPartParserError):
        return render("notice", 400, heading=_("読み取れませんでした"),
            text=_("送られた内容を読み取れませんでした。前のページに戻り、もう一度お送りください。"))  # fmt: skip
    return None


def answer(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Takes one page of answers: the next page, the thanks, or the same page and what is wrong."""
    unreadable = read_post(request)
    if unreadable is not None:
        return unreadable
    now = timezone.now()
    outside = forms.envelope(request.POST, now)
    definition = definitions.answered_version(visit.definition, outside.version)
    visit = replace(visit, definition=definition)
    so_far: dict[str, Any] = dict(visit.hidden)
    attempt = None
    several = outside.page or outside.serial or not definition.same_for_all
    if outside.key is not None and several:
        attempt = Attempt.objects.filter(key=outside.key, survey=definition.survey_id).first()
        so_far |= attempts.saved(attempt) if attempt else {}
    seed = str(outside.key or "")
    order = _order(definition, seed)
    pages = flow.pages(order, so_far)
    index = min(outside.page, len(pages) - 1)
    given = forms.read(request.POST, request.FILES, pages[index], outside)
    key = str(given.key or uuid.uuid4())
    if not limits.allowed(definition.survey_id, client_address(request)):
        response = form_page(
            visit, key=key, token=forms.token(key, given.started_at or now), index=index,
            answers=so_far, sent=given.sent, errors={"": _("いま、たくさんの回答が届いています。入力した内容は残っています。10秒ほど待って、もう一度ボタンを押してください。")},
            status=429, serial=outside.serial or 0,
        )  # fmt: skip
        response["Retry-After"] = str(limits.RETRY_SECONDS)
        return response
    if given.errors:
        return form_page(
            visit, key=key, token=forms.token(key, now), index=index, answers=so_far,
            sent=given.sent, errors=given.errors, status=422, serial=outside.serial or 0,
        )  # fmt: skip
    names = {name for question in pages[index] for name in (question.key, *question.names)}
    so_far = {name: value for name, value in so_far.items() if name not in names} | given.answers
    pages = flow.pages(order, so_far)
    if index + 1 < len(pages):
        return _go_on(visit, definition, outside, names, given.answers, index, so_far)
    return _finish(visit, definition, given, order, so_far, attempt)


def _go_on(
    visit: Visit,
    definition: Definition,
    outside: forms.Envelope,
    names: set[str],
    answers: Mapping[str, Any],
    index: int,
    so_far: Mapping[str, Any],
) -> HttpResponse:
    """Keeps this page's answers and leads to the next."""
    assert outside.key is not None
    if definition.has_quotas and full_quota(definition.survey_id, dict(so_far)):
        return _full(definition)
    cleared = dict.fromkeys(names - answers.keys())
    try:
        attempts.save(
            definition=definition,
            key=outside.key,
            answers={**cleared, **answers, **visit.hidden},
            serial=outside.serial or 0,
            is_page=True,
            now=timezone.now(),
            invitation=visit.invitation,
            channel=visit.channel,
            language=visit.language,
            device=visit.device,
        )
    except Refused:
        return already(visit, status=409)
    return _see(visit.url(r=str(outside.key), p=index + 1))


def _see(url: str) -> HttpResponse:
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response


def _finish(
    visit: Visit,
    definition: Definition,
    given: forms.Given,
    order: list[Asked],
    so_far: Mapping[str, Any],
    attempt: Attempt | None,
) -> HttpResponse:
    """The whole of it is checked again by the server, stored, and thanked for."""
    assert given.key is not None
    now = timezone.now()
    key = str(given.key)
    pages = flow.pages(order, so_far)
    for index, here in enumerate(pages):
        left = {
            question.key: reading.missing(question)
            for question in here
            if question.required and reading.incomplete(question, so_far.get(question.key))
        }
        if left:
            return form_page(
                visit, key=key, token=forms.token(key, now), index=index, answers=so_far,
                errors=left, status=422,
            )  # fmt: skip
    answers = rules.kept(definition.questions, so_far)
    if not any(not _empty(value) for name, value in answers.items() if name not in visit.hidden):
        return form_page(
            visit, key=key, token=forms.token(key, now), index=len(pages) - 1, answers=so_far,
            errors={"": _("どれか1つの質問にお答えください。")}, status=422,
        )  # fmt: skip
    asked = [question for question in order if question.variants]
    try:
        accepted = accept(
            definition=definition,
            key=given.key,
            answers=answers,
            now=now,
            channel=visit.channel,
            language=visit.language,
            device=visit.device,
            variants={question.key: flow.variant_for(question, key) for question in asked},
            order=[question.key for question in order] if definition.shuffle else [],
            started_at=attempt.started_at if attempt else given.started_at,
            invitation=visit.invitation,
        )
    except AlreadyAnswered:
        return already(visit, status=409)
    except QuotaFull:
        return _full(definition)
    if attempt is not None:
        attempts.finish(key=given.key, now=now)
    query = {"c": receipts.code(accepted.response_id)}
    query |= {"lang": visit.query["lang"]} if "lang" in visit.query else {}
    return _see(reverse("survey-thanks", args=[definition.slug]) + "?" + urlencode(query))


def _empty(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()


def _full(definition: Definition) -> HttpResponse:
    return render(
        "notice",
        d=definition,
        heading=_("予定の回答数に達しました"),
        text=_("ご協力ありがとうございます。同じような方からの回答が、予定の数に達したため、ここで終わります。"),
    )


def already(visit: Visit, *, status: int = 200) -> HttpResponse:
    invited = visit.invitation is not None
    return render(
        "notice",
        status,
        d=visit.definition,
        heading=_("すでに回答をいただいています。ありがとうございました。"),
        text=""
        if invited
        else _("この画面からの回答は、お預かりしています。別の回答を送るときは、はじめの画面を開き直してください。"),
        again="" if invited else reverse("survey-form", args=[visit.definition.slug]),
    )
