"""Campaigns as staff see them: who would be asked, who was, and what became of each."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from feedback.stats.differences import sample_size
from surveys.models import Campaign, CampaignMember, Invitation, Survey
from surveys.services import asking
from surveys.services.campaigns import audiences
from voc.models import User

# A proportion varies most at one half.
_VARIANCE = {Survey.Kind.NPS: 0.51, Survey.Kind.CSAT: 0.25}
WANTED_POINTS = 10

State = CampaignMember.State
Skip = Invitation.Skip


def campaigns_for(user: User) -> QuerySet[Campaign]:
    """Campaigns belong to the whole house, as surveys do."""
    return Campaign.objects.select_related("survey")


@dataclass(frozen=True, slots=True)
class Preview:
    """What would happen if the campaign went out now. The five parts make up `total`."""

    total: int
    ask: int
    rested: int
    refused: int
    bounced: int
    no_address: int

    @property
    def left_out(self) -> list[tuple[str, int]]:
        """(why, how many), without those that are nobody."""
        parts = (
            (Skip.RESTED, self.rested),
            (Skip.REFUSED, self.refused),
            (Skip.BOUNCED, self.bounced),
            (Skip.NO_ADDRESS, self.no_address),
        )
        return [(str(why.label), number) for why, number in parts if number]


def preview(campaign: Campaign, *, now: datetime) -> Preview:
    """Decided as the sending decides it: refusal first, then the address, then the rest."""
    rows = audiences.with_standing(
        audiences.customers_of(campaign, now=now), now=now, rest_days=asking.rules().rest_days
    )
    refused, willing = Q(granted=False), Q(granted=None) | Q(granted=True)
    may = willing & Q(reachable=True)
    found = rows.aggregate(
        n_total=Count("pk"),
        n_refused=Count("pk", filter=refused),
        n_bounced=Count("pk", filter=willing & Q(reachable=False, known=True)),
        n_no_address=Count("pk", filter=willing & Q(reachable=False, known=False)),
        n_rested=Count("pk", filter=may & Q(rested=True)),
        n_ask=Count("pk", filter=may & Q(rested=False)),
    )
    return Preview(**{name.removeprefix("n_"): number for name, number in found.items()})


@dataclass(frozen=True, slots=True)
class Advice:
    """How many answers a difference of ten points takes, and what share of the asked that is."""

    points: int
    answers: int
    share: float | None


def advice(survey: Survey, asked: int) -> Advice | None:
    """None for a survey whose headline is no share of people."""
    variance = _VARIANCE.get(Survey.Kind(survey.kind))
    if variance is None:
        return None
    answers = sample_size(WANTED_POINTS, variance=variance)
    return Advice(WANTED_POINTS, answers, answers / asked if answers <= asked else None)


@dataclass(slots=True)
class Part:
    """Members in one state; `reasons` are (key, words, number)."""

    state: str
    label: str
    number: int = 0
    reasons: list[tuple[str, str, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the members of a campaign stand. The parts add up to `total`."""

    total: int
    # Everybody who got a mail, whatever followed.
    sent: int
    again: int
    parts: list[Part]


def standing(campaign: Campaign) -> Standing:
    """Counts by state and reason, from one index."""
    parts: dict[str, Part] = {}
    total = sent = again = 0
    rows = (
        CampaignMember.objects.filter(campaign=campaign)
        .values("state", "reason")
        .annotate(n=Count("pk"), sent=Count("sent_at"), open=Count("next_at"))
        .order_by()
    )
    for row in rows:
        part = parts.setdefault(row["state"], Part(row["state"], str(State(row["state"]).label)))
        part.number += row["n"]
        if row["reason"]:
            why = str(Skip(row["reason"]).label)
            part.reasons.append((row["reason"], why, row["n"]))
        total, sent = total + row["n"], sent + row["sent"]
        again += row["open"] if row["state"] == State.SKIPPED else 0
    ordered = [parts[state] for state in State.values if state in parts]
    for part in ordered:
        part.reasons.sort()
    return Standing(total, sent, again, ordered)


def standings(campaigns: list[Campaign]) -> dict[int, dict[str, int]]:
    """Members by state of each campaign, in one query."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    rows = (
        CampaignMember.objects.filter(campaign__in=campaigns)
        .values("campaign_id", "state")
        .annotate(n=Count("pk"), sent=Count("sent_at"))
        .order_by()
    )
    for row in rows:
        numbers = found[row["campaign_id"]]
        numbers[row["state"]] = row["n"]
        numbers["mailed"] = numbers.get("mailed", 0) + row["sent"]
        numbers["total"] = numbers.get("total", 0) + row["n"]
    return found


def members_of(
    campaign: Campaign, *, state: str = "", reason: str = ""
) -> QuerySet[CampaignMember]:
    """Members in this state, for this reason; unknown names select nobody."""
    rows = CampaignMember.objects.filter(campaign=campaign).select_related("customer")
    if state:
        rows = rows.filter(state=state)
    if reason:
        rows = rows.filter(reason=reason)
    return rows


def audience_words(campaign: Campaign) -> str:
    """The rule of the audience in one line."""
    audience: dict[str, Any] = campaign.audience
    rule = audience["rule"]
    if rule == audiences.SEGMENT:
        return _("区分が「%(segment)s」のお客様") % {"segment": audience["segment"]}
    if rule == audiences.ATTRIBUTE:
        return _("「%(key)s」が「%(value)s」のお客様") % audience
    if rule == audiences.BOUGHT and audience["product"]:
        return _("直近%(days)s日に「%(product)s」を買ったお客様") % audience
    if rule == audiences.BOUGHT:
        return _("直近%(days)s日に買ったお客様") % audience
    if rule == audiences.ASKED:
        return _("直近%(days)s日に問い合わせたお客様") % audience
    if rule == audiences.LIST:
        return _("名簿のお客様")
    return _("メールアドレスのあるお客様すべて")
