"""What became of a file: the numbers and the rows that were refused."""

from dataclasses import dataclass, field
from typing import Any

# A file of a million wrong rows must not become a million lines of JSON.
REFUSED_SHOWN = 1_000


@dataclass
class Report:
    """Counts of one import; `refused` holds the first rows refused, `refused_total` all."""

    file: str
    encoding: str
    columns: dict[str, str]
    dry_run: bool = False
    rows: int = 0
    imported: int = 0
    duplicates: int = 0
    refused_total: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)
    # What only one of the imports counts: scores, updated customers, rows without a date.
    more: dict[str, Any] = field(default_factory=dict)

    def refuse(self, row: int, reason: str) -> None:
        """Counts the row as refused, and remembers why while there is room."""
        self.refused_total += 1
        if len(self.refused) < REFUSED_SHOWN:
            self.refused.append({"row": row, "reason": reason})

    def count(self, name: str, number: int = 1) -> None:
        """Adds to one of the extra numbers."""
        self.more[name] = self.more.get(name, 0) + number

    def as_json(self) -> dict[str, Any]:
        """The object that the commands print."""
        return {
            "file": self.file,
            "encoding": self.encoding,
            "rows": self.rows,
            "imported": self.imported,
            "duplicates": self.duplicates,
            "refused": self.refused,
            "refused_total": self.refused_total,
            "columns": self.columns,
            "dry_run": self.dry_run,
            **self.more,
        }
