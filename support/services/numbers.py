"""Ticket numbers: short, ascending from 10001, without gaps, unique under concurrency."""

from django.db.models.functions import Greatest

from support.models import TicketCounter

FIRST = 10_001


def locked_counter() -> TicketCounter:
    """The counter, locked until the caller's transaction ends: makers of tickets queue here."""
    rows = TicketCounter.objects.select_for_update().filter(pk=1)
    counter = rows.first()
    if counter is None:
        first = TicketCounter(pk=1, last=FIRST - 1)
        TicketCounter.objects.bulk_create([first], ignore_conflicts=True)
        counter = rows.get()
    return counter


def take(counter: TicketCounter, count: int = 1) -> int:
    """The first of `count` fresh numbers."""
    first = counter.last + 1
    counter.last += count
    counter.save(update_fields=["last"])
    return first


def reserve(number: int) -> None:
    """Keeps later tickets above a number that came from elsewhere."""
    locked_counter()
    TicketCounter.objects.filter(pk=1).update(last=Greatest("last", number))
