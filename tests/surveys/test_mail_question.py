"""The first question in a mail: one press selects it on the form, and stores nothing."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from surveys.models import Attempt, Response
from surveys.queries import definitions
from surveys.services.invitations import invite
from surveys.services.mail_parts import html_part
from tests import factories
from tests.surveys.conftest import answers
from tests.surveys.designs import BRANCHING, EVERY_KIND, choices, survey_of

URL = "https://voc.example/i/abc_DEF-123/"


def checked(page):
    return re.findall(r'value="([^"]*)" checked', page.content.decode())


def part(survey, language="ja", **more):
    return html_part(definitions.current(survey.slug), URL, language, **more)


def links(html):
    return [
        (unescape(url), words)
        for url, words in re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)</a>', html)
    ]


# ---------------------------------------------------------------- preselected on the form


@pytest.mark.parametrize(
    ("pressed", "selected"), [("9", "9"), ("０", "0"), ("10", "10"), (" 7 ", "7")]
)
def test_the_value_of_the_link_is_selected_and_nothing_is_stored(
    survey, visitor, pressed, selected
):
    page = visitor.get("/s/delivery/", {"a": pressed})

    assert checked(page) == [selected]
    assert f"「{selected}」を選んであります" in page.content.decode()
    assert (Response.objects.count(), Attempt.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "pressed", ["11", "-1", "", "x", "9.5", "9" * 5000, '"><script>', "\x00", "[]", "①"]
)
def test_what_is_no_answer_selects_nothing_and_is_not_repeated(survey, visitor, pressed):
    page = visitor.get("/s/delivery/", {"a": pressed})

    assert page.status_code == 200
    assert checked(page) == []
    assert "選んであります" not in page.content.decode()
    assert "<script>" not in page.content.decode()


def test_the_kept_page_of_one_press_is_not_given_to_others(survey, visitor):
    assert checked(visitor.get("/s/delivery/?a=9")) == ["9"]
    assert checked(visitor.get("/s/delivery/")) == []
    assert checked(visitor.get("/s/delivery/?a=2")) == ["2"]
    assert len(definitions.current("delivery").pages) == 3


def test_the_pressed_value_can_be_changed_before_it_is_sent(survey, visitor):
    visitor.post("/s/delivery/?a=9", answers(score="3"))

    assert Response.objects.get().answers["score"] == 3


def test_opening_a_personal_link_with_a_value_uses_nothing_up(survey, visitor, people, now):
    customer = factories.CustomerFactory()
    (link,) = invite(survey=survey, customers=[customer], now=now, actor=people.analyst, days=365)
    path = urlsplit(link.url).path

    with CaptureQueriesContext(connection) as asked:
        pages = [visitor.get(f"{path}?a={value}") for value in range(11)]

    assert [checked(page) for page in pages] == [[str(value)] for value in range(11)]
    written = [row["sql"] for row in asked if not row["sql"].upper().startswith("SELECT")]
    assert written == []
    link.invitation.refresh_from_db()
    assert link.invitation.used_at is None
    sent = visitor.post(f"{path}?a=9", answers(score="9"))
    assert sent.status_code == 303
    assert Response.objects.get().channel == "mail"


def test_what_was_saved_before_is_not_overridden_by_the_mail(db, visitor, people, now):
    survey = survey_of(BRANCHING)
    (link,) = invite(
        survey=survey,
        customers=[factories.CustomerFactory()],
        now=now,
        actor=people.analyst,
        days=365,
    )
    path = urlsplit(link.url).path
    page = visitor.get(path + "?a=9")
    assert checked(page) == ["9"]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode()))
    visitor.post(path, {**hidden, "score": "3"})

    assert checked(visitor.get(path + "?a=9&p=0")) == ["3"]


# ---------------------------------------------------------------- the HTML part


def test_the_mail_asks_in_two_rows_and_every_cell_leads_to_its_value(survey):
    html = part(survey)

    pressed = [(url, words) for url, words in links(html) if "?a=" in url]
    assert pressed == [(f"{URL}?a={value}", str(value)) for value in range(11)]
    rows = re.findall(r"<tr>((?:<td width=.*?</td>)+)</tr>", html)
    assert [row.count("<a ") for row in rows] == [6, 5]
    assert html.count("min-width:44px") == 11
    assert "押しただけでは送信されません" in html
    assert "0　まったく思わない" in html and "10　とても思う" in html


def test_the_mail_says_who_asks_what_for_how_long_and_how_to_stop(survey):
    html = part(survey, before=["お問い合わせの件です。"], after=["11月30日（月）まで"])

    for said in ("みなも商店", "配送とサービスの改善のために使います。", "support@minamo.example", "24か月",
                 "お問い合わせの件です。", "11月30日（月）まで"):  # fmt: skip
        assert said in html
    assert (URL + "stop/", "今後は受け取らない") in links(html)


def test_the_mail_has_no_image_no_script_and_no_foreign_address(survey):
    html = part(survey)

    for word in ("<img", "<script", "<form", "background-image", "@import", "target=", "position:"):
        assert word not in html
    assert {urlsplit(url).netloc for url, _words in links(html)} == {"voc.example"}
    assert len(html.encode()) < 20_000
    assert html.count("<table") == html.count("</table>") and html.count("<td") == html.count(
        "</td>"
    )


def test_in_dark_every_colour_is_set_with_its_ground(survey):
    html = part(survey)

    assert '<meta name="color-scheme" content="light dark">' in html
    assert "prefers-color-scheme:dark" in html
    for style in re.findall(r'<a href="[^"]*" style="([^"]*)"', html):
        assert "background-color:#" in style and re.search(r"(?<!-)color:#", style)


@pytest.mark.parametrize(
    ("kind", "values"), [("csat", range(1, 6)), ("ces", range(1, 8)), ("rating", range(1, 6))]
)
def test_other_scales_are_asked_the_same_way(db, kind, values, visitor):
    survey = survey_of([{"key": "q", "kind": kind, "label": "いかがでしたか。"}])

    pressed = [url for url, _words in links(part(survey)) if "?a=" in url]

    assert pressed == [f"{URL}?a={value}" for value in values]
    for value in values:
        assert checked(visitor.get(f"/s/many/?a={value}")) == [str(value)]


def test_a_single_choice_is_asked_by_the_names_of_its_choices(db, visitor):
    survey = survey_of(
        [
            {
                "key": "q",
                "kind": "single",
                "label": "どれですか。",
                "options": {"choices": choices("赤", "青"), "other": True},
            }
        ]
    )

    pressed = [(url, words) for url, words in links(part(survey)) if "?a=" in url]

    assert pressed == [(f"{URL}?a=c1", "赤"), (f"{URL}?a=c2", "青"), (f"{URL}?a=other", "その他")]
    assert checked(visitor.get("/s/many/?a=c2")) == ["c2"]
    assert "「青」を選んであります" in visitor.get("/s/many/?a=c2").content.decode()


@pytest.mark.parametrize(
    "questions",
    [
        [{"key": "w", "kind": "long", "label": "ご意見"}, *BRANCHING[:1]],
        [{**BRANCHING[0], "variants": [{"id": "v", "label": "別の言い方"}]}],
        [
            {
                "key": "q",
                "kind": "single",
                "label": "どれ",
                "options": {"choices": choices(*"あいうえおかきくけこさしす")},
            }
        ],
    ],
)
def test_what_cannot_be_asked_in_a_mail_is_a_link_to_the_form(db, questions):
    survey = survey_of(questions)

    assert links(part(survey)) == [(URL, "アンケートを開く"), (URL + "stop/", "今後は受け取らない")]


def test_a_statement_before_it_does_not_keep_the_question_out_of_the_mail(db):
    survey = survey_of(EVERY_KIND)

    assert sum("?a=" in url for url, _words in links(part(survey))) == 11


def test_the_mail_speaks_the_language_of_the_customer(db):
    survey = survey_of(
        BRANCHING, languages=["ja", "en"], translations={"en": {"title": "About us"}}
    )

    html = part(survey, "en")

    assert '<html lang="en">' in html
    assert "Would you recommend us?" in html and "About us" in html
    assert "Pressing it sends nothing yet" in html


def test_words_of_the_survey_are_escaped_in_the_mail(survey):
    survey.questions.filter(key="score").update(label='<img src=x onerror="a">')
    survey.operator = "<b>店</b>"
    survey.save()
    definitions.forget()

    html = part(survey)

    assert "<img" not in html and "<b>" not in html
