"""What the schema must say that no single view says: keys, pages, problems."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "invalid_params": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "reason": {"type": "string"}},
            },
        },
    },
}
_META = {
    "type": "object",
    "properties": {
        "next_cursor": {"type": ["string", "null"]},
        "limit": {"type": "integer"},
    },
}
_REFUSED = {
    "400": "a value is wrong",
    "401": "no key, or an expired or revoked one",
    "403": "the key's scope or its owner's role does not allow this",
    "404": "not there, or not yours to see",
    "409": "somebody else was faster",
    "413": "the body is too large",
    "415": "the body is not JSON",
    "422": "a rule said no",
}


class ApiKeyScheme(OpenApiAuthenticationExtension):
    target_class = "voc.api.auth.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "voc_…, made under 設定"}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "voc.api.auth.PageSessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        from django.conf import settings

        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


def complete(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Postprocessing hook: list envelopes, and the refusals every operation may answer."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _PROBLEM
    for path, operations in result.get("paths", {}).items():
        for verb, operation in operations.items():
            _envelope(verb, operation)
            _refusals(verb, path, operation)
    return result


def _envelope(verb: str, operation: dict[str, Any]) -> None:
    content = operation.get("responses", {}).get("200", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    if verb == "get" and schema.get("type") == "array":
        content["application/json"]["schema"] = {
            "type": "object",
            "required": ["data", "meta"],
            "properties": {"data": schema, "meta": _META},
        }


def _refusals(verb: str, path: str, operation: dict[str, Any]) -> None:
    codes = {"400", "401", "403"}
    if "{" in path:
        codes.add("404")
    if verb != "get":
        codes |= {"404", "409", "413", "415", "422"}
    for code in sorted(codes):
        operation["responses"].setdefault(
            code,
            {
                "description": _REFUSED[code],
                "content": {
                    "application/problem+json": {
                        "schema": {"$ref": "#/components/schemas/Problem"}
                    }
                },
            },
        )
