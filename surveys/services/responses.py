"""An answer comes in and is durable before anybody is thanked; then it is worked."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from feedback.models import Customer
from feedback.services import voices
from surveys import events as names
from surveys.models import Answer, Invitation, Quota, Response
from surveys.queries.definitions import Definition, of_version
from surveys.questions import rules
from surveys.questions.asked import SCORES, Asked
from surveys.services import days, odd, rows
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


class QuotaFull(Refused):
    """Enough answers of this kind have been given."""

    def __init__(self) -> None:
        super().__init__(
            _("ご協力ありがとうございます。このアンケートは、予定の回答数に達しました。"), "quota_full"
        )


@transaction.atomic
def accept(
    *,
    definition: Definition,
    key: uuid.UUID,
    answers: dict[str, Any],
    now: datetime,
    channel: str = "link",
    language: str = "ja",
    device: str = "",
    variants: dict[str, str] | None = None,
    order: Sequence[str] = (),
    flags: Sequence[str] = (),
    started_at: datetime | None = None,
    given_at: datetime | None = None,
    partial: bool = False,
    invitation: Invitation | None = None,
    customer: Customer | None = None,
) -> Accepted:
    """One response and one job, together; the same submission again changes nothing.

    Values are checked by the caller (`forms.answer`, the serializer); here they are only stored.
    `given_at` is when it was answered, where that is not now.
    """
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
        purpose=definition.texts(language).purpose,
        channel=channel,
        language=language,
        device=device,
        segment=customer.segment if customer else "",
        variants=variants or {},
        order=list(order),
        flags=sorted(flags),
        partial=partial,
        started_at=started_at,
        submitted_at=given_at or now,
        local_day=local_day(given_at or now),
    )
    response_id = _insert(response)
    if response_id is None and invitation is not None:
        # The link is ours by now; somebody else's response merely holds this key.
        response.key = uuid.uuid4()
        response_id = _insert(response)
    if response_id is None:
        return _same_submission(key, definition, answers, invitation)
    if definition.has_quotas and not partial:
        _count_quotas(definition.survey_id, answers)
    jobs.enqueue(PROCESS, {"response_id": response_id}, now=now)
    return Accepted(response_id, fresh=True)


def _count_quotas(survey_id: int, answers: dict[str, Any]) -> None:
    """One place of every quota this response belongs to; `QuotaFull` undoes all of it."""
    for quota in Quota.objects.filter(survey=survey_id).order_by("pk"):
        if not rules.holds(quota.rule, answers):
            continue
        taken = Quota.objects.filter(pk=quota.pk, taken__lt=F("most")).update(taken=F("taken") + 1)
        if not taken:
            raise QuotaFull


def full_quota(survey_id: int, answers: dict[str, Any]) -> bool:
    """Whether somebody who has said this much is no longer needed."""
    return any(
        # A rule about what has not been asked yet decides nothing yet.
        rules.names_in(quota.rule) <= answers.keys() and rules.holds(quota.rule, answers)
        for quota in Quota.objects.filter(survey=survey_id, taken__gte=F("most"))
    )


def _take(invitation: Invitation, *, now: datetime) -> bool:
    """True for exactly one caller: compare and set, and the row stays locked until we commit."""
    won = Invitation.objects.filter(
        pk=invitation.pk, used_at=None, expires_at__gt=now
    ).update(used_at=now)
    return won == 1


def _insert(response: Response) -> int | None:
    """The new id; None when a response with this key exists, or is just being committed."""
    fields = [field for field in Response._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
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
    """Typed answers, scores, comments and the day's counts of one response, once."""
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
    typed = rows.typed(response, definition)
    Answer.objects.bulk_create(typed, ignore_conflicts=True)
    _record(response, definition, now=now)
    headline = definition.score
    value = response.answers.get(headline.key) if headline else None
    words = any(
        question.kind == "long" and str(response.answers.get(question.key, "")).strip()
        for question in definition.questions
    )
    # Before it is counted: the day's counts tell the odd ones apart.
    response.flags = sorted({*response.flags, *odd.flags_of(response, definition)})
    days.count(response, value, words, typed)
    Response.objects.filter(pk=response.pk).update(
        state=Response.State.WORKED,
        flags=response.flags,
        score=value,
        spoke=words,
    )
    if not response.partial:
        events.publish(
            names.RESPONSE_COMPLETED,
            now=now,
            response_id=response.pk,
            survey_id=response.survey_id,
        )


def _record(response: Response, definition: Definition, *, now: datetime) -> None:
    """Every score and every free text of the response, where the whole house can see them."""
    shared: dict[str, Any] = {
        "occurred_at": response.submitted_at,
        "source": "survey",
        "customer": response.customer,
        "touchpoint": response.survey.touchpoint,
        "product": definition.product,
        "now": now,
    }
    headline, first = definition.score, definition.comment
    # Each group of scores may have a question of its own for the reason.
    said = [q for q in definition.questions if q.kind == "long" and response.answers.get(q.key)]
    reason = said[0] if said else None
    score = None
    for question in definition.questions:
        if question.kind in SCORES and question.key in response.answers:
            # One row for each source: a second question of a kind has a name of its own.
            ref = _ref(response, question, headline)
            made = voices.record_score(
                kind=question.kind, value=response.answers[question.key], source_ref=ref, **shared
            )
            score = made if question is headline else score
    for question in definition.questions:
        words = response.answers.get(question.key, "") if question.kind == "long" else ""
        if words:
            voices.record_comment(
                text=words,
                score=score if question is reason else None,
                purpose=response.purpose,
                may_tell=definition.may_tell and response.customer_id is not None,
                attributes={"survey": definition.slug, "channel": response.channel},
                source_ref=_ref(response, question, first),
                **shared,
            )


def _ref(response: Response, question: Asked, first: Asked | None) -> str:
    return f"response:{response.pk}" + ("" if question is first else f":{question.key}")


