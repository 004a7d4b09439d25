"""The form in a frame of another site: who may show it, what it carries, what it leaves behind."""

import gzip
import json
import re

import pytest

from surveys.models import Attempt, Placement, Response, Survey
from surveys.queries import definitions
from surveys.queries.snippet import LIMIT, squeezed
from surveys.queries.surveys import has_unpublished_changes
from surveys.services.origins import clean_origins
from surveys.services.placements import clean_rules, set_frame_origins
from surveys.services.surveys import publish_survey
from tests.surveys.conftest import answers, field_of
from tests.surveys.designs import BRANCHING, survey_of
from voc.errors import Refused

SHOP = "https://shop.example"


@pytest.fixture
def framed(survey):
    survey.frame_origins = [SHOP, "http://localhost:3000"]
    survey.save()
    definitions.forget()
    return survey


def ancestors(page):
    found = re.search(r"frame-ancestors ([^;]+)", page["Content-Security-Policy"])
    return found[1]


@pytest.mark.parametrize(
    "path", ["/w/delivery/", "/w/delivery/thanks/", "/w/delivery/?lang=en&p=3"]
)
def test_only_the_named_sites_may_frame_it(framed, visitor, path):
    page = visitor.get(path)

    assert page.status_code == 200
    assert ancestors(page) == f"{SHOP} http://localhost:3000"
    assert "X-Frame-Options" not in page
    assert "script-src 'self'" in page["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/w/delivery/", "/w/delivery/thanks/"])
def test_without_named_sites_nobody_may(survey, visitor, path):
    page = visitor.get(path)

    assert ancestors(page) == "'none'"
    assert page["X-Frame-Options"] == "DENY"


def test_the_page_of_its_own_is_never_framed(framed, visitor):
    page = visitor.get("/s/delivery/")

    assert ancestors(page) == "'none'"
    assert page["X-Frame-Options"] == "DENY"


def test_a_list_that_was_written_past_us_adds_nothing_to_the_policy(framed, visitor):
    Survey.objects.update(
        frame_origins=["https://ok.example", "*; script-src *", "https://a.example b", 7]
    )
    definitions.forget()

    page = visitor.get("/w/delivery/")

    assert ancestors(page) == "https://ok.example"
    assert "script-src *" not in page["Content-Security-Policy"]


def test_an_answer_from_the_frame_says_so_whatever_its_address_claims(framed, visitor):
    sent = visitor.post("/w/delivery/?k=mail", answers())

    assert sent.status_code == 303
    assert sent["Location"].startswith("/w/delivery/thanks/?c=")
    assert Response.objects.get().channel == "widget"
    assert ancestors(visitor.get(sent["Location"])) == f"{SHOP} http://localhost:3000"


