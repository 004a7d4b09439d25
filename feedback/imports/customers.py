"""People and their companies from a file."""

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from django.utils.translation import gettext as _

from feedback.imports.batches import Stored, run_batches
from feedback.imports.mapping import choose_columns, need_column
from feedback.imports.people import Person, ensure_people, find_people, names_of, read_person
from feedback.imports.report import Report
from voc.tables import CellError, Row, SeenRows, open_table

FIELDS = ("customer", "id", "name", "email", "phone", "company", "segment")


def import_customers(
    *,
    path: str | Path,
    now: datetime,
    columns: Mapping[str, str | None] | None = None,
    encoding: str = "auto",
    dry_run: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """The file's people, each once: known by customer number, else by mail or telephone.

    A person who is known already counts as a duplicate; what the file says anew about them
    is taken over and counted as `updated`.
    """
    table = open_table(path, encoding=encoding)
    chosen = choose_columns(table, FIELDS, columns or {})
    number = chosen.pop("id", None)
    if number is not None:
        chosen.setdefault("customer", number)
    need_column(table, chosen, ("customer", "email", "phone"), _("お客様番号・メール・電話"))
    report = Report(str(path), table.encoding, chosen, dry_run)
    report.more["updated"] = 0
    met = SeenRows()

    def prepare(row: Row) -> Person:
        person = read_person(row.cells, chosen)
        if not (person.external_id or person.email or person.phone):
            raise CellError(_("お客様番号・メール・電話のどれもありません。"))
        return person

    def store(people: list[Person]) -> Stored:
        if dry_run:
            return _count_new(people, met), lambda: None
        _customers, made, changed = ensure_people(people, now=now, update=True)
        return made, lambda: report.count("updated", changed)

    run_batches(table, report, prepare=prepare, store=store, progress=progress)
    return report


def _count_new(people: list[Person], met: SeenRows) -> int:
    new = 0
    for person, customer in zip(people, find_people(people), strict=True):
        names = names_of(person)
        before = [met.ordinal(sha256(name.encode()).digest()) > 0 for name in names]
        here = before[0] if person.external_id else any(before)
        new += customer is None and not here
    return new
