"""Words that are no longer wanted, or no longer ours to keep, leave every place they got to."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from feedback import events as names
from feedback import search
from feedback.models import (
    Clause,
    Comment,
    Evidence,
    Notice,
    RecoveryCase,
    Score,
    TopicAssignment,
)
from feedback.services import rollups
from feedback.services.insights import settle
from voc import audit, events

# Stands where analysis notes its version: there is nothing to read any more.
ERASED = "erased"


def erase_comment(*, comment: Comment, now: datetime, reason: str) -> bool:
    """Takes the words of one comment away; False when that was done before."""
    return erase_comments(comment_ids=[comment.pk], now=now, reason=reason) == 1


@transaction.atomic
def erase_comments(*, comment_ids: Iterable[int], now: datetime, reason: str) -> int:
    """Words, clauses, search rows, the person and the quotes go; how many comments that changed.

    The row stays, so that the number of voices of a day does not move. Evidence that quoted it
    stays too and no longer matches; an insight that has lost its last quote is a draft again.
    `reason` is a word for the record, such as "receipt" or "retention".
    """
    # Blank words are never recorded: a comment without any has been erased.
    rows = list(
        Comment.objects.select_for_update(of=("self",))
        .filter(pk__in=list(comment_ids))
        .exclude(text="")
        .order_by("pk")
        .only("pk", "score_id")
    )
    ids = [row.pk for row in rows]
    if not ids:
        return 0
    changes: Counter[rollups.TopicCell] = Counter()
    about = TopicAssignment.objects.filter(comment__in=ids)
    for day, topic, polarity in about.values_list("local_day", "topic_id", "polarity"):
        changes[day, topic, polarity] -= 1
    rollups.add_topics(changes)
    insight_ids = set(Evidence.objects.filter(comment__in=ids).values_list("insight", flat=True))
    # With their assignments, and with what people have corrected in them.
    Clause.objects.filter(comment__in=ids).delete()
    search.remove(ids)
    # A notice that still waits is then held back: nobody may be told of words they took back.
    Notice.objects.filter(comment__in=ids).update(comment=None, body="")
    Comment.objects.filter(pk__in=ids).update(
        text="", mask_spans=[], customer=None, attributes={}, may_tell=False, truncated=False,
        polarity="", topic_keys="", analysed_version=ERASED,
    )  # fmt: skip
    settle(insight_ids=insight_ids, now=now)
    for row in rows:
        audit.record("comment.erase", row, actor=None, now=now, detail={"reason": reason})
        events.publish(names.COMMENT_ERASED, now=now, comment_id=row.pk, score_id=row.score_id)
    return len(ids)


@transaction.atomic
def unname_scores(*, score_ids: Iterable[int]) -> int:
    """Takes the person off scores, which go on counting; how many had one."""
    ids = list(score_ids)
    RecoveryCase.objects.filter(score__in=ids).exclude(customer=None).update(customer=None)
    return Score.objects.filter(pk__in=ids).exclude(customer=None).update(customer=None)
