"""The form inside the pages of other sites: a frame, the script that opens it, and its rules.

Nothing here sets or reads a cookie. Who may frame the form, and read the rules, is the survey's
list of origins; everybody else's browser is told to refuse.
"""

import hashlib
import json

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from surveys.queries import definitions, placements
from surveys.queries import snippet as script
from surveys.queries.definitions import Definition
from surveys.services.origins import usable
from surveys.views.public import preview_page, thanks_page, visited
from surveys.views.visits import CHROME, WIDGET, visit_of
from voc.access import public

RULES_SECONDS = 300
SNIPPET_SECONDS = 24 * 3600


def _definition(slug: str) -> Definition:
    definition = definitions.current(slug)
    if definition is None:
        raise Http404
    return definition


def _framed(response: HttpResponse, sources: list[str]) -> HttpResponse:
    """Lets these show the response in a frame. X-Frame-Options knows no lists: it is left out."""
    if sources:
        own = getattr(response, "csp", {})
        response.csp = {**own, "frame-ancestors": sources}  # type: ignore[attr-defined]
        response.xframe_options_exempt = True
    return response


@csrf_exempt
@public(methods=("GET", "POST"))
def form(request: HttpRequest, slug: str) -> HttpResponse:
    """The public form for a frame; with `try=1` our own page may show it, and it sends nothing."""
    definition = _definition(slug)
    if request.method != "POST" and request.GET.get("try") == "1":
        return preview_page(definition, request.GET.get("lang", ""), place=WIDGET)
    answered = visited(request, visit_of(request, definition, None, WIDGET))
    return _framed(answered, usable(definition.frame_origins))


@public()
def thanks(request: HttpRequest, slug: str) -> HttpResponse:
    """The thanks, in the same frame."""
    definition = _definition(slug)
    page = thanks_page(request, visit_of(request, definition, None, WIDGET))
    return _framed(page, usable(definition.frame_origins))


@public()
def rules(request: HttpRequest, slug: str) -> HttpResponseBase:
    """When the snippet shows the form; the same for everybody who asks in one language."""
    definition = _definition(slug)
    asked = request.GET.get("lang", "")
    language = asked if asked in definition.languages else definition.languages[0]
    with translation.override(language if language in CHROME else "en"):
        body = {
            "title": definition.texts(language).title,
            "label": _("アンケート"),
            "close": _("アンケートを閉じる"),
            "lang": language,
            "style": script.STYLE,
            "hidden": [q.key for q in definition.questions if q.kind == "hidden"],
            "show": placements.shown(definition, timezone.now()),
        }
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    response = _kept(request, content, "application/json", RULES_SECONDS)
    origin = request.headers.get("Origin", "")
    if origin in usable(definition.frame_origins):
        response["Access-Control-Allow-Origin"] = origin
    patch_vary_headers(response, ["Origin"])
    return response


@public()
def snippet(request: HttpRequest) -> HttpResponseBase:
    """The script that sites load: at an address that stays, so that it can be mended in one place."""
    response = _kept(request, script.snippet(), "text/javascript; charset=utf-8", SNIPPET_SECONDS)
    # A site that isolates itself (COEP) may load it too.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _kept(request: HttpRequest, content: bytes, kind: str, seconds: int) -> HttpResponseBase:
    """The content for any cache; 304 for those who have it already."""
    etag = quote_etag(hashlib.sha256(content).hexdigest()[:32])
    fresh = HttpResponse(content, content_type=kind)
    fresh["ETag"] = etag
    response = get_conditional_response(request, etag=etag, response=fresh)
    assert response is not None
    response["Cache-Control"] = f"public, max-age={seconds}"
    return response
