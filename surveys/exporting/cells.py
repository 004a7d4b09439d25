"""What may stand in a cell: words instead of ids, and no formula that somebody else wrote."""

import re
from typing import Any

from surveys.queries.columns import Column

# What a spreadsheet takes for the beginning of a formula, in both widths; blanks before it are skipped.
_FORMULA = "=+-@＝＋－＠\t\r\n"
_BLANK = " 　\u00a0\"'"
_WATCHED = frozenset(_FORMULA + _BLANK)
_NUMBER = re.compile(r"[-+]?[0-9]{1,15}(\.[0-9]{1,15})?")
# XML and SPSS have no place for them; tab and line breaks stay.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def harmless(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would calculate; numbers stay."""
    if text and text[0] in _WATCHED:
        bare = text.lstrip(_BLANK)
        if bare and bare[0] in _FORMULA and not _NUMBER.fullmatch(text):
            return "'" + text
    return text


def printable(text: str) -> str:
    """The text without control characters and halves of letters."""
    return _CONTROL.sub("", text) if _CONTROL.search(text) else text


def shown(column: Column, value: Any, *, by_codes: bool) -> str:
    """The cell as text: the label of an id unless ids are wanted, "" for nothing."""
    if value is None:
        return ""
    if column.kind in ("number", "flag", "day", "moment") and not isinstance(value, str):
        return str(value)
    text = str(value)
    if column.kind == "code" and not by_codes:
        text = column.labels.get(text) or text
    return harmless(printable(text))


def heading(column: Column, *, by_keys: bool) -> str:
    """The first row's cell of this column."""
    return harmless(printable(column.name if by_keys else column.label))
