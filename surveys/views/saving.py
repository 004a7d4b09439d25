"""Answers saved while the form is being filled in, by the script of the form.

Nobody reads what comes back but the script: 204, or a problem+json that says why not.
"""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from surveys.forms import saving as forms
from surveys.models import Invitation
from surveys.queries import definitions
from surveys.queries.definitions import Definition
from surveys.queries.surveys import invitation_by_token
from surveys.services import attempts
from surveys.views import limits
from surveys.views.answering import visit_of
from voc.access import public
from voc.api.errors import problem
from voc.errors import Refused
from voc.throttle import client_address

_STATUS = {"bad_json": 400, "bad_shape": 400, "bad_token": 403, "key_reused": 409}


def _no(status: int, code: str, detail: str) -> JsonResponse:
    response = JsonResponse(
        problem(status, code, detail), status=status, content_type="application/problem+json"
    )
    response["Cache-Control"] = "no-store"
    return response


@csrf_exempt
@public(methods=("POST",))
def save(request: HttpRequest, slug: str) -> HttpResponse:
    """Keeps one answer of somebody at the public form."""
    definition = definitions.current(slug)
    if definition is None:
        return _no(404, "not_found", _("このアンケートはありません。"))
    return _save(request, definition, None)


@csrf_exempt
@public(methods=("POST",))
def invitation_save(request: HttpRequest, token: str) -> HttpResponse:
    """Keeps one answer of somebody with a personal link, as long as the link is unused."""
    found = invitation_by_token(token)
    definition = definitions.current(found.survey.slug) if found else None
    if found is None or definition is None or found.expires_at <= timezone.now():
        return _no(404, "not_found", _("このリンクは使えません。"))
    if found.used_at is not None:
        return _no(409, "already_answered", _("すでに回答をいただいています。"))
    return _save(request, definition, found)


def _save(
    request: HttpRequest, definition: Definition, invitation: Invitation | None
) -> HttpResponse:
    now = timezone.now()
    if not definition.is_open(now):
        return _no(410, "closed", _("このアンケートの受け付けは終わりました。"))
    if not limits.allowed(definition.survey_id, client_address(request), save=True):
        refused = _no(429, "throttled", _("しばらくしてから、もう一度お試しください。"))
        refused["Retry-After"] = str(limits.RETRY_SECONDS)
        return refused
    # A page of another site can post a form, but not this type without being asked first.
    if request.content_type != "application/json":
        return _no(415, "not_json", _("JSONで送ってください。"))
    body = _body(request)
    if body is None:
        return _no(413, "too_large", _("送られた内容が大きすぎます。"))
    visit = visit_of(request, definition, invitation)
    try:
        outside = forms.envelope(body, now)
        answered = definitions.answered_version(definition, outside.version)
        answers = forms.read(outside.answers, answered.questions)
        attempts.save(
            definition=answered,
            key=outside.key,
            answers={**answers, **visit.hidden},
            serial=outside.serial,
            now=now,
            invitation=invitation,
            channel=visit.channel,
            language=visit.language,
            device=visit.device,
        )
    except Refused as refusal:
        return _no(_STATUS.get(refusal.code, 422), refusal.code, refusal.message)
    response = HttpResponse(status=204)
    response["Cache-Control"] = "no-store"
    return response


def _body(request: HttpRequest) -> bytes | None:
    """What was sent; None for more than an answer can be."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        body = request.body if length <= forms.MOST_BYTES else None
    except (ValueError, RequestDataTooBig):
        return None
    return body if body is not None and len(body) <= forms.MOST_BYTES else None
