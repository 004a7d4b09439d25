"""Request id, content security policy, language, and an honest 503."""

import logging
import uuid
from collections.abc import Callable
from time import perf_counter

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation

from voc.logs import set_request_id

log = logging.getLogger("voc.request")
Next = Callable[[HttpRequest], HttpResponseBase]


class RequestId:
    """Names every request, in its logs and in its response; one log line for slow or failed ones."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = uuid.uuid4().hex
        set_request_id(request_id)
        request.request_id = request_id  # type: ignore[attr-defined]
        started = perf_counter()
        response = self.get_response(request)
        response["X-Request-Id"] = request_id
        milliseconds = round((perf_counter() - started) * 1000)
        if response.status_code >= 500 or milliseconds > 1000:
            route = request.resolver_match.route if request.resolver_match else ""
            log.warning(
                "request",
                extra={
                    "status": response.status_code,
                    "method": request.method,
                    # The route, never the path: a path may carry a token.
                    "route": route,
                    "milliseconds": milliseconds,
                },
            )
        return response


class UnreadBody:
    """Reads what is left of a body that was refused for its size, so that the answer arrives.

    A server that closes a connection with bytes unread resets it, and many clients then report a
    broken pipe instead of the sentence that says what was too long.
    """

    # Above this the connection may break: nobody types that much.
    MOST = 16 * 1024 * 1024

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        length = request.META.get("CONTENT_LENGTH") or "0"
        large = length.isascii() and length.isdigit() and int(length[:12]) <= self.MOST
        if response.status_code >= 400 and large:
            try:
                while request.read(1 << 16):
                    pass
            except OSError:
                log.info("the sender left before its body was read")
        return response


class ContentSecurityPolicy:
    """Sends SECURE_CSP. A view may widen single directives through `response.csp`."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if "Content-Security-Policy" not in response:
            policy = {**settings.SECURE_CSP, **getattr(response, "csp", {})}
            response["Content-Security-Policy"] = "; ".join(
                f"{name} {' '.join(values)}".strip() for name, values in policy.items()
            )
        return response


class DatabaseDown:
    """503 with Retry-After when the database is away, so that a form can try again."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        if not isinstance(exception, OperationalError | InterfaceError):
            return None
        log.error("database unavailable", exc_info=exception)
        text = translation.gettext(
            "ただいま記録できません。入力した内容はそのままにして、少し待ってからもう一度送信してください。"
        )
        return HttpResponse(
            text, status=503, headers={"Retry-After": "5"}, content_type="text/plain; charset=utf-8"
        )


class Language:
    """Japanese unless the person chose otherwise: user, then cookie. Browsers' guesses do not count."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        known = dict(settings.LANGUAGES)
        chosen = request.GET.get("lang") or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if chosen not in known:
            # Only a request that carries a session asks the database who it is.
            has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
            chosen = getattr(request.user, "language", "") if has_session else ""
        with translation.override(chosen if chosen in known else settings.LANGUAGE_CODE):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "ja")
        return response
