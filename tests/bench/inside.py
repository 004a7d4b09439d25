"""The process of one kind of database: fills the scratch copies, measures, prints a row a line.

Started by `tests.bench` with the settings of that database in its environment.
"""

# ruff: noqa: T201 - printing is what it is for

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import django

from tests.bench.places import NAMES, Place
from tests.bench.results import Row

# Names of the rows, the groups that make them, the databases they are measured on.
GROUPS: dict[str, tuple[str, str]] = {
    "tokens": ("rows_text", "once"),
    "comments": ("rows_text", "each"),
    "survey_post": ("rows_pages", "each"),
    "survey_get": ("rows_pages", "once"),
    "survey_api": ("rows_surveys", "each"),
    "survey_results": ("rows_surveys", "each"),
    "survey_export": ("rows_surveys", "once"),
    "lists": ("rows_pages", "each"),
    "finding": ("rows_data", "each"),
    "figures": ("rows_data", "each"),
    "job": ("rows_data", "each"),
}
FILLED = {"lists", "finding", "figures", "survey_results", "survey_export"}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("step", choices=("migrate", "fill", "measure"))
    parser.add_argument("--place", required=True, help="JSON: vendor, urls, var")
    parser.add_argument("--groups", default="")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--session", default="")
    parser.add_argument("--quick", action="store_true")
    asked = parser.parse_args()
    django.setup()
    given = json.loads(asked.place)
    place = Place(given["vendor"], given["urls"], Path(given["var"]))
    if asked.step == "migrate":
        from tests.bench import data

        data.migrate()
        _say({"session": data.session_key()})
    elif asked.step == "fill":
        from tests.bench import data

        data.fill(data.Size(comments=asked.rows, tickets=asked.rows, scores=asked.rows))
    else:
        _measure(place, asked)
    return 0


def _measure(place: Place, asked: argparse.Namespace) -> None:
    from tests.bench.bench import FULL, QUICK, Bench

    with ExitStack() as started:
        bench = Bench(
            place, QUICK if asked.quick else FULL, asked.rounds, asked.session, started
        )
        for name in asked.groups.split(","):
            begun = time.monotonic()
            try:
                for found in _group(name)(bench):
                    _say(found.as_json())
            except Exception as error:  # noqa: BLE001 - one row that cannot be measured leaves the others
                words = f"{type(error).__name__}: {error}".splitlines()[0]
                _say({"failed": name, "database": place.vendor, "reason": words[:300]})
            print(f"  {place.vendor} {name}: {time.monotonic() - begun:.0f} s", file=sys.stderr)


def _group(name: str) -> Callable[..., Iterator[Row]]:
    from importlib import import_module

    module = import_module(f"tests.bench.{GROUPS[name][0]}")
    return getattr(module, name)  # type: ignore[no-any-return]


def _say(line: dict[str, object]) -> None:
    print(json.dumps(line, ensure_ascii=False), flush=True)


assert set(NAMES) == {"empty", "small", "large"}

if __name__ == "__main__":
    sys.exit(main())
