"""CSV, piece by piece: UTF-8 with a mark for spreadsheets, or CP932 with a list of what it lacks."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from surveys.exporting.cells import heading, shown
from surveys.queries.columns import Source, columns_of
from surveys.queries.exported import Texts, cells

# The same letters at other places of Unicode, as Japanese Windows has them; and our own mark for
# what is hidden.
_TWINS = str.maketrans("〜−—‖¢£¬•", "～－―∥￠￡￢・")
# What stands for a letter that CP932 lacks, as printers have always done.
LACKING = "〓"


class Encoded:
    """Bytes of one file; counts what could not be written."""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self.letters: Counter[str] = Counter()

    def start(self) -> bytes:
        return b"\xef\xbb\xbf" if self.encoding == "utf-8" else b""

    def of(self, text: str) -> bytes:
        """The text in this file's encoding."""
        if self.encoding == "utf-8":
            return text.encode("utf-8")
        text = text.translate(_TWINS)
        try:
            return text.encode("cp932")
        except UnicodeEncodeError:
            return b"".join(map(self._letter, text))

    def _letter(self, letter: str) -> bytes:
        try:
            return letter.encode("cp932")
        except UnicodeEncodeError:
            self.letters[letter] += 1
            return LACKING.encode("cp932")


# What needs neither quotes nor an apostrophe: numbers, days, ids. The texts of a column as one.
_PLAIN = re.compile(r"[0-9A-Za-z.:_]*")
_DAYS = re.compile(r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2})*")
_QUOTED = re.compile('[",\r\n]')
# How many different answers to one question are kept as they are written.
_KEPT = 4_096


def write(
    sources: Sequence[Source],
    pieces: Iterable[Sequence[Texts]],
    encoded: Encoded,
    *,
    by_keys: bool,
    by_codes: bool,
) -> Iterator[tuple[int, bytes]]:
    """(rows, bytes) one piece after another, the heading first.

    Most answers are one of a few: what such an answer looks like in the file is made once.
    """
    names = [heading(column, by_keys=by_keys) for column in columns_of(sources)]
    yield 0, encoded.start() + encoded.of(",".join(map(_quote, names)) + "\r\n")
    writers = [_writer(source, by_codes=by_codes) for source in sources]
    for piece in pieces:
        parts = [write(values) for write, values in zip(writers, piece, strict=True)]
        lines = "\r\n".join(map(",".join, zip(*parts, strict=True)))
        yield len(parts[0]), encoded.of(lines + "\r\n")


def _writer(source: Source, *, by_codes: bool) -> Callable[[Texts], Sequence[str]]:
    """From the values of a source to what stands in the file, one text for a row."""
    read = cells(source)

    def one(value: str) -> str:
        found = zip(source.columns, read(value), strict=True)
        return ",".join(_quote(shown(column, cell, by_codes=by_codes)) for column, cell in found)

    if source.reads == "submitted_at":
        return lambda values: [f"{one[:10]}T{one[11:19]}+09:00" for one in values]
    if source.reads == "words":
        # Hardly two people say the same.
        return lambda values: [one(value) if value else "" for value in values]
    kept = lru_cache(_KEPT)(one)
    if source.columns[0].kind in ("number", "day") and source.reads not in ("ranks", "flag"):
        plain = _DAYS if source.columns[0].kind == "day" else _PLAIN
        return lambda values: (
            values if plain.fullmatch("".join(values)) else list(map(kept, values))
        )
    return lambda values: list(map(kept, values))


def _quote(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text
