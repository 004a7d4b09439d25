"""OpenAPI 3.1 from the views, and its page, served by us."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView
from rest_framework.permissions import AllowAny

from voc.access import public

schema = public()(SpectacularAPIView.as_view(permission_classes=[AllowAny], authentication_classes=[]))
_redoc = SpectacularRedocView.as_view(
    url_name="api-schema", permission_classes=[AllowAny], authentication_classes=[]
)


@public()
def docs(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
    response = _redoc(request, **kwargs)
    # The published documentation bundle writes its own style elements and starts a worker.
    response.csp = {  # type: ignore[attr-defined]
        "style-src": ["'self'", "'unsafe-inline'"],
        "worker-src": ["blob:"],
        "img-src": ["'self'", "data:"],
    }
    return response
