"""Customers named in a file: found by number, mail or telephone, made where they are new."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from feedback.models import Account, ContactPoint, Customer
from feedback.services.people import contact_key
from voc.tables import CellError, is_blank_answer

_EMAIL = re.compile(r"[^@\s,;<>\"()]+@[^@\s,;<>\"()]+\.[^@\s,;<>\"().]+\.?")


class Person(NamedTuple):
    """What a row says about a customer; empty strings for what it does not say."""

    external_id: str = ""
    email: str = ""
    phone: str = ""
    name: str = ""
    company: str = ""
    segment: str = ""

    def contacts(self) -> list[tuple[str, str, str]]:
        """(kind, key, value) of each way to reach the person."""
        pairs = (("email", self.email), ("phone", self.phone))
        return [(kind, contact_key(kind, value), value) for kind, value in pairs if value]


def read_person(cells: dict[str, str], columns: dict[str, str]) -> Person:
    """The person of a row; CellError for a number or address that cannot be one."""
    given = {}
    for column, (name, read) in _READERS.items():
        if column in columns and not is_blank_answer(value := cells[columns[column]]):
            given[name] = read(value)
    return Person(**given)


def _number(value: str) -> str:
    if len(value) > 100:
        raise CellError(_("お客様番号が長すぎます（上限 100 文字）。"))
    return value


def _email(value: str) -> str:
    email = unicodedata.normalize("NFKC", value)
    if len(email) > 254 or not _EMAIL.fullmatch(email):
        raise CellError(_("メールアドレス「%(value)s」を読めません。") % {"value": email[:60]})
    return email


def _phone(value: str) -> str:
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", value))
    if not 6 <= len(digits) <= 15 or len(value) > 60:
        raise CellError(_("電話番号「%(value)s」を読めません。") % {"value": value[:30]})
    return value


def _one_line(value: str) -> str:
    return " ".join(value.split())


_READERS: dict[str, tuple[str, Callable[[str], str]]] = {
    "customer": ("external_id", _number),
    "email": ("email", _email),
    "phone": ("phone", _phone),
    "name": ("name", lambda value: _one_line(value)[:200]),
    "company": ("company", lambda value: _one_line(value)[:200]),
    "segment": ("segment", lambda value: _one_line(value)[:60]),
}


def find_people(people: Sequence[Person]) -> list[Customer | None]:
    """The customer each person already is: by number, else by an address nobody else has."""
    by_number = {
        customer.external_id: customer
        for customer in Customer.objects.filter(
            external_id__in={person.external_id for person in people if person.external_id}
        )
    }
    keys: dict[str, set[str]] = {}
    for person in people:
        for kind, key, _value in person.contacts():
            keys.setdefault(kind, set()).add(key)
    by_contact = {
        (kind, contact.key): contact.customer
        for kind, wanted in keys.items()
        for contact in ContactPoint.objects.filter(kind=kind, key__in=wanted).select_related(
            "customer"
        )
    }
    return [_match(person, by_number, by_contact) for person in people]


def _match(
    person: Person,
    by_number: dict[str | None, Customer],
    by_contact: dict[tuple[str, str], Customer],
) -> Customer | None:
    if person.external_id in by_number:
        return by_number[person.external_id]
    for kind, key, _value in person.contacts():
        customer = by_contact.get((kind, key))
        # An address shared by two customer numbers belongs to the first; they stay two people.
        if customer and not (person.external_id and customer.external_id):
            return customer
    return None


def ensure_people(
    people: Sequence[Person], *, now: datetime, update: bool
) -> tuple[list[Customer | None], int, int]:
    """The customer of every person who can be told apart, with numbers made and changed.

    With `update`, what the file says replaces what is stored; else it fills what is empty.
    """
    found = find_people(people)
    accounts = _ensure_accounts({p.company for p in people if p.company}, now=now)
    made: dict[str, Customer] = {}
    fresh: list[Customer] = []
    changed: dict[int, Customer] = {}
    for index, person in enumerate(people):
        names = names_of(person)
        if not names:
            continue
        # Somebody with a number is that number; without one, whoever has the address.
        wanted = names[:1] if person.external_id else names
        customer = found[index] or next((made[n] for n in wanted if n in made), None)
        if customer is None:
            customer = Customer(
                external_id=person.external_id or None,
                name=person.name,
                account=accounts.get(person.company),
                segment=person.segment,
                created_at=now,
            )
            fresh.append(customer)
        elif _apply(customer, person, accounts, update=update) and customer.pk:
            changed[customer.pk] = customer
        found[index] = customer
        for name in names:
            made.setdefault(name, customer)
    Customer.objects.bulk_create(fresh, batch_size=2_000)
    Customer.objects.bulk_update(
        changed.values(), ["external_id", "name", "account", "segment"], batch_size=200
    )
    contacts: dict[tuple[str, str], ContactPoint] = {}
    for person, customer in zip(people, found, strict=True):
        for kind, key, value in person.contacts() if customer else ():
            contacts.setdefault(
                (kind, key), ContactPoint(customer=customer, kind=kind, key=key, value=value)
            )
    ContactPoint.objects.bulk_create(contacts.values(), ignore_conflicts=True, batch_size=2_000)
    return found, len(fresh), len(changed)


def names_of(person: Person) -> list[str]:
    """What identifies the person, the customer number before all."""
    number = [f"id:{person.external_id}"] if person.external_id else []
    return number + [f"{kind}:{key}" for kind, key, _value in person.contacts()]


def _apply(
    customer: Customer, person: Person, accounts: dict[str, Account], *, update: bool
) -> bool:
    account = accounts.get(person.company)
    before = (customer.external_id, customer.name, customer.account_id, customer.segment)
    if person.external_id and not customer.external_id:
        customer.external_id = person.external_id
    if person.name and (update or not customer.name):
        customer.name = person.name
    if person.segment and (update or not customer.segment):
        customer.segment = person.segment
    if account is not None and (update or customer.account_id is None):
        customer.account = account
    after = (customer.external_id, customer.name, customer.account_id, customer.segment)
    return before != after


def _ensure_accounts(names: set[str], *, now: datetime) -> dict[str, Account]:
    if not names:
        return {}
    known = {
        account.name: account for account in Account.objects.filter(name__in=names).order_by("-pk")
    }
    new = [Account(name=name, created_at=now) for name in sorted(names - known.keys())]
    return known | {account.name: account for account in Account.objects.bulk_create(new)}
