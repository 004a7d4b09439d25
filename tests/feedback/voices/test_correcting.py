import pytest

from feedback.models import Clause, Comment, Correction
from feedback.services import analysis, rollups
from feedback.services.corrections import correct_clause
from voc.errors import Refused
from voc.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_a_correction_is_never_overwritten_by_analysis(record, people, now):
    comment = record("アプリは便利だが、ログインが遅い")
    clause = comment.clauses.order_by("start").last()

    correct_clause(
        clause=clause,
        topics=["delivery"],
        polarity="neutral",
        intent="report",
        actor=people.agent,
        now=now,
    )
    Comment.objects.update(analysed_version="")
    analysis.analyse_all()

    kept = Clause.objects.get(pk=clause.pk)
    assert (kept.polarity, kept.intent, kept.by_person) == ("neutral", "report", True)
    assert [a.topic.key for a in kept.assignments.all()] == ["delivery"]
    assert rollups.rebuild()["changed"] == 0


def test_a_correction_is_recorded_with_before_and_after(record, people, now):
    clause = record("ログインが遅い").clauses.get()

    correct_clause(
        clause=clause,
        topics=[],
        polarity="positive",
        intent="praise",
        actor=people.analyst,
        now=now,
    )

    correction = Correction.objects.get()
    assert correction.before["polarity"] == "negative"
    assert correction.after == {"polarity": "positive", "intent": "praise", "topics": []}
    assert AuditEntry.objects.filter(action="clause.correct", actor=people.analyst).exists()


@pytest.mark.parametrize(
    "wrong",
    [{"topics": ["no.such"]}, {"polarity": "great"}, {"intent": "x"}, {"topics": ["a"] * 9}],
)
def test_unknown_choices_are_refused(record, people, now, wrong):
    clause = record("ログインが遅い").clauses.get()
    given = {"topics": [], "polarity": "positive", "intent": "praise", **wrong}

    with pytest.raises(Refused):
        correct_clause(clause=clause, actor=people.analyst, now=now, **given)

    assert not Correction.objects.exists()


def test_the_form_on_the_page_corrects_a_clause(record, people, client_for):
    comment = record("ログインが遅い")
    clause = comment.clauses.get()
    client = client_for(people.agent)

    assert "この内容で直す" in client.get(f"/comments/{comment.pk}/?edit={clause.pk}").content.decode()
    answer = client.post(
        f"/comments/{comment.pk}/clauses/{clause.pk}/",
        {"topics": ["delivery"], "polarity": "neutral", "intent": "report"},
    )

    assert answer.status_code == 302
    comment.refresh_from_db()
    assert comment.topic_keys == "delivery"


def test_a_clause_of_another_comment_is_not_found(record, people, client_for):
    one, other = record("遅い"), record("便利")

    answer = client_for(people.agent).post(
        f"/comments/{one.pk}/clauses/{other.clauses.get().pk}/",
        {"polarity": "neutral", "intent": "report"},
    )

    assert answer.status_code == 404


def test_a_viewer_may_read_but_not_correct(record, people, client_for):
    comment = record("遅い")
    client = client_for(people.viewer)

    assert "直す</a>" not in client.get(f"/comments/{comment.pk}/").content.decode()
    answer = client.post(
        f"/comments/{comment.pk}/clauses/{comment.clauses.get().pk}/",
        {"polarity": "neutral", "intent": "report"},
    )
    assert answer.status_code == 403
