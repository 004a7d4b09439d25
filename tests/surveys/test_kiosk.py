"""A screen that many people share: it begins anew, and shows nobody another one's answers."""

import re

import pytest

from surveys.models import Attempt, Response, SavedAnswer
from surveys.services import attempts
from tests.surveys.conftest import answers, field_of, key_of
from tests.surveys.designs import BRANCHING, survey_of

HOME = "/s/many/?campaign=tokyo&k=kiosk"


@pytest.fixture
def branching(db):
    return survey_of(BRANCHING, languages=["ja", "en"])


def _first_page_sent(visitor, score="3"):
    page = visitor.get(HOME)
    hidden = {name: field_of(page, name) for name in ("key", "t", "v")}
    sent = visitor.post(HOME, {**hidden, "score": score})
    assert sent.status_code == 303
    return key_of(page), "/s/many/" + sent["Location"]


def test_the_thanks_make_room_for_the_next_person_without_a_code(survey, visitor):
    sent = visitor.post("/s/delivery/?k=kiosk", answers())
    assert sent["Location"] == "/s/delivery/thanks/?k=kiosk"

    page = visitor.get(sent["Location"])
    html = page.content.decode()

    assert '<meta http-equiv="refresh" content="10;url=/s/delivery/?k=kiosk">' in html
    assert "10秒後に最初の画面に戻ります" in html
    assert re.search(r"[A-Z2-9]{5}-[A-Z2-9]{5}", html) is None
    assert set(re.findall(r'href="(/[^"]*)"', html)) - {"/s/delivery/?k=kiosk"} <= {
        "/static/voc/kiosk.css"
    }
    assert page["Cache-Control"] == "no-store"
    assert Response.objects.get().channel == "kiosk"


def test_a_code_in_the_address_is_not_shown_on_a_shared_screen(survey, visitor):
    sent = visitor.post("/s/delivery/", answers())
    code = sent["Location"].partition("c=")[2]

    shared = visitor.get(f"/s/delivery/thanks/?k=kiosk&c={code}").content.decode()

    assert code not in shared


def test_no_link_leads_out_of_the_form(survey, visitor):
    html = visitor.get("/s/delivery/?k=kiosk").content.decode()

    assert re.findall(r"<a [^>]*>", html) == []
    assert "support@minamo.example" in html
    assert 'autocomplete="off"' in html


def test_fields_offer_nothing_that_was_typed_before(db, visitor):
    survey_of(
        [
            {"key": "mail", "kind": "email", "label": "メール"},
            {"key": "tel", "kind": "phone", "label": "電話"},
        ]
    )

    own = visitor.get("/s/many/").content.decode()
    shared = visitor.get("/s/many/?k=kiosk").content.decode()

    assert 'autocomplete="email"' in own
    assert set(re.findall(r'autocomplete="(\w+)"', shared)) == {"off"}


def test_the_language_links_stay_on_the_shared_screen(branching, visitor):
    html = visitor.get(HOME).content.decode()

    assert "?campaign=tokyo&amp;k=kiosk&amp;lang=en" in html


def test_beginning_anew_forgets_what_was_given(branching, visitor):
    key, second = _first_page_sent(visitor)
    assert "3点の理由" in visitor.get(second).content.decode()

    sent = visitor.post(second, {"key": key, "again": "1"})

    assert (sent.status_code, sent["Location"]) == (303, HOME)
    assert SavedAnswer.objects.count() == 0
    assert Response.objects.count() == 0
    assert "3点の理由" not in visitor.get(second).content.decode()
    assert visitor.post(second, {"key": key, "again": "1"}).status_code == 303


def test_walking_away_counts_as_broken_off_once(branching, visitor, now, run_jobs):
    key, second = _first_page_sent(visitor)

    for _twice in range(2):
        assert visitor.post(second, {"key": key, "again": "idle"}).status_code == 303

    kept = Response.objects.get()
    assert (kept.partial, kept.channel) == (True, "kiosk")
    assert kept.answers == {"score": 3, "campaign": "tokyo"}
    assert "3点の理由" not in visitor.get(second).content.decode()
    assert attempts.keep_broken_off(now=kept.submitted_at + attempts.IDLE * 2) == 0
    run_jobs("surveys.process_response")


def test_nobody_ends_an_attempt_of_another_survey_or_outside_a_shared_screen(
    branching, survey, visitor
):
    key, _second = _first_page_sent(visitor)

    visitor.post("/s/delivery/?k=kiosk", {"key": key, "again": "1"})
    visitor.post("/s/many/?campaign=tokyo", {"key": key, "again": "1"})
    visitor.post(HOME, {"key": "not-a-key", "again": "1"})

    assert Attempt.objects.get().finished_at is None
    assert SavedAnswer.objects.count() > 0


def test_the_next_person_begins_in_the_surveys_own_language(branching, visitor):
    page = visitor.get(HOME + "&lang=en")
    key = key_of(page)

    sent = visitor.post(HOME + "&lang=en", {"key": key, "again": "1"})

    assert sent["Location"] == HOME
    assert 'lang="ja"' in visitor.get(sent["Location"]).content.decode()[:60]


def test_an_answer_that_was_given_twice_leads_back_to_the_shared_screen(survey, visitor):
    given = answers()
    visitor.post("/s/delivery/?k=kiosk", given)

    twice = visitor.post("/s/delivery/?k=kiosk", {**given, "score": "1"})

    assert twice.status_code == 409
    assert re.findall(r'<a [^>]*href="([^"]*)"', twice.content.decode()) == ["/s/delivery/?k=kiosk"]
