"""A list of people, pasted or as a file: who can be asked, and which rows cannot be used."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from feedback.imports.mapping import choose_columns, need_column
from feedback.imports.people import Person, ensure_people, find_people, read_person
from feedback.text.normal import sanitise
from voc.tables import CellError, open_table

MOST_ROWS = 50_000
MOST_BYTES = 10 * 1024 * 1024
SHOWN = 200
_BATCH = 2_000
_FIELDS = ("customer", "id", "name", "email", "company", "segment")


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was left out; numbered as the file's data rows or the pasted lines are."""

    row: int
    reason: str

    def as_json(self) -> dict[str, Any]:
        return {"row": self.row, "reason": self.reason}


@dataclass
class Listed:
    """Ids of the customers of a list, each once, and the rows that were left out."""

    customers: list[int] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    refused_total: int = 0

    def refuse(self, row: int, reason: str) -> None:
        self.refused_total += 1
        if len(self.refused) < SHOWN:
            self.refused.append(RefusedRow(row, reason))


def from_lines(text: str, *, now: datetime) -> Listed:
    """The people of pasted lines, each a mail address or a customer number."""

    def rows() -> Iterator[tuple[int, Person | str]]:
        for number, line in enumerate(sanitise(text).splitlines(), 1):
            if line := line.strip():
                yield number, _of_line(line)

    return _listed(rows(), now=now)


def _of_line(line: str) -> Person | str:
    column = "email" if "@" in line or "＠" in line else "customer"
    try:
        return read_person({column: line}, {column: column})
    except CellError as error:
        return str(error)


def from_file(chunks: Iterable[bytes], *, now: datetime) -> Listed:
    """The people of a CSV, TSV or XLSX file; TableError when it is none."""
    # What it is, its content decides; but the reader of workbooks insists on the ending.
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as copy:
        for chunk in chunks:
            copy.write(chunk)
        copy.flush()
        return _of_table(Path(copy.name), now=now)


def _of_table(path: Path, *, now: datetime) -> Listed:
    table = open_table(path)
    columns = choose_columns(table, _FIELDS, {})
    number = columns.pop("id", None)
    if number is not None:
        columns.setdefault("customer", number)
    need_column(table, columns, ("customer", "email"), _("お客様番号・メール"))

    def rows() -> Iterator[tuple[int, Person | str]]:
        for row in table:
            if row.problem is not None:
                yield row.number, row.problem
                continue
            try:
                yield row.number, read_person(row.cells, columns)
            except CellError as error:
                yield row.number, str(error)

    return _listed(rows(), now=now)


def _listed(rows: Iterable[tuple[int, Person | str]], *, now: datetime) -> Listed:
    listed = Listed()
    # Customer → the row that named them first.
    seen: dict[int, int] = {}
    batch: list[tuple[int, Person]] = []
    read = 0
    for number, found in rows:
        read += 1
        if read > MOST_ROWS:
            listed.refuse(
                number,
                _("%(most)s行より後は読みません。名簿を分けてください。")
                % {"most": f"{MOST_ROWS:,}"},
            )
            break
        if isinstance(found, str):
            listed.refuse(number, found)
            continue
        if not (found.external_id or found.email):
            listed.refuse(number, _("お客様番号もメールアドレスもありません。"))
            continue
        batch.append((number, found))
        if len(batch) == _BATCH:
            _store(batch, listed, seen, now=now)
            batch = []
    _store(batch, listed, seen, now=now)
    listed.refused.sort(key=lambda row: row.row)
    return listed


def _store(
    batch: Sequence[tuple[int, Person]], listed: Listed, seen: dict[int, int], *, now: datetime
) -> None:
    people = [person for _number, person in batch]
    usable = []
    for (number, person), customer in zip(batch, find_people(people), strict=True):
        if customer is None and not person.email:
            listed.refuse(
                number,
                _("お客様番号「%(number)s」の登録がありません。")
                % {"number": person.external_id[:40]},
            )
        else:
            usable.append((number, person))
    found, _made, _changed = ensure_people(
        [person for _number, person in usable], now=now, update=False
    )
    for (number, _person), customer in zip(usable, found, strict=True):
        assert customer is not None
        first = seen.setdefault(customer.pk, number)
        if first != number:
            listed.refuse(number, _("%(row)s行目と同じ人です。") % {"row": first})
        else:
            listed.customers.append(customer.pk)
