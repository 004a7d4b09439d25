"""Scores and comments come in here, from surveys, tickets, the API. Each source once."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from feedback import events as names
from feedback.models import Comment, Customer, Score, Touchpoint
from feedback.services import rollups
from feedback.text.masking import spans_in
from feedback.text.normal import sanitise
from voc import events, jobs
from voc.clock import local_day
from voc.errors import Refused

MAX_COMMENT = 100_000
ANALYSE = "feedback.analyse"
_SCALES = {"nps": (10,), "csat": (5,), "ces": (7, 5)}


def is_low(kind: str, value: int) -> bool:
    """A score somebody should answer: an NPS detractor, or one of the two lowest of CSAT."""
    return (kind == "nps" and value <= 6) or (kind == "csat" and value <= 2)


def check_score(kind: str, value: int, scale: int | None = None) -> int:
    """The scale, when the value lies on it; else `Refused`."""
    scale = scale or _SCALES[kind][0]
    lowest = 0 if kind == "nps" else 1
    if scale not in _SCALES[kind] or not lowest <= value <= scale:
        raise Refused(
            _("評価は%(low)sから%(high)sまでの整数です。") % {"low": lowest, "high": scale},
            "score_out_of_range",
        )
    return scale


@transaction.atomic
def record_score(
    *,
    kind: str,
    value: int,
    occurred_at: datetime,
    source: str,
    source_ref: str,
    now: datetime,
    scale: int | None = None,
    customer: Customer | None = None,
    touchpoint: Touchpoint | None = None,
    product: str = "",
    segment: str = "",
) -> Score:
    """The score of this source; recording it again changes nothing."""
    scale = check_score(kind, value, scale)
    score, created = Score.objects.get_or_create(
        source=source,
        source_ref=source_ref,
        kind=kind,
        defaults={
            "value": value,
            "scale": scale,
            "customer": customer,
            "touchpoint": touchpoint,
            "product": product[:100],
            "segment": (segment or (customer.segment if customer else ""))[:60],
            "occurred_at": occurred_at,
            "local_day": local_day(occurred_at),
        },
    )
    if created:
        rollups.add_scores([(score.local_day, kind, scale, value, score.segment)])
        if is_low(kind, value):
            events.publish(names.SCORE_LOW, now=now, score_id=score.pk)
    return score


@transaction.atomic
def record_comment(
    *,
    text: str,
    occurred_at: datetime,
    source: str,
    source_ref: str,
    now: datetime,
    customer: Customer | None = None,
    score: Score | None = None,
    touchpoint: Touchpoint | None = None,
    product: str = "",
    segment: str = "",
    team: str = "",
    purpose: str = "",
    may_tell: bool = False,
    attributes: dict[str, Any] | None = None,
) -> Comment | None:
    """The comment of this source, promised to be analysed; None for blank words.

    `team` is the key of the inbox whose people alone may read it, "" for everybody on the
    staff. Recording it again changes nothing. Words are kept as typed, less what no column may
    hold (NUL, lone surrogates).
    """
    text = sanitise(text).strip()
    # Zero-width and other invisible characters alone are no words.
    if not any(char.isprintable() and not char.isspace() for char in text):
        return None
    if len(text) > MAX_COMMENT:
        raise Refused(_("文章が長すぎます。10万字までにしてください。"), "too_long")
    comment, created = Comment.objects.get_or_create(
        source=source,
        source_ref=source_ref,
        defaults={
            "text": text,
            # At once, not by the analysis: nobody reads a number in between.
            "mask_spans": spans_in(text),
            "customer": customer,
            "score": score,
            "touchpoint": touchpoint,
            "product": product[:100],
            "segment": (segment or (customer.segment if customer else ""))[:60],
            "occurred_at": occurred_at,
            "local_day": local_day(occurred_at),
            "team": team[:40],
            "purpose": purpose[:300],
            "may_tell": may_tell,
            "attributes": attributes or {},
        },
    )
    if created:
        rollups.add_comments([(comment.local_day, comment.source)])
        ask_for_analysis(now=now)
    return comment


def ask_for_analysis(*, now: datetime) -> None:
    """Promises that everything not yet analysed will be; one waiting job is enough."""
    jobs.enqueue(ANALYSE, {}, now=now, key=ANALYSE)


