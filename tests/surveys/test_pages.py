"""A form of several pages, answered as a browser without scripts does."""

import uuid
from datetime import timedelta

import pytest

from feedback.models import Comment, Score
from surveys.models import Answer, AnswerDay, Attempt, CutDay, Quota, Response
from surveys.queries import definitions
from surveys.services import attempts, days, receipts
from tests.surveys.conftest import answers, field_of, key_of
from tests.surveys.designs import BRANCHING, EVERY_KIND, survey_of


@pytest.fixture
def branching(db):
    return survey_of(
        BRANCHING,
        languages=["ja", "en"],
        translations={"en": {"title": "About us", "purpose": "To improve."}},
    )


def _send(visitor, page, path, **given):
    """Posts the form of a rendered page; follows to the next page."""
    hidden = {name: field_of(page, name) for name in ("key", "t", "v")}
    found = b'name="p"' in page.content
    hidden |= {"p": field_of(page, "p")} if found else {}
    return visitor.post(path, {**hidden, **given})


def _next(visitor, sent, path="/s/many/"):
    assert sent.status_code == 303, sent.content.decode()[:2000]
    return visitor.get(path + sent["Location"])


def test_a_detractor_is_asked_why_and_only_what_was_shown_is_stored(branching, visitor, run_jobs):
    page = visitor.get("/s/many/?campaign=spring")
    assert "いちばん良かった" not in page.content.decode()
    sent = _send(visitor, page, "/s/many/?campaign=spring", score="３")
    page = _next(visitor, sent)
    assert "3点の理由を教えてください。" in page.content.decode()
    assert "いちばん良かった" not in page.content.decode()
    page = _next(visitor, _send(visitor, page, "/s/many/?campaign=spring", **{"why-low": "遅い"}))
    assert "さいごに" in page.content.decode()
    sent = _send(visitor, page, "/s/many/?campaign=spring", used=["c1", "c2"])

    response = Response.objects.get()
    assert sent["Location"] == f"/s/many/thanks/?c={receipts.code(response.pk)}"
    assert response.answers == {
        "score": 3, "why-low": "遅い", "used": ["c1", "c2"], "campaign": "spring",
    }  # fmt: skip
    assert response.started_at is not None
    run_jobs()
    assert (Score.objects.get().value, Comment.objects.get().text) == (3, "遅い")
    typed = Answer.objects.order_by("question__position", "item")
    assert list(typed.values_list("question__key", "item", "choice", "number", "text")) == [
        ("score", "", "", 3, ""), ("why-low", "", "", None, "遅い"),
        ("used", "c1", "c1", None, ""), ("used", "c2", "c2", None, ""),
        ("campaign", "", "", None, "spring"),
    ]  # fmt: skip
    assert Attempt.objects.get().finished_at is not None


def test_going_back_and_changing_the_score_forgets_the_branch_not_taken(branching, visitor):
    page = visitor.get("/s/many/")
    page = _next(visitor, _send(visitor, page, "/s/many/", score="3"))
    page = _next(visitor, _send(visitor, page, "/s/many/", **{"why-low": "遅い"}))
    key = key_of(page)
    first = visitor.get(f"/s/many/?r={key}&p=0")
    assert 'value="3" checked' in first.content.decode()
    page = _next(visitor, _send(visitor, first, "/s/many/", score="9"))
    assert "いちばん良かった" in page.content.decode()
    page = _next(visitor, _send(visitor, page, "/s/many/", **{"why-high": "other", "why-high.other": "包装"}))
    _send(visitor, page, "/s/many/")

    assert Response.objects.get().answers == {
        "score": 9, "why-high": "other", "why-high.other": "包装",
    }  # fmt: skip


def test_a_required_answer_of_an_earlier_page_cannot_be_passed_by(branching, visitor):
    data = answers(p="2", used="c1")
    del data["score"], data["comment"]

    sent = visitor.post("/s/many/", data)

    assert sent.status_code == 422
    assert not Response.objects.exists()


def test_an_answer_to_a_question_that_was_not_shown_is_refused(branching, visitor):
    page = visitor.get("/s/many/")
    page = _next(visitor, _send(visitor, page, "/s/many/", score="9"))

    sent = _send(visitor, page, "/s/many/", **{"why-high": "c1", "why-low": "隠れた質問"})

    assert sent.status_code == 422
    assert "このアンケートにない項目" in sent.content.decode()


def test_the_same_survey_is_read_in_english(branching, visitor):
    page = visitor.get("/s/many/?lang=en")
    html = page.content.decode()
    assert "Would you recommend us?" in html and "About us" in html and "To improve." in html
    assert 'href="?lang=ja" lang="ja"' in html
    page = visitor.get("/s/many/" + _send(visitor, page, "/s/many/?lang=en", score="9")["Location"])
    html = page.content.decode()
    assert "What was best?" in html and "Range" in html
    page = visitor.get("/s/many/" + _send(visitor, page, "/s/many/?lang=en", **{"why-high": "c2"})["Location"])
    _send(visitor, page, "/s/many/?lang=en")

    response = Response.objects.get()
    assert (response.language, response.purpose) == ("en", "To improve.")
    # Choices are stored by their ids, whatever they are called.
    assert response.answers["why-high"] == "c2"


