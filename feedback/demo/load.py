"""The demo world into the tables: people, orders, scores, voices; then what was read in them."""

from collections.abc import Callable
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from feedback import models
from feedback.demo import objects
from feedback.demo.world import World, build
from feedback.services import analysis, rollups
from feedback.services.people import contact_key
from voc.clock import local_day
from voc.demo_accounts import PASSWORD
from voc.models import Role, User

Progress = Callable[[int, int], None]
TOKYO = ZoneInfo("Asia/Tokyo")
BATCH = 2_000
SCALES = {"nps": 10, "csat": 5}
PURPOSE = "商品とサービスの改善と、そのお知らせのために使います。"


def generate(state: dict[str, Any], *, now: datetime, progress: Progress) -> None:
    """The world itself, ending today unless told otherwise."""
    world = build(
        end=state["end"] or local_day(now), seed=state["seed"], scale=state["scale"], now=now
    )
    state["world"] = world
    state["summary"] = world.summary()


@transaction.atomic
def people(state: dict[str, Any], *, now: datetime, progress: Progress) -> None:
    """Staff, companies, customers, addresses, consents and orders."""
    world: World = state["world"]
    hashed = make_password(PASSWORD)
    made = User.objects.bulk_create(
        User(
            email=s.mail,
            name=s.name,
            role=s.role if s.role in Role.values else Role.ANALYST,
            password=hashed,
        )
        for s in world.staff
    )
    state["users"] = {s.ref: user for s, user in zip(world.staff, made, strict=True)}
    accounts = models.Account.objects.bulk_create(
        models.Account(external_id=a.ref, name=a.name, created_at=_midnight(a.contract_from))
        for a in world.accounts
    )
    by_ref = {a.ref: row for a, row in zip(world.accounts, accounts, strict=True)}
    rows = models.Customer.objects.bulk_create(
        (
            models.Customer(
                external_id=c.ref,
                name=f"{c.family_name} {c.given_name}",
                account=by_ref.get(c.account_ref or ""),
                segment=c.segment,
                attributes={"prefecture": c.prefecture},
                created_at=_midnight(c.since),
            )
            for c in world.customers
        ),
        batch_size=BATCH,
    )
    customers = {c.ref: row for c, row in zip(world.customers, rows, strict=True)}
    state["customers"] = customers
    state["consents"] = {c.ref: c.consent for c in world.customers}
    models.ContactPoint.objects.bulk_create(
        (
            models.ContactPoint(
                customer=customers[c.ref],
                kind="email",
                value=c.mail,
                key=contact_key("email", c.mail),
            )
            for c in world.customers
        ),
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    models.Consent.objects.bulk_create(
        (
            models.Consent(
                customer=customers[c.ref],
                purpose="told_back",
                granted=c.consent == "may_tell",
                at=_midnight(c.since),
                source="demo",
            )
            for c in world.customers
            if c.consent != "not_asked"
        ),
        batch_size=BATCH,
    )
    models.CustomerEvent.objects.bulk_create(
        (
            models.CustomerEvent(
                customer=customers[o.customer_ref],
                kind="order",
                source="demo",
                source_ref=o.ref,
                occurred_at=o.ordered_at,
                local_day=local_day(o.ordered_at),
                amount=o.amount,
                product=o.product,
            )
            for o in world.orders
        ),
        batch_size=BATCH,
    )


def _midnight(day: Any) -> datetime:
    return datetime.combine(day, time(9), TOKYO)


@transaction.atomic
def voices(state: dict[str, Any], *, now: datetime, progress: Progress) -> None:
    """Every score and every comment, with their daily counts."""
    world: World = state["world"]
    customers = state["customers"]
    touchpoints = {t.key: t for t in models.Touchpoint.objects.all()}
    touchpoint_of = {s.ref: touchpoints.get(s.touchpoint) for s in world.surveys}
    scores = models.Score.objects.bulk_create(
        (
            models.Score(
                kind=r.kind,
                value=r.score,
                scale=SCALES[r.kind],
                customer=customers[r.customer_ref],
                touchpoint=touchpoint_of.get(r.survey_ref),
                product=r.product,
                segment=customers[r.customer_ref].segment,
                source="survey",
                source_ref=f"response:{state['responses'][r.ref]}",
                occurred_at=r.at,
                local_day=local_day(r.at),
            )
            for r in world.responses
        ),
        batch_size=BATCH,
    )
    state["scores"] = {r.ref: row for r, row in zip(world.responses, scores, strict=True)}
    rollups.add_scores((s.local_day, s.kind, s.scale, s.value, s.segment) for s in scores)
    rows = models.Comment.objects.bulk_create(
        (_comment(c, state, touchpoints) for c in world.comments), batch_size=BATCH
    )
    state["comments"] = {c.ref: row for c, row in zip(world.comments, rows, strict=True)}
    rollups.add_comments((row.local_day, row.source) for row in rows)


def _comment(
    comment: objects.Comment, state: dict[str, Any], touchpoints: dict[str, models.Touchpoint]
) -> models.Comment:
    customer = state["customers"].get(comment.customer_ref)
    source = {"nps": "survey", "csat": "survey", "ticket": "ticket"}.get(comment.source, "import")
    team = ""
    if source == "ticket":
        team = state["ticket_teams"].get(comment.ticket_ref, "")
    return models.Comment(
        source=source,
        source_ref=f"response:{state['responses'][comment.response_ref]}"
        if source == "survey"
        else f"demo:{comment.ref}",
        text=comment.text,
        customer=customer,
        score=state["scores"].get(comment.response_ref),
        touchpoint=touchpoints.get(comment.touchpoint),
        product=comment.product,
        segment=customer.segment if customer else "",
        team=team,
        occurred_at=comment.at,
        local_day=local_day(comment.at),
        purpose=PURPOSE if source != "import" else "",
        may_tell=source != "import" and state["consents"].get(comment.customer_ref) == "may_tell",
        attributes={"channel": comment.channel},
    )


def teams(state: dict[str, Any], *, now: datetime, progress: Progress) -> None:
    """Which inbox's people may read which ticket's words."""
    world: World = state["world"]
    keys = {inbox.ref: inbox.key for inbox in world.inboxes}
    state["ticket_teams"] = {t.ref: keys[t.inbox_ref] for t in world.tickets}


def read(state: dict[str, Any], *, now: datetime, progress: Progress) -> None:
    """Analyses every voice, as the worker would."""
    analysis.analyse_all(progress)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
