"""manage.py rebuild rollups|search|metrics|analysis: recompute what is derived."""

from typing import Any

from django.core.management.base import CommandParser

from voc.management.base import Progress, ReadyCommand
from voc.registry import registry


class Command(ReadyCommand):
    help = "Recompute derived data and say what differed. Can be stopped and run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=sorted(registry.rebuild))

    def run(self, **options: Any) -> dict[str, int]:
        total = {"checked": 0, "changed": 0}
        for step in registry.rebuild[options["what"]]:
            progress = Progress(options["what"])
            for name, number in step(progress).items():
                total[name] += number
            progress.close()
        return total
