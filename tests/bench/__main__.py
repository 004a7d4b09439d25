"""Compares the product with the bare limits of this machine. Run by `make bench`.

    .venv/bin/python -m tests.bench [--quick] [--only NAME] [--json]

Everything happens on scratch databases: PostgreSQL's when a local server lets us make some,
SQLite's in a temporary folder.
"""

# ruff: noqa: T201 - printing is what it is for

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.bench import places
from tests.bench.inside import FILLED, GROUPS
from tests.bench.places import Place
from tests.bench.protocol import ROUNDS
from tests.bench.results import Row, table
from tests.bench.web import ROOT

FEW, MANY, QUICK_MANY = 1_000, 100_000, 5_000


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", metavar="NAME", choices=sorted(GROUPS), action="append",
                        help=f"one of {', '.join(GROUPS)}; may be repeated")  # fmt: skip
    parser.add_argument("--quick", action="store_true", help="small sizes, to try the bench itself")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", action="store_true", help="the table as JSON")
    asked = parser.parse_args()
    begun = time.monotonic()
    chosen = [name for name in GROUPS if not asked.only or name in asked.only]
    remarks: list[str] = []
    rows: list[Row] = []
    with ExitStack() as made:
        folder = Path(made.enter_context(tempfile.TemporaryDirectory(prefix="voc-bench-")))
        places_here = _places(made, folder, remarks)
        many = QUICK_MANY if asked.quick else MANY
        wanted = bool(FILLED & set(chosen))
        with ThreadPoolExecutor(len(places_here)) as pool:
            sessions = list(pool.map(lambda place: _prepare(place, many, wanted), places_here))
        print(f"  prepared: {time.monotonic() - begun:.0f} s", file=sys.stderr)
        for index, (place, session) in enumerate(zip(places_here, sessions, strict=True)):
            groups = [name for name in chosen if GROUPS[name][1] == "each" or index == 0]
            if groups:
                lines = _measure(place, session, groups, asked.rounds, quick=asked.quick)
                rows += [_row(line) for line in lines if "failed" not in line]
                remarks += [
                    f"{line['failed']} on {line['database']} was not measured: {line['reason']}"
                    for line in lines
                    if "failed" in line
                ]
    seconds = round(time.monotonic() - begun)
    load = os.getloadavg()[0]
    remarks.append(f"{seconds} s, load {load:.1f} on {os.cpu_count()} processors at the end")
    if asked.quick:
        remarks.append("--quick: sizes too small to be quoted")
    if asked.json:
        print(json.dumps({"rows": [one.as_json() for one in rows], "remarks": remarks},
                         ensure_ascii=False, indent=1))  # fmt: skip
    else:
        print(table(rows))
        print("\n".join(f"* {remark}" for remark in remarks))
    return 0 if rows else 1


def _places(made: ExitStack, folder: Path, remarks: list[str]) -> list[Place]:
    """PostgreSQL first, when it is there, and SQLite."""
    url = places.postgres_url()
    reason = places.unreachable(url)
    here = []
    if reason:
        remarks.append(f"measured on SQLite only; PostgreSQL is not to be had: {reason}")
    else:
        here.append(made.enter_context(places.postgres_place(folder / "postgresql", url)))
    return [*here, made.enter_context(places.sqlite_place(folder / "sqlite"))]


def _inside(place: Place, name: str, *arguments: str) -> list[dict[str, Any]]:
    """Runs a step on one copy and gives the lines it printed."""
    about = json.dumps({"vendor": place.vendor, "urls": place.urls, "var": str(place.var)})
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.inside", arguments[0], "--place", about, *arguments[1:]],
        cwd=ROOT, env=place.environment(name), stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def _prepare(place: Place, many: int, filled: bool) -> str:
    """Migrates one copy and fills two more from it; the key of a signed-in session."""
    place.var.mkdir(parents=True, exist_ok=True)
    session = str(_inside(place, "empty", "migrate")[-1]["session"])
    if filled:
        for name, number in (("small", FEW), ("large", many)):
            place.copy("empty", name)
            _inside(place, name, "fill", "--rows", str(number))
    return session


def _measure(
    place: Place, session: str, groups: list[str], rounds: int, *, quick: bool
) -> list[dict[str, Any]]:
    arguments = ["--groups", ",".join(groups), "--session", session, "--rounds", str(rounds)]
    return _inside(place, "empty", "measure", *arguments, *(["--quick"] if quick else []))


def _row(line: dict[str, Any]) -> Row:
    line.pop("met")
    return Row(**line)


if __name__ == "__main__":
    sys.exit(main())
