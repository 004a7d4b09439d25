"""A customer with everything that was said, asked, ordered and told."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from feedback.models import Comment, Customer, Score
from feedback.queries.comments import comments_for, snippet
from voc.models import User
from voc.registry import TimelineEntry, registry

TIMELINE = 60


def customers_for(user: User) -> QuerySet[Customer]:
    """Customers are known to all of the staff; what they wrote to an inbox is not."""
    return Customer.objects.all()


def customers_matching(user: User, words: str, limit: int = 10) -> list[Customer]:
    """Customers by number, address or beginning of a name."""
    words = words.strip()[:100]
    if not words:
        return []
    return list(
        customers_for(user)
        .filter(
            Q(external_id=words)
            | Q(name__startswith=words)
            | Q(contacts__key=words.lower())
        )
        .select_related("account")
        .distinct()
        .order_by("pk")[:limit]
    )


@dataclass(frozen=True, slots=True)
class CustomerPage:
    customer: Customer
    comments: int
    scores: list[Score]
    timeline: list[TimelineEntry]


def customer_page(user: User, pk: int) -> CustomerPage | None:
    """The customer's card and history, newest first, gathered from every app."""
    customer = (
        customers_for(user)
        .select_related("account")
        .prefetch_related("contacts", "consents")
        .filter(pk=pk)
        .first()
    )
    if customer is None:
        return None
    voices = comments_for(user).filter(customer=customer)
    scores = list(customer.scores.order_by("-occurred_at", "-pk")[:12])
    entries = [
        *_voices(voices),
        *_orders(customer),
        *(entry for gather in registry.timeline for entry in gather(customer.pk, user)),
    ]
    entries.sort(key=_when, reverse=True)
    return CustomerPage(customer, voices.count(), scores[::-1], entries[:TIMELINE])


def _when(entry: TimelineEntry) -> datetime:
    return entry.at


def _voices(rows: QuerySet[Comment]) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            at=comment.occurred_at,
            kind=comment.get_source_display(),
            title=_("「%(words)s」") % {"words": snippet(comment, 80)},
            url=reverse("comment", args=[comment.pk]),
        )
        for comment in rows.order_by("-occurred_at", "-pk")[:TIMELINE]
    ]


def _orders(customer: Customer) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            at=event.occurred_at,
            kind=event.get_kind_display(),
            title=event.product or str(_("注文")),
            detail=_("%(amount)s円") % {"amount": f"{event.amount:,.0f}"}
            if event.amount is not None else "",
        )
        for event in customer.events.order_by("-occurred_at")[:TIMELINE]
    ]
