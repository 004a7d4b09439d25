"""Which column of the file serves which field: as told, else as guessed."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from voc.tables import Table, TableError, find_column, guess_columns

SHOWN_COLUMNS = 50


class UnknownColumn(Exception):  # noqa: N818 - reads as the fact it states
    """The person named a column that the file does not have."""

    def __init__(self, name: str, columns: Sequence[str]) -> None:
        super().__init__(
            _("列「%(name)s」はありません。ある列: %(columns)s")
            % {"name": name, "columns": column_list(columns)}
        )


def column_list(columns: Sequence[str]) -> str:
    """The columns' names for a message."""
    more = " …" if len(columns) > SHOWN_COLUMNS else ""
    return _("、").join(columns[:SHOWN_COLUMNS]) + more


def choose_columns(
    table: Table, wanted: Sequence[str], told: Mapping[str, str | None]
) -> dict[str, str]:
    """The column for each wanted field; what the person told is obeyed, the rest is guessed."""
    chosen: dict[str, str] = {}
    for name, column in told.items():
        if column:
            found = find_column(table.columns, column)
            if found is None:
                raise UnknownColumn(column, table.columns)
            chosen[name] = found
    free = [column for column in table.columns if column not in chosen.values()]
    sample = [row.cells for row in table.sample() if row.problem is None]
    guessed = guess_columns(free, sample, [name for name in wanted if name not in chosen])
    return {name: column for name in wanted if (column := chosen.get(name) or guessed.get(name))}


def need_column(table: Table, columns: Mapping[str, str], names: Sequence[str], what: str) -> None:
    """TableError unless one of the fields has a column."""
    if not any(name in columns for name in names):
        raise TableError(
            _("%(what)sの列が見つかりません。ある列: %(columns)s")
            % {"what": what, "columns": column_list(table.columns)}
        )
