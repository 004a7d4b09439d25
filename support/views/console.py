"""What list and ticket have in common: the panes on the left."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.urls import reverse
from django.utils import timezone

from support.queries import desk
from support.services.text import one_line
from support.views.ticket_rows import written_tickets
from voc.access import StaffRequest
from voc.errors import Refused


def panes(request: StaffRequest, *, current: int | None = None) -> dict[str, Any]:
    """Views, inboxes and the list, from the query: view, inbox, q, cursor; `current` is open."""
    now = timezone.now()
    user = request.user
    inboxes = list(desk.inboxes_for(user).order_by("name", "pk"))
    chosen = next((box for box in inboxes if box.key == request.GET.get("inbox")), None)
    view = request.GET.get("view", "open")
    view = view if view in desk.VIEWS else "open"
    words = one_line(request.GET.get("q", ""))[:100]
    cursor = request.GET.get("cursor", "")
    asked = {
        "view": view,
        "inbox": chosen.key if chosen else "",
        "words": words,
        "now": now,
    }
    try:
        listing = desk.listing(user, cursor=cursor, **asked)  # type: ignore[arg-type]
    except Refused as refused:
        messages.error(request, refused.message)
        cursor = ""
        listing = desk.listing(user, **asked)  # type: ignore[arg-type]
    counts = desk.counts(user, now=now, inbox=chosen.key if chosen else "")
    here = reverse("tickets")
    place = {"view": view, "inbox": chosen.key if chosen else "", "q": words}
    keep = _query({**place, "cursor": cursor})
    return {
        "now": now,
        "listing": listing,
        "written": written_tickets(listing.rows, keep=keep, current=current),
        "chosen_inbox": chosen,
        "words": words,
        "keep": keep,
        "back": here + keep,
        "views": [
            {
                "key": key,
                "label": label,
                "icon": icon,
                "count": counts.views.get(key),
                "late": key == "due",
                "url": here + _query({"view": key, "inbox": place["inbox"]}),
                "current": key == view and not words,
            }
            for key, (label, icon) in desk.VIEWS.items()
        ],
        "inboxes": [
            {
                "label": box.name,
                "count": counts.inboxes.get(box.pk),
                "url": here
                + _query({"view": view, "inbox": "" if box == chosen else box.key}),
                "current": box == chosen,
            }
            for box in inboxes
        ],
    }


def _query(values: dict[str, str]) -> str:
    given = {key: value for key, value in values.items() if value}
    if given.get("view") == "open":
        del given["view"]
    return f"?{urlencode(given)}" if given else ""
