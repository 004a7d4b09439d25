"""An answer is taken back by its receipt code: words and person go everywhere, figures stay."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from feedback.models import Comment, Evidence, Insight, Notice, RecoveryCase, Score, TopicDay
from feedback.services import erasing as voices
from feedback.services import insights, rollups
from support.models import Message
from surveys.models import Answer, Attempt, Invitation, Response, ResponseDay, SavedAnswer
from surveys.queries import definitions
from surveys.services import days, erasing, exports, receipts
from surveys.services.responses import accept
from tests import factories
from tests.surveys.designs import EVERY_KIND, survey_of
from voc.models import AuditEntry, Job, TokenBucket

CANARY = "カナリア"
GIVEN = {
    "nps": 2, "csat": 4, "one": "other", "one.other": f"{CANARY}一", "many": ["c1"],
    "grid": {"r1": "c1"}, "rank": ["c2"], "short": f"{CANARY}二",
    "words": f"{CANARY}三。配送が遅いです。ログインできません。", "mail": "canary@people.example",
    "tel": "090-0000-1234", "day": "1980-01-02", "many-people": 7, "agreed": True,
    "ref": f"{CANARY}四",
}  # fmt: skip


@pytest.fixture
def customer(db: Any) -> Any:
    return factories.CustomerFactory(name=f"{CANARY}の客")


@pytest.fixture
def response(inbox, customer, run_jobs, now) -> Response:
    """Answered by somebody with a name, worked, analysed, quoted in a ticket."""
    inbox.receives_recovery = True
    inbox.save()
    hidden = {"key": "ref", "kind": "hidden", "label": ""}
    survey = survey_of([*EVERY_KIND, hidden], kind="nps")
    invitation = Invitation.objects.create(
        survey=survey, customer=customer, digest="d" * 64, reason_ref="ticket:77",
        created_at=now, expires_at=now + timedelta(days=9),
    )  # fmt: skip
    definition = definitions.current(survey.slug)
    key = "00000000-0000-4000-8000-000000000001"
    attempt = Attempt.objects.create(
        survey=survey, survey_version=1, key=key, invitation=invitation, started_at=now,
        touched_at=now, finished_at=now, local_day=now.date(),
    )  # fmt: skip
    SavedAnswer.objects.create(attempt=attempt, name="words", value=[f"{CANARY}五"])
    accepted = accept(definition=definition, key=key, answers=GIVEN, now=now, invitation=invitation)
    run_jobs()
    return Response.objects.get(pk=accepted.response_id)


def _where(word: str) -> list[str]:
    """Tables of the whole database in which a word stands."""
    found = []
    for model in apps.get_models():
        for row in model._default_manager.values():
            if word in json.dumps(row, ensure_ascii=False, default=str):
                found.append(model.__name__)
    return sorted(set(found))


def test_words_and_person_are_gone_everywhere_and_no_figure_moves(
    response, customer, people, run_jobs, now
):
    assert {"Response", "Answer", "Comment", "Message", "SavedAnswer"} <= set(_where(CANARY))
    before = (
        list(Score.objects.order_by("kind").values_list("kind", "value", "local_day", "segment")),
        list(ResponseDay.objects.values_list("value", "count", "with_words")),
        Answer.objects.count(), Comment.objects.count(),
    )  # fmt: skip

    assert erasing.erase(response=response, now=now, reason="receipt")
    run_jobs()

    assert _where(CANARY) == ["Customer", "Ticket"]  # whom we know, and who talks to us by name
    assert _where("canary@people.example") == _where("090-0000-1234") == _where("1980-01-02") == []
    after = (
        list(Score.objects.order_by("kind").values_list("kind", "value", "local_day", "segment")),
        list(ResponseDay.objects.values_list("value", "count", "with_words")),
        Answer.objects.count(), Comment.objects.count(),
    )  # fmt: skip
    assert after == before
    assert rollups.rebuild()["changed"] == 0 and days.rebuild_days()["changed"] == 0
    assert not TopicDay.objects.exclude(clauses=0).exists()
    assert not Score.objects.exclude(customer=None).exists()
    assert not RecoveryCase.objects.exclude(customer=None).exists()
    response.refresh_from_db()
    assert response.answers == {
        "nps": 2, "csat": 4, "one": "other", "many": ["c1"], "grid": {"r1": "c1"}, "rank": ["c2"],
        "agreed": True,
    }  # fmt: skip
    assert (response.customer, response.invitation, response.erased_at) == (None, None, now)
    # They were asked and did answer: that alone is known of the person.
    invitation = Invitation.objects.get()
    assert invitation.customer == customer and invitation.used_at is not None
    assert invitation.used_at != response.submitted_at
    entry = AuditEntry.objects.get(action="response.erase")
    assert (entry.object_id, entry.detail) == (str(response.pk), {"reason": "receipt"})


def test_erasing_again_changes_nothing(response, now):
    erasing.erase(response=response, now=now, reason="receipt")
    entries, jobs = AuditEntry.objects.count(), Job.objects.count()

    assert not erasing.erase(response=response, now=now + timedelta(days=1), reason="receipt")

    response.refresh_from_db()
    assert response.erased_at == now
    assert (AuditEntry.objects.count(), Job.objects.count()) == (entries, jobs)


def test_an_answer_that_was_not_worked_yet_is_counted_before_it_is_erased(db, now, run_jobs):
    survey = survey_of(EVERY_KIND, kind="nps")
    accepted = accept(
        definition=definitions.current(survey.slug), key="00000000-0000-4000-8000-000000000002",
        answers={"nps": 9, "words": f"{CANARY}です"}, now=now,
    )  # fmt: skip

    erasing.erase(response=Response.objects.get(pk=accepted.response_id), now=now, reason="receipt")
    run_jobs()

    assert _where(CANARY) == []
    assert ResponseDay.objects.get().count == 1 and Score.objects.get().value == 9
    assert rollups.rebuild()["changed"] == 0 and days.rebuild_days()["changed"] == 0


def test_a_claim_that_leaned_on_the_words_is_a_draft_again_and_its_evidence_is_flagged(
    response, people, now
):
    clauses = list(Comment.objects.get().clauses.values_list("pk", flat=True))
    insight = insights.create_insight(
        claim="配送が遅い", clause_ids=clauses[:1], actor=people.analyst, now=now
    )
    insights.publish(insight=insight, actor=people.analyst, now=now)

    erasing.erase(response=response, now=now, reason="receipt")

    insight.refresh_from_db()
    assert insight.state == Insight.State.DRAFT
    assert Evidence.objects.get().clause is None
    from feedback.queries.insights import numbers_of

    assert (numbers_of([insight.pk]).voices, numbers_of([insight.pk]).mismatched) == (0, 1)


def test_a_notice_about_the_words_forgets_them(response, customer, people, now):
    release = _release(people, now)
    notice = Notice.objects.create(
        release=release,
        customer=customer,
        comment=Comment.objects.get(),
        body=CANARY,
        created_at=now,
    )

    erasing.erase(response=response, now=now, reason="receipt")

    notice.refresh_from_db()
    assert (notice.comment, notice.body) == (None, "")


def _release(people: Any, now: Any) -> Any:
    from feedback.models import Release

    return Release.objects.create(
        title="直しました",
        notes="早くなりました",
        released_at=now,
        created_by=people.owner,
        created_at=now,
    )


def test_a_comment_is_erased_once_and_the_pages_of_the_staff_say_so(
    response, people, client_for, now
):
    comment = Comment.objects.get()

    assert voices.erase_comment(comment=comment, now=now, reason="request")
    assert not voices.erase_comment(comment=comment, now=now, reason="request")

    client = client_for(people.analyst)
    assert "消去しました" in client.get(f"/comments/{comment.pk}/").content.decode()
    listed = client.get("/comments/").content.decode()
    assert "（この声は消去しました）" in listed and "消去済み" in listed
    assert f"/comments/{comment.pk}/" not in client.get("/comments/?q=配送").content.decode()


def test_our_note_in_the_ticket_loses_the_words_and_what_people_wrote_stays(
    response, run_jobs, people, now
):
    note = Message.objects.get(kind="note")
    assert CANARY in note.body
    own = Message.objects.create(
        ticket=note.ticket, kind="note", author=people.agent, body="電話しました", created_at=now
    )

    erasing.erase(response=response, now=now, reason="receipt")
    run_jobs()

    note.refresh_from_db()
    own.refresh_from_db()
    assert "言葉は" in note.body and own.body == "電話しました"
    note.ticket.refresh_from_db()
    assert CANARY not in note.ticket.last_line


# ---------------------------------------------------------------- the page


def test_the_holder_of_the_code_sees_the_answer_is_asked_twice_and_has_it_erased(response, visitor):
    code = receipts.code(response.pk)
    thanks = visitor.get(f"/s/many/thanks/?c={code}").content.decode()
    assert code in thanks and 'action="/receipt/"' in thanks

    seen = visitor.post("/receipt/", {"code": code.lower()})
    html = seen.content.decode()
    assert seen.status_code == 200 and seen["Cache-Control"] == "no-store"
    assert f"{CANARY}三" in html and "赤" in html and f"{CANARY}四" not in html
    sure = visitor.post("/receipt/", {"code": code, "step": "ask"}).content.decode()
    assert 'value="erase"' in sure
    response.refresh_from_db()
    assert response.erased_at is None
    done = visitor.post("/receipt/", {"code": code, "step": "erase"})
    assert "消去しました" in done.content.decode()
    response.refresh_from_db()
    assert response.erased_at is not None

    again = visitor.post("/receipt/", {"code": code}).content.decode()
    assert CANARY not in again and "に消去しました" in again
    assert visitor.post("/receipt/", {"code": code, "step": "erase"}).status_code == 200


def test_reading_never_erases_and_an_address_tells_nothing(response, visitor):
    code = receipts.code(response.pk)

    html = visitor.get(f"/receipt/?code={code}&c={code}&step=erase&erase=1").content.decode()

    assert CANARY not in html
    response.refresh_from_db()
    assert response.erased_at is None


@pytest.mark.parametrize("code", ["", "AAAAA-AAAAA-AAAAA-AAAAA", "1", "\x00", "<b>", "あ" * 60])
def test_a_wrong_code_tells_nothing(response, visitor, code):
    html = visitor.post("/receipt/", {"code": code, "step": "erase"})

    assert html.status_code == 404
    assert CANARY not in html.content.decode()
    missing = visitor.post("/receipt/", {"code": receipts.code(999_999), "step": "erase"})
    plain = r'value="[^"]*"'
    assert re.sub(plain, "", html.content.decode()) == re.sub(plain, "", missing.content.decode())
    response.refresh_from_db()
    assert response.erased_at is None


def test_guessing_is_slowed_down(response, visitor, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    codes = [visitor.post("/receipt/", {"code": f"A{n}"}).status_code for n in range(40)]

    assert codes[:30] == [404] * 30 and set(codes[30:]) == {429}
    # While the tries are used up a right code opens nothing either, or guessing would cost nothing.
    late = visitor.post("/receipt/", {"code": receipts.code(response.pk)})
    assert late.status_code == 429 and late["Retry-After"] and CANARY not in late.content.decode()
    assert TokenBucket.objects.count() == 1


def test_the_receipt_is_read_in_the_language_of_the_answer(response, visitor):
    Response.objects.filter(pk=response.pk).update(language="en")

    assert (
        "Erase this answer"
        in visitor.post("/receipt/", {"code": receipts.code(response.pk)}).content.decode()
    )


def test_files_that_hold_the_erased_words_are_thrown_away(
    response, people, run_jobs, settings, tmp_path
):
    settings.VAR_DIR, now = tmp_path, timezone.now()
    export = exports.ask(
        survey=response.survey, actor=people.owner, kind="xlsx", cut={}, now=now
    )
    run_jobs()
    export.refresh_from_db()
    path = exports.path_of(export)
    assert path.is_file()

    erasing.erase(response=response, now=now, reason="receipt")
    run_jobs()

    export.refresh_from_db()
    assert (export.state, export.file) == ("expired", "")
    assert not path.exists()
