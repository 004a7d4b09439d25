"""Keyset pages: page N costs what page 1 costs. A cursor is data, checked like any input."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from voc.errors import Refused

COUNT_CAP = 1_000


@dataclass(frozen=True, slots=True)
class Page:
    """Items of one page and the cursors of its neighbours (None at an end)."""

    items: Sequence[Any]
    next: str | None
    previous: str | None

    def __iter__(self) -> Any:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


def _encode(values: list[Any], backwards: bool) -> str:
    plain = [value.isoformat() if hasattr(value, "isoformat") else value for value in values]
    raw = json.dumps([int(backwards), *plain], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(cursor: str, fields: int) -> tuple[list[Any], bool]:
    try:
        raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        backwards, *values = json.loads(raw)
        if len(cursor) > 400 or len(values) != fields or backwards not in (0, 1):
            raise ValueError
        for value in values:
            if not isinstance(value, str | int | float) or isinstance(value, bool):
                raise TypeError
    except (ValueError, TypeError, binascii.Error, UnicodeError, RecursionError):
        raise Refused(_("ページの位置が正しくありません。"), "bad_cursor") from None
    return values, bool(backwards)


def page(
    rows: QuerySet[Any],
    *,
    order: tuple[str, ...] = ("-id",),
    cursor: str = "",
    size: int = 50,
) -> Page:
    """One page of `rows` by `order` (the last field unique, no NULLs, one direction for all)."""
    descending = order[0].startswith("-")
    names = [name.lstrip("-") for name in order]
    backwards = False
    if cursor:
        values, backwards = _decode(cursor, len(names))
        values = [_native(rows, name, value) for name, value in zip(names, values, strict=True)]
        rows = rows.filter(_beyond(names, values, descending != backwards))
    directed = [f"{'-' if descending != backwards else ''}{name}" for name in names]
    try:
        found = list(rows.order_by(*directed)[: size + 1])
    except (ValueError, OverflowError):
        raise Refused(_("ページの位置が正しくありません。"), "bad_cursor") from None
    more, items = len(found) > size, found[:size]
    if backwards:
        items.reverse()
    if not items:
        return Page([], None, None)
    first = [_value(items[0], name) for name in names]
    last = [_value(items[-1], name) for name in names]
    has_next = more if not backwards else True
    has_previous = more if backwards else bool(cursor)
    return Page(
        items,
        _encode(last, False) if has_next else None,
        _encode(first, True) if has_previous else None,
    )


def _value(item: Any, name: str) -> Any:
    if isinstance(item, dict):
        return item[name]
    for part in name.split("__"):
        item = getattr(item, part)
    return item


def _native(rows: QuerySet[Any], name: str, value: Any) -> Any:
    """The value as the column's own type; a wrong type is a bad cursor, not a server error."""
    from django.core.exceptions import ValidationError

    model = rows.model
    try:
        field = model._meta.get_field(name)
        native = field.to_python(value)
        if isinstance(native, int) and abs(native) > 2**62:
            raise ValueError
        if isinstance(native, datetime) and native.tzinfo is None:
            raise ValueError
    except (ValidationError, ValueError, TypeError, OverflowError):
        raise Refused(_("ページの位置が正しくありません。"), "bad_cursor") from None
    return native


def _beyond(names: list[str], values: list[Any], descending: bool) -> Q:
    """(a, b) beyond (x, y), written so that an index on (a, b) serves it."""
    compare = "lt" if descending else "gt"
    condition = Q(**{f"{names[-1]}__{compare}": values[-1]})
    for name, value in list(zip(names, values, strict=True))[-2::-1]:
        condition = Q(**{f"{name}__{compare}": value}) | (Q(**{name: value}) & condition)
    if len(names) > 1:
        condition &= Q(**{f"{names[0]}__{compare}e": values[0]})
    return condition


def capped_count(rows: QuerySet[Any], cap: int = COUNT_CAP) -> tuple[int, bool]:
    """(number, whether there are more): never counts further than the cap."""
    number = rows.order_by().values("pk")[: cap + 1].count()
    return min(number, cap), number > cap
