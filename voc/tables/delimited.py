"""Records of CSV and TSV text, also where quotes are broken."""

import csv
import io
import math
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from voc.tables.encodings import line_reader
from voc.tables.errors import TableError
from voc.tables.errors import gettext as _

# Characters one record may span; what a missing closing quote can swallow at most.
RECORD_LIMIT = 8_000_000
# Missing closing quotes a file may have before it is refused as a whole.
BROKEN_QUOTES_LIMIT = 100
SNIFF_CHARS = 256_000
SNIFF_RECORDS = 200
DELIMITERS = ",\t;"
# Stands for "one column": no office file contains it.
NO_DELIMITER = "\x1f"
# CP932 gives these for the bytes 80, A0 and FD to FF, which are no characters.
_STRAY_BYTES = re.compile("[\x80\uf8f0-\uf8f3]")
_HINT = re.compile(r'^"?sep=(.)"?\s*$', re.IGNORECASE)


class Record(NamedTuple):
    """The cells of one record as they stand in the file, or why it cannot be read."""

    cells: list[str]
    problem: str | None = None


class _TooLongError(Exception):
    pass


class _Lines:
    """Feeds csv.reader line by line and remembers the lines of the record being read."""

    def __init__(self, read: Callable[[int], str]) -> None:
        self.read = read
        self.again: deque[str] = deque()
        self.record: list[str] = []
        self.size = 0
        self.ended = False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self.again.popleft() if self.again else self.read(RECORD_LIMIT)
        if not line:
            self.ended = True
            raise StopIteration
        self.record.append(line)
        self.size += len(line)
        if self.size >= RECORD_LIMIT:
            raise _TooLongError
        return line

    def start(self) -> None:
        self.record = []
        self.size = 0

    def give_back_all_but_first(self) -> None:
        self.again.extendleft(reversed(self.record[1:]))
        self.ended = False

    def skip_rest_of_line(self) -> None:
        line = self.record[-1]
        while line and not line.endswith(("\n", "\r")):
            line = self.read(RECORD_LIMIT)


def sniff_delimiter(path: Path, encoding: str, is_header: Callable[[str], bool]) -> str:
    """The delimiter under which the first records have the most regular shape."""
    with path.open("rb") as stream:
        read = line_reader(stream, encoding)
        lines, size = [], 0
        while size < SNIFF_CHARS and (line := read(SNIFF_CHARS)):
            lines.append(line)
            size += len(line)
        # The last record of a cut sample may be half a record.
        cut = bool(read(1)) if lines else False
    if hint := _HINT.match(lines[0]) if lines else None:
        return hint[1]
    text = "".join(lines)
    best, best_score = NO_DELIMITER, 0.0
    for delimiter in DELIMITERS:
        score = _regularity(text, delimiter, cut, is_header)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _regularity(text: str, delimiter: str, cut: bool, is_header: Callable[[str], bool]) -> float:
    # Long cells are normal in a sample; only shape counts here.
    csv.field_size_limit(max(csv.field_size_limit(), 2 * RECORD_LIMIT))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    records = [r for r in islice(reader, SNIFF_RECORDS) if any(cell.strip() for cell in r)]
    if cut and len(records) > 1 and len(records) < SNIFF_RECORDS:
        records.pop()
    if not records:
        return 0.0
    width, count = Counter(map(len, records)).most_common(1)[0]
    share = count / len(records)
    first = records[0]
    if len(first) == 1 and (is_header(first[0]) or share < 0.8):
        # One column whose sentences happen to contain the delimiter.
        return 0.0
    if len(first) > 1:
        width = max(width, len(first))
    return share * math.sqrt(width) if width > 1 else 0.0


def read_records(
    path: Path, encoding: str, delimiter: str, seen: Callable[[float], None]
) -> Iterator[Record]:
    """Every record of the file in order; `seen` is told the share of the file read so far."""
    csv.field_size_limit(max(csv.field_size_limit(), 2 * RECORD_LIMIT))
    size = path.stat().st_size or 1
    with path.open("rb") as stream:
        lines = _Lines(line_reader(stream, encoding))
        reader = csv.reader(lines, delimiter=delimiter)
        broken = width = number = 0
        while True:
            lines.start()
            number += 1
            if number % 500 == 0:
                seen(min(stream.tell() / size, 1.0))
            try:
                cells = next(reader)
            except StopIteration:
                return
            except _TooLongError:
                cells = []
            except csv.Error:
                # A bare carriage return in a cell without quotes.
                yield Record(lines.record, _("行の区切りが壊れています。"))
                continue
            if number == 1 and _HINT.match(lines.record[0] if lines.record else ""):
                continue
            overlong = lines.size >= RECORD_LIMIT
            if overlong and len(lines.record) == 1:
                lines.skip_rest_of_line()
                yield Record([], _("1 行が長すぎます。"))
            elif overlong or lines.ended or _swallowed(lines, width, delimiter):
                broken += 1
                if broken > BROKEN_QUOTES_LIMIT:
                    raise TableError(
                        _('引用符（"）の閉じ忘れが多すぎて、行の区切りを判断できません。')
                    )
                lines.give_back_all_but_first()
                yield Record(lines.record[:1], _('引用符（"）が閉じていません。'))
            else:
                width = max(width, len(cells)) if number < SNIFF_RECORDS else width
                problem = None
                if encoding == "cp932" and any(_STRAY_BYTES.search(cell) for cell in cells):
                    problem = unreadable_reason(encoding)
                yield Record(cells, problem)


def _swallowed(lines: _Lines, width: int, delimiter: str) -> bool:
    """Whether a missing closing quote joined whole records into this one.

    The sign is a quote in a place where none may stand, with a whole record on the second line.
    """
    if len(lines.record) < 2 or width < 2 or lines.record[1].count('"') % 2:
        return False
    if len(next(csv.reader([lines.record[1]], delimiter=delimiter), [])) != width:
        return False
    try:
        next(csv.reader(lines.record, delimiter=delimiter, strict=True), None)
    except csv.Error:
        return True
    return False


def unreadable_reason(encoding: str) -> str:
    """The reason for a row with bytes that are no characters in the file's encoding."""
    return _("文字コード（%(encoding)s）として読めない文字があります。") % {"encoding": encoding}
