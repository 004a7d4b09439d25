"""What every staff page shows around its content."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from voc.models import Workspace
from voc.prepared import Prepared
from voc.registry import registry


def chrome(request: HttpRequest) -> dict[str, Any]:
    """Navigation of this person, and whose voices these are. Evaluated when a template asks."""
    user = getattr(request, "user", None)

    def nav() -> list[dict[str, Any]]:
        if user is None or not user.is_authenticated:
            return []
        path = request.path
        return [
            {
                "label": entry.label,
                "url": reverse(entry.url_name),
                "icon": entry.icon,
                "count": entry.count(user) if entry.count else None,
                "current": path == "/" if entry.prefix == "/" else path.startswith(entry.prefix),
            }
            for entry in sorted(registry.nav, key=lambda entry: entry.order)
            if user.role in entry.roles
        ]

    def settings_pages() -> list[tuple[str, Any, str]]:
        return [(key, label, reverse(name)) for key, label, name in registry.settings]

    # A template asks several times; the database is asked once a request.
    return {
        "nav": cache(nav),
        "workspace": cache(_workspace),
        "settings_pages": settings_pages,
    }


@dataclass(frozen=True, slots=True)
class Space:
    """What every page says of the workspace."""

    name: str
    is_demo: bool
    operator: str
    contact: str


_SPACE = Prepared(
    lambda: Workspace.objects.filter(pk=1).values_list("name", "is_demo", "operator", "contact")
)


def _workspace() -> Space | None:
    for name, is_demo, operator, contact in _SPACE.rows():
        return Space(name, bool(is_demo), operator, contact)
    return None
