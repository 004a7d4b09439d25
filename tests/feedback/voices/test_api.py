import pytest

from feedback.models import Comment
from feedback.services import voices

pytestmark = pytest.mark.django_db


def test_a_voice_sent_twice_is_one(people, api_for):
    api = api_for(people.agent, "comments:write")
    body = {"ref": "a-1", "text": "配送が遅い"}

    first = api.post("/api/v1/comments", body, format="json")
    second = api.post("/api/v1/comments", body, format="json")

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert Comment.objects.count() == 1


def test_the_list_pages_by_cursor_and_filters_like_the_page(record, people, api_for):
    for number in range(5):
        record(f"配送が遅い {number}")
    record("便利です")
    api = api_for(people.viewer, "comments:read")

    first = api.get("/api/v1/comments?limit=3&polarity=negative").json()
    rest = api.get(
        f"/api/v1/comments?limit=3&polarity=negative&cursor={first['meta']['next_cursor']}"
    ).json()

    assert len(first["data"]) == 3
    assert len(rest["data"]) == 2
    assert rest["meta"]["next_cursor"] is None


def test_clauses_come_with_offsets_and_masked_words(record, people, api_for):
    comment = record("電話は090-1234-5678です。遅い")
    api = api_for(people.viewer, "comments:read")

    answer = api.get(f"/api/v1/comments/{comment.pk}").json()

    assert "090" not in str(answer)
    assert answer["clauses"][-1]["polarity"] == "negative"


@pytest.mark.parametrize(
    "body",
    [
        {"ref": "1", "text": ""},
        {"ref": "1", "text": " \u200b\n"},
        {"ref": "1"},
        {"ref": "1", "text": "x", "team": "other"},
        {"ref": "1", "text": "x", "id": 7},
        {"ref": "1", "text": "x", "customer": "unknown"},
        {"ref": "1", "text": "x", "occurred_at": "0001-01-01T00:00:00Z"},
        {"ref": "1", "text": "x", "occurred_at": "9999-12-31T23:59:59Z"},
        {"ref": "r" * 101, "text": "x"},
        ["not", "an", "object"],
    ],
)
def test_a_bad_body_is_a_clear_refusal_and_nothing_is_stored(body, people, api_for):
    answer = api_for(people.agent, "comments:write").post("/api/v1/comments", body, format="json")

    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]
    assert not Comment.objects.exists()


@pytest.mark.parametrize(
    "raw",
    [
        b'{"ref":"1","text":"\\ud800"}',
        b'{"ref":"1","text":"a\\u0000b"}',
        b'{"ref":"1","ref":"2","text":"x"}',
        b"[" * 10_000 + b"]" * 10_000,
        b'{"ref":"1","text":NaN}',
        b"{",
        b"\xff\xfe",
        b'{"ref":' + b"9" * 5_000 + b',"text":"x"}',
        b'{"a":1e999}',
    ],
)
def test_hostile_json_is_a_400_and_the_list_still_answers(raw, people, api_for):
    api = api_for(people.agent, "comments:write", "comments:read")

    answer = api.post("/api/v1/comments", raw, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["request_id"]
    assert api.get("/api/v1/comments").status_code == 200


def test_a_body_of_five_megabytes_is_refused(people, api_for):
    raw = b'{"ref":"1","text":"' + b"a" * 5_000_000 + b'"}'

    answer = api_for(people.agent, "comments:write").post(
        "/api/v1/comments", raw, content_type="application/json"
    )

    assert answer.status_code in (400, 413)
    assert not Comment.objects.exists()


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "limit=１", "cursor=zz"])
def test_bad_paging_is_a_400(query, people, api_for):
    assert api_for(people.viewer, "comments:read").get(f"/api/v1/comments?{query}").status_code == 400


def test_figures_agree_with_the_page(people, api_for, client_for, now):
    import time_machine

    for number, value in enumerate([10, 9, 9, 8, 7, 6, 5, 5, 3, 2, 10, 9]):
        voices.record_score(
            kind="nps", value=value, occurred_at=now, source="import", source_ref=f"{number}", now=now
        )
    api = api_for(people.viewer, "kpis:read")

    with time_machine.travel(now, tick=False):
        page = client_for(people.viewer).get("/scores/").context["shown"].current
        row = api.get("/api/v1/kpis").json()["data"][0]

    assert (row["value"], row["low"], row["high"], row["n"]) == (
        page.value,
        page.low,
        page.high,
        page.n,
    )


def test_no_answers_are_no_data_and_never_zero(people, api_for):
    row = api_for(people.viewer, "kpis:read").get("/api/v1/kpis").json()["data"][0]

    assert row["value"] is None
    assert row["n"] == 0


def test_a_key_needs_the_scope_and_its_owner_the_role(people, api_for):
    body = {"ref": "1", "text": "x"}

    assert api_for(people.agent, "comments:read").post(
        "/api/v1/comments", body, format="json"
    ).status_code == 403
    assert api_for(people.viewer, "comments:write").post(
        "/api/v1/comments", body, format="json"
    ).status_code == 403


def test_a_customer_is_recognised_by_number(people, api_for):
    api = api_for(people.agent, "customers:write")
    body = {"external_id": "A-1", "name": "お客様A", "email": "a@customer.example"}

    assert api.post("/api/v1/customers", body, format="json").status_code == 201
    assert api.post("/api/v1/customers", body, format="json").status_code == 200
    other = {"external_id": "A-2", "email": "A@Customer.example"}
    assert api.post("/api/v1/customers", other, format="json").status_code == 422
