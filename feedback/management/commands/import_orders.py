from typing import Any

from django.core.management import CommandError
from django.core.management.base import CommandParser
from django.utils import timezone

from feedback.imports import UnknownColumn, import_orders
from voc.management.base import Progress, ReadyCommand

COLUMNS = ("order_id", "customer", "email", "date", "amount", "product")


class Command(ReadyCommand):
    help = "Imports purchases from any CSV, TSV or XLSX file; sending it again is safe."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE")
        for name in COLUMNS:
            parser.add_argument(f"--{name.replace('_', '-')}", metavar="COLUMN")
        parser.add_argument("--encoding", default="auto")
        parser.add_argument("--dry-run", action="store_true", help="read and count, store nothing")

    def run(self, **options: Any) -> dict[str, Any]:
        progress = Progress("import")
        try:
            report = import_orders(
                path=options["file"],
                now=timezone.now(),
                columns={name: options[name] for name in COLUMNS},
                encoding=options["encoding"],
                dry_run=options["dry_run"],
                progress=progress,
            )
        except UnknownColumn as error:
            raise CommandError(str(error), returncode=2) from None
        finally:
            progress.close()
        return report.as_json()
