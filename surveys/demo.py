"""The demo's surveys, published, with every response they have had."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from feedback.models import Touchpoint
from surveys.models import Answer, Response, Survey
from surveys.queries import definitions
from surveys.services import rows as typed_rows
from surveys.services.days import rebuild_days
from surveys.services.surveys import create_survey, publish_survey
from voc.access import MANAGERS
from voc.clock import local_day

BATCH = 2_000
_NAMESPACE = uuid.UUID("3d3b0c4e-9d0f-4f6a-8f43-0c3d8f0f5e21")
_PLACES = {"nps": "delivery", "csat": "support"}


@transaction.atomic
def surveys(
    state: dict[str, Any], *, now: datetime, progress: Callable[[int, int], None]
) -> None:
    """Surveys first, then their responses in bulk, worked already."""
    world = state["world"]
    manager = next(user for user in state["users"].values() if user.role in MANAGERS)
    began = now - timedelta(days=730)
    made = {told.ref: _survey(told, manager, began) for told in world.surveys}
    words = {comment.ref: comment.text for comment in world.comments}
    rows = Response.objects.bulk_create(
        (
            Response(
                survey=made[told.survey_ref],
                survey_version=1,
                key=uuid.uuid5(_NAMESPACE, told.ref),
                customer=state["customers"][told.customer_ref],
                answers=_answers(told, words),
                purpose=made[told.survey_ref].purpose,
                channel="mail",
                segment=state["customers"][told.customer_ref].segment,
                score=told.score,
                spoke=bool(told.comment_ref),
                state=Response.State.WORKED,
                submitted_at=told.at,
                local_day=local_day(told.at),
            )
            for told in world.responses
        ),
        batch_size=BATCH,
    )
    published = {
        survey.pk: definitions.thaw(survey, definitions.freeze(survey), 1) for survey in made.values()
    }
    Answer.objects.bulk_create(
        (answer for row in rows for answer in typed_rows.typed(row, published[row.survey_id])),
        batch_size=BATCH,
    )
    rebuild_days()
    state["responses"] = {
        told.ref: row.pk for told, row in zip(world.responses, rows, strict=True)
    }


def _survey(told: Any, manager: Any, began: datetime) -> Survey:
    kind = next(q.kind for q in told.questions if q.kind in ("nps", "csat"))
    score = next(q for q in told.questions if q.kind == kind)
    comment = next(q for q in told.questions if q.kind == "text")
    operator, *contact = told.operator.split("\u3000", 1)
    nps = kind == "nps"
    survey = create_survey(
        actor=manager,
        now=began,
        slug=told.slug,
        title=told.title,
        kind=kind,
        purpose=told.purpose[:300],
        operator=operator[:120],
        contact="".join(contact)[:200] or "cx@minamo-demo.example",
        retention_months=24,
        may_tell=True,
        thanks=told.thanks[:300],
        touchpoint=Touchpoint.objects.filter(key=_PLACES[kind]).first(),
        product="",
        score_label=score.text[:200],
        score_help="",
        low_label="まったく思わない" if nps else "とても不満",
        high_label="とても思う" if nps else "とても満足",
        score_required=True,
        comment_label=comment.text[:200],
        comment_help="お名前やご住所は書かないでください。",
        comment_required=False,
    )
    return publish_survey(survey=survey, actor=manager, now=began)


def _answers(told: Any, words: dict[str, str]) -> dict[str, Any]:
    answers: dict[str, Any] = {"score": told.score}
    if told.comment_ref:
        answers["comment"] = words[told.comment_ref]
    return answers
