"""Audiences: customers by a rule, as one query that can be walked in pieces."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BooleanField, Exists, OuterRef, QuerySet, Subquery, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from feedback.models import Consent, ContactPoint, Customer, CustomerEvent
from surveys.models import Campaign, CampaignMember, Invitation
from surveys.services import asking
from voc.clock import local_day
from voc.errors import Refused
from voc.registry import registry

ALL, SEGMENT, ATTRIBUTE, BOUGHT, ASKED, LIST = (
    "all", "segment", "attribute", "bought", "asked", "list"
)  # fmt: skip
RULES = (ALL, SEGMENT, ATTRIBUTE, BOUGHT, ASKED, LIST)


def check(audience: Mapping[str, Any]) -> dict[str, Any]:
    """The rule with what it needs and nothing else; Refused names what is missing."""
    rule = audience.get("rule")
    if rule not in RULES:
        raise Refused(_("だれに送るかを選んでください。"), "bad_audience")
    checked: dict[str, Any] = {"rule": rule}
    if rule == SEGMENT:
        checked["segment"] = _text(audience, "segment", _("区分を書いてください。"))
    if rule == ATTRIBUTE:
        checked["key"] = _text(audience, "key", _("属性の名前を書いてください。"))
        checked["value"] = _text(audience, "value", _("属性の値を書いてください。"))
    if rule == BOUGHT:
        checked["product"] = str(audience.get("product") or "").strip()[:100]
    if rule in (BOUGHT, ASKED):
        days = audience.get("days")
        if not isinstance(days, int) or not 1 <= days <= 730:
            raise Refused(_("日数は、1日から730日までです。"), "bad_audience")
        checked["days"] = days
    if rule == ASKED and registry.lately_asking is None:
        raise Refused(_("問い合わせの記録がありません。"), "bad_audience")
    return checked


def _text(audience: Mapping[str, Any], name: str, missing: str) -> str:
    value = str(audience.get(name) or "").strip()[:100]
    if not value:
        raise Refused(missing, "bad_audience")
    return value


def customers_of(campaign: Campaign, *, now: datetime) -> QuerySet[Customer]:
    """The audience as it is at `now`; a list is what it was when it was given."""
    audience, rows = campaign.audience, Customer.objects.all()
    rule = audience["rule"]
    if rule == LIST:
        return rows.filter(
            Exists(CampaignMember.objects.filter(campaign=campaign, customer=OuterRef("pk")))
        )
    if rule == ALL:
        return rows.filter(Exists(_mails()))
    if rule == SEGMENT:
        return rows.filter(segment=audience["segment"])
    if rule == ATTRIBUTE:
        # A transform by hand: in a keyword, "a__b" would be read as a path. As text, or the
        # value that is looked for would have to be JSON.
        value = Cast(KeyTextTransform(audience["key"], "attributes"), TextField())
        return rows.annotate(wanted=value).filter(wanted=audience["value"])
    since = now - timedelta(days=audience["days"])
    if rule == BOUGHT:
        bought = CustomerEvent.objects.filter(
            kind=CustomerEvent.Kind.ORDER, local_day__gte=local_day(since), occurred_at__gte=since
        )
        if audience["product"]:
            bought = bought.filter(product=audience["product"])
        return rows.filter(pk__in=bought.values("customer"))
    assert rule == ASKED and registry.lately_asking is not None
    return rows.filter(pk__in=registry.lately_asking(since))


def with_standing(
    rows: QuerySet[Customer], *, now: datetime, rest_days: int
) -> QuerySet[Customer, Any]:
    """Each with `reachable`, `known` (has any mail address), `granted` (None: never said), `rested`."""
    said = Consent.objects.filter(customer=OuterRef("pk"), purpose=Consent.Purpose.SURVEY)
    asked = Invitation.objects.filter(
        customer=OuterRef("pk"),
        sent_at__gte=asking.rested_since(now, rest_days),
        bounced_at=None,
    )
    return rows.annotate(
        reachable=Exists(_mails().filter(bounced_at=None)),
        known=Exists(_mails()),
        granted=Subquery(
            said.order_by("-at", "-pk").values("granted")[:1], output_field=BooleanField()
        ),
        rested=Exists(asked if rest_days else asked.none()),
    )


def _mails() -> QuerySet[ContactPoint]:
    return ContactPoint.objects.filter(customer=OuterRef("pk"), kind=ContactPoint.Kind.EMAIL)
