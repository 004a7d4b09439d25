"""Insights: a claim, the words that carry it, and whether both are published."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from feedback.models import Clause, Evidence, Insight, Topic
from feedback.queries.comments import comments_for
from feedback.queries.insights import carriers, numbers_of, quote_hash
from feedback.services import notices
from feedback.text.normal import sanitise
from voc import audit
from voc.errors import Refused
from voc.models import User

MAX_EVIDENCE = 2_000


def one_line(text: str, limit: int, what: str) -> str:
    """The text without line breaks; `Refused` when blank or longer than its column."""
    text = " ".join(sanitise(text).split())
    if not text:
        raise Refused(_("%(what)sを入力してください。") % {"what": what}, "blank")
    if len(text) > limit:
        raise Refused(
            _("%(what)sは%(limit)s字までにしてください。") % {"what": what, "limit": limit}, "too_long"
        )
    return text


@transaction.atomic
def create_insight(
    *,
    claim: str,
    clause_ids: Iterable[int],
    actor: User,
    now: datetime,
    topic: Topic | None = None,
) -> Insight:
    """A draft carried by these clauses, as far as the actor may read them."""
    insight = Insight.objects.create(
        claim=one_line(claim, 200, pgettext("one", "気づき")), topic=topic, created_by=actor, created_at=now
    )
    taken = _take(insight, clause_ids, actor=actor, now=now)
    audit.record("insight.created", insight, actor=actor, now=now, detail={"evidence": taken})
    return insight


@transaction.atomic
def attach(*, insight: Insight, clause_ids: Iterable[int], actor: User, now: datetime) -> int:
    """Adds clauses as evidence; the number that was new. Those already there change nothing."""
    insight = Insight.objects.select_for_update().get(pk=insight.pk)
    if insight.state == Insight.State.WITHDRAWN:
        raise Refused(_("取り下げた気づきには、根拠を足せません。"), "withdrawn")
    taken = _take(insight, clause_ids, actor=actor, now=now)
    if taken:
        audit.record("insight.evidence_added", insight, actor=actor, now=now, detail={"n": taken})
        _tell_the_new(insight, now)
    return taken


def _take(insight: Insight, clause_ids: Iterable[int], *, actor: User, now: datetime) -> int:
    wanted = set(clause_ids)
    if len(wanted) > MAX_EVIDENCE:
        raise Refused(
            _("根拠は%(limit)s件までにしてください。") % {"limit": MAX_EVIDENCE}, "too_many"
        )
    clauses = list(
        Clause.objects.filter(pk__in=wanted, comment__in=comments_for(actor))
        .select_related("comment")
        .order_by("comment__occurred_at", "pk")
    )
    if len(clauses) != len(wanted):
        raise Refused(_("選んだ声の中に、見つからないものがあります。"), "unknown_clause")
    before = Evidence.objects.filter(insight=insight).count()
    if before + len(clauses) > MAX_EVIDENCE:
        raise Refused(
            _("根拠は%(limit)s件までにしてください。") % {"limit": MAX_EVIDENCE}, "too_many"
        )
    Evidence.objects.bulk_create(
        [
            Evidence(
                insight=insight,
                comment_id=clause.comment_id,
                clause=clause,
                start=clause.start,
                end=clause.end,
                quote_hash=quote_hash(clause.comment.text[clause.start : clause.end]),
                added_at=now,
            )
            for clause in clauses
        ],
        ignore_conflicts=True,
        batch_size=500,
    )
    return Evidence.objects.filter(insight=insight).count() - before


def _tell_the_new(insight: Insight, now: datetime) -> None:
    """Customers who join the evidence after a release are told of it too."""
    releases = insight.improvements.exclude(releases=None).values_list("releases", flat=True)
    for release_id in set(releases):
        notices.ask_for_notices(release_id, now=now)


@transaction.atomic
def remove_evidence(*, insight: Insight, evidence_id: int, actor: User, now: datetime) -> None:
    """Takes one quote out; a published insight that loses its last one is a draft again."""
    insight = Insight.objects.select_for_update().get(pk=insight.pk)
    removed, _rows = Evidence.objects.filter(pk=evidence_id, insight=insight).delete()
    if not removed:
        raise Refused(_("この根拠は、もう外されています。"), "conflict")
    audit.record(
        "insight.evidence_removed", insight, actor=actor, now=now, detail={"evidence": evidence_id}
    )
    settle(insight_ids=[insight.pk], actor=actor, now=now)


@transaction.atomic
def settle(*, insight_ids: Iterable[int], now: datetime, actor: User | None = None) -> int:
    """Sends published insights without live evidence back to draft; the number sent.

    To be called by whatever removes or redacts comments.
    """
    sent = 0
    for insight in Insight.objects.select_for_update().filter(
        pk__in=list(insight_ids), state=Insight.State.PUBLISHED
    ):
        live, _mismatched = carriers(Evidence.objects.filter(insight=insight))
        if not live:
            insight.state = Insight.State.DRAFT
            insight.published_at = None
            insight.snapshot = {}
            insight.save(update_fields=["state", "published_at", "snapshot"])
            audit.record("insight.lost_evidence", insight, actor=actor, now=now)
            sent += 1
    return sent


@transaction.atomic
def edit_claim(*, insight: Insight, claim: str, actor: User, now: datetime) -> Insight:
    """The claim in other words; the entry keeps the words before."""
    insight = Insight.objects.select_for_update().get(pk=insight.pk)
    before, insight.claim = insight.claim, one_line(claim, 200, pgettext("one", "気づき"))
    if before != insight.claim:
        insight.save(update_fields=["claim"])
        audit.record("insight.edited", insight, actor=actor, now=now, detail={"before": before})
    return insight


@transaction.atomic
def publish(*, insight: Insight, actor: User, now: datetime) -> Insight:
    """Published, with the numbers of this moment; needs at least one live quote."""
    insight = Insight.objects.select_for_update().get(pk=insight.pk)
    if insight.state == Insight.State.PUBLISHED:
        raise Refused(_("この気づきは、すでに公開されています。"), "conflict")
    numbers = numbers_of([insight.pk])
    if not numbers.voices:
        raise Refused(_("根拠の声がないため、公開できません。"), "no_evidence")
    insight.state = Insight.State.PUBLISHED
    insight.published_at = now
    insight.snapshot = {
        "voices": numbers.voices,
        "customers": numbers.customers,
        "sources": numbers.sources,
        "as_of": now.isoformat(),
    }
    insight.save(update_fields=["state", "published_at", "snapshot"])
    audit.record("insight.published", insight, actor=actor, now=now, detail=insight.snapshot)
    return insight


@transaction.atomic
def withdraw(*, insight: Insight, actor: User, now: datetime) -> Insight:
    """No longer claimed. Improvements that lean on it show that it is gone."""
    insight = Insight.objects.select_for_update().get(pk=insight.pk)
    if insight.state == Insight.State.WITHDRAWN:
        raise Refused(_("この気づきは、すでに取り下げられています。"), "conflict")
    insight.state = Insight.State.WITHDRAWN
    insight.save(update_fields=["state"])
    audit.record("insight.withdrawn", insight, actor=actor, now=now)
    return insight
