"""Rows of pages: survey forms and long lists, through a real web server."""

import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection
from django.utils import timezone

from feedback.models import Comment
from support.models import Ticket
from surveys.forms.answer import token
from surveys.models import Response, Survey
from tests.bench import data
from tests.bench.bench import Bench
from tests.bench.results import Row, row
from voc.clock import local_day
from voc.paging import _encode

EMPTY = "/healthz"
_COMMENT = "届くのが早くて助かりました。箱が少しつぶれていたのが残念です。"


def bare_insert(bench: Bench) -> Callable[[], float]:
    """Processor seconds of one response written and committed, without Django; inside `bench.on`."""
    survey = Survey.objects.get(slug=data.SLUG)
    fields = [field for field in Response._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    statement = (
        f"INSERT INTO {Response._meta.db_table} ({columns}) "
        f"VALUES ({', '.join(['%s'] * len(fields))})"
    )
    times = bench.scale.inserts

    def values() -> list[Any]:
        now = timezone.now()
        response = Response(
            survey=survey, survey_version=1, key=uuid.uuid4(), purpose=survey.purpose,
            answers={"score": 9, "comment": _COMMENT}, submitted_at=now, local_day=local_day(now),
        )  # fmt: skip
        return [
            field.get_db_prep_save(getattr(response, field.attname), connection)
            for field in fields
        ]

    def bare() -> float:
        rows = [values() for _ in range(times)]
        connection.ensure_connection()
        raw = connection.connection
        sql = statement if bench.database == "postgresql" else statement.replace("%s", "?")

        def work() -> None:
            for one in rows:
                raw.execute(sql, one)

        return bench.in_process(work, times)()

    return bare


def survey_post(bench: Bench) -> Iterator[Row]:
    """An answer accepted and durable, beside one row written and committed."""
    with bench.on("empty"):
        site = bench.site("empty")

        def answer() -> None:
            key = str(uuid.uuid4())
            fields = {
                "key": key, "t": token(key, timezone.now()), "v": "1", "score": "9",
                "comment": _COMMENT,
            }  # fmt: skip
            site.post(f"/s/{data.SLUG}/", fields, expect=303)

        before = Response.objects.count()
        answer()
        kept = Response.objects.count() == before + 1
        found = bench.compare(
            bare_insert(bench), bench.http("empty", answer, bench.scale.posts)
        )
        yield row(
            found, name="survey-post", database=bench.database, goal=14.0, sound=kept,
            what="POST /s/…/ until stored, job and bell included ÷ bare INSERT with commit",
            note="" if kept else "the answer was not stored",
        )  # fmt: skip


def survey_get(bench: Bench) -> Iterator[Row]:
    """The survey page beside an empty view."""
    site = bench.site("empty")
    if b"<form" not in site.get(f"/s/{data.SLUG}/"):
        raise RuntimeError("the survey page has no form")
    found = bench.compare(
        bench.http("empty", lambda: site.get(EMPTY), bench.scale.gets),
        bench.http("empty", lambda: site.get(f"/s/{data.SLUG}/"), bench.scale.gets),
    )
    yield row(
        found, name="survey-get", database=bench.database, goal=2.0,
        what="GET /s/…/ ÷ empty view",
    )  # fmt: skip


def lists(bench: Bench) -> Iterator[Row]:
    """Long lists beside an empty view, beside short ones, and far down beside the first page."""
    yield from _list(bench, "comments", "/comments/?", Comment, "occurred_at", r'class="voice"')
    yield from _list(bench, "tickets", "/tickets/?view=all&", Ticket, "updated_at", r'class="ticket[ "]')


def _list(
    bench: Bench, name: str, path: str, model: type, order: str, mark: str
) -> Iterator[Row]:
    small, large = bench.site("small"), bench.site("large")
    with bench.on("small"):
        few = model.objects.count()  # type: ignore[attr-defined]
    with bench.on("large"):
        many = model.objects.count()  # type: ignore[attr-defined]
        middle = model.objects.order_by(f"-{order}", "-pk")[many // 2]  # type: ignore[attr-defined]
        deep = f"{path}cursor={_encode([getattr(middle, order), middle.pk], False)}"
    shown = {
        where: len(re.findall(mark, site.get(address, signed_in=True).decode()))
        for where, site, address in (("few", small, path), ("many", large, path), ("deep", large, deep))
    }
    sound = len(set(shown.values())) == 1 and shown["many"] > 20
    note = "" if sound else f"not the same number of rows: {shown}"
    times = bench.scale.pages
    page = bench.http("large", lambda: large.get(path, signed_in=True), times)
    empty = bench.http("large", lambda: large.get(EMPTY), bench.scale.gets)
    rows = shown["many"]
    yield row(
        bench.compare(empty, page), name=f"{name}-page", database=bench.database, sound=sound,
        goal=9.0, what=f"/{name}/ with {rows} of {many:,} rows ÷ empty view", note=note,
    )  # fmt: skip
    short = bench.http("small", lambda: small.get(path, signed_in=True), times)
    yield row(
        bench.compare(short, page), name=f"{name}-grown", database=bench.database, sound=sound,
        goal=1.3, what=f"/{name}/, first page at {many:,} rows ÷ at {few:,}",
    )  # fmt: skip
    far = bench.http("large", lambda: large.get(deep, signed_in=True), times)
    yield row(
        bench.compare(page, far), name=f"{name}-deep", database=bench.database, sound=sound,
        goal=1.3, what=f"/{name}/, page at row {many // 2:,} ÷ first page",
    )  # fmt: skip
