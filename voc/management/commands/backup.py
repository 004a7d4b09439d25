"""manage.py backup FILE: the whole database in one archive, while everybody works on."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from voc.backup import backup
from voc.management.base import Progress, ReadyCommand


class Command(ReadyCommand):
    help = "Write one consistent archive of the database and its files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def run(self, **options: Any) -> dict[str, Any]:
        progress = Progress("backup")
        manifest = backup(options["file"], now=timezone.now(), progress=progress)
        progress.close()
        return {
            "file": str(options["file"]),
            "bytes": options["file"].stat().st_size,
            "vendor": manifest["vendor"],
            "rows": sum(table["rows"] for table in manifest["tables"].values()),
            "tables": {name: table["rows"] for name, table in manifest["tables"].items()},
        }
