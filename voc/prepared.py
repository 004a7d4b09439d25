"""Queries whose SQL is written once in a process."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

Value = int | datetime


class Prepared:
    """A query that stands on every page: always the same but for a few values.

    Writing the SQL anew costs several times what a small query costs the database. `build` gives
    a `values_list`; it is called once, with the `samples`, which may be equal to no other value
    in it. The values given later stand where the samples stood. Rows come as the driver gives
    them.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], **samples: Value) -> None:
        self.build = build
        self.samples = samples
        # By kind of database: the SQL, its values, and which of them stand for which name.
        self.known: dict[str, tuple[str, list[Any], list[tuple[int, str]]]] = {}

    def rows(self, **values: Value) -> list[tuple[Any, ...]]:
        """All rows; one query."""
        return self._run("{}", values)

    def count(self, **values: Value) -> int:
        """The number of rows, counted by the database."""
        return int(self._run("SELECT COUNT(*) FROM ({}) AS counted", values)[0][0])

    def _run(self, around: str, values: dict[str, Value]) -> list[tuple[Any, ...]]:
        sql, given, places = self.known.get(connection.vendor) or self._write()
        filled = list(given)
        for place, name in places:
            filled[place] = _adapted(values[name])
        with connection.cursor() as cursor:
            cursor.execute(around.format(sql), filled)
            return cursor.fetchall()

    def _write(self) -> tuple[str, list[Any], list[tuple[int, str]]]:
        sql, given = self.build(**self.samples).query.sql_with_params()
        adapted = {name: _adapted(sample) for name, sample in self.samples.items()}
        places = [
            (place, name)
            for place, value in enumerate(given)
            for name, sample in adapted.items()
            if type(value) is type(sample) and value == sample
        ]
        missing = set(adapted) - {name for _place, name in places}
        if missing:
            raise ValueError(f"no value of the query stands for {missing}")
        self.known[connection.vendor] = sql, list(given), places
        return self.known[connection.vendor]


def _adapted(value: Value) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value
