"""Tickets for the tests of this folder, made by the services that make them anywhere."""

from datetime import datetime
from typing import Any

import pytest

from support.models import Message, Ticket
from support.services import open_ticket


@pytest.fixture
def ticket_of(db: Any, now: datetime) -> Any:
    """Opens a ticket in an inbox; each call is another one unless `ref` says so."""
    made = 0

    def open_one(inbox: Any, **given: Any) -> Ticket:
        nonlocal made
        made += 1
        values = {
            "subject": f"箱が二つ届きました {made}",
            "text": "同じ箱が今朝また届きました。どちらか一つを返品したいです。",
            "name": "早瀬 みのり",
            "email": f"guest{made}@customer.example",
            "origin": "form",
            "origin_ref": given.pop("ref", f"ref-{made}"),
            "now": now,
        }
        return open_ticket(inbox=inbox, **{**values, **given})

    return open_one


@pytest.fixture
def newest() -> Any:
    """The newest message id that a reply form of this ticket would carry."""

    def of(ticket: Ticket) -> int:
        rows = Message.objects.filter(ticket=ticket, kind__in=["customer", "reply"])
        return rows.order_by("-pk").values_list("pk", flat=True).first() or 0

    return of
