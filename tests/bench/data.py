"""Generated texts and rows. Runs inside Django, on the database of DATABASE_URL."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from random import Random
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import QuerySet

from feedback import search
from feedback.demo.world import build
from feedback.models import Comment, Customer, Score
from feedback.services import rollups
from support.models import Inbox, Ticket
from surveys.models import Question, Survey
from voc.models import User

END = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 0, 12, tzinfo=UTC)
SEED = 20
SLUG = "bench"
DAYS = 728
_SEGMENTS = ("", "individual", "company", "member", "new", "wholesale")
_TOPICS = ("", "delivery", "price", "delivery quality", "support")
# Tickets that somebody still works on: a shop with a longer past has no more of them.
LIVE_TICKETS = 400


@dataclass(frozen=True, slots=True)
class Size:
    comments: int
    tickets: int
    scores: int


@lru_cache(maxsize=1)
def texts(number: int) -> list[str]:
    """Different generated comments, the same for every run."""
    scale = max(number / 18_000, 0.02)
    found = list(dict.fromkeys(comment.text for comment in build(end=END, seed=SEED, scale=scale).comments))
    if len(found) < number:
        raise RuntimeError(f"the generator gave {len(found)} different texts, not {number}")
    Random(SEED).shuffle(found)
    return found[:number]


def stored_texts(number: int) -> Iterator[str]:
    """Any number of texts, folded as the search index folds, so that LIKE must find the same."""
    sentences = [
        sentence
        for text in texts(5_000)
        for sentence in re.split(r"(?<=[。！!？?])", search.fold(text))
        if len(sentence) > 3
    ]
    rng = Random(SEED + 1)
    for _ in range(number):
        yield "".join(rng.choices(sentences, k=rng.choice((1, 1, 2, 2, 3))))


def migrate() -> None:
    """Tables, the shipped taxonomy, one signed-in owner, one inbox, one open survey."""
    call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    User.objects.create_user(
        email="owner@bench.example", password="not-used-by-anybody", name="計測 担当",
        role="owner", created_at=NOW,
    )  # fmt: skip
    Inbox.objects.create(key="bench", name="計測窓口", purpose="計測に使います。")
    survey = Survey.objects.create(
        slug=SLUG, title="お届けについて、お聞かせください", kind="nps", state="published",
        version=1, purpose="配送とサービスの改善のために使います。", operator="みなも商店",
        contact="support@minamo.example", created_at=NOW, published_at=NOW,
    )  # fmt: skip
    Question.objects.create(
        survey=survey, position=1, key="score", kind="nps", required=True,
        label="みなも商店を、ご家族やご友人にすすめたいと思いますか。",
        low_label="まったく思わない", high_label="とても思う",
    )  # fmt: skip
    Question.objects.create(
        survey=survey, position=2, key="comment", kind="long", label="その理由を教えてください。"
    )


def session_key() -> str:
    """A session of the owner, as after signing in."""
    user = User.objects.get(email="owner@bench.example")
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def fill(size: Size) -> None:
    """Rows for list pages, search and figures."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # An index over all of them may take longer than a request ever should.
            cursor.execute("SET statement_timeout = 0; SET lock_timeout = 0")
    _scores(size.scores)
    _comments(size.comments)
    _tickets(size.tickets)
    rollups.rebuild()
    with connection.cursor() as cursor:
        # Index-only scans need the visibility map; both kinds of planner need statistics.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _scores(number: int) -> None:
    """Scores over two years, one half NPS, one half CSAT, made by the database itself."""
    table = Score._meta.db_table
    segments = ", ".join(f"('{name}', {place})" for place, name in enumerate(_SEGMENTS))
    if connection.vendor == "postgresql":
        days = f"DATE '{END}' - (i / 2 %% {DAYS})::int"
        at = f"TIMESTAMPTZ '{NOW.isoformat()}' - (i / 2 %% {DAYS}) * INTERVAL '1 day'"
        series = "generate_series(1, %s) AS n(i)"
        head = ""
    else:
        days = f"date('{END}', '-' || (i / 2 %% {DAYS}) || ' days')"
        at = f"datetime('{NOW:%Y-%m-%d %H:%M:%S}', '-' || (i / 2 %% {DAYS}) || ' days')"
        head = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s) "
        series = "n"
    # 7919 is prime to everything here: days, values and segments do not move in step.
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (kind, value, scale, product, segment, source, source_ref, "
            f"occurred_at, local_day) {head}"
            "SELECT CASE i %% 2 WHEN 0 THEN 'nps' ELSE 'csat' END, "
            "CASE i %% 2 WHEN 0 THEN (i * 7919 / 11) %% 11 ELSE 1 + (i * 7919 / 13) %% 5 END, "
            "CASE i %% 2 WHEN 0 THEN 10 ELSE 5 END, '', s.column1, 'import', "
            f"'bench-' || i, {at}, {days} FROM {series} "
            f"JOIN (VALUES {segments}) AS s ON s.column2 = (i * 7919 / 17) %% {len(_SEGMENTS)}",
            [number],
        )


