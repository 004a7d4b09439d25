"""Every refusal on the API is problem+json (RFC 9457) with a code and the request id."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from voc.errors import Refused
from voc.logs import request_id

_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    409: "Conflict",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
}


def problem(
    code: int, kind: str, detail: str, invalid: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    """The body: type, title, status, code, detail, request_id, invalid_params."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": _TITLES.get(code, "Error"),
        "status": code,
        "code": kind,
        "detail": detail,
        "request_id": request_id(),
    }
    if invalid:
        body["invalid_params"] = invalid
    return body


def _flatten(detail: Any, path: str = "") -> list[dict[str, str]]:
    if isinstance(detail, dict):
        return [
            row
            for name, child in detail.items()
            for row in _flatten(child, f"{path}.{name}" if path else str(name))
        ]
    if isinstance(detail, list):
        if all(not isinstance(item, dict | list) for item in detail):
            return [{"name": path, "reason": " ".join(str(item) for item in detail)}]
        return [
            row for index, child in enumerate(detail) for row in _flatten(child, f"{path}[{index}]")
        ]
    return [{"name": path, "reason": str(detail)}]


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler."""
    headers: dict[str, str] = {}
    invalid = None
    if isinstance(error, Refused):
        conflict = error.code in ("conflict", "answered_since")
        code, kind, detail = 409 if conflict else 422, error.code, error.message
    elif isinstance(error, Http404):
        code, kind, detail = 404, "not_found", "not found"
    elif isinstance(error, PermissionDenied):
        code, kind, detail = 403, "permission_denied", "not allowed"
    elif isinstance(error, exceptions.ValidationError):
        code, kind, detail = 400, "invalid", "some values were refused"
        invalid = _flatten(error.detail)
    elif isinstance(error, exceptions.APIException):
        code, kind = error.status_code, str(error.default_code)
        detail = str(error.detail)
        if getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
        if getattr(error, "wait", None):
            headers["Retry-After"] = f"{error.wait:.0f}"  # type: ignore[attr-defined]
    else:
        return None
    set_rollback()
    return Response(
        problem(code, kind, detail, invalid),
        status=code,
        headers=headers,
        content_type="application/problem+json",
    )


def not_found(request: HttpRequest) -> HttpResponse:
    """404 for an address below /api/ that no route knows."""
    return JsonResponse(
        problem(status.HTTP_404_NOT_FOUND, "not_found", "not found"),
        status=404,
        content_type="application/problem+json",
    )


def unreadable(*, too_large: bool) -> HttpResponse:
    """400 for a request below /api/ that could not be read at all, 413 for one too large."""
    code, kind = (413, "too_large") if too_large else (400, "parse_error")
    detail = "body too large" if too_large else "the request could not be read"
    return JsonResponse(
        problem(code, kind, detail), status=code, content_type="application/problem+json"
    )
