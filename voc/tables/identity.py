"""Which row is which, so that a file sent twice changes nothing."""

from array import array
from collections.abc import Callable
from hashlib import sha256

from voc.tables.table import Row

_SHORT_ID_CHARS = 100


class SeenRows:
    """How often a row's contents came before in this file: 8 bytes a slot, not a Python object.

    An open-addressing table of the first 64 bits of each digest: a million rows take 16 MB.
    Two of them meet by accident with a chance of 3 in 100 million.
    """

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 * 1024))
        self._used = 0
        self._repeats: dict[int, int] = {}

    def ordinal(self, digest: bytes) -> int:
        """0 for the first row with this content, 1 for the second, and so on."""
        key = int.from_bytes(digest[:8], "big") or 1
        if self._add(key):
            return 0
        self._repeats[key] = self._repeats.get(key, 0) + 1
        return self._repeats[key]

    def _add(self, key: int) -> bool:
        slots = self._slots
        mask = len(slots) - 1
        at = key & mask
        while slots[at]:
            if slots[at] == key:
                return False
            at = (at + 1) & mask
        slots[at] = key
        self._used += 1
        if self._used * 5 > len(slots) * 3:
            self._grow()
        return True

    def _grow(self) -> None:
        old = self._slots
        self._slots = slots = array("Q", bytes(16 * len(old)))
        mask = len(slots) - 1
        for key in old:
            if key:
                at = key & mask
                while slots[at]:
                    at = (at + 1) & mask
                slots[at] = key


def row_identity(row: Row, id_column: str | None, seen: SeenRows) -> str:
    """The row's id, else the hash of all its cells with its ordinal among identical rows."""
    if id_column is not None and (value := row.cells[id_column]):
        if len(value) <= _SHORT_ID_CHARS:
            return f"id:{value}"
        return f"id-hash:{sha256(value.encode()).hexdigest()}"
    # Lengths between the cells: ("ab", "c") is not ("a", "bc").
    packed = "".join(f"{len(cell)}:{cell}" for cell in row.raw).encode()
    digest = sha256(packed).digest()
    return f"row:{digest[:16].hex()}:{seen.ordinal(digest)}"


def row_identities(id_column: str | None = None) -> Callable[[Row], str]:
    """A function that names the rows of one file in order."""
    seen = SeenRows()
    return lambda row: row_identity(row, id_column, seen)
