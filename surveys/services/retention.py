"""Answers are kept for as long as the respondent was told, and are then erased, night by night."""

import time as clock
from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from django.db.models import Q

from surveys.models import Response, Survey, SurveyVersion
from surveys.services import erasing
from voc import jobs
from voc.clock import TOKYO

ERASE_OLD = "surveys.erase_old"
MORE = f"{ERASE_OLD}:more"
AT = time(3, 20)
# Each answer is erased in a transaction of its own; after this long other jobs have their turn.
BUDGET_SECONDS = 30.0
_CHUNK = 200


def promise(*, now: datetime) -> None:
    """The next night will erase what is due then; promised again and again, it stays one job."""
    here = now.astimezone(TOKYO)
    night = datetime.combine(here.date(), AT, TOKYO)
    due = night if night > here else night + timedelta(days=1)
    jobs.enqueue(ERASE_OLD, {}, now=now, due_at=due.astimezone(UTC), key=ERASE_OLD)


def erase_old(*, now: datetime, budget_seconds: float = BUDGET_SECONDS) -> int:
    """Erases what has been kept long enough; how many. Stopped anywhere, it goes on where it was."""
    done, until = 0, clock.monotonic() + budget_seconds
    for response in _due(now):
        if clock.monotonic() >= until:
            jobs.enqueue(ERASE_OLD, {}, now=now, key=MORE)
            break
        done += erasing.erase(response=response, now=now, reason="retention")
    return done


def _due(now: datetime) -> Iterator[Response]:
    """Answers past their time, by the months that the publication they answered promised."""
    for survey in Survey.objects.exclude(version=0).order_by("pk"):
        promised = dict(
            SurveyVersion.objects.filter(survey=survey).values_list(
                "number", "content__retention_months"
            )
        )
        promised.setdefault(survey.version, survey.retention_months)
        shortest = min(promised.values())
        for response in _kept_since_before(survey, months_before(now, shortest)):
            months = promised.get(response.survey_version, survey.retention_months)
            if response.submitted_at < months_before(now, months):
                yield response


def _kept_since_before(survey: Survey, moment: datetime) -> Iterator[Response]:
    """Oldest first, in pages that begin after the last row: erased ones are passed once a run."""
    rows = Response.objects.filter(survey=survey, erased_at=None, submitted_at__lt=moment)
    rows = rows.order_by("submitted_at", "pk")
    page = list(rows[:_CHUNK])
    while page:
        yield from page
        last = page[-1]
        after = Q(submitted_at=last.submitted_at, pk__gt=last.pk) | Q(
            submitted_at__gt=last.submitted_at
        )
        page = list(rows.filter(after, submitted_at__gte=last.submitted_at)[:_CHUNK])


def months_before(now: datetime, months: int) -> datetime:
    """The same moment, in Japan, that many calendar months ago; the 31st becomes the last day."""
    here = now.astimezone(TOKYO)
    year, month = divmod(here.year * 12 + here.month - 1 - months, 12)
    day = min(here.day, monthrange(year, month + 1)[1])
    return here.replace(year=year, month=month + 1, day=day)
