"""The staff's pages for embedding: sites, rules in words, and a page to try them on."""

import pytest
from django.db import IntegrityError, transaction

from surveys.models import Placement
from surveys.services.placements import MOST_PLACEMENTS, clean_rules, save_placement
from tests import factories
from voc.errors import Refused
from voc.models import AuditEntry

FORM = {
    "name": "買ったあと", "enabled": "on", "pages": "/thanks*\n\n /order/*/done ", "not_pages": "",
    "attributes": "plan ＝ gold、 silver", "seconds": "", "scroll": "60", "leaving": "on",
    "events": "purchased", "delay_seconds": "2", "position": "bottom", "share_percent": "25",
    "again_days": "90",
}  # fmt: skip
RULES = {
    "pages": ["/thanks*", "/order/*/done"], "not_pages": [], "seconds": None, "scroll": 60,
    "leaving": True, "events": ["purchased"],
    "attributes": {"plan": ["gold", "silver"]}, "again_days": 90,
}  # fmt: skip


@pytest.fixture
def placement(survey):
    return Placement.objects.create(survey=survey, name="いつも", rules=clean_rules({}))


def test_a_rule_in_words_becomes_a_rule_for_the_script_and_back(survey, people, client_for):
    client = client_for(people.analyst)
    sent = client.post(f"/surveys/{survey.pk}/placements/new/", FORM)

    made = Placement.objects.get()
    assert (sent.status_code, sent["Location"]) == (302, f"/surveys/{survey.pk}/placements/")
    assert made.rules == RULES
    assert (made.position, made.delay_seconds, made.share_percent) == ("bottom", 2, 25)
    page = client.get(f"/placements/{made.pk}/").content.decode()
    for shown in ("/thanks*\n/order/*/done", "plan = gold, silver", 'value="60"', 'value="90"'):
        assert shown in page
    listed = client.get(f"/surveys/{survey.pk}/placements/").content.decode()
    for words in ("60%まで読み進めたとき または 離れようとしたとき または 合図 purchased",
                  "お客様の条件：plan が gold、silver", "訪れた人の25%に、90日に1回まで"):  # fmt: skip
        assert words in listed


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pages", "thanks"), ("pages", "/a*b*c*d*e*f*g"), ("pages", "/" + "x" * 300), ("pages", "/\n" * 1 + "\n".join(f"/{n}" for n in range(30))),
        ("events", "買った"), ("events", "x" * 61), ("attributes", "plan"), ("attributes", "plan ="),
        ("attributes", "プラン = gold"), ("scroll", "0"), ("scroll", "101"), ("seconds", "-1"),
        ("seconds", "９９９９"), ("share_percent", "101"), ("again_days", "400"), ("delay_seconds", "601"),
        ("position", "top"), ("name", ""), ("name", "あ" * 81),
    ],
)  # fmt: skip
def test_what_cannot_be_a_rule_is_refused_in_words_and_nothing_is_stored(
    survey, people, client_for, name, value
):
    given = {**FORM, "attributes": "", name: value}

    sent = client_for(people.analyst).post(f"/surveys/{survey.pk}/placements/new/", given)

    assert sent.status_code == 422
    html = sent.content.decode()
    assert 'class="error"' in html or "notice--error" in html
    assert Placement.objects.count() == 0


@pytest.mark.parametrize(
    "given",
    [
        {"pages": [7]}, {"pages": ["/a b"]}, {"events": [None]}, {"seconds": True}, {"seconds": 1.5},
        {"scroll": "60"}, {"attributes": {"a b": ["x"]}}, {"attributes": {"a": []}}, {"again_days": 366},
        {"attributes": {f"a{n}": ["x"] for n in range(21)}},
    ],
)  # fmt: skip
def test_rules_from_a_program_are_checked_as_well(given):
    with pytest.raises(Refused):
        clean_rules(given)


def test_a_name_is_used_once_and_a_survey_has_so_many(survey, people, now, client_for):
    def save(name):
        return save_placement(survey=survey, rules={}, actor=people.analyst, now=now, name=name)

    save("0")
    with pytest.raises(Refused) as refused:
        save("0")
    assert refused.value.code == "name_taken"
    for number in range(1, MOST_PLACEMENTS):
        save(str(number))
    with pytest.raises(Refused) as refused:
        save("one more")
    assert refused.value.code == "too_many"
    assert AuditEntry.objects.filter(action="survey.placement").count() == MOST_PLACEMENTS


