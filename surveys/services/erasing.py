"""An answer is taken back, or its time is over: words and person go, the score stays, nameless."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Q

from feedback.models import Comment, Score
from feedback.services.erasing import erase_comments, unname_scores
from surveys.models import Answer, Attempt, Invitation, Response, SavedAnswer
from surveys.queries import definitions
from surveys.questions.asked import CHOOSING, SCALES
from surveys.services import exports, receipts, responses
from voc import audit
from voc.clock import TOKYO, local_day

# What was chosen stays and names nobody; everything that was written goes.
STAYS = SCALES | CHOOSING | {"consent"}


def response_of(code: str) -> Response | None:
    """The response of a receipt code; None for a code that is not ours."""
    pk = receipts.response_id(code)
    if pk is None:
        return None
    return Response.objects.select_related("survey").filter(pk=pk).first()


@transaction.atomic
def erase(*, response: Response, now: datetime, reason: str) -> bool:
    """Takes words and person away; False when that was done before.

    Counts and scores do not move. `reason` is "receipt", "retention" or the like.
    """
    row = (
        Response.objects.select_for_update(of=("self",))
        .select_related("survey")
        .filter(pk=response.pk)
        .first()
    )
    if row is None or row.erased_at is not None:
        return False
    if row.state != Response.State.WORKED:
        # First it counts, then it is made nameless: its job will find nothing left to do.
        responses.process(response_id=row.pk, now=now)
    own = Q(source_ref=f"response:{row.pk}") | Q(source_ref__startswith=f"response:{row.pk}:")
    of_survey = Q(source="survey") & own
    erase_comments(
        comment_ids=Comment.objects.filter(of_survey).values_list("pk", flat=True),
        now=now,
        reason=reason,
    )
    unname_scores(score_ids=Score.objects.filter(of_survey).values_list("pk", flat=True))
    Answer.objects.filter(response=row).exclude(text="", amount=None).update(text="", amount=None)
    _forget_way_in(row)
    Response.objects.filter(pk=row.pk).update(
        answers=_without_words(row),
        customer=None,
        invitation=None,
        erased_at=now,
    )
    exports.withdraw(survey_id=row.survey_id, now=now)
    audit.record("response.erase", row, actor=None, now=now, detail={"reason": reason})
    return True


def _forget_way_in(row: Response) -> None:
    """Nothing of what is left leads from the answer to the person who was asked."""
    SavedAnswer.objects.filter(attempt__key=row.key).delete()
    Attempt.objects.filter(key=row.key).update(invitation=None)
    if row.invitation_id is not None:
        # That they were asked and have answered is kept, or they would be asked again. The moment
        # would betray which answer is theirs.
        day = datetime.combine(local_day(row.submitted_at), time(0), TOKYO).astimezone(UTC)
        Invitation.objects.filter(pk=row.invitation_id).update(used_at=day)


def _without_words(row: Response) -> dict[str, Any]:
    """What was chosen, without what was written; nothing at all where the questions are unknown."""
    definition = definitions.of_version(row.survey, row.survey_version)
    kept: Mapping[str, Any] = row.answers if definition else {}
    kinds = {q.key: q.kind for q in definition.questions} if definition else {}
    return {name: value for name, value in kept.items() if kinds.get(name) in STAYS}