def test_every_kind_of_question_is_drawn_answered_and_typed(db, visitor, run_jobs):
    survey = survey_of(EVERY_KIND)
    page = visitor.get("/s/many/")

    sent = _send(visitor, page, "/s/many/", **{
        "nps": "10", "csat": "4", "ces": "６", "stars": "3", "one": "other", "one.other": "緑",
        "many": ["c3", "c1"], "grid.r1": "c1", "grid.r2": "c3", "rank.c1": "2", "rank.c3": "1",
        "short": "早い", "words": "とても早くて助かりました。", "mail": "ｈ＠ｅｘａｍｐｌｅ．ｊｐ",
        "tel": "０９０－１２３４－５６７８", "day": "2026-11-25", "many-people": "２", "agreed": "1",
    })  # fmt: skip

    assert sent.status_code == 303, sent.content.decode()
    run_jobs()
    assert set(Score.objects.values_list("kind", "value")) == {("nps", 10), ("csat", 4), ("ces", 6)}
    rows = Answer.objects.values_list("question__key", "item", "choice", "number", "text")
    typed = {(key, item): (choice, number, text) for key, item, choice, number, text in rows}
    assert typed["one", ""] == ("other", None, "緑")
    assert typed["grid", "r2"] == ("c3", None, "")
    assert typed["rank", "c3"] == ("", 1, "") and typed["rank", "c1"] == ("", 2, "")
    assert typed["agreed", ""] == ("yes", None, "")
    assert Answer.objects.get(question__key="many-people").amount == 2
    cells = AnswerDay.objects.filter(question__survey=survey).values_list("question__key", "item", "value", "count")
    assert ("many", "c3", "c3", 1) in set(cells) and ("nps", "", "10", 1) in set(cells)
    assert set(CutDay.objects.values_list("dimension", "part", "value", "count")) == {
        ("channel", "link", 10, 1), ("language", "ja", 10, 1), ("device", "", 10, 1),
        ("version", "1", 10, 1), ("segment", "", 10, 1), ("quality", "speeder", 10, 1),
    }  # fmt: skip
    assert days.rebuild_days()["changed"] == 0


def test_two_rankings_of_one_place_are_named(db, visitor):
    survey_of(EVERY_KIND)
    page = visitor.get("/s/many/")

    sent = _send(visitor, page, "/s/many/", **{"rank.c1": "1", "rank.c2": "1"})

    assert sent.status_code == 422
    assert "1位が2つあります" in sent.content.decode()


def test_saves_of_two_questions_keep_both_and_an_overtaken_one_changes_nothing(branching, now):
    definition, key = definitions.current("many"), uuid.uuid4()

    def save(serial, **given):
        return attempts.save(
            definition=definition, key=key, answers=given, serial=serial, now=now
        )

    save(1, score=3)
    save(2, used=["c1"])
    save(4, score=9)
    attempt = save(3, score=0)
    assert attempts.saved(attempt) == {"score": 9, "used": ["c1"]}
    save(5, used=None)
    assert attempts.saved(attempt) == {"score": 9}


def test_somebody_who_left_is_a_partial_response_once(branching, now, run_jobs):
    definition, key = definitions.current("many"), uuid.uuid4()
    attempts.save(definition=definition, key=key, answers={"score": 3, "why-high": "c1"}, serial=1, now=now)
    later = now + attempts.IDLE + timedelta(minutes=1)

    assert attempts.keep_broken_off(now=now + timedelta(days=1)) == 0
    assert attempts.keep_broken_off(now=later) == 1
    assert attempts.keep_broken_off(now=later) == 0

    response = Response.objects.get()
    assert (response.partial, response.answers) == (True, {"score": 3})
    assert response.submitted_at == now


def test_a_full_quota_ends_the_survey_kindly_and_is_never_exceeded(branching, visitor, now):
    rule = {"when": [{"question": "score", "op": "group", "value": "detractor"}]}
    quota = Quota.objects.create(survey=branching, name="批判者", rule=rule, most=1)
    definitions.forget()
    for _ in range(2):
        page = visitor.get("/s/many/")
        sent = _send(visitor, page, "/s/many/", score="3")
        if sent.status_code == 200:
            break
        page = _next(visitor, sent)
        page = _next(visitor, _send(visitor, page, "/s/many/", **{"why-low": "遅い"}))
        assert _send(visitor, page, "/s/many/").status_code == 303

    assert "予定の回答数に達しました" in sent.content.decode()
    quota.refresh_from_db()
    assert (quota.taken, Response.objects.count()) == (1, 1)


def test_a_form_without_our_token_is_given_one_and_keeps_what_was_written(survey, visitor):
    for bad in ({"t": ""}, {"t": "1.abc"}, {"website": "http://spam.example"}):
        sent = visitor.post("/s/delivery/", answers(comment="残したい言葉", **bad))
        assert sent.status_code == 422
        assert "残したい言葉" in sent.content.decode()
        again = _send(visitor, sent, "/s/delivery/", score="9", comment="残したい言葉")
        assert again.status_code == 303
    assert Response.objects.count() == 3


def test_before_the_opening_and_after_the_end_nothing_is_taken(survey, visitor):
    from django.utils import timezone

    for opens, closes, code in ((1, 2, 403), (-2, -1, 410)):
        survey.opens_at = timezone.now() + timedelta(days=opens)
        survey.closes_at = timezone.now() + timedelta(days=closes)
        survey.save()
        definitions.forget()
        assert visitor.get("/s/delivery/").status_code == code
        assert visitor.post("/s/delivery/", answers()).status_code == code
    assert not Response.objects.exists()


@pytest.mark.parametrize("typed", ["", "あ", "AAAAA-AAAAA-AAAAA-AAAAA", "x" * 500, "\x00", "0" * 20])
def test_only_our_own_receipt_codes_lead_to_a_response(typed):
    code = receipts.code(4711)

    assert receipts.response_id(code) == 4711
    assert receipts.response_id(code.lower().replace("-", " ")) == 4711
    assert receipts.response_id(typed) is None
    assert receipts.response_id(("A" if code[0] != "A" else "B") + code[1:]) is None
