"""One validator for every JSON value that is stored or accepted.

A lone surrogate or a NUL that slips into a JSON column answers 500 on every later list
page: a stored denial of service by an anonymous respondent.
"""

from typing import Any

from django.utils.translation import gettext as _

from voc.errors import Refused

MAX_DEPTH = 20
MAX_KEYS = 2_000
MAX_TEXT = 200_000
MAX_INTEGER = 2**53


class NotStorable(Refused, ValueError):  # noqa: N818 - what it says of the value
    """The JSON value may not be stored."""


def _check_text(value: str) -> None:
    if len(value) > MAX_TEXT:
        raise NotStorable(_("文字列が長すぎます。"), "too_long")
    if "\x00" in value:
        raise NotStorable(_("文字列にNULを含めることはできません。"), "nul")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise NotStorable(_("文字列に不正な文字が含まれています。"), "surrogate") from None


def check(value: Any) -> Any:
    """The value itself; `NotStorable` when it is too deep, too large or holds unsafe text."""
    count = 0
    stack: list[tuple[Any, int]] = [(value, 0)]
    while stack:
        item, depth = stack.pop()
        if depth > MAX_DEPTH:
            raise NotStorable(_("JSONの入れ子が深すぎます。"), "too_deep")
        count += 1
        if count > 50_000:
            raise NotStorable(_("JSONが大きすぎます。"), "too_large")
        if isinstance(item, str):
            _check_text(item)
        elif isinstance(item, bool) or item is None:
            continue
        elif isinstance(item, int):
            if abs(item) > MAX_INTEGER:
                raise NotStorable(_("数値が大きすぎます。"), "number_range")
        elif isinstance(item, float):
            if item != item or item in (float("inf"), float("-inf")) or abs(item) > 1e300:
                raise NotStorable(_("数値が正しくありません。"), "number_range")
        elif isinstance(item, dict):
            if len(item) > MAX_KEYS:
                raise NotStorable(_("JSONの項目が多すぎます。"), "too_large")
            for key, child in item.items():
                if not isinstance(key, str):
                    raise NotStorable(_("JSONの項目名は文字列にしてください。"), "key_type")
                _check_text(key)
                stack.append((child, depth + 1))
        elif isinstance(item, list | tuple):
            stack.extend((child, depth + 1) for child in item)
        else:
            raise NotStorable(_("JSONにできない値です。"), "type")
    return value
