"""Who may call a route. Every view declares it; a test fails on one that does not.

    @public(methods=("GET", "POST"))      anybody
    @staff(AGENTS, methods=("GET",))      signed in, with one of the roles
    @api(READERS, WRITERS, resource="tickets")   REST: role of the person, scope of the key
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from rest_framework.request import Request

from voc.models import Role, User

EVERYONE = frozenset(Role.values)
MANAGERS = frozenset({Role.OWNER, Role.ADMIN})
ANALYSTS = MANAGERS | {Role.ANALYST}
AGENTS = MANAGERS | {Role.AGENT}
CONTRIBUTORS = ANALYSTS | {Role.AGENT}

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Policy:
    """Declared on a view as `view.policy`."""

    kind: str
    methods: tuple[str, ...]
    roles: frozenset[str] = frozenset()
    write_roles: frozenset[str] = frozenset()
    resource: str = ""


class StaffRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: User


class ApiRequest(Request):
    """A request of a person or a key that may ask."""

    user: User


def _declare(view: View, policy: Policy) -> View:
    view.policy = policy  # type: ignore[attr-defined]
    return view


def public(*, methods: tuple[str, ...] = ("GET",)) -> Callable[[View], View]:
    """Anybody may call it."""

    def decorate(view: View) -> View:
        allowed = (*methods, "HEAD") if "GET" in methods else methods
        return _declare(
            cast(View, wraps(view)(require_http_methods(list(allowed))(view))),
            Policy("public", methods),
        )

    return decorate


def staff(
    roles: frozenset[str] = EVERYONE, *, methods: tuple[str, ...] = ("GET",)
) -> Callable[[View], View]:
    """Signed-in people with one of the roles; others are sent to log in, or refused."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if request.user.role not in roles:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        allowed = (*methods, "HEAD") if "GET" in methods else methods
        checked = never_cache(require_http_methods(list(allowed))(guarded))
        return _declare(cast(View, wraps(view)(checked)), Policy("staff", methods, roles))

    return decorate


def api(
    read: frozenset[str],
    write: frozenset[str] = frozenset(),
    *,
    resource: str,
    methods: tuple[str, ...] = ("GET",),
) -> Callable[[View], Any]:
    """REST view for `rest_framework.decorators.api_view`: role of the person, scope of the key.

    A key needs the scope `<resource>:read` or `<resource>:write`, and its owner the role.
    """
    from rest_framework.decorators import api_view
    from rest_framework.exceptions import PermissionDenied as Forbidden

    def decorate(view: View) -> Any:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
            safe = request.method in ("GET", "HEAD", "OPTIONS")
            if request.user.role not in (read if safe else write):
                raise Forbidden
            key = request.auth
            if key is not None:
                scope = f"{resource}:{'read' if safe else 'write'}"
                if scope not in key.scopes:
                    raise Forbidden(f"missing scope {scope}")
            if not safe:
                # A body that is no JSON is refused, also where the view would ask for none.
                _ = request.data
            return view(request, *args, **kwargs)

        wrapped = api_view(list(methods))(guarded)
        return _declare(wrapped, Policy("api", methods, read, write, resource))

    return decorate


def found(obj: Any) -> Any:
    """The object, or the same 404 for a missing one and for one that is not yours to see."""
    if obj is None:
        raise Http404
    return obj
