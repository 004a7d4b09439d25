"""Campaigns for tests: made and started in one line, with people who can be asked."""

import uuid
from datetime import timedelta
from typing import Any

from feedback.models import Customer
from surveys.models import Campaign
from surveys.services.campaigns import running
from tests import factories

OFFICE = {"weekdays": [0, 1, 2, 3, 4], "hour_from": 9, "hour_to": 18}
ALWAYS = {"weekdays": list(range(7)), "hour_from": 0, "hour_to": 24, "holidays_too": True}


def askable(number: int, **values: Any) -> list[Customer]:
    """So many customers with a mail address each."""
    made = [factories.CustomerFactory(**values) for _ in range(number)]
    for customer in made:
        factories.ContactPointFactory(customer=customer)
    return made


def drafted(survey, actor, now, audience=None, **more: Any) -> Campaign:
    return running.create_campaign(
        survey=survey, name="秋のお願い", audience=audience or {"rule": "all"},
        key=more.pop("key", uuid.uuid4()), actor=actor, now=now, **more,
    )  # fmt: skip


def begun(survey, actor, now, audience=None, **more: Any) -> Campaign:
    """A campaign that has been started; its jobs have not run."""
    campaign = drafted(survey, actor, now, audience)
    given = {
        "starts_at": now, "ends_at": now + timedelta(days=60), **ALWAYS, "spread_hours": 0,
        "reminders": 0, "remind_after_days": 5, **more,
    }  # fmt: skip
    return running.start(campaign=campaign, actor=actor, now=now, **given)


def states(campaign: Campaign) -> dict[str, int]:
    """Members by state, with the reason where there is one."""
    found: dict[str, int] = {}
    for member in campaign.members.all():
        name = f"{member.state}:{member.reason}" if member.reason else member.state
        found[name] = found.get(name, 0) + 1
    return found
