"""Comments become clauses, in chunks. What is missing stands on the comment itself."""

import json
from collections import Counter
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from django.db import connection, transaction

from feedback import search
from feedback.bulk import insert
from feedback.models import Clause, Comment, Origin, Topic, TopicAssignment
from feedback.services import rollups
from feedback.services.voices import ANALYSE, ask_for_analysis
from feedback.text import ANALYSIS_VERSION, analyse_many
from feedback.text.masking import spans_in
from feedback.text.taxonomy import Taxonomy
from voc import jobs
from voc.jobs import Run

# Small enough that the write lock of SQLite is held for a fraction of a second.
CHUNK = 500


@lru_cache(maxsize=4)
def _built(rows: tuple[tuple[Any, ...], ...]) -> Taxonomy:
    return Taxonomy.from_rows(
        [
            {"key": key, "name_ja": name, "name_en": name_en, "parent": parent, "seeds": list(seeds)}
            for key, name, name_en, parent, seeds in rows
        ]
    )


def taxonomy() -> tuple[Taxonomy, dict[str, int]]:
    """The taxonomy in force and the ids of its topics by key."""
    topics = list(
        Topic.objects.filter(state=Topic.State.ACTIVE)
        .order_by("key")
        .values_list("pk", "key", "name", "name_en", "parent__key", "seeds")
    )
    built = _built(
        tuple((key, name, en, parent, tuple(seeds)) for _, key, name, en, parent, seeds in topics)
    )
    return built, {row[1]: row[0] for row in topics}


def version(of: Taxonomy) -> str:
    """What a count was made with: rules, tokeniser and taxonomy, in 40 characters at most."""
    rules, _plus, tokeniser = ANALYSIS_VERSION.partition("+")
    # Names and versions of the tokeniser and its dictionary are longer than the column.
    return f"{rules[:20]}+{blake2b(tokeniser.encode(), digest_size=4).hexdigest()}+{of.version[:8]}"


@jobs.handler(ANALYSE)
def analyse_waiting(run: Run) -> None:
    """Analyses one chunk and, when more is waiting, promises the next."""
    if analyse_chunk() == CHUNK:
        ask_for_analysis(now=run.now)


@transaction.atomic
def analyse_chunk(limit: int = CHUNK) -> int:
    """Analyses up to `limit` waiting comments; the number done."""
    waiting = Comment.objects.filter(analysed_version="").order_by("pk")
    if connection.features.has_select_for_update_skip_locked:
        waiting = waiting.select_for_update(skip_locked=True)
    rows = list(waiting.values_list("pk", "text", "local_day", "source")[:limit])
    if rows:
        _store(rows)
    return len(rows)


def analyse_all(progress: Any = lambda done, total: None) -> int:
    """Analyses everything that waits, here and now; the number of comments done."""
    total = Comment.objects.filter(analysed_version="").count()
    done = 0
    while number := analyse_chunk(2_000):
        done += number
        progress(done, max(total, done))
    return done


def _store(rows: list[tuple[Any, ...]]) -> None:
    tree, topic_ids = taxonomy()
    made_with = version(tree)
    ids = [row[0] for row in rows]
    decided = _decided_by_people(ids)
    changes: Counter[rollups.TopicCell] = Counter()
    _remove_automatic(ids, changes)

    analyses = analyse_many([text for _, text, _, _ in rows], tree)
    clauses: list[tuple[Any, ...]] = []
    hits: list[Hit] = []
    read: list[Read] = []
    documents: list[tuple[int, str]] = []
    for (pk, text, day, _source), analysis in zip(rows, analyses, strict=True):
        kept = decided.get(pk, ())
        position = max((clause.position for clause in kept), default=-1) + 1
        polarities = Counter(clause.polarity for clause in kept)
        keys = {key for clause in kept for key in clause.topic_keys}
        for found in analysis.clauses:
            if kept and any(found.start < c.end and c.start < found.end for c in kept):
                continue
            clauses.append(
                (pk, position, found.start, found.end, found.polarity, found.intent, day)
            )
            for topic, confidence in found.topics:
                keys.add(topic)
                if topic in topic_ids:
                    hits.append((pk, position, topic_ids[topic], confidence, found.polarity, day))
            position += 1
            polarities[found.polarity] += 1
        spans = spans_in(text) if analysis.masked != text else []
        read.append(
            (pk, analysis.truncated, overall(polarities), join_keys(keys), json.dumps(spans))
        )
        documents.append((pk, analysis.masked))

    _store_clauses(clauses)
    _store_assignments(ids, hits, made_with)
    for _pk, _position, topic_id, _confidence, polarity, day in hits:
        changes[day, topic_id, polarity] += 1
    rollups.add_topics(changes)
    _update(read, made_with)
    search.index(documents)


