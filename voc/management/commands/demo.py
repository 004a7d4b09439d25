"""manage.py demo: fill an empty database with the generated demo workspace."""

import sys
import time
from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from voc.errors import Refused
from voc.management.base import Progress, ReadyCommand
from voc.models import User, Workspace
from voc.registry import registry


class Command(ReadyCommand):
    help = "Load the demo workspace into an empty database. It never mixes with real data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scale", type=float, default=1.0, help="1.0 is about 20,000 voices")
        parser.add_argument("--seed", type=int, default=20)
        parser.add_argument("--end", type=date.fromisoformat, help="last day, today unless given")

    def run(self, **options: Any) -> dict[str, Any]:
        if User.objects.exists() or any(holds() for holds in registry.holds_data):
            raise Refused(
                "このデータベースにはすでにデータがあります。デモは空のデータベースにだけ入れられます。"
                "（The database is not empty; the demo never mixes with real data.）"
            )
        started = time.monotonic()
        now = timezone.now()
        Workspace.objects.update_or_create(
            pk=1, defaults={"name": "みなも商店", "is_demo": True, "created_at": now}
        )
        state: dict[str, Any] = {
            "scale": options["scale"], "seed": options["seed"], "end": options["end"]
        }
        steps = sorted(registry.demo, key=lambda step: step[0])
        for _order, name, step in steps:
            progress = Progress(str(name))
            step(state, now=now, progress=progress)
            progress.close()
        seconds = time.monotonic() - started
        sys.stderr.write(f"demo: {seconds:.0f} s\n")
        return {**state["summary"], "seconds": round(seconds, 1)}
