"""What a stranger may send to the form without hurting anybody who reads the answers."""

import pytest

from feedback.models import Comment
from surveys.models import Response
from tests.surveys.conftest import answers


def test_five_megabytes_are_refused_in_words(survey, visitor):
    sent = visitor.post("/s/delivery/", answers(comment="あ" * (5 * 1024 * 1024 // 3)))

    assert sent.status_code == 413
    assert "大きすぎる" in sent.content.decode()


def test_a_hundred_thousand_long_vowels_are_refused_and_kept_in_the_field(survey, visitor):
    sent = visitor.post("/s/delivery/", answers(comment="ー" * 100_000))

    assert sent.status_code == 422
    assert "ー" * 100_000 in sent.content.decode()


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("箱%00が", "箱が"),
        ("%ED%A0%80", None),
        ("%FF%FE", None),
        ("%E2%80%AEabc", "\u202eabc"),
        ("=1%2B1", "=1+1"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("{{ settings.SECRET_KEY }}", "{{ settings.SECRET_KEY }}"),
    ],
)
def test_strange_text_is_stored_readably_and_every_later_page_works(
    survey, visitor, people, client_for, api_for, run_jobs, raw, stored
):
    data = answers()
    body = f"key={data['key']}&t={data['t']}&v=1&score=3&comment={raw}"

    sent = visitor.post("/s/delivery/", body, content_type="application/x-www-form-urlencoded")

    assert sent.status_code == 303
    run_jobs()
    if stored is not None:
        assert Response.objects.get().answers["comment"] == stored
    Comment.objects.get().text.encode("utf-8")
    staff = client_for(people.viewer)
    page = staff.get(f"/surveys/{survey.pk}/")
    assert page.status_code == 200
    assert b"<script>alert" not in page.content
    assert staff.get("/surveys/").status_code == 200
    listed = api_for(people.viewer, "responses:read").get("/api/v1/responses")
    assert listed.status_code == 200 and len(listed.json()["data"]) == 1


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("{}", "application/json"),
        ("--x\r\nbroken", "multipart/form-data; boundary=x"),
        ("key=1", "application/x-www-form-urlencoded; charset=utf-99"),
        ("&".join(f"a{n}=1" for n in range(600)), "application/x-www-form-urlencoded"),
        ("", ""),
    ],
)
def test_a_body_that_is_no_form_is_refused_and_never_an_error(survey, visitor, body, content_type):
    sent = visitor.generic("POST", "/s/delivery/", body, content_type=content_type)

    assert 400 <= sent.status_code < 500
    assert not Response.objects.exists()


def test_a_file_is_not_an_answer(survey, visitor):
    from django.core.files.uploadedfile import SimpleUploadedFile

    sent = visitor.post("/s/delivery/", {**answers(), "score": SimpleUploadedFile("x", b"9")})

    assert sent.status_code == 422
    assert not Response.objects.exists()


def test_survey_texts_are_escaped_on_the_customers_page(db, visitor):
    from tests import factories

    factories.SurveyFactory(
        slug="odd", title="<b>題</b>", purpose='"><script>x</script>',
        contact="javascript:alert(1)@x", operator="</title>",
    )

    html = visitor.get("/s/odd/").content.decode()

    assert "<script>" not in html and "<b>題" not in html
    assert 'href="javascript' not in html
