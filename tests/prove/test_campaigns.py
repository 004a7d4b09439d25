"""A campaign of 2,000 whose workers are killed: everybody allowed once, nobody else, reasons said."""

import os
import random
import signal
import time
from collections import Counter

import pytest

from tests.processes import kill_group, until
from tests.prove.machine import Machine
from tests.prove.post import Post, post_office
from tests.prove.test_nothing_is_lost import report

pytestmark = pytest.mark.prove

INVITED = 2_000
KILLS = 5
# Left out for a reason each, on top of those invited.
EACH_REASON = 20

_PREPARE = """
import uuid
from datetime import timedelta
from django.utils import timezone
from feedback.models import Consent, ContactPoint, Customer
from surveys.models import Invitation, Question, Survey
from surveys.services.campaigns import running
from voc.models import User, Workspace

now = timezone.now()
Workspace.objects.get_or_create(pk=1, defaults={{"name": "x", "created_at": now}})
actor = User.objects.create(email="a@voc.example", name="担当", role="owner")
survey = Survey.objects.create(
    slug="autumn", title="秋のお願い", kind="nps", state="published", version=1, purpose="改善",
    operator="みなも商店", contact="support@minamo.example", created_at=now, published_at=now)
Question.objects.create(survey=survey, position=1, key="score", kind="nps", label="すすめますか")
other = Survey.objects.create(
    slug="other", title="別のお願い", kind="nps", state="published", version=1, purpose="改善",
    operator="みなも商店", contact="support@minamo.example", created_at=now, published_at=now)
wanted = [("ask", {invited})] + [(why, {each}) for why in ("refused", "rested", "gone", "bounced", "nowhere")]
for kind, number in wanted:
    people = Customer.objects.bulk_create(
        [Customer(external_id=f"{{kind}}-{{n}}", name=f"お客様{{n}}", created_at=now) for n in range(number)])
    if kind != "nowhere":
        ContactPoint.objects.bulk_create([ContactPoint(
            customer=one, kind="email", value=f"{{one.external_id}}@customer.example",
            key=f"{{one.external_id}}@customer.example",
            bounced_at=now if kind == "bounced" else None) for one in people])
    if kind == "refused":
        Consent.objects.bulk_create([Consent(
            customer=one, purpose="survey", granted=False, at=now, source="x") for one in people])
    if kind == "rested":
        Invitation.objects.bulk_create([Invitation(
            survey=other, customer=one, digest=uuid.uuid4().hex, created_at=now,
            expires_at=now + timedelta(days=9), sent_at=now - timedelta(days=3)) for one in people])
    Customer.objects.filter(pk__in=[one.pk for one in people]).update(segment="all")
campaign = running.create_campaign(
    survey=survey, name="秋", audience={{"rule": "segment", "segment": "all"}}, key=uuid.uuid4(),
    actor=actor, now=now)
running.start(
    campaign=campaign, starts_at=now, ends_at=now + timedelta(days=14), weekdays=list(range(7)),
    hour_from=0, hour_to=24, holidays_too=True, spread_hours=0, reminders=0, remind_after_days=5, actor=actor, now=now)
"""


@pytest.fixture
def post(machine: Machine) -> object:
    with post_office() as office:
        machine.more = {
            "VOC_SMTP_HOST": "127.0.0.1", "VOC_SMTP_PORT": str(office.port), "VOC_SMTP_TLS": "0",
        }  # fmt: skip
        yield office
        machine.stop()


def test_a_campaign_whose_workers_are_killed_reaches_everybody_allowed_once(
    machine: Machine, post: Post, request: pytest.FixtureRequest
) -> None:
    dice = random.Random(5)
    machine.execute(_PREPARE.format(invited=INVITED, each=EACH_REASON))
    begun = time.monotonic()
    for kill in range(1, KILLS + 1):
        worker = machine.start_worker()
        goal = INVITED * kill // (KILLS + 2)
        until(lambda goal=goal: post.count() >= goal, seconds=120, what="mails go out")
        time.sleep(dice.uniform(0, 0.02))
        os.killpg(worker.pid, signal.SIGSTOP)
        assert post.count() < INVITED, "the work ran out before the kills"
        kill_group(worker)
    machine.start_worker()
    until(
        lambda: machine.query("SELECT count(*) FROM surveys_campaignmember WHERE state = 'waiting'")
        == [(0,)] and machine.query("SELECT state FROM surveys_campaign")[0][0] != "scheduled",
        seconds=240, what="nobody waits",
    )  # fmt: skip
    machine.stop()

    arrived = Counter(recipient for recipient, _id in post.taken)
    ids: dict[str, set[str]] = {}
    for recipient, message_id in post.taken:
        ids.setdefault(recipient, set()).add(message_id)
    twice = {recipient: number for recipient, number in arrived.items() if number > 1}
    members = machine.query(
        "SELECT state, reason, count(*) FROM surveys_campaignmember GROUP BY state, reason"
    )
    told = {(state, reason): number for state, reason, number in members}
    report(
        proof="campaign, kill -9 of the worker's group",
        machine=request.node.callspec.id,
        invited=INVITED,
        kills=KILLS,
        arrived=len(arrived),
        arrived_twice=len(twice),
        left_out={f"{state}:{reason}": n for (state, reason), n in told.items() if reason},
        seconds=round(time.monotonic() - begun, 1),
    )

    assert set(arrived) == {f"ask-{n}@customer.example" for n in range(INVITED)}
    assert {who: found for who, found in ids.items() if len(found) > 1} == {}
    assert len({next(iter(found)) for found in ids.values()}) == INVITED
    assert sum(number - 1 for number in twice.values()) <= KILLS
    assert told == {
        ("sent", ""): INVITED,
        ("opted_out", "refused"): EACH_REASON,
        ("skipped", "rested"): EACH_REASON,
        ("bounced", "bounced"): EACH_REASON,
        ("skipped", "bounced"): EACH_REASON,
        ("skipped", "no_address"): EACH_REASON,
    }
