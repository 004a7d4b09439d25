"""Japanese full text over comments: bigrams, the same hits on SQLite and PostgreSQL.

Words of two characters are the commonest in Japanese, and trigram indexes cannot serve
them. The application cuts folded text into 1- and 2-grams; SQLite keeps them in an FTS5
table, PostgreSQL in a text column under a GIN index of its parts. Personal data is masked
before it gets here.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from feedback.models import Comment

TABLE = "feedback_comment_search"
_RUN = re.compile(r"[^\W_]+")
MAX_INDEXED = 20_000
MAX_TERMS = 10


def fold(text: str) -> str:
    """NFKC and lower case: API = ＡＰＩ = api, ﾊﾟ = パ."""
    return unicodedata.normalize("NFKC", text).lower()


def _bigrams(run: str) -> list[str]:
    return [run[index : index + 2] for index in range(len(run) - 1)]


def grams(text: str) -> list[str]:
    """Bigrams of every run of word characters, in order, each run closed by its last character."""
    return _parts(_RUN.findall(fold(text)))


def _parts(runs: list[str]) -> list[str]:
    out: list[str] = []
    for run in runs:
        out += map(str.__add__, run, run[1:])
        out.append(run[-1])
    return out


def index(documents: Iterable[tuple[int, str]]) -> None:
    """Makes these comments findable by their masked words; indexing again replaces."""
    found = [(pk, _RUN.findall(fold(text[:MAX_INDEXED]))) for pk, text in documents]
    if not found:
        return
    ids = [pk for pk, _ in found]
    texts = [" ".join(_parts(runs)) for _, runs in found]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            singles = [" ".join(set("".join(runs))) for _, runs in found]
            cursor.execute(
                f"INSERT INTO {TABLE} (comment_id, singles, grams) "  # noqa: S608
                "SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[]) "
                "ON CONFLICT (comment_id) DO UPDATE "
                "SET singles = excluded.singles, grams = excluded.grams",
                [ids, singles, texts],
            )
        else:
            remove(ids)
            cursor.executemany(
                f"INSERT INTO {TABLE} (rowid, grams) VALUES (%s, %s)",  # noqa: S608
                list(zip(ids, texts, strict=True)),
            )


def remove(ids: Iterable[int]) -> None:
    """Takes comments out of the index."""
    key = "comment_id" if connection.vendor == "postgresql" else "rowid"
    with connection.cursor() as cursor:
        cursor.executemany(f"DELETE FROM {TABLE} WHERE {key} = %s", [(pk,) for pk in ids])  # noqa: S608


def matching(rows: QuerySet[Comment], query: str) -> QuerySet[Comment]:
    """`rows` that hold every word of the query, as a scan of the folded text would find them."""
    runs = _RUN.findall(fold(query[:200]))[:MAX_TERMS]
    if not runs:
        return rows.none()
    if connection.vendor == "postgresql":
        return rows.filter(pk__in=_postgresql(runs))
    return rows.filter(pk__in=_sqlite(runs))


def _sqlite(runs: list[str]) -> RawSQL:
    # A run is letters and digits only, so it cannot leave its quotes.
    phrases = [f'"{" ".join(_bigrams(run))}"' if len(run) > 1 else f'"{run}"*' for run in runs]
    return RawSQL(  # noqa: S611
        f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s",  # noqa: S608
        [" AND ".join(phrases)],
    )


def _postgresql(runs: list[str]) -> RawSQL:
    needed = [part for run in runs for part in (_bigrams(run) or [run])]
    adjacent = [f"%{' '.join(_bigrams(run))}%" for run in runs if len(run) > 2]
    # Materialised, or the planner walks the newest comments looking for a rare word.
    sql = (
        f"WITH hits AS MATERIALIZED (SELECT comment_id FROM {TABLE} "  # noqa: S608
        "WHERE string_to_array(singles || ' ' || grams, ' ') @> %s"
        + " AND grams LIKE %s" * len(adjacent)
        + ") SELECT comment_id FROM hits"
    )
    return RawSQL(sql, [needed, *adjacent])  # noqa: S611


def rebuild(progress: Callable[[int, int], None] = lambda done, total: None) -> dict[str, int]:
    """Indexes every analysed comment again, by ranges of ids; {"checked", "changed"}."""
    from feedback.text.masking import mask

    total = Comment.objects.exclude(analysed_version="").count()
    checked = last = 0
    with connection.cursor() as cursor:
        key = "comment_id" if connection.vendor == "postgresql" else "rowid"
        cursor.execute(f"SELECT count(*) FROM {TABLE}")  # noqa: S608
        before = cursor.fetchone()[0]
        cursor.execute(f"DELETE FROM {TABLE} WHERE {key} NOT IN (SELECT id FROM feedback_comment)")  # noqa: S608
    while True:
        rows = list(
            Comment.objects.filter(pk__gt=last)
            .exclude(analysed_version="")
            .order_by("pk")
            .values_list("pk", "text")[:1_000]
        )
        if not rows:
            return {"checked": checked, "changed": abs(checked - before)}
        index((pk, mask(text)) for pk, text in rows)
        last = rows[-1][0]
        checked += len(rows)
        progress(checked, total)
