"""Text of a cell without what no database, page or log should be given."""

import re

# What a decoder leaves where bytes could not be read (see `encodings.UNREADABLE_HANDLER`).
UNREADABLE = "\udcff"

# C0 and C1 controls except tab and newline, bidirectional overrides (they make a line read
# differently from what is stored), the byte order mark, lone surrogates, noncharacters.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e"
    "\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)
_NEWLINES = re.compile("\r\n|\r|\x85|\u2028|\u2029")
_ANY = re.compile(f"{_UNWANTED.pattern}|{_NEWLINES.pattern}")


def clean_cell(value: str) -> str:
    """The cell's text without controls and overrides, newlines as `\\n`, outer space removed."""
    if value.isascii() and value.isprintable():
        return value.strip()
    if _ANY.search(value):
        value = _UNWANTED.sub("", _NEWLINES.sub("\n", value))
    return value.strip()
