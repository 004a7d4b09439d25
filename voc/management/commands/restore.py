"""manage.py restore FILE: an archive of `backup` becomes this database."""

import json
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand, CommandParser

from voc.backup import restore
from voc.errors import Refused
from voc.management.base import Progress


class Command(BaseCommand):
    help = "Restore an archive and check that every table holds as many rows as were saved."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="throw away what this database holds now"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # Not a ReadyCommand: the tables come from the archive.
        progress = Progress("restore")
        try:
            result = restore(options["file"], replace=options["replace"], progress=progress)
        except Refused as refused:
            raise CommandError(refused.message, returncode=1) from None
        progress.close()
        self.stdout.write(json.dumps(result, ensure_ascii=False))
