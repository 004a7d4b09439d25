"""The public form: what it shows, what it accepts, what it says about mistakes."""

import gzip
import re
import uuid
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from surveys.models import Response
from surveys.queries import definitions
from surveys.queries.surveys import question_values
from surveys.services import receipts
from surveys.services.surveys import SURVEY_FIELDS, close_survey, edit_survey, publish_survey
from tests import factories
from tests.surveys.conftest import answers, key_of, without_its_own
from voc import customer_style
from voc.models import Job


def test_an_answer_is_stored_with_its_job_and_thanked_for(survey, visitor):
    page = visitor.get("/s/delivery/")
    sent = visitor.post("/s/delivery/", answers(key=key_of(page), comment="箱が\r\n大きい"))

    assert sent.status_code == 303
    response = Response.objects.get()
    assert sent["Location"] == f"/s/delivery/thanks/?c={receipts.code(response.pk)}"
    assert response.answers == {"score": 9, "comment": "箱が\n大きい"}
    assert (response.survey_version, response.purpose) == (1, survey.purpose)
    job = Job.objects.get(kind="surveys.process_response")
    assert job.payload == {"response_id": response.pk}
    thanks = visitor.get(sent["Location"])
    assert survey.purpose in thanks.content.decode()
    assert 'href="/voice/"' in thanks.content.decode()


def test_purpose_operator_contact_and_retention_come_before_the_first_input(survey, visitor):
    html = visitor.get("/s/delivery/").content.decode()

    first_input = re.search(r"<(input|textarea|select|button)\b", html).start()
    for told in (survey.purpose, survey.operator, survey.contact, "24か月"):
        assert 0 <= html.index(told) < first_input


def test_nobody_gets_a_cookie_and_every_page_a_key_of_its_own(survey, visitor):
    first, second = visitor.get("/s/delivery/"), visitor.get("/s/delivery/")

    assert key_of(first) != key_of(second)
    assert without_its_own(first) == without_its_own(second)
    sent = visitor.post("/s/delivery/", answers(key=key_of(first)))
    thanks = visitor.get(sent["Location"])
    for page in (first, second, sent, thanks):
        assert not page.cookies
        assert "Cookie" not in page.get("Vary", "")
    assert first["Cache-Control"] == "no-store"


def test_a_page_of_the_form_asks_the_database_nothing_after_the_first(
    survey, visitor, django_assert_num_queries
):
    visitor.get("/s/delivery/")

    with django_assert_num_queries(0):
        visitor.get("/s/delivery/")


def test_the_form_has_one_script_of_our_own_and_its_style_is_allowed_by_its_hash(survey, visitor):
    page = visitor.get("/s/delivery/")
    html = page.content.decode()

    assert re.findall(r"<script[^>]*>", html) == ['<script src="/static/voc/survey.js" defer>']
    assert "javascript:" not in html
    assert not re.search(r"\son[a-z]+=|\sstyle=", html)
    assert f"<style>{customer_style.text()}</style>" in html
    policy = page["Content-Security-Policy"]
    assert customer_style.source() in policy
    assert "script-src 'self'" in policy and "unsafe-inline" not in policy
    sent = visitor.post("/s/delivery/", answers())
    for other in (visitor.get(sent["Location"]), visitor.get("/receipt/")):
        assert "script-src 'none'" in other["Content-Security-Policy"]
        assert b"<script" not in other.content


def test_the_page_and_its_script_are_less_than_14_kb_and_fetch_nothing_else(survey, visitor):
    page = visitor.get("/s/delivery/").content
    script = Path(finders.find("voc/survey.js")).read_bytes()

    assert len(gzip.compress(page)) + len(gzip.compress(script)) < 14_000
    # No picture, font, sheet or other script is fetched from anywhere.
    page = page.replace(b'<script src="/static/voc/survey.js" defer></script>', b"")
    assert not re.search(rb'(src|srcset)=|<link[^>]+rel="stylesheet"|url\(|@import', page)
    assert re.findall(rb'<link[^>]+href="([^"]*)"', page) == [b"data:,"]


def test_the_same_submission_twice_is_one_response_and_the_same_thanks(survey, visitor):
    data = answers(comment="早い")

    first, second = visitor.post("/s/delivery/", data), visitor.post("/s/delivery/", data)

    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert Response.objects.count() == Job.objects.count() == 1


def test_other_words_under_a_used_key_are_not_thanked_for(survey, visitor):
    data = answers(comment="早い")
    visitor.post("/s/delivery/", data)

    sent = visitor.post("/s/delivery/", {**data, "comment": "遅い"})

    assert sent.status_code == 409
    assert "すでに回答をいただいています" in sent.content.decode()
    assert Response.objects.get().answers["comment"] == "早い"


def test_a_key_used_on_another_survey_thanks_for_nothing(survey, csat, visitor):
    data = answers(score="5")
    visitor.post("/s/delivery/", data)

    assert visitor.post("/s/after-support/", data).status_code == 409


@pytest.mark.parametrize(("typed", "score"), [("9", 9), ("９", 9), ("１０", 10), (" 0 ", 0)])
def test_digits_count_in_either_width(survey, visitor, typed, score):
    assert visitor.post("/s/delivery/", answers(score=typed)).status_code == 303
    assert Response.objects.get().answers == {"score": score}


