"""Walking a table in batches, each one short transaction, with an answer for every row."""

from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, transaction

from feedback.imports.report import Report
from voc.tables import CellError, Row, Table

BATCH_ROWS = 2_000
# Another import of the same rows may commit between our look and our write.
TRIES = 4

Item = TypeVar("Item")
# The number of new rows, and what to count once they are committed.
Stored = tuple[int, Callable[[], None]]


def run_batches(
    table: Table,
    report: Report,
    *,
    prepare: Callable[[Row], Item],
    store: Callable[[list[Item]], Stored],
    progress: Callable[[int, int], None],
) -> None:
    """Prepares every row and stores batch after batch.

    `prepare` raises CellError for a row that is refused. `store` runs in the batch's
    transaction and returns the number of new rows and a function that counts what was
    committed; a batch that is rolled back is counted only when it has succeeded.
    """
    batch: list[Item] = []
    for row in table:
        report.rows += 1
        if row.problem is not None:
            report.refuse(row.number, row.problem)
            continue
        try:
            batch.append(prepare(row))
        except CellError as reason:
            report.refuse(row.number, str(reason))
            continue
        if len(batch) >= BATCH_ROWS:
            _flush(batch, report, store)
            batch = []
            progress(report.rows, _estimate(table, report))
    if batch:
        _flush(batch, report, store)
    progress(report.rows, report.rows)


def _flush(
    batch: list[Item],
    report: Report,
    store: Callable[[list[Item]], Stored],
) -> None:
    for attempt in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                new, committed = store(batch)
            break
        except IntegrityError:
            if attempt == TRIES:
                raise
    committed()
    report.imported += new
    report.duplicates += len(batch) - new


def _estimate(table: Table, report: Report) -> int:
    """Rows of the whole file as far as the share read so far tells."""
    return max(report.rows, round(report.rows / table.done)) if table.done > 0 else 0
