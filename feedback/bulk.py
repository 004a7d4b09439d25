"""Many rows into one table at once: COPY on PostgreSQL, executemany on SQLite.

A third of the cost of `bulk_create`, because no model object stands between. Rows that break
a constraint raise IntegrityError, as everywhere.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date
from functools import lru_cache
from typing import Any

from django.db import connection, models


def insert(model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Inserts rows of values in the order of `names`; columns left out get their default."""
    if not rows:
        return
    columns, converters, defaults = _plan(model, tuple(names), connection.vendor)
    values = (
        (
            *(
                value if convert is None or value is None else convert(value)
                for value, convert in zip(row, converters, strict=True)
            ),
            *defaults,
        )
        for row in rows
    )
    table = connection.ops.quote_name(model._meta.db_table)
    listed = ", ".join(map(connection.ops.quote_name, columns))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with (
                connection.wrap_database_errors,
                cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy,
            ):
                for each in values:
                    copy.write_row(each)
        else:
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(
                f"INSERT INTO {table} ({listed}) VALUES ({places})",  # noqa: S608 - names of our models
                list(values),
            )


Plan = tuple[list[str], list[Callable[[Any], Any] | None], list[Any]]


@lru_cache(maxsize=32)
def _plan(model: type[models.Model], names: tuple[str, ...], vendor: str) -> Plan:
    given: list[Any] = [model._meta.get_field(name) for name in names]
    rest: list[Any] = [
        field
        for field in model._meta.concrete_fields
        if field not in given and not field.primary_key
    ]
    return (
        [field.column for field in (*given, *rest)],
        [_converter(field) for field in given],
        [field.get_db_prep_save(field.get_default(), connection) for field in rest],
    )


def _converter(field: Any) -> Callable[[Any], Any] | None:
    """How a value becomes what the driver takes; None where it is taken as it is.

    A JSON column takes objects here: an empty list would be stored as an empty object.
    """
    if isinstance(field, models.JSONField):
        empty = field.get_db_prep_save({}, connection)
        return lambda value: field.get_db_prep_save(value, connection) if value else empty
    if isinstance(field, models.DecimalField):
        return lambda value: field.get_db_prep_save(value, connection)
    if connection.vendor == "sqlite" and isinstance(field, models.DateTimeField):
        # What Django's own conversion gives, at a tenth of its cost.
        return lambda value: str(value.astimezone(UTC).replace(tzinfo=None))
    if connection.vendor == "sqlite" and isinstance(field, models.DateField):
        return date.isoformat
    return None
