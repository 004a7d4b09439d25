"""An answer comes in and is durable before anybody is thanked; then it is worked."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from feedback.models import Customer
from feedback.services import voices
from surveys import events as names
from surveys.models import Answer, Invitation, Question, Response, ResponseDay
from surveys.queries.definitions import Definition, of_version
from voc import events, jobs
from voc.clock import local_day
from voc.errors import Refused

PROCESS = "surveys.process_response"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The stored response; `fresh` is False when this submission had been stored before."""

    response_id: int
    fresh: bool


class AlreadyAnswered(Refused):
    """The one answer of this invitation, or of this rendered page, has been given."""

    def __init__(self) -> None:
        super().__init__(
            _("すでに回答をいただいています。ありがとうございました。"), "already_answered"
        )


@transaction.atomic
def accept(
    *,
    definition: Definition,
    key: uuid.UUID,
    score: int | None,
    comment: str,
    now: datetime,
    channel: str = "link",
    language: str = "ja",
    invitation: Invitation | None = None,
    customer: Customer | None = None,
) -> Accepted:
    """One response and one job, together; the same submission again changes nothing.

    Values are checked by the caller (`forms.answer`, the serializer); here they are only stored.
    """
    answers: dict[str, Any] = {}
    if score is not None:
        answers["score"] = score
    if comment.strip():
        answers["comment"] = comment
    if invitation is not None and not _take(invitation, now=now):
        return _same_submission(key, definition, answers, invitation)
    if invitation is not None:
        customer = invitation.customer
    response = Response(
        survey_id=definition.survey_id,
        survey_version=definition.version,
        key=key,
        invitation=invitation,
        customer=customer,
        answers=answers,
        purpose=definition.purpose,
        channel=channel,
        language=language,
        submitted_at=now,
        local_day=local_day(now),
    )
    response_id = _insert(response)
    if response_id is None and invitation is not None:
        # The link is ours by now; somebody else's response merely holds this key.
        response.key = uuid.uuid4()
        response_id = _insert(response)
    if response_id is None:
        return _same_submission(key, definition, answers, invitation)
    jobs.enqueue(PROCESS, {"response_id": response_id}, now=now)
    return Accepted(response_id, fresh=True)


def _take(invitation: Invitation, *, now: datetime) -> bool:
    """True for exactly one caller: compare and set, and the row stays locked until we commit."""
    won = Invitation.objects.filter(
        pk=invitation.pk, used_at=None, expires_at__gt=now
    ).update(used_at=now)
    return won == 1


