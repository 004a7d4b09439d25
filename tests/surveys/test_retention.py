"""What was promised about keeping answers is kept: nightly, in pieces, however often it is stopped."""

from datetime import UTC, datetime, timedelta

import pytest

from surveys.models import Response, SurveyVersion
from surveys.queries import definitions
from surveys.services import days, erasing, retention
from surveys.services.responses import accept
from surveys.services.surveys import publish_survey
from voc import celery, jobs
from voc.clock import TOKYO
from voc.models import AuditEntry, Job


def _answered(survey, key, at, now):
    accepted = accept(
        definition=definitions.current(survey.slug), key=f"00000000-0000-4000-8000-{key:012}",
        answers={"score": 3, "comment": f"言葉{key}"}, now=now, given_at=at,
    )  # fmt: skip
    return accepted.response_id


@pytest.fixture
def answered(survey, now, run_jobs):
    """Five answers, older and older; the survey promises 24 months."""
    ages = (1, 700, 729, 735, 1500)
    ids = [_answered(survey, n, now - timedelta(days=age), now) for n, age in enumerate(ages, 1)]
    run_jobs()
    return ids


def _erased():
    return list(
        Response.objects.exclude(erased_at=None).order_by("pk").values_list("pk", flat=True)
    )


def test_only_answers_past_their_months_are_erased_and_running_again_erases_none(answered, now):
    assert retention.erase_old(now=now) == 2
    assert _erased() == answered[3:]
    assert retention.erase_old(now=now) == 0
    assert days.rebuild_days()["changed"] == 0
    assert AuditEntry.objects.filter(action="response.erase").count() == 2


def test_an_answer_is_kept_as_long_as_its_own_publication_said(answered, survey, now):
    content = definitions.freeze(survey)
    SurveyVersion.objects.create(
        survey=survey, number=1, content={**content, "retention_months": 60}, published_at=now
    )
    SurveyVersion.objects.create(
        survey=survey, number=2, content={**content, "retention_months": 1}, published_at=now
    )
    Response.objects.filter(pk=answered[1]).update(survey_version=2)

    retention.erase_old(now=now)

    assert _erased() == [answered[1]]


def test_many_are_erased_page_by_page_in_several_runs(answered, survey, now, monkeypatch):
    monkeypatch.setattr(retention, "_CHUNK", 1)
    later = now + timedelta(days=3000)

    assert retention.erase_old(now=later, budget_seconds=0) == 0
    assert Job.objects.filter(kind=retention.ERASE_OLD, key=retention.MORE).count() == 1
    assert retention.erase_old(now=later) == 5


def test_a_night_that_dies_in_the_middle_is_finished_by_the_next_run(answered, now, monkeypatch):
    later, real, seen = now + timedelta(days=3000), erasing.erase, []

    def dies(**given):
        seen.append(given["response"].pk)
        if len(seen) == 3:
            raise MemoryError
        return real(**given)

    monkeypatch.setattr(erasing, "erase", dies)
    with pytest.raises(MemoryError):
        retention.erase_old(now=later)
    assert len(_erased()) == 2
    monkeypatch.setattr(erasing, "erase", real)

    assert retention.erase_old(now=later) == 3
    assert AuditEntry.objects.filter(action="response.erase").count() == 5


def test_every_night_promises_the_next_and_there_is_never_more_than_one(
    survey, people, now, run_jobs
):
    publish_survey(survey=survey, actor=people.analyst, now=now)
    publish_survey(survey=survey, actor=people.analyst, now=now)
    waiting = Job.objects.filter(kind=retention.ERASE_OLD, state="queued")
    first = waiting.get()
    assert first.due_at.astimezone(TOKYO) == datetime(2026, 11, 21, 3, 20, tzinfo=TOKYO)

    Job.objects.filter(pk=first.pk).update(due_at=datetime.now(UTC) - timedelta(minutes=1))
    assert run_jobs(retention.ERASE_OLD) == 1

    first.refresh_from_db()
    assert first.state == "done"
    assert waiting.get().due_at > datetime.now(UTC)
    for _ in range(2):
        celery.begin.cache_clear()
        celery.begin()
    assert waiting.count() == 1
    celery.begin.cache_clear()


def test_a_worker_that_starts_promises_the_night_of_surveys_published_before(db):
    celery.begin.cache_clear()
    celery.begin()
    celery.begin.cache_clear()

    assert Job.objects.filter(kind=retention.ERASE_OLD, state="queued").count() == 1
    assert retention.ERASE_OLD in jobs.known_kinds()


@pytest.mark.parametrize(
    ("now", "months", "then"),
    [("2026-03-31", 1, "2026-02-28"), ("2026-01-15", 1, "2025-12-15"), ("2028-02-29", 24, "2026-02-28"),
     ("2026-11-20", 120, "2016-11-20")],
)  # fmt: skip
def test_months_are_those_of_the_calendar(now, months, then):
    moment = datetime.fromisoformat(f"{now}T10:00+09:00")

    assert retention.months_before(moment, months) == datetime.fromisoformat(f"{then}T10:00+09:00")


def test_the_erased_are_passed_without_a_query_each(
    answered, survey, now, django_assert_num_queries
):
    retention.erase_old(now=now)

    # The surveys, the promises of this one, and one empty page.
    with django_assert_num_queries(3):
        retention.erase_old(now=now)
