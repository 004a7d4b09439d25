"""Rows of surveys: answers over the API, the results page, and an export."""

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import connection
from django.utils import timezone

from feedback.queries.periods import last_days
from surveys.exporting import delimited
from surveys.models import Response, Survey
from surveys.queries import breakdowns, columns, cuts, exported, funnels, results, trends
from surveys.queries.cuts import Cut
from surveys.services.days import rebuild_days
from tests.bench import data, rows_pages
from tests.bench.bench import Bench
from tests.bench.results import Row, row
from tests.factories import api_token
from voc.clock import local_day
from voc.models import User

_COMMENT = "届くのが早くて助かりました。箱が少しつぶれていたのが残念です。"


def survey_api(bench: Bench) -> Iterator[Row]:
    """An answer sent as JSON, accepted and durable, beside one row written and committed."""
    with bench.on("empty"):
        token = api_token(User.objects.get(email="owner@bench.example"), ("responses:write",))
        site = bench.site("empty")
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

        def send() -> None:
            body = {
                "survey": data.SLUG, "key": str(uuid.uuid4()),
                "answers": {"score": 9, "comment": _COMMENT},
            }  # fmt: skip
            status, said = site.ask("POST", "/api/v1/responses", json.dumps(body), headers)
            if status != 201:
                raise RuntimeError(f"the API answered {status}: {said[:200]!r}")

        before = Response.objects.count()
        send()
        kept = Response.objects.count() == before + 1
        found = bench.compare(
            rows_pages.bare_insert(bench), bench.http("empty", send, bench.scale.posts)
        )
        yield row(
            found, name="survey-api", database=bench.database, goal=10.0, sound=kept,
            what="POST /api/v1/responses until stored, job and bell included ÷ bare INSERT with commit",
        )  # fmt: skip


def survey_results(bench: Bench) -> Iterator[Row]:
    """Each panel of the results page beside one bare count of the same responses."""
    with bench.on("large"):
        survey = _answered(bench.scale.stored * 30)
        year = last_days(local_day(timezone.now()), 366)
        plain, one = Cut(year), Cut(year, {"channel": "mail"})
        total = Response.objects.filter(survey=survey).count()
        panels: dict[str, Callable[[], object]] = {
            "headline and its change": lambda: results.results_of(survey, plain),
            "headline, one filter": lambda: results.results_of(survey, one),
            "trend by month": lambda: trends.trend(survey, plain, "month"),
            "channels": lambda: cuts.by_part(survey.pk, plain, "channel"),
            "funnel": lambda: funnels.funnel_of(survey, plain, total),
            "every question": lambda: breakdowns.breakdowns(survey, plain),
        }

        def bare() -> float:
            return bench.in_process(lambda: _count(survey, year), 1)()

        for name, panel in panels.items():
            panel()
            yield row(
                bench.compare(bare, bench.in_process(panel, 1)),
                name=f"results: {name}", database=bench.database, goal=0.1 * 1_000_000 / total,
                what=f"panel ÷ bare count of {total:,} responses (0.1 at a million)",
            )  # fmt: skip


def survey_export(bench: Bench) -> Iterator[Row]:
    """A CSV of every response beside COPY of the same columns; PostgreSQL only."""
    if bench.database != "postgresql":
        return
    with bench.on("large"):
        survey = _answered(bench.scale.stored * 30)
        user = User.objects.get(email="owner@bench.example")
        sources = columns.sources_of(survey)
        rows = exported.responses_in(survey, {})
        newest = exported.newest(rows)

        def csv() -> int:
            made = delimited.write(
                sources, exported.pieces(rows, sources, user=user, up_to=newest),
                delimited.Encoded("utf-8"), by_keys=False, by_codes=False,
            )  # fmt: skip
            return sum(number for number, _data in made)

        def copy() -> None:
            raw: Any = connection.connection
            with raw.cursor() as cursor, cursor.copy(_COPY % survey.pk) as stream:
                for _ in stream:
                    pass

        total = csv()
        yield row(
            bench.compare(bench.in_process(copy, 1), bench.in_process(csv, 1)),
            name="survey-export", database=bench.database, goal=2.0,
            sound=total == rows.count(), what=f"CSV of {total:,} responses ÷ COPY of the same columns",
        )  # fmt: skip


_COPY = """COPY (
    SELECT r.id, r.submitted_at, r.local_day, r.channel, r.language, r.device, r.segment,
           r.survey_version, r.partial, r.flags, r.answers ->> 'score', c.text, c.mask_spans
    FROM surveys_response r LEFT JOIN feedback_comment c
      ON c.source = 'survey' AND c.source_ref = 'response:' || r.id
    WHERE r.survey_id = %d AND r.state = 'worked' ORDER BY r.id) TO STDOUT (FORMAT csv)"""


def _count(survey: Survey, year: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM surveys_response WHERE survey_id = %s "
            "AND local_day BETWEEN %s AND %s AND state = 'worked'",
            [survey.pk, year.first, year.last],
        )
        cursor.fetchone()


def _answered(number: int) -> Survey:
    """The open survey with this many worked responses, spread over a year; made once."""
    survey = Survey.objects.get(slug=data.SLUG)
    missing = number - Response.objects.filter(survey=survey).count()
    if missing <= 0:
        return survey
    now = timezone.now()
    channels = ("link", "mail", "qr", "kiosk")

    def made() -> Iterator[Response]:
        for index in range(missing):
            at = now - timedelta(days=index % 364)
            yield Response(
                survey=survey, survey_version=1, key=uuid.uuid4(), answers={"score": index % 11},
                purpose="", channel=channels[index % 4], state="worked", score=index % 11,
                submitted_at=at, local_day=local_day(at),
            )  # fmt: skip

    rows = made()
    while batch := list(islice(rows, 5_000)):
        Response.objects.bulk_create(batch)
    rebuild_days()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # A count from the index alone needs the visibility map.
            cursor.execute("VACUUM ANALYZE surveys_response")
    return survey
