"""API keys by `Authorization: Bearer voc_…`; a signed-in page by its session and CSRF token."""

import hashlib
from datetime import timedelta
from typing import Any

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from voc.models import ApiKey, User

PREFIX = "voc_"


def digest(token: str) -> str:
    """What is stored of a key. 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


class ApiKeyAuthentication(BaseAuthentication):
    """Looks the key up by its digest; a revoked or expired one, or an inactive owner, is 401."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        header = request.headers.get("Authorization", "")
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = token.strip()
        now = timezone.now()
        key = (
            ApiKey.objects.select_related("owner")
            .filter(
                digest=digest(token),
                revoked_at=None,
                expires_at__gt=now,
                owner__is_active=True,
            )
            .first()
            if token.startswith(PREFIX)
            else None
        )
        if key is None:
            raise AuthenticationFailed("unknown, expired or revoked API key", "invalid_key")
        # Once a minute is exact enough and keeps reads from writing.
        if key.last_used_at is None or now - key.last_used_at > timedelta(minutes=1):
            ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
        return key.owner, key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="voc"'


class PageSessionAuthentication(SessionAuthentication):
    """The session of our own pages; 401 rather than 403 for nobody."""

    def authenticate_header(self, request: Any) -> str:
        return 'Bearer realm="voc"'
