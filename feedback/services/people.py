"""Customers: recognised by number or address, never made twice."""

import re
import unicodedata
from datetime import datetime, timedelta

import phonenumbers
from django.db import transaction
from django.utils.translation import gettext as _

from feedback.models import ContactPoint, Customer
from voc import audit
from voc.errors import Refused
from voc.models import User

EARLIEST_YEAR = 1990


def contact_key(kind: str, value: str) -> str:
    """What two spellings of one address have in common: folded mail, E.164 for telephones."""
    text = "".join(unicodedata.normalize("NFKC", value).split())
    if kind == "phone":
        try:
            number = phonenumbers.parse(text, "JP")
        except phonenumbers.NumberParseException:
            return re.sub(r"\D", "", text)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return text.casefold()


def check_moment(at: datetime, *, now: datetime) -> None:
    """Refuses moments nobody can mean: before 1990, or later than tomorrow."""
    if at.year < EARLIEST_YEAR or at > now + timedelta(days=1):
        raise Refused(_("日時が正しくありません。"), "bad_moment")


@transaction.atomic
def customer_by_email(*, email: str, name: str = "", now: datetime) -> Customer:
    """The customer with this address, made when there is none."""
    key = contact_key("email", email)
    known = ContactPoint.objects.filter(kind="email", key=key).select_related("customer").first()
    if known:
        return known.customer
    customer = Customer.objects.create(name=name.strip()[:200], created_at=now)
    contact, created = ContactPoint.objects.get_or_create(
        kind="email", key=key, defaults={"customer": customer, "value": email.strip()[:254]}
    )
    if not created:
        # Another request was first: use its customer, drop ours.
        customer.delete()
    return contact.customer


@transaction.atomic
def record_customer(
    *,
    external_id: str,
    now: datetime,
    actor: User,
    name: str = "",
    email: str = "",
    segment: str = "",
) -> tuple[Customer, bool]:
    """(customer, created) by number; given values replace, blank ones do not."""
    customer, created = Customer.objects.get_or_create(
        external_id=external_id, defaults={"created_at": now}
    )
    customer.name = name.strip() or customer.name
    customer.segment = segment.strip() or customer.segment
    customer.save(update_fields=["name", "segment"])
    if email:
        contact, made = ContactPoint.objects.get_or_create(
            kind="email",
            key=contact_key("email", email),
            defaults={"customer": customer, "value": email},
        )
        if not made and contact.customer_id != customer.pk:
            raise Refused(
                str(_("このメールアドレスは、別のお客様のものです。")), "address_taken"
            )
    audit.record("customer.record", customer, actor=actor, now=now)
    return customer, created
