import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from feedback import search
from feedback.models import Comment
from feedback.services import voices
from tests import factories

pytestmark = pytest.mark.django_db


def _queries(client, address):
    with CaptureQueriesContext(connection, ) as log:
        assert client.get(address).status_code == 200
    return len(log)


@pytest.mark.parametrize("address", ["/comments/", "/topics/", "/scores/", "/", "/search/?q=遅い"])
def test_the_number_of_queries_does_not_grow_with_the_rows(address, record, people, client_for):
    client = client_for(people.analyst)
    for number in range(3):
        record(f"配送が遅い {number}", customer=factories.CustomerFactory())
    few = _queries(client, address)

    for number in range(30):
        record(f"ログインが遅い {number}", customer=factories.CustomerFactory())

    assert _queries(client, address) <= few + 1


def test_the_list_turns_pages_without_losing_or_repeating_a_voice(record, people, client_for):
    made = {record(f"遅い {number}").pk for number in range(65)}
    client, seen, address = client_for(people.viewer), [], "/comments/"

    while address:
        answer = client.get(address)
        seen += [row["pk"] for row in answer.context["rows"]]
        following = answer.context["page"].next
        address = f"/comments/?cursor={following}" if following else ""

    assert len(seen) == 65
    assert set(seen) == made


@pytest.mark.parametrize("cursor", ["x", "AAAA", "W10", "%00", "9" * 500, "WzAsIjIwMjYiLCJ4Il0"])
def test_a_broken_cursor_leads_back_to_the_first_page(cursor, people, client_for):
    assert client_for(people.viewer).get("/comments/", {"cursor": cursor}).status_code == 302


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("返品", True),
        ("返", True),
        ("返品送料", True),
        ("ＡＰＩ", True),
        ("api 返品", True),
        ("送返", False),
        ("🙂", False),
        ('" OR 1', False),
        ("%", False),
        ("返品*", True),
    ],
)
def test_search_finds_what_a_scan_would(words, found, record):
    record("APIの返品送料が高い")
    record("関係のない声です")

    hits = search.matching(Comment.objects.all(), words)

    assert [c.text for c in hits] == (["APIの返品送料が高い"] if found else [])


def test_search_does_not_find_masked_particulars(record):
    record("電話は090-1234-5678です")

    assert not search.matching(Comment.objects.all(), "1234").exists()


def test_rebuilding_the_search_index_finds_the_same(record):
    record("返品したい")

    search.rebuild()

    assert search.matching(Comment.objects.all(), "返品").count() == 1


def test_comments_of_another_inbox_are_like_missing_ones(
    record, people, client_for, inbox, other_inbox, now
):
    comment = record("法人向けの見積もりが遅い", team=other_inbox.key)
    outsider, insider = client_for(people.agent), client_for(people.other_agent)

    assert outsider.get(f"/comments/{comment.pk}/").status_code == 404
    assert outsider.get("/comments/").context["rows"] == []
    assert "見積もり" not in outsider.get("/search/?q=見積もり").content.decode().replace(
        "「見積もり」を探した結果", ""
    ).replace('value="見積もり"', "")
    assert insider.get(f"/comments/{comment.pk}/").status_code == 200


def test_filters_of_the_list(record, people, client_for, now):
    low = voices.record_score(
        kind="nps", value=2, occurred_at=now, source="import", source_ref="s", now=now
    )
    record("配送が遅い", score=low)
    record("とても便利です")
    client = client_for(people.viewer)

    def texts(**query):
        return [row["text"] for row in client.get("/comments/", query).context["rows"]]

    assert texts(polarity="positive") == ["とても便利です"]
    assert texts(score="detractor") == ["配送が遅い"]
    assert texts(topic="delivery") == ["配送が遅い"]
    assert texts(q="便利") == ["とても便利です"]
    assert texts(first="2027-01-01") == []
    assert client.get("/comments/", {"first": "bad"}).status_code == 422
    assert texts(first="0001-01-01") == []
    assert texts(topic="nothing") == []


def test_too_few_answers_show_no_figure(people, client_for, now):
    for number in range(8):
        voices.record_score(
            kind="nps", value=9, occurred_at=now, source="import", source_ref=f"{number}", now=now
        )

    import time_machine

    with time_machine.travel(now, tick=False):
        page = client_for(people.viewer).get("/scores/")

    assert "回答が8件です。10件になると表示します。" in page.content.decode()


def test_a_page_without_any_voice_says_how_to_begin(people, client_for):
    page = client_for(people.analyst).get("/").content.decode()

    assert "まだ声がありません" in page
    assert "import_comments" in page


def test_the_list_escapes_every_word_of_others(client_for, people, db):
    evil = '<img src=x onerror="1">{}{0}'
    customer = factories.CustomerFactory(name=evil)
    factories.CommentFactory(text=evil, product=evil, customer=customer)

    html = client_for(people.viewer).get("/comments/").content.decode()

    assert "<img" not in html
    assert html.count("&lt;img src=x onerror=&quot;1&quot;&gt;{}{0}") >= 3


def test_ease_is_shown_on_its_own_scale_only(people, client_for, api_for):
    now = timezone.now()
    for scale, value, times in ((7, 6, 12), (5, 1, 40)):
        for n in range(times):
            voices.record_score(
                kind="ces", value=value, scale=scale, occurred_at=now, source="import",
                source_ref=f"{scale}-{n}", now=now,
            )  # fmt: skip

    page = client_for(people.viewer).get("/scores/?kind=ces").content.decode()
    api = api_for(people.viewer, "kpis:read")
    figures = {row["kind"]: row for row in api.get("/api/v1/kpis").json()["data"]}

    assert "CES（手間の少なさ）" in page and "点（7点満点）" in page
    assert (figures["ces"]["value"], figures["ces"]["n"]) == (6.0, 12)