def _insert(response: Response) -> int | None:
    """The new id; None when a response with this key exists, or is just being committed."""
    fields = [field for field in Response._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(str(field.column) for field in fields)
    values = [
        field.get_db_prep_save(getattr(response, field.attname), connection) for field in fields
    ]
    # Table and column names come from the model above, never from input.
    sql = (
        f"INSERT INTO {Response._meta.db_table} ({columns}) "  # noqa: S608
        f"VALUES ({', '.join(['%s'] * len(fields))}) ON CONFLICT (key) DO NOTHING RETURNING id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _same_submission(
    key: uuid.UUID, definition: Definition, answers: dict[str, Any], invitation: Invitation | None
) -> Accepted:
    """The response this submission made the first time.

    Nobody may be thanked for words that were not stored: other answers under the same key are
    refused, not swallowed.
    """
    stored = Response.objects.filter(
        key=key, survey_id=definition.survey_id, invitation=invitation
    ).first()
    if stored is None or stored.answers != answers:
        raise AlreadyAnswered
    return Accepted(stored.pk, fresh=False)


@transaction.atomic
def process(*, response_id: int, now: datetime) -> None:
    """Typed answers, the score, the comment and the day's counts of one response, once."""
    response = (
        Response.objects.select_for_update(of=("self",))
        .select_related("survey", "customer")
        .filter(pk=response_id)
        .first()
    )
    if response is None or response.state == Response.State.WORKED:
        return
    definition = of_version(response.survey, response.survey_version)
    if definition is None:
        raise LookupError(f"version {response.survey_version} of survey {response.survey_id}")
    value = response.answers.get("score")
    words = response.answers.get("comment", "")
    _type_answers(response, definition, value, words)
    shared: dict[str, Any] = {
        "occurred_at": response.submitted_at,
        "source": "survey",
        "source_ref": f"response:{response.pk}",
        "customer": response.customer,
        "touchpoint": response.survey.touchpoint,
        "product": definition.product,
        "now": now,
    }
    score = (
        voices.record_score(kind=definition.kind, value=value, **shared)
        if value is not None
        else None
    )
    voices.record_comment(
        text=words,
        score=score,
        purpose=response.purpose,
        may_tell=definition.may_tell and response.customer_id is not None,
        attributes={"survey": definition.slug, "channel": response.channel},
        **shared,
    )
    _count(response.survey_id, response.local_day, value, bool(words), 1)
    Response.objects.filter(pk=response.pk).update(state=Response.State.WORKED)
    events.publish(
        names.RESPONSE_COMPLETED, now=now, response_id=response.pk, survey_id=response.survey_id
    )


def _type_answers(
    response: Response, definition: Definition, value: int | None, words: str
) -> None:
    rows = []
    if value is not None:
        rows.append(Answer(response=response, question_id=definition.score.pk, number=value))
    if words and definition.comment is not None:
        rows.append(Answer(response=response, question_id=definition.comment.pk, text=words))
    Answer.objects.bulk_create(rows, ignore_conflicts=True)


def _count(survey_id: int, day: date, value: int | None, with_words: bool, sign: int) -> None:
    place = ResponseDay.NO_SCORE if value is None else value
    _add([(survey_id, day, place, sign, sign * int(with_words))])


def _add(cells: list[tuple[int, date, int, int, int]]) -> None:
    """Adds (survey, day, value, responses, of them with words) to the counts of the days."""
    table = ResponseDay._meta.db_table
    sql = (
        f"INSERT INTO {table} (survey_id, local_day, value, count, with_words) "  # noqa: S608
        "VALUES (%s, %s, %s, %s, %s) ON CONFLICT (survey_id, local_day, value) DO UPDATE "
        f"SET count = {table}.count + excluded.count, "
        f"with_words = {table}.with_words + excluded.with_words"
    )
    with connection.cursor() as cursor:
        # Sorted, so that two writers take the row locks in the same order.
        cursor.executemany(sql, sorted(cells))


@transaction.atomic
def rebuild_days(progress: Callable[[int, int], None] = lambda done, total: None) -> dict[str, int]:
    """Counts the days of every survey again from the responses; {"checked", "changed"}."""
    score = Answer.objects.filter(response=OuterRef("pk"), question__kind=Question.Kind.SCORE)
    words = Answer.objects.filter(response=OuterRef("pk"), question__kind=Question.Kind.TEXT)
    rows = (
        Response.objects.filter(state=Response.State.WORKED)
        .annotate(
            value=Coalesce(Subquery(score.values("number")[:1]), ResponseDay.NO_SCORE),
            spoke=Exists(words),
        )
        .values("survey_id", "local_day", "value")
        .annotate(n=Count("pk"), m=Count("pk", filter=Q(spoke=True)))
        .order_by()
    )
    true = {
        (row["survey_id"], row["local_day"], row["value"]): (row["n"], row["m"]) for row in rows
    }
    kept = {
        (day.survey_id, day.local_day, day.value): (day.count, day.with_words)
        for day in ResponseDay.objects.all()
    }
    differing = [cell for cell in true.keys() | kept.keys() if true.get(cell) != kept.get(cell)]
    # Differences, not values: answers worked meanwhile keep their place.
    none = (0, 0)
    _add(
        [
            (*cell, true.get(cell, none)[0] - kept.get(cell, none)[0],
             true.get(cell, none)[1] - kept.get(cell, none)[1])
            for cell in differing
        ]
    )  # fmt: skip
    ResponseDay.objects.filter(count=0, with_words=0).delete()
    progress(1, 1)
    return {"checked": len(true), "changed": len(differing)}