def _comments(number: int) -> None:
    customers = Customer.objects.bulk_create(
        [
            Customer(external_id=f"B{n:06d}", name=f"お客様{n}", created_at=NOW)
            for n in range(max(number // 20, 1))
        ],
        batch_size=2_000,
    )
    scores = list(Score.objects.order_by("pk").values_list("pk", flat=True)[:number])
    rng = Random(SEED + 2)
    step = timedelta(days=DAYS) / number

    def comment(n: int, text: str) -> Comment:
        at = NOW - step * (number - n)
        return Comment(
            source="import", source_ref=f"bench-{n}", text=text,
            customer=customers[n % len(customers)] if n % 3 else None,
            score_id=scores[n] if n % 2 and n < len(scores) else None,
            product=rng.choice(("", "ケトル", "米")), occurred_at=at, local_day=at.date(),
            analysed_version="bench", polarity=rng.choice(("positive", "negative", "neutral")),
            topic_keys=rng.choice(_TOPICS),
        )  # fmt: skip

    rows = (comment(n, text) for n, text in enumerate(stored_texts(number)))
    # One transaction: outside of one, every row that is indexed would wait for the disk.
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP INDEX {search.TABLE}_parts")
        while batch := list(islice(rows, 5_000)):
            insert(batch)
            index(Comment.objects.filter(source_ref__in=[one.source_ref for one in batch]))
        if connection.vendor == "postgresql":
            cursor.execute(
                f"CREATE INDEX {search.TABLE}_parts ON {search.TABLE} "
                "USING gin (string_to_array(singles || ' ' || grams, ' '))"
            )


def insert(rows: list[Any]) -> None:
    """Stores new objects the fastest way the database has."""
    model = type(rows[0])
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    table, columns = model._meta.db_table, ", ".join(field.column for field in fields)
    values = [
        [field.get_db_prep_save(getattr(one, field.attname), connection) for field in fields]
        for one in rows
    ]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for line in values:
                    copy.write_row(line)
        else:
            places = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", values)


def index(rows: QuerySet[Comment]) -> None:
    search.index(rows.values_list("pk", "text"))


def _tickets(number: int) -> None:
    inbox = Inbox.objects.get(key="bench")
    step = timedelta(days=DAYS) / number
    live = number - min(LIVE_TICKETS, number)
    statuses = ("new", "open", "pending", "open")
    rows = (
        Ticket(
            number=n + 1, inbox=inbox, subject=f"お届け日の変更について（{n + 1}）",
            requester_name=f"お客様{n % 997}", status=statuses[n % 4] if n >= live else "closed",
            priority="normal", origin="form", origin_ref=f"bench-{n}",
            last_line="届ける日を金曜日に変えることはできますか。",
            created_at=NOW - step * (number - n), updated_at=NOW - step * (number - n),
            due_at=NOW + timedelta(hours=n % 48) if n >= live else None,
        )
        for n in range(number)
    )  # fmt: skip
    with transaction.atomic():
        while batch := list(islice(rows, 5_000)):
            insert(batch)
