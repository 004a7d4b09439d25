"""System checks `voc.E0xx`: production does not start on unsafe values."""

import os
import sys
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

_PLACES = "docs/production.md"


def _error(code: str, message: str, hint: str) -> Error:
    return Error(message, hint=hint, id=f"voc.{code}")


def _secret_key() -> str:
    try:
        return settings.SECRET_KEY
    except ImproperlyConfigured:
        # Django's own word for an empty one, which would hide our hint.
        return ""


@register()
def production_is_safe(**_: Any) -> list[CheckMessage]:
    """Errors for values that must not meet the internet."""
    if not settings.PRODUCTION:
        return []
    found: list[CheckMessage] = []
    key = _secret_key()
    if len(key) < 50 or len(set(key)) < 5 or key.startswith("django-insecure-"):
        found.append(
            _error(
                "E001",
                "VOC_SECRET_KEY is missing or weak.",
                "Set it (or VOC_SECRET_KEY_FILE) to at least 50 random characters: "
                "python -c 'import secrets; print(secrets.token_urlsafe(64))'",
            )
        )
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        found.append(
            _error("E002", "VOC_ALLOWED_HOSTS is empty or a wildcard.", "Name every host, by comma.")
        )
    if settings.DEBUG:
        found.append(_error("E003", "VOC_DEBUG is on.", "Unset it: error pages show secrets."))
    base = urlsplit(settings.BASE_URL)
    if base.scheme != "https" or not base.hostname:
        found.append(
            _error(
                "E004",
                "VOC_BASE_URL is not an https address.",
                "Links in mail are built from it, e.g. VOC_BASE_URL=https://voc.example.jp",
            )
        )
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        found.append(
            _error("E005", "No mail server is set.", "Set VOC_SMTP_HOST: customers are told by mail.")
        )
    if settings.DATABASES["default"]["ENGINE"].endswith("postgresql") and str(
        settings.BROKER_URL
    ).startswith("filesystem"):
        found.append(
            Warning(
                "The filesystem broker serves one machine only.",
                hint="Set BROKER_URL=redis://… when web and worker run on several.",
                id="voc.W001",
            )
        )
    if "VOC_NUM_PROXIES" not in os.environ:
        found.append(
            _error(
                "E006",
                "VOC_NUM_PROXIES is not set.",
                "Set the number of proxies in front (0 for none). Slow clients stop a bare "
                f"application server, so one buffering proxy is the rule: {_PLACES}.",
            )
        )
    return found


@register("database")
def no_demo_in_production(databases: Any = None, **_: Any) -> list[CheckMessage]:
    """Error when the demo's well-known passwords would meet the internet."""
    if not settings.PRODUCTION or not databases:
        return []
    from voc.models import Workspace

    try:
        holds_demo = Workspace.objects.filter(is_demo=True).exists()
    except DatabaseError:
        # Away or not migrated yet: /readyz says so, and `migrate` must be able to run.
        return []
    if holds_demo:
        return [
            _error(
                "E007",
                "This database holds the demo, whose passwords are public.",
                "Start production on a database of its own.",
            )
        ]
    return []


def refuse_unsafe_start() -> None:
    """Ends the process with the list of errors when production settings are unsafe."""
    if not settings.PRODUCTION:
        return
    # These alone: other checks ask the database, and web must start while it is away.
    found = [*production_is_safe(), *no_demo_in_production(databases=["default"])]
    errors = [message for message in found if message.is_serious()]
    if errors:
        for message in errors:
            sys.stderr.write(f"{message}\n")
        sys.exit(1)
