"""SPSS: ids of choices with their labels as value labels, numbers and days as numbers."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from surveys.exporting.cells import printable
from surveys.exporting.sheet import typed
from surveys.queries.columns import Column
from voc.tables import sav

# Rows are of one width, and SPSS reads them all: more belongs in a database.
MOST_ROWS = 1_000_000

Pieces = Callable[[], Iterable[Sequence[Sequence[Any]]]]


def write(
    file: BinaryIO, columns: Sequence[Column], pieces: Pieces, *, made: datetime, label: str
) -> Iterator[int]:
    """Reads twice: first how wide the texts are, then what they say. Yields rows of the second time."""
    widths = [0] * len(columns)
    places = [n for n, column in enumerate(columns) if column.kind in ("text", "code")]
    for piece in pieces():
        for place in places:
            longest = max((len(printable(str(v)).encode()) for v in piece[place] if v), default=0)
            widths[place] = max(widths[place], longest)
    for place in places:
        codes = (len(value.encode()) for value in columns[place].labels)
        widths[place] = min(max(widths[place], *codes, 1), sav.MOST_BYTES)
    names = sav.names_for(column.name for column in columns)
    variables = [
        sav.Variable(
            name=name,
            label=printable(column.label),
            width=widths[place],
            form=column.kind if column.kind in ("day", "moment") else "number",
            values={value: printable(text) for value, text in column.labels.items() if text},
        )
        for place, (name, column) in enumerate(zip(names, columns, strict=True))
    ]
    writer = sav.Writer(file, variables, made=made, label=label)
    for piece in pieces():
        cells = [
            [_cell(column, value) for value in values]
            for column, values in zip(columns, piece, strict=True)
        ]
        for row in zip(*cells, strict=True):
            writer.row(row)
        yield len(piece[0])
    writer.close()


def _cell(column: Column, value: Any) -> Any:
    if value is None:
        return None
    if column.kind in ("text", "code"):
        return printable(str(value))
    found = typed(column, value)
    if isinstance(found, str):
        return None
    return sav.seconds(found) if column.kind in ("day", "moment") else found
