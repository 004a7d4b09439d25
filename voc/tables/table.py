"""Opening any table an office hands over, and walking its rows in constant memory."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from voc.tables import delimited, xlsx
from voc.tables.cells import UNREADABLE, clean_cell
from voc.tables.columns import column_key, is_known_header
from voc.tables.delimited import Record
from voc.tables.encodings import detect_encoding, encoding_name
from voc.tables.errors import TableError
from voc.tables.errors import gettext as _

MAX_COLUMNS = 1_000
# Twice what a comment may hold; an XLSX cell holds 32,767.
MAX_CELL_CHARS = 200_000
MAX_HEADER_CHARS = 200
# Title lines an office report may have above its header.
HEADER_SEARCH_RECORDS = 20
_SHOWN_RAW_CHARS = 1_000

_ZIP, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN = (
    b"PK\x05\x06",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


class Row(NamedTuple):
    """One data row: its number from 1, its cells by column, or why it cannot be used."""

    number: int
    cells: dict[str, str]
    raw: tuple[str, ...]
    problem: str | None


@dataclass
class Table:
    """A readable table; iterating starts at the first data row every time."""

    path: Path
    encoding: str
    columns: tuple[str, ...]
    records: Callable[[], Iterator[Record]] = field(repr=False)
    # Records above the first data row: title lines and the header.
    skipped: int = 1
    # Share of the file read so far, for a progress bar.
    done: float = 0.0
    sheet: str = ""

    def __iter__(self) -> Iterator[Row]:
        width = len(self.columns)
        number = 0
        for cells, problem in islice(_filled(self.records()), self.skipped, None):
            number += 1
            if problem is None:
                problem = _cells_problem(cells, width, self.encoding)
            if problem is not None:
                yield Row(number, {}, tuple(c[:_SHOWN_RAW_CHARS] for c in cells[:width]), problem)
                continue
            raw = tuple(map(clean_cell, cells[:width]))
            if len(raw) < width:
                raw += ("",) * (width - len(raw))
            yield Row(number, dict(zip(self.columns, raw, strict=True)), raw, None)

    def sample(self, count: int = 200) -> list[Row]:
        """The first rows, for guessing and for a preview."""
        rows = list(islice(self, count))
        self.done = 0.0
        return rows


def open_table(path: str | Path, *, encoding: str = "auto") -> Table:
    """The table in a CSV, TSV or XLSX file; TableError says in one sentence why there is none."""
    path = Path(path)
    head = _read_head(path)
    table = Table(path, "", (), lambda: iter(()))
    if head.startswith(_ZIP):
        xlsx.check_workbook(path)
        table.encoding = "xlsx"
        table.records = lambda: xlsx.read_records(path, _report(table), _name_sheet(table))
    else:
        _refuse_foreign(head)
        codec = detect_encoding(path) if encoding == "auto" else encoding_name(encoding)
        if codec == "utf-8" and head.startswith(b"\xef\xbb\xbf"):
            codec = "utf-8-sig"
        if not codec.startswith(("utf-16", "utf-32")):
            _refuse_binary(head)
        delimiter = delimited.sniff_delimiter(path, codec, is_known_header)
        table.encoding = codec
        table.records = lambda: delimited.read_records(path, codec, delimiter, _report(table))
    _find_header(table)
    return table


def _report(table: Table) -> Callable[[float], None]:
    def seen(share: float) -> None:
        table.done = share

    return seen


def _name_sheet(table: Table) -> Callable[[str], None]:
    def chosen(title: str) -> None:
        table.sheet = title

    return chosen


def _read_head(path: Path) -> bytes:
    if path.is_dir():
        raise TableError(_("フォルダーは読み込めません。ファイルを指定してください。"))
    try:
        with path.open("rb") as stream:
            head = stream.read(1 << 16)
    except FileNotFoundError:
        raise TableError(_("ファイルが見つかりません。")) from None
    except (OSError, ValueError) as error:
        raise TableError(_("ファイルを開けません。")) from error
    if not head.strip(b" \t\r\n\0\xef\xbb\xbf\xfe\xff"):
        raise TableError(_("ファイルが空です。"))
    return head


def _refuse_foreign(head: bytes) -> None:
    if head.startswith(_OLD_OFFICE):
        raise TableError(
            _(
                "古い形式（.xls）かパスワード付きの Excel ファイルです。"
                "Excel ブック（.xlsx）で保存し直してください。"
            )
        )
    if head[:1024].lstrip().startswith(b"%PDF-"):
        raise TableError(_("PDF は読み込めません。CSV か Excel ファイルを用意してください。"))
    if head.startswith(_FOREIGN):
        raise TableError(
            _("圧縮ファイルや画像は読み込めません。CSV か Excel ファイルを用意してください。")
        )
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<?xml")):
        raise TableError(
            _(
                "中身が HTML か XML です。Excel で開き、Excel ブック（.xlsx）で保存し直してください。"
            )
        )


def _refuse_binary(head: bytes) -> None:
    # A UTF-16 file without a mark has NUL bytes too; its encoding is known by now.
    if len(_CONTROLS.findall(head)) * 20 > len(head):
        raise TableError(_("表として読める文字のファイルではありません。"))


def _filled(records: Iterator[Record]) -> Iterator[Record]:
    for record in records:
        if record.problem is not None or any(cell and not cell.isspace() for cell in record.cells):
            yield record


def _find_header(table: Table) -> None:
    first = list(islice(_filled(table.records()), HEADER_SEARCH_RECORDS))
    # A record that cannot be read has its place in line, but no shape to learn from.
    shapes = [_used(record) if record.problem is None else 0 for record in first]
    if not any(shapes):
        raise TableError(_("ファイルにデータがありません。"))
    at = _header_index(first, shapes)
    if problem := first[at].problem:
        raise TableError(problem)
    header = list(first[at].cells)
    while header and not clean_cell(header[-1]):
        header.pop()
    if any(UNREADABLE in cell for cell in header):
        raise TableError(delimited.unreadable_reason(table.encoding))
    if len(header) > MAX_COLUMNS:
        raise TableError(_("列が多すぎます（上限 %(limit)d 列）。") % {"limit": MAX_COLUMNS})
    if len(first) == at + 1:
        raise TableError(_("見出しの行だけで、データの行がありません。"))
    table.columns = _unique(header)
    table.skipped = at + 1
    table.done = 0.0


def _used(record: Record) -> int:
    return sum(1 for cell in record.cells if cell and not cell.isspace())


def _header_index(first: Sequence[Record], shapes: Sequence[int]) -> int:
    """The header is the first record, unless title lines stand above the table.

    Such lines are known by a single cell over a wide table, or by a record further down that
    holds more of the words that head columns (「出力日 | 2026/10/1」 above 「番号 | 感想 | 点数」).
    """
    at = _below_titles(first, shapes)
    words = [sum(map(is_known_header, record.cells)) if shape else 0
             for record, shape in zip(first, shapes, strict=True)]  # fmt: skip
    for index in range(at + 1, len(first)):
        if words[index] >= 2 and words[index] > words[at] and shapes[index] >= shapes[at]:
            return index
    return at


def _below_titles(first: Sequence[Record], shapes: Sequence[int]) -> int:
    widest = max(shapes)
    if widest < 2 or shapes[0] != 1 or is_known_header(next(filter(None, first[0].cells))):
        return 0
    for index, shape in enumerate(shapes):
        if shape > 1:
            # One wide record far down is a stray, not the header of what stands above it.
            return index if shape * 2 >= widest and index * 2 <= len(shapes) else 0
    return 0


def _unique(header: Sequence[str]) -> tuple[str, ...]:
    names: list[str] = []
    taken: set[str] = set()
    for position, cell in enumerate(header, 1):
        name = " ".join(clean_cell(cell).split())[:MAX_HEADER_CHARS]
        name = name or _("列%(number)d") % {"number": position}
        unique, copy = name, 2
        while unique in taken:
            unique, copy = f"{name} ({copy})", copy + 1
        taken.add(unique)
        names.append(unique)
    return tuple(names)


def _cells_problem(cells: Sequence[str], width: int, encoding: str) -> str | None:
    if len(cells) > width and any(
        cell and not cell.isspace() for cell in islice(cells, width, None)
    ):
        return _("セルの数が見出しより多いです（%(cells)d 個、見出しは %(columns)d 個）。") % {
            "cells": len(cells),
            "columns": width,
        }
    for cell in cells:
        if len(cell) > MAX_CELL_CHARS:
            return _("セルの文字が多すぎます（上限 %(limit)s 文字）。") % {
                "limit": f"{MAX_CELL_CHARS:,}"
            }
        if not cell.isascii() and UNREADABLE in cell:
            return delimited.unreadable_reason(encoding)
    return None


def find_column(columns: Sequence[str], name: str) -> str | None:
    """The column a person meant: the exact header, else the one that reads the same."""
    if name in columns:
        return name
    alike = [column for column in columns if column_key(column) == column_key(name)]
    return alike[0] if len(alike) == 1 else None