@pytest.mark.parametrize(
    "typed", ["11", "-1", "true", "1e30", "", "9.0", "①", "九", "0x5", "1_0", "٩", "１１", "NaN"]
)
def test_a_wrong_score_is_refused_beside_the_question_and_the_words_are_kept(
    survey, visitor, typed
):
    sent = visitor.post("/s/delivery/", answers(score=typed, comment="到着が<早い>です"))
    html = sent.content.decode()

    assert sent.status_code == 422
    error = re.search(r'id="score-error">.*?<span>(.*?)</span>', html, re.S)[1]
    assert "0から10まで" in error
    assert "到着が&lt;早い&gt;です</textarea>" in html
    assert not Response.objects.exists() and not Job.objects.exists()


def test_a_refused_page_keeps_its_key_so_that_the_next_try_is_the_same_submission(survey, visitor):
    key = str(uuid.uuid4())

    sent = visitor.post("/s/delivery/", answers(key=key, score="11"))

    assert key_of(sent) == key


def test_the_chosen_score_is_kept_when_the_words_are_refused(survey, visitor):
    html = visitor.post("/s/delivery/", answers(score="7", comment="あ" * 5001)).content.decode()

    assert '<input type="radio" name="score" value="7" checked' in html
    assert "いまは5,001字です" in html


@pytest.mark.parametrize(
    "bad", [{"extra": "1"}, {"score": ["9", "3"]}, {"key": "x"}, {"key": ""}, {"question": "9"}]
)
def test_unknown_repeated_or_missing_particulars_are_refused(survey, visitor, bad):
    sent = visitor.post("/s/delivery/", answers(**bad))

    assert sent.status_code == 422
    assert "notice--error" in sent.content.decode()
    assert not Response.objects.exists()


def test_a_comment_is_measured_as_people_count_it(survey, visitor):
    exact = "𠮷" * 4_998 + "\r\n" + "で"

    assert visitor.post("/s/delivery/", answers(comment=exact)).status_code == 303
    assert len(Response.objects.get().answers["comment"]) == 5_000
    assert visitor.post("/s/delivery/", answers(comment=exact + "す")).status_code == 422


def test_a_draft_is_not_there_and_a_closed_survey_says_so_politely(survey, visitor, people, now):
    factories.SurveyFactory(slug="not-yet", state="draft", version=0)
    close_survey(survey=survey, actor=people.analyst, now=now)
    definitions.forget()

    assert visitor.get("/s/not-yet/").status_code == 404
    assert visitor.get("/s/never/").status_code == 404
    for page in (visitor.get("/s/delivery/"), visitor.post("/s/delivery/", answers())):
        assert page.status_code == 410
        assert "受け付けは終わりました" in page.content.decode()
    assert not Response.objects.exists()


@pytest.mark.parametrize(
    ("asked", "stored"),
    [("qr", "qr"), ("kiosk", "kiosk"), ("mail", "mail"), ("link", "link"), ("<b>", "link"), ("", "link")],
)
def test_only_known_ways_in_are_recorded(survey, visitor, asked, stored):
    visitor.post(f"/s/delivery/?k={asked}", answers())

    assert Response.objects.get().channel == stored


def test_an_optional_score_may_be_left_out_but_not_everything(survey, visitor):
    survey.questions.filter(key="score").update(required=False)

    assert visitor.post("/s/delivery/", answers(score="")).status_code == 422
    assert visitor.post("/s/delivery/", answers(score="", comment="よい")).status_code == 303


def test_a_csat_form_has_five_points_in_words_and_refuses_a_zero(csat, visitor):
    html = visitor.get("/s/after-support/").content.decode()

    assert html.count('<input type="radio"') == 5
    assert "とても不満" in html and "とても満足" in html
    for score in ("0", "6"):
        assert visitor.post("/s/after-support/", answers(score=score)).status_code == 422
    assert visitor.post("/s/after-support/", answers(score="５")).status_code == 303


def test_an_answer_keeps_the_version_it_was_given_under(survey, visitor, people, now):
    page = visitor.get("/s/delivery/")
    old_purpose = survey.purpose
    values = {name: getattr(survey, name) for name in SURVEY_FIELDS} | question_values(survey)
    edit_survey(
        survey=survey, actor=people.analyst, now=now,
        **{**values, "purpose": "新しい目的です。", "score_label": "新しい質問です。"},
    )
    definitions.forget()
    still = visitor.get("/s/delivery/").content.decode()
    publish_survey(survey=survey, actor=people.analyst, now=now)
    definitions.forget()
    changed = visitor.get("/s/delivery/").content.decode()

    # What is public changes with a publication, not with an edit.
    assert old_purpose in still and "新しい" not in still
    assert "新しい質問です。" in changed and 'name="v" value="2"' in changed
    visitor.post("/s/delivery/", answers(key=key_of(page), v="1"))
    visitor.post("/s/delivery/", answers(v="2"))
    versions = Response.objects.order_by("pk").values_list("survey_version", "purpose")
    assert list(versions) == [(1, old_purpose), (2, "新しい目的です。")]


def test_the_form_speaks_the_language_it_is_asked_in(survey, visitor):
    survey.languages = ["ja", "en"]
    survey.save()
    assert b'<html lang="ja">' in visitor.get("/s/delivery/").content
    assert b'<html lang="en">' in visitor.get("/s/delivery/?lang=en").content
    assert b'<html lang="ja">' in visitor.get("/s/delivery/").content
    visitor.post("/s/delivery/?lang=en", answers())
    assert Response.objects.get().language == "en"


def test_a_signed_in_person_sees_the_same_page_as_anybody(survey, people, client_for, visitor):
    plain, signed = visitor.get("/s/delivery/"), client_for(people.owner).get("/s/delivery/")

    assert without_its_own(plain) == without_its_own(signed)


def test_the_form_takes_no_other_methods(survey):
    assert Client().put("/s/delivery/").status_code == 405
    assert Client().delete("/s/delivery/").status_code == 405
