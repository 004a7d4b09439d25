"""Who is asking: the customer of an address, made when unknown."""

import unicodedata
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from feedback.models import Consent, ContactPoint, Customer
from feedback.services.people import contact_key, customer_by_email
from support.services.text import one_line
from voc.errors import Refused


def clean_address(value: str) -> str:
    """The address as it is written to; `Refused` when no mail could reach it."""
    address = unicodedata.normalize("NFKC", value).strip()
    try:
        validate_email(address)
    except ValidationError:
        raise Refused(_("メールアドレスの形を確かめてください。"), "bad_email") from None
    if len(address) > 254 or not address.isascii():
        raise Refused(_("メールアドレスの形を確かめてください。"), "bad_email")
    return address


def find_or_create(*, email: str, name: str, now: datetime) -> ContactPoint:
    """The contact point of this address with its customer. A known customer's name stays."""
    address = clean_address(email)
    customer_by_email(email=address, name=one_line(name), now=now)
    return ContactPoint.objects.select_related("customer").get(
        kind=ContactPoint.Kind.EMAIL, key=contact_key("email", address)
    )


def allow_telling(customer: Customer, *, text: str, source: str, now: datetime) -> None:
    """Keeps the consent that was ticked, with the words that stood beside it.

    A form proves no address: what somebody has refused before is not undone by it.
    """
    newest = (
        customer.consents.filter(purpose=Consent.Purpose.TOLD_BACK).order_by("-at", "-pk").first()
    )
    if newest is None:
        Consent.objects.create(
            customer=customer,
            purpose=Consent.Purpose.TOLD_BACK,
            granted=True,
            at=now,
            source=source,
            text=text,
        )
