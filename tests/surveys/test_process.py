"""What becomes of an accepted answer."""

import uuid

import pytest

from feedback.models import Comment, Score, ScoreDay
from surveys.models import Answer, Response, ResponseDay
from surveys.queries import definitions
from surveys.services import days, responses
from tests import factories
from voc.models import Job
from voc.registry import registry


@pytest.fixture
def accepted(survey, now):
    """Stores answers as the form does; returns the response."""

    def one(score=3, comment="配送が遅い", *, of=survey, **given):
        definition = definitions.current(of.slug)
        answers = {"score": score, "comment": comment}
        answers = {name: value for name, value in answers.items() if value not in (None, "")}
        stored = responses.accept(
            definition=definition, key=uuid.uuid4(), answers=answers, now=now, **given
        )
        return Response.objects.get(pk=stored.response_id)

    return one


def test_a_response_becomes_typed_answers_a_score_and_a_comment(survey, accepted, now, run_jobs):
    customer = factories.CustomerFactory()
    survey.product = "定期便"
    survey.save()
    response = accepted(customer=customer)

    run_jobs()

    response.refresh_from_db()
    assert response.state == "worked"
    typed = Answer.objects.order_by("question__position").values_list("number", "text")
    assert list(typed) == [(3, ""), (None, "配送が遅い")]
    score, comment = Score.objects.get(), Comment.objects.get()
    assert (score.kind, score.value, score.source, score.source_ref) == (
        "nps", 3, "survey", f"response:{response.pk}",
    )
    assert (score.customer, score.occurred_at, score.product) == (customer, now, "定期便")
    assert (comment.score, comment.text, comment.purpose) == (score, "配送が遅い", survey.purpose)
    assert comment.may_tell and comment.customer == customer


def test_working_a_response_twice_changes_nothing(survey, accepted, now, run_jobs):
    response = accepted()
    run_jobs()
    before = list(ResponseDay.objects.values()), list(ScoreDay.objects.values())

    responses.process(response_id=response.pk, now=now)
    Response.objects.update(state="accepted")
    Job.objects.all().delete()
    ResponseDay.objects.all().delete()
    responses.process(response_id=response.pk, now=now)

    assert Answer.objects.count() == 2
    assert (Score.objects.count(), Comment.objects.count()) == (1, 1)
    assert list(ScoreDay.objects.values()) == before[1]


@pytest.mark.parametrize(("may_tell", "known", "told"), [
    (True, True, True), (False, True, False), (True, False, False),
])  # fmt: skip
def test_nobody_is_told_without_a_purpose_that_says_so_and_a_name(
    survey, accepted, run_jobs, may_tell, known, told
):
    survey.may_tell = may_tell
    survey.save()
    accepted(customer=factories.CustomerFactory() if known else None)

    run_jobs()

    assert Comment.objects.get().may_tell is told


def test_a_score_without_words_makes_no_comment_and_words_without_a_score_no_score(
    survey, accepted, run_jobs
):
    accepted(score=9, comment="  \n ")
    accepted(score=None, comment="早い")

    run_jobs()

    assert (Score.objects.count(), Comment.objects.count()) == (1, 1)
    cells = set(ResponseDay.objects.values_list("value", "count", "with_words"))
    assert cells == {(9, 1, 0), (-1, 1, 1)}


def test_a_low_score_from_a_survey_is_announced_like_any_other(survey, accepted, run_jobs):
    accepted(score=0)
    run_jobs(responses.PROCESS)

    assert Job.objects.filter(kind="support.open_recovery").count() == 1


def test_the_day_counts_can_be_rebuilt_and_say_what_differed(survey, accepted, run_jobs):
    for score in (9, 9, 3, None):
        accepted(score=score)
    run_jobs()
    right = set(ResponseDay.objects.values_list("value", "count", "with_words"))

    assert days.rebuild_days in registry.rebuild["rollups"]
    assert days.rebuild_days()["changed"] == 0
    ResponseDay.objects.filter(value=9).update(count=7)
    ResponseDay.objects.filter(value=3).delete()
    ResponseDay.objects.create(
        survey=survey, local_day="2026-01-01", value=1, count=5, with_words=0
    )
    assert days.rebuild_days()["changed"] == 3
    assert set(ResponseDay.objects.values_list("value", "count", "with_words")) == right


def test_a_customers_history_shows_the_answer(survey, accepted, people, client_for, run_jobs):
    customer = factories.CustomerFactory()
    accepted(customer=customer)
    run_jobs()

    entries = [
        entry for gather in registry.timeline for entry in gather(customer.pk, people.viewer)
    ]

    assert any(survey.title in entry.title and "NPS 3" in entry.title for entry in entries)
