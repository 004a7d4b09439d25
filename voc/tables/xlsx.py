"""Records of the first sheet with data in an XLSX workbook, read row by row."""

import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.cell import ERROR_CODES

from voc.tables.columns import is_known_header
from voc.tables.delimited import Record
from voc.tables.errors import TableError
from voc.tables.errors import gettext as _

# A workbook of a million survey rows unpacks to about 300 MB.
MAX_UNPACKED_BYTES = 1 << 30
# openpyxl holds the table of shared strings in memory.
MAX_SHARED_STRINGS_BYTES = 256 << 20
# Sheets pack 10 to 40 times, very repetitive ones 100 times; a bomb packs 1,000 times.
MAX_PACKING = 250
MAX_PARTS = 5_000
_PACKING_MATTERS_BYTES = 4 << 20
_PROLOG_BYTES = 1 << 16
# Filled rows a cover sheet may have: title, date, author, notes.
_COVER_ROWS = 20
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ERRORS = frozenset(ERROR_CODES)
# What openpyxl and zipfile raise on damaged parts; they document no common base.
_DAMAGE = (
    zipfile.BadZipFile,
    OSError,
    EOFError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    SyntaxError,  # xml.etree.ElementTree.ParseError
    NotImplementedError,
    RuntimeError,  # encrypted part
    zipfile.zlib.error,  # type: ignore[attr-defined]
)


def _damaged() -> TableError:
    return TableError(_("Excel ファイルが壊れているため読めません。開いて保存し直してください。"))


def check_workbook(path: Path) -> None:
    """TableError unless the ZIP is an XLSX workbook of a size that can be unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            _check_kind(names)
            _check_size(parts)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as stream:
                        prolog = stream.read(_PROLOG_BYTES)
                    if b"<!DOCTYPE" in prolog or b"<!ENTITY" in prolog:
                        raise _damaged()
    except _DAMAGE as error:
        raise _damaged() from error


def _check_kind(names: set[str]) -> None:
    if "xl/workbook.bin" in names:
        raise TableError(
            _("Excel バイナリ（.xlsb）は読めません。Excel ブック（.xlsx）で保存し直してください。")
        )
    if "xl/workbook.xml" not in names or "[Content_Types].xml" not in names:
        raise TableError(
            _("ZIP ファイルは読み込めません。中の CSV か Excel ファイルを取り出してください。")
        )


def _check_size(parts: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    shared = sum(p.file_size for p in parts if p.filename.lower() == "xl/sharedstrings.xml")
    packed_hard = any(
        part.file_size > _PACKING_MATTERS_BYTES
        and part.file_size > MAX_PACKING * max(part.compress_size, 1)
        for part in parts
    )
    if (
        unpacked > MAX_UNPACKED_BYTES
        or shared > MAX_SHARED_STRINGS_BYTES
        or packed_hard
        or len(parts) > MAX_PARTS
    ):
        raise TableError(_("Excel ファイルの中身が大きすぎます。CSV で保存し直してください。"))


def read_records(
    path: Path, seen: Callable[[float], None], chosen: Callable[[str], None]
) -> Iterator[Record]:
    """Every row of the first visible sheet with data; `chosen` is told the sheet's name."""
    with ExitStack() as stack:
        try:
            book = _open(path, stack, cached=True)
            sheet = _first_sheet_with_data(book)
            chosen(sheet.title)
            formulas = None
            if _has_formulas(path, sheet):
                formulas = _plain_rows(_open(path, stack, cached=False)[sheet.title])
            total = sheet.max_row or 0
            sheet.reset_dimensions()
            for number, values in enumerate(_plain_rows(sheet), 1):
                written = next(formulas, ()) if formulas else ()
                if number % 500 == 0 and total:
                    seen(min(number / total, 1.0))
                yield Record(_cells(values, written))
        except _DAMAGE as error:
            raise _damaged() from error


def _open(path: Path, stack: ExitStack, *, cached: bool) -> Any:
    book = load_workbook(path, read_only=True, data_only=cached, keep_links=False)
    stack.callback(book.close)
    return book


def _plain_rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    sheet.reset_dimensions()
    return iter(sheet.iter_rows(values_only=True))


def _first_sheet_with_data(book: Any) -> Any:
    """The first visible sheet with data; a cover sheet gives way to the table behind it."""
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    filled = []
    for sheet in sheets or book.worksheets:
        # The dimension written in a sheet is a hint that some programs get wrong.
        size = sheet._max_row, sheet._max_column
        rows = _first_rows(sheet)
        sheet._max_row, sheet._max_column = size
        if rows:
            filled.append((sheet, rows))
        if len(rows) > _COVER_ROWS or max(map(_words, rows), default=0) >= 2 or _is_list(rows):
            break
    if not filled:
        raise TableError(_("ファイルにデータがありません。"))
    behind, rows = filled[-1]
    if len(rows) > 1 and (max(map(_words, rows)) >= 2 or _is_list(rows)):
        return behind
    # A title alone is no table, whatever the other sheets hold.
    return next((sheet for sheet, rows in filled if len(rows) > 1), filled[0][0])


def _first_rows(sheet: Any) -> list[list[Any]]:
    """The first filled rows, one more than a cover sheet has."""
    rows: list[list[Any]] = []
    for number, values in enumerate(_plain_rows(sheet)):
        row = [value for value in values if value not in (None, "")]
        if row:
            rows.append(row)
        if len(rows) > _COVER_ROWS or number > 10_000:
            break
    return rows


def _is_list(rows: list[list[Any]]) -> bool:
    """Whether the rows are one column under a word that heads one."""
    return len(rows) > 1 and all(len(row) == 1 for row in rows) and _words(rows[0]) == 1


def _words(row: list[Any]) -> int:
    return sum(isinstance(value, str) and is_known_header(value[:200]) for value in row)


def _has_formulas(path: Path, sheet: Any) -> bool:
    with zipfile.ZipFile(path) as archive, archive.open(sheet._worksheet_path) as stream:
        tail = b""
        while chunk := stream.read(1 << 20):
            if b"<f>" in tail + chunk or b"<f " in tail + chunk or b":f>" in tail + chunk:
                return True
            tail = chunk[-2:]
    return False


def _cells(values: tuple[Any, ...], written: tuple[Any, ...]) -> list[str]:
    cells = [cell_text(value) for value in values]
    while cells and not cells[-1]:
        cells.pop()
    for index, formula in enumerate(written):
        # A formula nobody has calculated yet has no value; its text is better than nothing.
        missing = index >= len(cells) or not cells[index]
        if missing and isinstance(formula, str) and formula.startswith("="):
            cells.extend([""] * (index + 1 - len(cells)))
            cells[index] = formula
    return cells


def cell_text(value: Any) -> str:
    """The canonical text of a cell's value: ISO dates, no `.0` on whole numbers."""
    if isinstance(value, str):
        if value in _ERRORS:
            return ""
        return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        # Excel keeps 15 significant digits; the rest is binary noise (0.30000000000000004).
        return str(int(value)) if value.is_integer() else format(value, ".15g")
    if isinstance(value, datetime):
        return _moment_text(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(getattr(value, "text", value))


def _moment_text(value: datetime) -> str:
    if value.microsecond:
        # Serials are binary fractions of a day: 10:00 is stored as 09:59:59.999996.
        value = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
    if value.time() == time(0):
        return value.date().isoformat()
    return value.isoformat(sep=" ")
