"""Counts kept beside rows: cells of a table that are added to, and mended by their difference."""

from collections.abc import Mapping
from typing import Any

from django.db import connection, models

Numbers = tuple[int, ...]


def add(
    model: type[models.Model],
    columns: tuple[str, ...],
    changes: Mapping[Any, int | Numbers],
    *,
    numbers: tuple[str, ...] = ("count",),
) -> None:
    """Adds signed numbers to the cells named by `columns`, which are unique together."""
    table = model._meta.db_table
    rows = []
    # Sorted, so that two writers take the row locks in the same order.
    for cell, change in sorted(changes.items()):
        added = change if isinstance(change, tuple) else (change,)
        if any(added):
            rows.append((*cell, *added))
    width = len(columns) + len(numbers)
    # 999 is the most values that every SQLite takes.
    size = 900 // width
    sums = ", ".join(f"{number} = {table}.{number} + excluded.{number}" for number in numbers)
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        places = ", ".join([f"({', '.join(['%s'] * width)})"] * len(part))
        # Table and column names come from the models, never from input.
        sql = (
            f"INSERT INTO {table} ({', '.join((*columns, *numbers))}) VALUES {places} "  # noqa: S608
            f"ON CONFLICT ({', '.join(columns)}) DO UPDATE SET {sums}"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [value for row in part for value in row])


def differences(
    true: Mapping[Any, int | Numbers], kept: Mapping[Any, int | Numbers]
) -> dict[Any, Numbers]:
    """What must be added to the kept cells to make them true; cells that agree are left out."""
    found = {}
    for cell in true.keys() | kept.keys():
        one, other = _wide(true.get(cell)), _wide(kept.get(cell))
        width = max(len(one), len(other))
        one, other = one + (0,) * (width - len(one)), other + (0,) * (width - len(other))
        if one != other:
            found[cell] = tuple(a - b for a, b in zip(one, other, strict=True))
    return found


def _wide(numbers: int | Numbers | None) -> Numbers:
    if numbers is None:
        return ()
    return numbers if isinstance(numbers, tuple) else (numbers,)
