"""REST for surveys, responses and invitations."""

import json
import uuid

import pytest

from surveys.models import Invitation, Response, Survey
from tests import factories
from voc.models import Job

SURVEY = {
    "slug": "box-size", "title": "箱の大きさについて", "kind": "csat",
    "purpose": "梱包の改善に使います。", "operator": "みなも商店", "contact": "support@minamo.example",
    "score": {"label": "満足ですか。", "required": True}, "comment": {"label": "理由を教えてください。"},
}


def body(**given):
    return {
        "survey": "delivery", "key": str(uuid.uuid4()),
        "answers": {"score": 9, "comment": "早い"}, **given,
    }


@pytest.fixture
def api(people, api_for):
    return api_for(
        people.analyst, *(f"{name}:{verb}" for name in ("surveys", "responses", "invitations")
                          for verb in ("read", "write")),
    )


def test_a_survey_is_created_read_and_published(api, visitor):
    made = api.post("/api/v1/surveys", SURVEY, format="json")
    draft = visitor.get("/s/box-size/")
    published = api.post("/api/v1/surveys/box-size/publish")
    listed = api.get("/api/v1/surveys").json()

    assert (made.status_code, draft.status_code) == (201, 404)
    assert made.json()["state"] == "draft"
    assert (published.status_code, published.json()["version"]) == (200, 1)
    assert api.get("/api/v1/surveys/box-size").json()["url"].endswith("/s/box-size/")
    assert [row["slug"] for row in listed["data"]] == ["box-size"]
    assert set(listed["meta"]) == {"next_cursor", "limit"}
    assert visitor.get("/s/box-size/").status_code == 200
    assert api.post("/api/v1/surveys", SURVEY, format="json").status_code == 422
    assert api.get("/api/v1/surveys/nowhere").status_code == 404


@pytest.mark.parametrize("bad", [
    {"state": "published"}, {"version": 9}, {"slug": "日本"}, {"slug": ""}, {"kind": "smile"},
    {"retention_months": 0}, {"retention_months": True}, {"touchpoint": "nowhere"},
    {"score": {"label": ""}}, {"score": {"label": "a", "kind": "text"}}, {"title": 5},
    {"title": "あ" * 121},
])  # fmt: skip
def test_a_survey_with_unknown_or_wrong_fields_is_refused_by_name(api, bad):
    sent = api.post("/api/v1/surveys", {**SURVEY, **bad}, format="json")

    assert sent.status_code == 400
    assert sent["Content-Type"] == "application/problem+json"
    assert sent.json()["invalid_params"][0]["name"].startswith(next(iter(bad)))
    assert not Survey.objects.exists()


def test_an_incomplete_survey_is_not_published(api):
    api.post("/api/v1/surveys", {**SURVEY, "purpose": ""}, format="json")

    sent = api.post("/api/v1/surveys/box-size/publish")

    assert (sent.status_code, sent.json()["code"]) == (422, "incomplete")


def test_a_response_is_stored_once_for_its_key(survey, api, run_jobs):
    given = body()

    first = api.post("/api/v1/responses", given, format="json")
    second = api.post("/api/v1/responses", given, format="json")
    other = api.post(
        "/api/v1/responses", {**given, "answers": {"score": 3}}, format="json"
    )

    assert (first.status_code, second.status_code, other.status_code) == (201, 200, 409)
    assert first.json()["id"] == second.json()["id"]
    assert other.json()["code"] == "key_reused"
    assert Response.objects.count() == Job.objects.count() == 1
    run_jobs()
    (row,) = api.get("/api/v1/responses?survey=delivery").json()["data"]
    assert row["answers"] == {"score": 9, "comment": "早い"}
    assert (row["state"], row["channel"], row["key"]) == ("worked", "api", given["key"])


@pytest.mark.parametrize("score", [True, 5.0, "9", "９", 1e30, -1, 11, 10**30, None, [], {}])
def test_a_score_must_be_a_whole_number_on_the_scale(survey, api, score):
    sent = api.post("/api/v1/responses", body(answers={"score": score}), format="json")

    assert sent.status_code == 400
    if score != 10**30 and score != 1e30:
        assert [row["name"] for row in sent.json()["invalid_params"]] == ["answers.score"]
    assert not Response.objects.exists()


@pytest.mark.parametrize("bad", [
    {"survey": "nowhere"}, {"survey": 5}, {"key": "x"}, {"key": 5}, {"key": None},
    {"answers": {"score": 9, "extra": 1}}, {"answers": []}, {"answers": {}}, {"extra": 1},
    {"channel": "fax"}, {"customer": "C404"}, {"answers": {"score": 9, "comment": "あ" * 5001}},
    {"answers": {"score": 9, "comment": 5}}, {"state": "worked"},
])  # fmt: skip
def test_a_response_with_anything_wrong_is_refused_by_name(survey, api, bad):
    sent = api.post("/api/v1/responses", body(**bad), format="json")

    assert sent.status_code == 400 and sent.json()["invalid_params"]
    assert not Response.objects.exists() and not Job.objects.exists()


