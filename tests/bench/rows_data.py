"""Rows of the database: search, figures, and what a job costs beside a bare transaction."""

import re
from collections.abc import Iterator
from random import Random
from statistics import median
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from feedback import search
from feedback.models import Comment
from feedback.queries.periods import last_days
from feedback.queries.scores import score_page
from tests.bench import data
from tests.bench.bench import Bench
from tests.bench.cpu import Meter
from tests.bench.results import Row, row
from voc import jobs
from voc.models import Job

_JAPANESE = re.compile(r"[\u30a0-\u30ff\u4e00-\u9fff]")
_WORDS = re.compile(r"[^\W_]+")
LENGTHS = (1, 2, 3, 5)


def finding(bench: Bench) -> Iterator[Row]:
    """Search by index beside a LIKE scan, and whether both find the same."""
    with bench.on("large"):
        total = Comment.objects.count()
        for length in LENGTHS:
            words = _sample(length, bench.scale.words)
            differing = [word for word in words if _by_index(word) != _by_scan(word)]
            found = bench.compare(
                lambda words=words: _median(bench, words, _count_scan),
                lambda words=words: _median(bench, words, _count_index),
            )
            yield row(
                found, name=f"search-{length}", database=bench.database,
                goal=round(1 / 15, 3) if length > 1 else None, sound=not differing,
                what=f"index ÷ LIKE scan, {length} character{'s' * (length > 1)}, {total:,} comments",
                note=f"other hits than LIKE for {differing}" if differing else "",
            )  # fmt: skip


def _sample(length: int, number: int) -> list[str]:
    """Strings of this many word characters that stand somewhere, with a kanji or katakana."""
    rng = Random(data.SEED + length)
    texts = list(Comment.objects.order_by("pk").values_list("text", flat=True)[:2_000])
    out: dict[str, None] = {}
    while len(out) < number:
        runs = [run for run in _WORDS.findall(rng.choice(texts)) if len(run) >= length]
        if not runs:
            continue
        run = rng.choice(runs)
        start = rng.randrange(len(run) - length + 1)
        word = run[start : start + length]
        if _JAPANESE.search(word):
            out[word] = None
    return list(out)


def _by_index(word: str) -> set[int]:
    return set(search.matching(Comment.objects.all(), word).values_list("pk", flat=True))


def _by_scan(word: str) -> set[int]:
    # Word characters only: nothing in them means anything to LIKE.
    return set(Comment.objects.extra(where=["text LIKE %s"], params=[f"%{word}%"]).values_list("pk", flat=True))


def _count_index(word: str) -> None:
    search.matching(Comment.objects.all(), word).count()


def _count_scan(word: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {Comment._meta.db_table} WHERE text LIKE %s", [f"%{word}%"])
        cursor.fetchone()


def _median(bench: Bench, words: list[str], count: Any) -> float:
    return median(Meter(bench.backend).spent(lambda word=word: count(word)) for word in words)


def figures(bench: Bench) -> Iterator[Row]:
    """All reads of the score page beside one bare count of the scores themselves."""
    times = 10
    queries = {name: _queries_of_score_page(bench, name) for name in ("small", "large")}

    def replay(name: str) -> float:
        def work() -> None:
            with connection.cursor() as cursor:
                for _ in range(times):
                    for statement, params in queries[name]:
                        cursor.execute(statement, params)
                        cursor.fetchall()

        with bench.on(name):
            return bench.in_process(work, times)()

    def bare() -> float:
        def work() -> None:
            with connection.cursor() as cursor:
                for _ in range(times):
                    cursor.execute("SELECT count(*) FROM feedback_score WHERE kind = 'nps'")
                    cursor.fetchone()

        with bench.on("large"):
            return bench.in_process(work, times)()

    with bench.on("large"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM feedback_score")
        scores = cursor.fetchone()[0]
    number = len(queries["large"])
    # The promise is 0.1 at a million scores: the count grows with them, the reads do not.
    goal = round(0.1 * 1_000_000 / scores, 2)
    yield row(
        bench.compare(bare, lambda: replay("large")), name="figures", database=bench.database,
        what=f"{number} reads of the score page ÷ bare count of {scores:,} scores",
        goal=goal, note=f"0.1 at 1,000,000 scores is {goal} at {scores:,}",
    )  # fmt: skip
    yield row(
        bench.compare(lambda: replay("small"), lambda: replay("large")), name="figures-grown",
        database=bench.database, goal=None,
        what=f"reads of the score page at {scores:,} scores ÷ at 1 in 100 of them",
        note="grows until every day, value and segment has been seen, and then no more",
    )  # fmt: skip


def _queries_of_score_page(bench: Bench, name: str) -> list[tuple[str, Any]]:
    with bench.on(name):
        executed: list[tuple[str, Any]] = []

        def remember(execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
            executed.append((statement, params))
            return execute(statement, params, many, context)

        with CaptureQueriesContext(connection), connection.execute_wrapper(remember):
            score_page("nps", last_days(data.END, 91), today=data.END, releases=[])
        return executed


def job(bench: Bench) -> Iterator[Row]:
    """Promise and run of a job that does nothing, beside one row in one transaction."""
    kind = "bench.nothing"
    jobs.handler(kind)(_nothing)
    times = bench.scale.jobs
    with bench.on("empty"):
        Job.objects.all().delete()
        statement = "INSERT INTO voc_workspace_bench (note) VALUES (%s)"
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS voc_workspace_bench (note text)")

        def bare() -> None:
            for _ in range(times):
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(statement, ["nothing"])

        def through_queue() -> None:
            for _ in range(times):
                with transaction.atomic():
                    jobs.enqueue(kind, {}, now=data.NOW)
            if jobs.drain(kinds=(kind,)) != times:
                raise RuntimeError("not every job ran")

        ring, jobs.ring = jobs.ring, lambda job_id: None
        try:
            found = bench.compare(bench.in_process(bare, times), bench.in_process(through_queue, times))
        finally:
            jobs.ring = ring
        yield row(
            found, name="job", database=bench.database, goal=None,
            what="enqueue and run of an empty job, without the bell ÷ a transaction of one INSERT",
        )  # fmt: skip


def _nothing(run: jobs.Run) -> None:
    return None
