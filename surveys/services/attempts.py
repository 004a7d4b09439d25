"""A form that is filled in bit by bit: every answer is kept as it is given."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from surveys.models import Attempt, Invitation, Response, SavedAnswer
from surveys.queries import definitions
from surveys.queries.definitions import Definition
from surveys.questions import rules
from surveys.services import responses
from voc import jobs
from voc.clock import local_day
from voc.errors import Refused

KEEP = "surveys.keep_broken_off"
# An attempt that nobody has touched for this long is not coming back.
IDLE = timedelta(days=7)
_CHUNK = 200


@transaction.atomic
def save(
    *,
    definition: Definition,
    key: uuid.UUID,
    answers: Mapping[str, Any],
    serial: int,
    now: datetime,
    is_page: bool = False,
    invitation: Invitation | None = None,
    channel: str = "link",
    language: str = "ja",
    device: str = "",
) -> Attempt:
    """Keeps these answers, each in a row of its own; None takes an answer back.

    A save that arrives after a later one (by `serial`) changes nothing, and one for an attempt
    that is finished neither: the response has been given. A whole page is later than all that
    its script has saved: `serial` is then the last number the script has used.
    """
    attempt, made = Attempt.objects.get_or_create(
        key=key,
        defaults={
            "survey_id": definition.survey_id,
            "survey_version": definition.version,
            "invitation": invitation,
            "channel": channel,
            "language": language,
            "device": device,
            "started_at": now,
            "touched_at": now,
            "local_day": local_day(now),
        },
    )
    if attempt.survey_id != definition.survey_id or attempt.invitation_id != (
        invitation.pk if invitation else None
    ):
        raise Refused(
            _("この控えの番号は、ほかの回答のものです。画面を開き直してください。"), "key_reused"
        )
    if attempt.finished_at is not None:
        return attempt
    if made:
        jobs.enqueue(KEEP, {}, now=now, due_at=now + IDLE, key=f"{KEEP}:{local_day(now)}")
    if is_page:
        serial = max(serial, last_serial(attempt)) + 1
    for name, value in sorted(answers.items()):
        # A list of one or none, because a bare null is not a JSON value to every database.
        kept = [] if value is None else [value]
        row = SavedAnswer(attempt=attempt, name=name, value=kept, serial=serial)
        SavedAnswer.objects.bulk_create([row], ignore_conflicts=True)
        SavedAnswer.objects.filter(attempt=attempt, name=name, serial__lte=serial).update(
            value=kept, serial=serial
        )
    Attempt.objects.filter(pk=attempt.pk).update(touched_at=now, language=language)
    return attempt


def saved(attempt: Attempt) -> dict[str, Any]:
    """The answers of an attempt as they stand."""
    rows = SavedAnswer.objects.filter(attempt=attempt).values_list("name", "value")
    return {name: value[0] for name, value in rows if value}


def last_serial(attempt: Attempt) -> int:
    """The number of the newest save; the next page counts on from there."""
    newest = SavedAnswer.objects.filter(attempt=attempt).aggregate(Max("serial"))["serial__max"]
    return newest or 0


def finish(*, key: uuid.UUID, now: datetime) -> None:
    """The attempt has become a response; nothing is saved to it any more."""
    Attempt.objects.filter(key=key, finished_at=None).update(finished_at=now)


def keep_broken_off(*, now: datetime) -> int:
    """Makes responses of attempts that were broken off; how many. Running it again adds none.

    The first answer of somebody who left at the second question is an answer all the same.
    """
    made = 0
    idle = Attempt.objects.filter(finished_at=None, touched_at__lte=now - IDLE).order_by("pk")
    for attempt in list(idle.select_related("invitation", "survey")[:_CHUNK]):
        made += _keep(attempt, now=now)
    if idle.exists():
        jobs.enqueue(KEEP, {}, now=now)
    return made


@transaction.atomic
def _keep(attempt: Attempt, *, now: datetime) -> bool:
    # Compare and set: two runs, or a run and the respondent, take turns.
    idle = Attempt.objects.filter(
        pk=attempt.pk, finished_at=None, touched_at__lte=now - IDLE
    ).update(finished_at=now)
    definition = definitions.of_version(attempt.survey, attempt.survey_version)
    answers = saved(attempt)
    if not idle or definition is None or not answers:
        return False
    if Response.objects.filter(key=attempt.key).exists():
        return False
    customer = attempt.invitation.customer if attempt.invitation else None
    accepted = responses.accept(
        definition=definition,
        key=attempt.key,
        answers=rules.kept(definition.questions, answers),
        now=now,
        channel=attempt.channel,
        language=attempt.language,
        device=attempt.device,
        started_at=attempt.started_at,
        given_at=attempt.touched_at,
        partial=True,
        customer=customer,
    )
    return accepted.fresh
