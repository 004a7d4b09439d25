"""The components page, the language switch, and pages for what went wrong."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from voc.access import public, staff
from voc.api.errors import not_found as api_not_found
from voc.api.errors import unreadable as api_unreadable


@staff()
def ui(request: HttpRequest) -> HttpResponse:
    from voc.ui_samples import samples

    return render(request, "voc/ui.html", samples())


@staff()
def ui_customer(request: HttpRequest) -> HttpResponse:
    from voc import customer_style
    from voc.ui_samples import samples

    response = render(request, "voc/ui_customer.html", samples())
    response.csp = {"style-src": ["'self'", customer_style.source()]}  # type: ignore[attr-defined]
    return response


@public(methods=("POST",))
def set_language(request: HttpRequest) -> HttpResponse:
    """Remembers the language in a cookie, and for people who are signed in, on their account."""
    language = request.POST.get("language", "")
    target = request.POST.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    response = redirect(target if safe and target.startswith("/") else "/")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            samesite="Lax",
            secure=settings.HTTPS,
            httponly=True,
        )
        if request.user.is_authenticated and request.user.language != language:
            request.user.language = language
            request.user.save(update_fields=["language"])
    return response


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What was sent cannot be taken in: too much of it, or not in the form of a form."""
    too_large = isinstance(exception, RequestDataTooBig)
    status = 413 if too_large else 400
    if request.path.startswith("/api/"):
        return api_unreadable(too_large=too_large)
    return render(request, "400.html", {"too_large": too_large}, status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        return api_not_found(request)
    return render(request, "404.html", status=404)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)