# (comment, position, topic, confidence, polarity, local day)
Hit = tuple[int, int, int, float, str, date]
# (comment, truncated, polarity, topic keys, mask spans as JSON)
Read = tuple[int, bool, str, str, str]


def _store_clauses(rows: list[tuple[Any, ...]]) -> None:
    insert(
        Clause, ("comment", "position", "start", "end", "polarity", "intent", "local_day"), rows
    )


def _store_assignments(ids: list[int], hits: list[Hit], made_with: str) -> None:
    """Topics of the clauses just stored, which are known by comment and position."""
    clauses = Clause.objects.filter(comment__in=ids).values_list("comment_id", "position", "pk")
    clause_ids = {(comment, position): pk for comment, position, pk in clauses}
    insert(
        TopicAssignment,
        ("clause", "topic", "comment", "confidence", "origin", "version", "polarity", "local_day"),
        [
            (clause_ids[pk, position], topic, pk, confidence, Origin.RULE.value, made_with, polarity, day)
            for pk, position, topic, confidence, polarity, day in hits
        ],
    )


def _update(rows: list[Read], made_with: str) -> None:
    """Writes what analysis says of the comments themselves."""
    table = Comment._meta.db_table
    columns: list[Any] = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"UPDATE {table} SET analysed_version = %s, truncated = v.truncated, "  # noqa: S608
                "polarity = v.polarity, topic_keys = v.topic_keys, mask_spans = v.spans::jsonb "
                "FROM unnest(%s::bigint[], %s::boolean[], %s::text[], %s::text[], %s::text[]) "
                "AS v (id, truncated, polarity, topic_keys, spans) "
                f"WHERE {table}.id = v.id",
                [made_with, *columns],
            )
        else:
            cursor.executemany(
                f"UPDATE {table} SET analysed_version = %s, truncated = %s, polarity = %s, "  # noqa: S608
                "topic_keys = %s, mask_spans = %s WHERE id = %s",
                [(made_with, *row[1:], row[0]) for row in rows],
            )


def _decided_by_people(ids: list[int]) -> dict[int, list[Any]]:
    """Clauses that a person has decided about, by comment; analysis works around them."""
    out: dict[int, list[Any]] = {}
    kept = Clause.objects.filter(comment__in=ids, by_person=True).prefetch_related(
        "assignments__topic"
    )
    for clause in kept:
        clause.topic_keys = [a.topic.key for a in clause.assignments.all()]  # type: ignore[attr-defined]
        out.setdefault(clause.comment_id, []).append(clause)
    return out


def _remove_automatic(ids: list[int], changes: Counter[rollups.TopicCell]) -> None:
    old = TopicAssignment.objects.filter(comment__in=ids, clause__by_person=False)
    for day, topic, polarity in old.values_list("local_day", "topic_id", "polarity"):
        changes[day, topic, polarity] -= 1
    Clause.objects.filter(comment__in=ids, by_person=False).delete()


def overall(polarities: Counter[str]) -> str:
    """Leaning of a comment: the side with more clauses; neutral when level."""
    good, bad = polarities["positive"], polarities["negative"]
    if good == bad:
        return "neutral"
    return "positive" if good > bad else "negative"


def join_keys(keys: set[str]) -> str:
    """Topic keys for the column of a list: sorted, cut at a whole key."""
    out = ""
    for key in sorted(keys):
        if len(out) + len(key) + 1 > 300:
            break
        out = f"{out} {key}".strip()
    return out


def rebuild(progress: Any = lambda done, total: None) -> dict[str, int]:
    """Analyses again what an older version made; resumable, by ranges of ids."""
    tree, _ids = taxonomy()
    current = version(tree)
    checked = Comment.objects.count()
    stale = Comment.objects.exclude(analysed_version__in=["", current])
    while True:
        ids = list(stale.order_by("pk").values_list("pk", flat=True)[:2_000])
        if not ids:
            break
        # "" is the mark of waiting work: a rebuild that is killed goes on as ordinary analysis.
        Comment.objects.filter(pk__in=ids).update(analysed_version="")
    changed = analyse_all(progress)
    return {"checked": checked, "changed": changed}
