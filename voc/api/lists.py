"""Lists on the API: `limit`, `cursor`, and one body shape."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from voc.errors import Refused
from voc.paging import page

MAX_LIMIT = 200


def cursor_list(
    request: Request,
    rows: QuerySet[Any],
    serializer: type[BaseSerializer[Any]],
    *,
    order: tuple[str, ...],
    **context: Any,
) -> Response:
    """{"data": […], "meta": {"next_cursor", "limit"}}; a bad limit or cursor is a 400."""
    from rest_framework.exceptions import ValidationError

    raw = request.query_params.get("limit", "50")
    if not raw.isascii() or not raw.isdigit() or len(raw) > 4 or not 1 <= int(raw) <= MAX_LIMIT:
        raise ValidationError({"limit": f"a whole number from 1 to {MAX_LIMIT}"})
    try:
        found = page(rows, order=order, cursor=request.query_params.get("cursor", ""), size=int(raw))
    except Refused as refused:
        raise ValidationError({"cursor": refused.message}) from None
    data = serializer(found.items, many=True, context={"request": request, **context}).data
    return Response({"data": data, "meta": {"next_cursor": found.next, "limit": int(raw)}})
