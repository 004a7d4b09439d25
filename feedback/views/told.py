"""What customers see: answers to their voices, and the way out of notices."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from feedback.queries import releases as queries
from feedback.services import notices
from voc import customer_style
from voc.access import public
from voc.errors import Refused
from voc.models import Workspace
from voc.paging import page

CACHE_SECONDS = 300


def _styled(response: HttpResponse) -> HttpResponse:
    response.csp = {"style-src": ["'self'", customer_style.source()]}  # type: ignore[attr-defined]
    return response


@public()
def voice(request: HttpRequest) -> HttpResponse:
    """「ご意見へのお答え」: what was asked, what changed, what was declined and why."""
    cursor = request.GET.get("cursor", "")
    order = ("-released_at", "-id")
    try:
        found = page(queries.public_releases(), order=order, cursor=cursor, size=10)
    except Refused:
        raise Http404 from None
    context = {
        "page": found,
        "answers": queries.answers(found.items),
        "declined": [] if cursor else queries.declined(),
        "house": Workspace.objects.filter(pk=1).first(),
    }
    response = render(request, "feedback/voice_public.html", context)
    patch_cache_control(response, public=True, max_age=CACHE_SECONDS)
    # The language may be chosen by cookie.
    patch_vary_headers(response, ["Cookie"])
    return _styled(response)


# Mail programs post here by themselves (RFC 8058), without a cookie; the token is the proof.
@csrf_exempt
@public(methods=("GET", "POST"))
def voice_stop(request: HttpRequest, token: str) -> HttpResponse:
    """No more notices: a page with one button, so that link checkers stop nothing."""
    customer = notices.customer_of(token)
    if customer is None:
        raise Http404
    if request.method == "POST":
        notices.stop(customer=customer, now=timezone.now())
    context = {
        "stopped": request.method == "POST",
        "house": Workspace.objects.filter(pk=1).first(),
    }
    response = render(request, "feedback/voice_public_stop.html", context)
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return _styled(response)
