from typing import Any

from django.core.management import CommandError
from django.core.management.base import CommandParser
from django.utils import timezone

from feedback.imports import UnknownColumn, import_comments
from feedback.imports.comments import SCALES, NeedsScoreKind
from feedback.services.analysis import analyse_all
from voc.management.base import Progress, ReadyCommand

COLUMNS = ("text", "score", "date", "customer", "product", "segment", "topic")


class Command(ReadyCommand):
    help = "Imports comments and scores from any CSV, TSV or XLSX file; sending it again is safe."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE")
        for name in COLUMNS:
            parser.add_argument(f"--{name}", metavar="COLUMN")
        parser.add_argument("--score-kind", choices=sorted(SCALES))
        parser.add_argument("--encoding", default="auto")
        parser.add_argument("--dry-run", action="store_true", help="read and count, store nothing")
        parser.add_argument("--analyse", action="store_true", help="analyse here and now as well")

    def run(self, **options: Any) -> dict[str, Any]:
        progress = Progress("import")
        try:
            report = import_comments(
                path=options["file"],
                now=timezone.now(),
                columns={name: options[name] for name in COLUMNS},
                score_kind=options["score_kind"],
                encoding=options["encoding"],
                dry_run=options["dry_run"],
                progress=progress,
            )
        except UnknownColumn as error:
            raise CommandError(str(error), returncode=2) from None
        except NeedsScoreKind:
            raise CommandError("--score needs --score-kind nps|csat|ces", returncode=2) from None
        finally:
            progress.close()
        if options["analyse"] and not options["dry_run"]:
            progress = Progress("analyse")
            report.more["analysed"] = analyse_all(progress)
            progress.close()
        return report.as_json()