def test_the_database_refuses_a_share_above_a_hundred(survey):
    with pytest.raises(IntegrityError), transaction.atomic():
        Placement.objects.create(survey=survey, name="x", share_percent=101)


def test_a_placement_can_be_stopped_and_removed(survey, placement, people, client_for, visitor):
    client = client_for(people.analyst)
    assert len(visitor.get("/w/delivery/rules.json").json()["show"]) == 1

    stopped = {**FORM, "attributes": ""}
    del stopped["enabled"]
    assert client.post(f"/placements/{placement.pk}/", stopped).status_code == 302
    assert visitor.get("/w/delivery/rules.json").json()["show"] == []

    for _twice in range(2):
        client.post(f"/placements/{placement.pk}/remove/")
    assert Placement.objects.count() == 0
    assert AuditEntry.objects.filter(action="survey.placement.remove").count() == 1


def test_sites_are_written_one_a_line_and_a_wrong_one_is_named(survey, people, client_for):
    client, path = client_for(people.analyst), f"/surveys/{survey.pk}/placements/sites/"

    wrong = client.post(path, {"origins": "https://ok.example\nhttps://*.example.jp"})
    assert wrong.status_code == 422
    assert "https://*.example.jp" in wrong.content.decode()
    survey.refresh_from_db()
    assert survey.frame_origins == []

    assert client.post(path, {"origins": "https://ok.example/"}).status_code == 302
    survey.refresh_from_db()
    assert survey.frame_origins == ["https://ok.example"]
    entry = AuditEntry.objects.get(action="survey.frame_origins")
    assert entry.detail == {"before": [], "after": ["https://ok.example"]}


@pytest.mark.parametrize("role", ["agent", "viewer"])
def test_others_read_and_do_not_write(survey, placement, people, client_for, role):
    client = client_for(getattr(people, role))
    base = f"/surveys/{survey.pk}/placements/"

    page = client.get(base)

    assert page.status_code == 200
    assert "placements/new" not in page.content.decode()
    assert client.get(base + "try/").status_code == 200
    for path in (
        base + "sites/",
        base + "new/",
        f"/placements/{placement.pk}/",
        f"/placements/{placement.pk}/remove/",
    ):
        assert client.post(path, FORM).status_code == 403, path
    assert Placement.objects.get().name == "いつも"


def test_strangers_are_sent_to_log_in_and_missing_ones_are_not_found(
    survey, placement, people, client, client_for
):
    base = f"/surveys/{survey.pk}/placements/"
    for path in (base, base + "new/", base + "try/", f"/placements/{placement.pk}/"):
        assert client.get(path).status_code == 302, path
    analyst = client_for(people.analyst)
    for path in ("/surveys/999/placements/", "/surveys/999/placements/try/", "/placements/999/"):
        assert analyst.get(path).status_code == 404, path


def test_the_list_asks_the_database_no_more_for_more_rows(
    survey, placement, people, client_for, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, path = client_for(people.analyst), f"/surveys/{survey.pk}/placements/"
    client.get(path)
    with CaptureQueriesContext(connection) as few:
        client.get(path)
    for number in range(10):
        Placement.objects.create(survey=survey, name=str(number), rules=clean_rules({}))

    with CaptureQueriesContext(connection) as many:
        client.get(path)

    assert len(many) == len(few)


def test_the_lines_to_copy_are_right_and_hostile_titles_stay_text(people, client_for, settings):
    settings.BASE_URL = "https://voc.example"
    survey = factories.SurveyFactory(slug="odd", title='"><script>alert(1)</script>')

    page = client_for(people.viewer).get(f"/surveys/{survey.pk}/placements/").content.decode()

    assert "<script>alert" not in page
    line = "&lt;script src=&quot;https://voc.example/snippet.js&quot; data-voc=&quot;odd&quot; defer&gt;&lt;/script&gt;"
    assert line in page
    assert "&lt;iframe src=&quot;https://voc.example/w/odd/&quot;" in page


def test_the_page_to_try_it_on_frames_our_own_form_and_offers_what_a_site_would_say(
    survey, people, client_for
):
    Placement.objects.create(
        survey=survey,
        name="x",
        rules=clean_rules({"events": ["purchased"], "attributes": {"plan": ["gold"]}}),
    )

    page = client_for(people.viewer).get(f"/surveys/{survey.pk}/placements/try/")
    html = page.content.decode()

    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert 'src="/snippet.js" data-voc="delivery" data-voc-try' in html
    assert 'data-event="purchased"' in html and 'data-set="plan"' in html