@pytest.mark.parametrize("raw", [
    "[" * 10_000 + "]" * 10_000,
    '{"survey": "delivery", "answers": ' + '{"a":' * 10_000 + "1" + "}" * 10_001,
    '{"survey": "delivery", "survey": "delivery"}',
    '{"answers": {"score": NaN}}',
    '{"answers": {"comment": "\\ud800"}}',
    '{"answers": {"comment": "a\\u0000b"}}',
    "\xff", "", "[]", "null", '"x"',
])  # fmt: skip
def test_json_that_cannot_be_stored_is_a_400_and_lists_still_work(survey, api, raw):
    sent = api.generic("POST", "/api/v1/responses", raw, content_type="application/json")

    assert sent.status_code == 400
    assert api.get("/api/v1/responses").status_code == 200
    assert not Response.objects.exists()


def test_a_closed_survey_takes_no_responses(survey, api):
    Survey.objects.update(state="closed")

    sent = api.post("/api/v1/responses", body(), format="json")

    assert (sent.status_code, sent.json()["code"]) == (422, "survey_closed")


def test_responses_are_paged_by_cursor_and_by_survey(survey, csat, api, django_assert_max_num_queries):
    for index in range(5):
        api.post("/api/v1/responses", body(), format="json")
        api.post(
            "/api/v1/responses", body(survey="after-support", answers={"score": 1 + index}),
            format="json",
        )

    seen, cursor = [], ""
    while cursor is not None:
        with django_assert_max_num_queries(5):
            page = api.get(f"/api/v1/responses?survey=after-support&limit=2&cursor={cursor}").json()
        seen += [row["answers"]["score"] for row in page["data"]]
        cursor = page["meta"]["next_cursor"]

    assert seen == [5, 4, 3, 2, 1]
    assert api.get("/api/v1/responses?survey=nowhere").status_code == 400
    assert api.get("/api/v1/responses?cursor=xxx").status_code == 400


def test_invitations_are_made_in_bulk_and_only_then_show_their_links(survey, api, visitor):
    factories.CustomerFactory(external_id="C1")
    given = {
        "survey": "delivery", "key": str(uuid.uuid4()),
        "recipients": [{"customer": "C1"}, {"email": "new@customer.example"}, {}],
    }

    made = api.post("/api/v1/invitations", given, format="json")
    again = api.post("/api/v1/invitations", given, format="json")
    listed = api.get("/api/v1/invitations?survey=delivery").json()["data"]

    assert made.status_code == 201 and made.json()["meta"] == {"count": 3}
    links = [row["url"] for row in made.json()["data"]]
    assert links == [row["url"] for row in again.json()["data"]]
    assert len(listed) == Invitation.objects.count() == 3
    assert "url" not in listed[0] and "digest" not in listed[0]
    assert [row["customer"] is None for row in made.json()["data"]] == [False, False, True]
    assert visitor.get("/" + links[2].split("/", 3)[3]).status_code == 200


@pytest.mark.parametrize("bad", [
    {"recipients": []}, {"recipients": [{}] * 1001}, {"recipients": [{"customer": "C404"}]},
    {"recipients": [{"email": "x"}]}, {"recipients": [{"email": "a@b.example", "customer": "C1"}]},
    {"days": 0}, {"days": "5"}, {"survey": "nowhere"}, {"token": "x"},
])  # fmt: skip
def test_wrong_invitations_are_refused_and_none_is_made(survey, api, bad):
    sent = api.post(
        "/api/v1/invitations", {"survey": "delivery", "recipients": [{}], **bad}, format="json"
    )

    assert sent.status_code == 400, sent.content
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("path", ["surveys", "responses", "invitations", "surveys/delivery"])
def test_reading_needs_a_key_with_the_scope(survey, people, api_for, client, path):
    resource = path.split("/")[0]

    assert client.get(f"/api/v1/{path}").status_code == 401
    assert api_for(people.viewer, "tickets:read").get(f"/api/v1/{path}").status_code == 403
    assert api_for(people.viewer, f"{resource}:read").get(f"/api/v1/{path}").status_code == 200


@pytest.mark.parametrize("role", ["agent", "viewer"])
def test_writing_needs_the_role_and_the_scope(survey, people, api_for, role):
    person = getattr(people, role)
    weak = api_for(person, "surveys:write", "responses:write", "invitations:write")
    reader = api_for(people.analyst, "surveys:read", "responses:read", "invitations:read")

    for client in (weak, reader):
        for path in ("surveys", "surveys/delivery/publish", "responses", "invitations"):
            sent = client.post(f"/api/v1/{path}", json.dumps({}), content_type="application/json")
            assert sent.status_code == 403
    assert not Response.objects.exists() and Survey.objects.count() == 1


def test_the_schema_knows_the_endpoints(client, db):
    schema = client.get("/api/schema/?format=json").json()["paths"]

    for path in ("surveys", "surveys/{slug}", "surveys/{slug}/publish", "responses", "invitations"):
        assert f"/api/v1/{path}" in schema