def test_every_refusal_can_be_read_in_the_frame_too(framed, visitor, people, now):
    wrong = visitor.post("/w/delivery/", answers(score="99"))
    long = visitor.post("/w/delivery/", answers(comment="あ" * (5 * 1024 * 1024 // 3)))
    key = answers()
    visitor.post("/w/delivery/", key)
    twice = visitor.post("/w/delivery/", {**key, "score": "1"})
    Survey.objects.update(state="closed")
    definitions.forget()
    closed = visitor.get("/w/delivery/")

    assert [page.status_code for page in (wrong, long, twice, closed)] == [422, 413, 409, 410]
    for page in (wrong, long, twice, closed):
        assert ancestors(page).startswith(SHOP), page.status_code
        assert "X-Frame-Options" not in page
    # "Begin anew" stays in the frame.
    assert 'href="/w/delivery/"' in twice.content.decode()


def test_nothing_of_it_sets_a_cookie(framed, visitor):
    Placement.objects.create(survey=framed, name="1", rules=clean_rules({}))
    sent = visitor.post("/w/delivery/", answers())
    pages = [
        visitor.get(path)
        for path in ("/w/delivery/", "/w/delivery/rules.json", "/snippet.js", sent["Location"])
    ]

    assert sent.status_code == 303
    assert [page.status_code for page in pages] == [200] * 4
    assert all(not page.cookies for page in [sent, *pages])
    assert all("Set-Cookie" not in page for page in [sent, *pages])


@pytest.mark.parametrize(
    "path", ["/w/delivery/", "/w/delivery/thanks/", "/s/delivery/", "/s/delivery/thanks/"]
)
def test_customers_pages_open_no_window_and_load_nothing_foreign(framed, visitor, path):
    html = visitor.get(path).content.decode()

    assert "_blank" not in html
    assert "window.open" not in html
    loaded = re.findall(r'(?:src|action)="([^"]*)"|<link[^>]*href="([^"]*)"', html)
    assert all(one.startswith(("/static/", "data:,")) for pair in loaded for one in pair if one)
    if path.startswith("/w/"):
        # In a frame every link would lead to a page that refuses to be framed.
        assert re.findall(r'<a [^>]*href="([^"]*)"', html) == []


def test_scripts_of_customers_pages_are_extras_that_come_late(framed, visitor):
    html = visitor.get("/w/delivery/").content.decode()

    for tag in re.findall(r"<script[^>]*>", html):
        assert " defer" in tag and 'src="/static/' in tag
    assert "<noscript" not in html
    # A real form with a real button: nothing waits for a script.
    assert re.search(r"<form method=\"post\"[^>]*>.*<button class=\"btn\">", html, re.S)


def test_pages_of_a_branching_survey_stay_in_the_frame(transactional_db, visitor):
    survey_of(BRANCHING, languages=["ja", "en"], frame_origins=[SHOP])
    page = visitor.get("/w/many/?campaign=x")
    assert "?campaign=x&amp;lang=en" in page.content.decode()
    hidden = {name: field_of(page, name) for name in ("key", "t", "v")}

    sent = visitor.post("/w/many/?campaign=x", {**hidden, "score": "8"})

    assert re.match(r"\?campaign=x&r=[0-9a-f-]{36}&p=1$", sent["Location"])
    again = visitor.get("/w/many/" + sent["Location"])
    assert "さいごに" in again.content.decode()
    assert ancestors(again) == SHOP


# ---------------------------------------------------------------- trying it


def test_our_own_page_may_frame_a_preview_that_sends_nothing(survey, visitor):
    page = visitor.get("/w/delivery/?try=1")

    assert ancestors(page) == "'self'"
    assert 'type="button"' in page.content.decode()
    assert field_or_none(page, "key") in ("", None)


def field_or_none(page, name):
    try:
        return field_of(page, name)
    except AssertionError:
        return None


# ---------------------------------------------------------------- rules for the snippet


def rules_of(visitor, path="/w/delivery/rules.json", **headers):
    return visitor.get(path, headers=headers)


def test_the_rules_are_what_the_staff_wrote_and_only_what_is_shown(framed, visitor):
    shown = Placement.objects.create(
        survey=framed, name="買ったあと", position="modal", delay_seconds=3, share_percent=40,
        rules=clean_rules({"pages": ["/thanks*"], "events": ["purchased"]}),
    )  # fmt: skip
    Placement.objects.create(survey=framed, name="止めた", enabled=False, rules=clean_rules({}))
    Placement.objects.create(survey=framed, name="いつも", rules=clean_rules({}))

    body = rules_of(visitor).json()

    assert body["show"][0] == {
        "id": shown.pk, "position": "modal", "delay": 3, "share": 40, "pages": ["/thanks*"],
        "not_pages": [], "seconds": None, "scroll": None, "leaving": False,
        "events": ["purchased"], "attributes": {}, "again_days": 30,
    }  # fmt: skip
    assert body["show"][1]["seconds"] == 0
    assert len(body["show"]) == 2
    assert "買ったあと" not in json.dumps(body, ensure_ascii=False)


def test_only_named_sites_may_read_the_rules(framed, visitor):
    allowed = rules_of(visitor, origin=SHOP)
    foreign = rules_of(visitor, origin="https://evil.example")
    null = rules_of(visitor, origin="null")

    assert allowed["Access-Control-Allow-Origin"] == SHOP
    assert "Access-Control-Allow-Origin" not in foreign
    assert "Access-Control-Allow-Origin" not in null
    for answer in (allowed, foreign, null):
        assert "Origin" in answer["Vary"]
        assert "Access-Control-Allow-Credentials" not in answer


def test_the_rules_are_kept_for_five_minutes_and_asked_for_again_cheaply(
    framed, visitor, django_assert_num_queries
):
    first = rules_of(visitor, origin=SHOP)
    assert first["Cache-Control"] == "public, max-age=300"

    with django_assert_num_queries(1):
        again = rules_of(visitor, origin=SHOP, **{"if-none-match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    # A browser checks the header of the 304 as well.
    assert again["Access-Control-Allow-Origin"] == SHOP
    Placement.objects.create(survey=framed, name="1", rules=clean_rules({}))
    assert rules_of(visitor, **{"if-none-match": first["ETag"]}).status_code == 200


def test_the_rules_do_not_depend_on_who_asks(framed, visitor, people, client_for):
    staff = client_for(people.owner)
    staff.cookies["django_language"] = "en"

    assert rules_of(staff).content == rules_of(visitor).content


def test_the_rules_speak_the_language_of_the_page_where_the_survey_does(transactional_db, visitor):
    survey_of(BRANCHING, languages=["ja", "en"], translations={"en": {"title": "About us"}})

    english = visitor.get("/w/many/rules.json?lang=en").json()
    french = visitor.get("/w/many/rules.json?lang=fr").json()

    assert (english["title"], english["close"], english["lang"]) == (
        "About us",
        "Close the survey",
        "en",
    )
    assert (french["lang"], french["close"]) == ("ja", "アンケートを閉じる")
    assert english["hidden"] == ["campaign"]


def test_a_survey_that_takes_no_answers_is_not_shown(framed, visitor, people, now):
    Placement.objects.create(survey=framed, name="1", rules=clean_rules({}))
    Survey.objects.update(state="closed")
    definitions.forget()
    assert rules_of(visitor).json()["show"] == []

    Survey.objects.update(state="draft")
    definitions.forget()
    assert rules_of(visitor).status_code == 404
    assert visitor.get("/w/delivery/").status_code == 404


# ---------------------------------------------------------------- the script


def test_the_script_is_small_lasting_and_the_same_for_all(visitor, client, db):
    script = visitor.get("/snippet.js")

    assert script["Content-Type"].startswith("text/javascript")
    assert len(script.content) < LIMIT == 5_000
    assert len(gzip.compress(script.content)) < 2_500
    assert script["Cache-Control"] == "public, max-age=86400"
    assert script["Cross-Origin-Resource-Policy"] == "cross-origin"
    again = visitor.get("/snippet.js", headers={"if-none-match": script["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.post("/snippet.js").status_code == 405


def test_the_script_names_no_host_and_touches_no_cookie(visitor, db):
    text = visitor.get("/snippet.js").content.decode()

    assert re.findall(r"https?://[\w.]+", text) == []
    for word in ("cookie", "eval(", "innerHTML", "document.write", "XMLHttpRequest", "sendBeacon"):
        assert word not in text
    assert text.count("fetch(") == 1


def test_squeezing_leaves_texts_and_meaning_alone():
    assert (
        squeezed('const a = "x // y  ;z"; // why\nreturn a + +b;\n')
        == 'const a="x // y  ;z";return a + +b;'
    )
    assert squeezed("if (a) {\n  /* why */\n  b();\n}\n") == "if(a){b()}"


# ---------------------------------------------------------------- the list of sites


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://shop.example", ["https://shop.example"]),
        ("  HTTPS://Shop.Example:443/ \n\nhttps://shop.example", ["https://shop.example"]),
        ("https://shop.example:8443", ["https://shop.example:8443"]),
        ("http://localhost:3000\nhttp://127.0.0.1", ["http://localhost:3000", "http://127.0.0.1"]),
        ("https://お店.example", ["https://xn--t8jz70l.example"]),
        ("", []),
    ],
)
def test_origins_are_kept_as_browsers_write_them(given, kept):
    assert clean_origins(given) == kept
    assert clean_origins(kept) == kept


@pytest.mark.parametrize(
    "given",
    [
        "http://shop.example", "https://shop.example/page", "https://shop.example?x", "https://shop.example#x",
        "https://*.shop.example", "https://*", "*", "shop.example", "//shop.example", "null", "'self'",
        "https://user@shop.example", "https://shop.example;script-src", "https://shop.example,https://b.example",
        "https://shop.example:99999", "https://shop.example:x", "https://[::1]", "https://", "data:,x",
        "javascript:alert(1)", "https://shop..example", "https://-a.example", "file:///etc/passwd",
        "https://" + "a" * 400 + ".example", "https://shop.example\\@evil.example",
    ],
)  # fmt: skip
def test_what_is_no_origin_is_refused_by_name(given):
    with pytest.raises(Refused) as refused:
        clean_origins([given])

    assert refused.value.code == "bad_origin"


def test_a_long_list_of_sites_is_refused():
    with pytest.raises(Refused, match="20"):
        clean_origins([f"https://s{number}.example" for number in range(21)])


def test_another_list_counts_at_once_and_is_no_new_version(survey, visitor, people, now):
    publish_survey(survey=survey, actor=people.analyst, now=now)
    survey.refresh_from_db()
    assert ancestors(visitor.get("/w/delivery/")) == "'none'"

    set_frame_origins(survey=survey, origins=[SHOP], actor=people.analyst, now=now)

    assert ancestors(visitor.get("/w/delivery/")) == SHOP
    survey.refresh_from_db()
    assert not has_unpublished_changes(survey)
    set_frame_origins(survey=survey, origins="", actor=people.analyst, now=now)
    assert ancestors(visitor.get("/w/delivery/")) == "'none'"


def test_answers_saved_in_the_frame_are_of_the_frame(framed, visitor):
    page = visitor.get("/w/delivery/")
    body = {
        "key": field_of(page, "key"), "t": field_of(page, "t"), "v": 1, "serial": 1,
        "answers": {"score": 9},
    }  # fmt: skip

    saved = visitor.post("/w/delivery/save/", json.dumps(body), content_type="application/json")

    assert (saved.status_code, dict(saved.cookies)) == (204, {})
    assert Attempt.objects.get().channel == "widget"
    missing = visitor.post("/w/no-such/save/", "{}", content_type="application/json")
    assert missing.status_code == 404


def test_the_code_is_told_in_the_frame_without_a_way_out_of_it(framed, visitor):
    sent = visitor.post("/w/delivery/", answers())
    code = sent["Location"].partition("c=")[2]

    html = visitor.get(sent["Location"]).content.decode()

    assert code in html
    assert "/receipt/" not in html and "/voice/" not in html
