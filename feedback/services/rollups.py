"""Daily counts kept beside the rows: added to with every write, rebuilt and checked at will."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Count

from feedback.models import Comment, CommentDay, Score, ScoreDay, TopicAssignment, TopicDay

# (local day, kind, scale, value, segment)
ScoreCell = tuple[date, str, int, int, str]
# (local day, source)
CommentCell = tuple[date, str]
# (local day, topic id, polarity)
TopicCell = tuple[date, int, str]


def add_scores(cells: Iterable[ScoreCell], sign: int = 1) -> None:
    """Counts scores in (or, with sign −1, out of) their days."""
    _add(
        ScoreDay._meta.db_table,
        ("local_day", "kind", "scale", "value", "segment"),
        ("kind", "scale", "local_day", "segment", "value"),
        "count",
        {cell: sign * n for cell, n in Counter(cells).items()},
    )


def add_comments(cells: Iterable[CommentCell], sign: int = 1) -> None:
    """Counts comments in (or out of) their days."""
    _add(
        CommentDay._meta.db_table,
        ("local_day", "source"),
        ("local_day", "source"),
        "count",
        {cell: sign * n for cell, n in Counter(cells).items()},
    )


def add_topics(changes: dict[TopicCell, int]) -> None:
    """Adds signed numbers of clauses to topic, day and polarity."""
    _add(
        TopicDay._meta.db_table,
        ("local_day", "topic_id", "polarity"),
        ("topic_id", "local_day", "polarity"),
        "clauses",
        changes,
    )


def _add(
    table: str,
    columns: tuple[str, ...],
    unique: tuple[str, ...],
    number: str,
    changes: dict[Any, int],
) -> None:
    # Sorted, so that two writers take the row locks in the same order.
    rows = [(*cell, n) for cell, n in sorted(changes.items()) if n]
    size = 900 // (len(columns) + 1)
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        places = ", ".join(f"({', '.join(['%s'] * (len(columns) + 1))})" for _ in part)
        # Table and column names come from the models above, never from input.
        sql = (
            f"INSERT INTO {table} ({', '.join(columns)}, {number}) VALUES {places} "  # noqa: S608
            f"ON CONFLICT ({', '.join(unique)}) DO UPDATE "
            f"SET {number} = {table}.{number} + excluded.{number}"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [value for row in part for value in row])


def rebuild(progress: Callable[[int, int], None] = lambda done, total: None) -> dict[str, int]:
    """Counts every day again from the rows; {"checked", "changed"} in cells."""
    checked = changed = 0
    steps: list[Callable[[], tuple[int, int]]] = [_rebuild_scores, _rebuild_comments, _rebuild_topics]
    for index, step in enumerate(steps):
        with transaction.atomic():
            seen, differed = step()
        checked, changed = checked + seen, changed + differed
        progress(index + 1, len(steps))
    return {"checked": checked, "changed": changed}


def _rebuild_scores() -> tuple[int, int]:
    names = ("local_day", "kind", "scale", "value", "segment")
    true = {tuple(row[:-1]): row[-1] for row in Score.objects.values_list(*names).annotate(n=Count("pk")).order_by()}
    kept = {tuple(row[:-1]): row[-1] for row in ScoreDay.objects.values_list(*names, "count")}
    changes = _difference(true, kept)
    _add(ScoreDay._meta.db_table, names, ("kind", "scale", "local_day", "segment", "value"), "count", changes)
    return len(true), len(changes)


def _rebuild_comments() -> tuple[int, int]:
    names = ("local_day", "source")
    true = {tuple(row[:-1]): row[-1] for row in Comment.objects.values_list(*names).annotate(n=Count("pk")).order_by()}
    kept = {tuple(row[:-1]): row[-1] for row in CommentDay.objects.values_list(*names, "count")}
    changes = _difference(true, kept)
    _add(CommentDay._meta.db_table, names, names, "count", changes)
    return len(true), len(changes)


def _rebuild_topics() -> tuple[int, int]:
    names = ("local_day", "topic_id", "polarity")
    true = {
        tuple(row[:-1]): row[-1]
        for row in TopicAssignment.objects.values_list(*names).annotate(n=Count("pk")).order_by()
    }
    kept = {tuple(row[:-1]): row[-1] for row in TopicDay.objects.values_list(*names, "clauses")}
    changes = _difference(true, kept)
    add_topics(changes)
    return len(true), len(changes)


def _difference(true: dict[Any, int], kept: dict[Any, int]) -> dict[Any, int]:
    cells = true.keys() | kept.keys()
    return {cell: d for cell in cells if (d := true.get(cell, 0) - kept.get(cell, 0))}
