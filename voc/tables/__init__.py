"""Tables from outside: any CSV, TSV or XLSX a Japanese office produces. Plain Python."""

from voc.tables.columns import guess_columns, guess_score_kind
from voc.tables.errors import CellError, TableError
from voc.tables.identity import SeenRows, row_identities, row_identity
from voc.tables.table import Row, Table, find_column, open_table
from voc.tables.values import is_blank_answer, parse_date, parse_number, parse_score

__all__ = [
    "CellError",
    "Row",
    "SeenRows",
    "Table",
    "TableError",
    "find_column",
    "guess_columns",
    "guess_score_kind",
    "is_blank_answer",
    "open_table",
    "parse_date",
    "parse_number",
    "parse_score",
    "row_identities",
    "row_identity",
]
