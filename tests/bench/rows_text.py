"""Rows of the text pipeline: the analysis alone, and from stored comments to stored results."""

from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import fugashi
from django.db import connection

from feedback import search
from feedback.models import Clause as StoredClause
from feedback.models import Comment, Topic, TopicAssignment
from feedback.services import analysis, rollups
from feedback.text import analyse_many
from feedback.text.taxonomy import default_taxonomy
from feedback.text.tokens import _new_tagger
from tests.bench import data
from tests.bench.bench import Bench
from tests.bench.cpu import Meter
from tests.bench.results import Row, row


def tokens(bench: Bench) -> Iterator[Row]:
    """Analysis in memory beside the tokeniser it stands on."""
    texts = data.texts(bench.scale.texts)
    taxonomy = default_taxonomy()
    tagger = _new_tagger()

    def bare() -> None:
        for text in texts:
            tagger.parse(text)

    analyse_many(texts[:500], taxonomy)
    found = bench.compare(
        bench.in_process(bare, len(texts)),
        bench.in_process(lambda: analyse_many(texts, taxonomy), len(texts)),
    )
    yield row(
        found, name="tokens", database="–", goal=None,
        what=f"analyse_many ÷ bare parse(), a text of {len(texts):,}",
    )  # fmt: skip


def comments(bench: Bench) -> Iterator[Row]:
    """Stored comments to clauses, topics, daily counts and search index."""
    texts = data.texts(bench.scale.texts)[: bench.scale.stored]
    tagger = fugashi.Tagger()

    def idiom() -> None:
        for text in texts:
            for node in tagger(text):
                _ = node.surface, node.feature.pos1, node.feature.lemma

    with bench.on("empty"):
        def product() -> float:
            _fill_waiting(texts)
            spent = Meter(bench.backend).spent(_analyse_all(len(texts)), len(texts))
            _expect_results(len(texts))
            return spent

        found = bench.compare(bench.in_process(idiom, len(texts)), product)
        yield row(
            found, name="comments", database=bench.database, goal=1.0, parts=_parts(bench, texts),
            what="database to database ÷ idiomatic fugashi loop, a comment",
        )  # fmt: skip


def _analyse_all(number: int) -> Callable[[], None]:
    def work() -> None:
        done = analysis.analyse_all()
        if done != number:
            raise RuntimeError(f"{done} of {number} comments analysed")

    return work


def _expect_results(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {search.TABLE}")
        indexed = cursor.fetchone()[0]
    if indexed != number or StoredClause.objects.count() < number or not TopicAssignment.objects.exists():
        raise RuntimeError("the pipeline stored too little")


def _fill_waiting(texts: list[str]) -> None:
    """The same comments, unread; what an earlier round made of them is gone."""
    tables = [
        model._meta.db_table
        for model in (TopicAssignment, StoredClause, rollups.TopicDay, Comment)
    ]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join([*tables, search.TABLE])} CASCADE")
        else:
            for table in [*tables, search.TABLE]:
                cursor.execute(f"DELETE FROM {table}")
    days = [data.NOW - data.timedelta(days=n) for n in range(data.DAYS)]
    data.insert(
        [
            Comment(
                source="import", source_ref=f"waiting-{n}", text=text,
                occurred_at=days[n % data.DAYS], local_day=days[n % data.DAYS].date(),
            )
            for n, text in enumerate(texts)
        ]
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _parts(bench: Bench, texts: list[str]) -> dict[str, float]:
    """Milliseconds a comment in each step of one more run, everything else as "rest"."""
    steps: list[tuple[str, Any, str]] = [
        ("analyse", analysis, "analyse_many"),
        ("old rows", analysis, "_remove_automatic"),
        ("clauses", analysis, "_store_clauses"),
        ("topics", analysis, "_store_assignments"),
        ("daily counts", rollups, "add_topics"),
        ("comments", analysis, "_update"),
        ("search index", search, "index"),
    ]
    spent: dict[str, float] = {}
    _fill_waiting(texts)
    Topic.objects.exists()
    patches = []
    for name, module, function in steps:
        if hasattr(module, function):
            patches.append(patch.object(module, function, _timed(bench, name, getattr(module, function), spent)))
    for one in patches:
        one.start()
    try:
        whole = Meter(bench.backend).spent(_analyse_all(len(texts)))
    finally:
        for one in patches:
            one.stop()
    spent["rest"] = whole - sum(spent.values())
    return {name: seconds * 1e3 / len(texts) for name, seconds in spent.items()}


def _timed(
    bench: Bench, name: str, function: Callable[..., Any], spent: dict[str, float]
) -> Callable[..., Any]:
    def timed(*args: Any, **kwargs: Any) -> Any:
        result: list[Any] = []
        work = lambda: result.append(function(*args, **kwargs))  # noqa: E731
        spent[name] = spent.get(name, 0.0) + Meter(bench.backend).spent(work)
        return result[0]

    return timed
