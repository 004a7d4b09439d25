"""XLSX in constant memory: numbers and days as such, everything else as text that never calculates."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from surveys.exporting.cells import printable
from surveys.queries.columns import Column

# Excel has 1,048,576 rows; the first holds the names. A cell holds 32,767 UTF-16 units.
MOST_ROWS = 1_048_575
MOST_LETTERS = 32_767
_WIDTHS = {"text": 40, "moment": 20, "day": 12}


class Cut:
    """How many cells were longer than a cell may be."""

    def __init__(self) -> None:
        self.cells = 0

    def of(self, text: str) -> str:
        """The text as far as it fits; an end is marked."""
        if (
            len(text) * 2 <= MOST_LETTERS
            or (units := text.encode("utf-16-le")).__len__() <= MOST_LETTERS * 2
        ):
            return text
        self.cells += 1
        return units[: (MOST_LETTERS - 1) * 2].decode("utf-16-le", "ignore") + "…"


def write(
    path: Path,
    columns: Sequence[Column],
    pieces: Iterable[Sequence[Sequence[Any]]],
    cut: Cut,
    *,
    by_keys: bool,
    by_codes: bool,
) -> Iterator[int]:
    """The number of rows of each piece, as it is written; the file is whole when it ends."""
    import xlsxwriter

    options = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        "default_date_format": "yyyy/mm/dd",
    }
    book = xlsxwriter.Workbook(str(path), options)
    sheet = book.add_worksheet(_("回答"))
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    formats = {
        "moment": book.add_format({"num_format": "yyyy/mm/dd hh:mm:ss"}),
        "day": book.add_format({"num_format": "yyyy/mm/dd"}),
    }
    for place, column in enumerate(columns):
        sheet.set_column(place, place, _WIDTHS.get(column.kind, 14))
        sheet.write_string(
            0, place, cut.of(printable(column.name if by_keys else column.label)), bold
        )
    sheet.freeze_panes(1, 0)
    line = 0
    for piece in pieces:
        for values in zip(*piece, strict=True):
            line += 1
            for place, (column, value) in enumerate(zip(columns, values, strict=True)):
                if value is None or value == "":
                    continue
                cell = typed(column, value)
                if isinstance(cell, date):
                    sheet.write_datetime(line, place, cell, formats[column.kind])
                elif isinstance(cell, str):
                    text = cell if by_codes else column.labels.get(cell) or cell
                    sheet.write_string(line, place, cut.of(printable(text)))
                else:
                    sheet.write_number(line, place, cell)
        yield len(piece[0])
    _codebook(book.add_worksheet(_("列の説明")), columns, bold, cut)
    book.close()


def _codebook(sheet: Any, columns: Sequence[Column], bold: Any, cut: Cut) -> None:
    """What every column is, and what its values mean."""
    for place, name in enumerate((_("列"), _("質問"), _("値の意味"))):
        sheet.set_column(place, place, (24, 60, 60)[place])
        sheet.write_string(0, place, name, bold)
    for line, column in enumerate(columns, start=1):
        meanings = "、".join(f"{value} = {label}" for value, label in column.labels.items())
        for place, text in enumerate((column.name, column.label, meanings)):
            sheet.write_string(line, place, cut.of(printable(text)))


def typed(column: Column, value: Any) -> Any:
    """The value as a number, a day, a moment (Tokyo, without zone) or a text."""
    if column.kind in ("number", "flag"):
        return _number(value)
    if column.kind in ("day", "moment"):
        try:
            if column.kind == "day":
                return date.fromisoformat(str(value))
            return datetime.fromisoformat(str(value)).replace(tzinfo=None)
        except ValueError:
            return str(value)
    return str(value)


def _number(value: Any) -> Any:
    if isinstance(value, int | float):
        return value
    try:
        return int(value)
    except ValueError:
        pass
    try:
        return float(value)
    except ValueError:
        # An answer of another kind, from before the question was changed.
        return str(value)
