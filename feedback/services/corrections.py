"""A person decides what a clause says; analysis never changes it again."""

from collections import Counter
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from feedback.models import (
    Clause,
    Comment,
    Correction,
    Intent,
    Origin,
    Polarity,
    Topic,
    TopicAssignment,
)
from feedback.services import rollups
from feedback.services.analysis import join_keys, overall
from voc import audit
from voc.errors import Refused
from voc.models import User

MAX_TOPICS = 5


@transaction.atomic
def correct_clause(
    *,
    clause: Clause,
    topics: list[str],
    polarity: str,
    intent: str,
    actor: User,
    now: datetime,
) -> Correction:
    """The recorded decision; counts and the comment's own chips follow it at once."""
    if polarity not in Polarity.values or intent not in Intent.values:
        raise Refused(_("評価と意図を選んでください。"), "unknown_choice")
    chosen = list(Topic.objects.filter(key__in=topics, state=Topic.State.ACTIVE))
    if len(chosen) != len(set(topics)) or len(chosen) > MAX_TOPICS:
        raise Refused(_("話題を選び直してください。"), "unknown_topic")
    clause = Clause.objects.select_for_update().get(pk=clause.pk)
    old = list(clause.assignments.select_related("topic"))
    before = _shape(clause, [row.topic.key for row in old])

    changes: Counter[rollups.TopicCell] = Counter()
    for row in old:
        changes[row.local_day, row.topic_id, row.polarity] -= 1
    clause.assignments.all().delete()
    clause.polarity, clause.intent, clause.by_person = polarity, intent, True
    clause.save(update_fields=["polarity", "intent", "by_person"])
    TopicAssignment.objects.bulk_create(
        TopicAssignment(
            clause=clause,
            topic=topic,
            comment_id=clause.comment_id,
            confidence=1.0,
            origin=Origin.PERSON,
            polarity=polarity,
            local_day=clause.local_day,
        )
        for topic in chosen
    )
    for topic in chosen:
        changes[clause.local_day, topic.pk, polarity] += 1
    rollups.add_topics(changes)
    _refresh(clause.comment_id)

    correction = Correction.objects.create(
        clause=clause,
        before=before,
        after=_shape(clause, [topic.key for topic in chosen]),
        actor=actor,
        at=now,
    )
    audit.record("clause.correct", clause, actor=actor, now=now, detail=correction.after)
    return correction


def _shape(clause: Clause, keys: list[str]) -> dict[str, object]:
    return {"polarity": clause.polarity, "intent": clause.intent, "topics": sorted(keys)}


def _refresh(comment_id: int) -> None:
    clauses = Clause.objects.filter(comment=comment_id)
    keys = set(
        TopicAssignment.objects.filter(comment=comment_id).values_list("topic__key", flat=True)
    )
    Comment.objects.filter(pk=comment_id).update(
        polarity=overall(Counter(clauses.values_list("polarity", flat=True))),
        topic_keys=join_keys(keys),
    )
