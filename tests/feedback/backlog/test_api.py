"""REST from the insight to the release."""

import pytest

from feedback.models import Improvement, Insight, Release

V1 = "/api/v1"


def test_a_program_may_draft_publish_and_move(world, api_for):
    clause = world.clause(customer=world.customer())
    api = api_for(
        world.people.analyst, "insights:read", "insights:write", "improvements:read",
        "improvements:write",
    )  # fmt: skip

    drafted = api.post(f"{V1}/insights", {
        "claim": "送料が分からない", "topic": "price.fee", "clauses": [clause.pk],
    }, format="json")  # fmt: skip
    published = api.post(f"{V1}/insights/{drafted.json()['id']}/publish", format="json")
    made = api.post(f"{V1}/improvements", {
        "title": "送料を表示する", "problem": "分からない", "category": "product",
        "insights": [drafted.json()["id"]],
    }, format="json")  # fmt: skip
    root = f"{V1}/improvements/{made.json()['id']}"
    moved = api.post(f"{root}/move", {"to": "triaged", "reason": "増えたため"}, format="json")
    refused = api.post(f"{root}/move", {"to": "planned", "reason": "採用"}, format="json")

    assert drafted.status_code == made.status_code == 201
    assert published.json()["snapshot"]["voices"] == 1
    assert moved.json()["state"] == "triaged"
    assert moved.json()["decisions"][0]["reason"] == "増えたため"
    assert refused.status_code == 422
    assert refused.json()["code"] == "not_yet"
    assert "担当者" in refused.json()["detail"]
    assert api.get(root).json()["untold"] == 0
    listed = api.get(f"{V1}/insights?state=published").json()
    assert [row["claim"] for row in listed["data"]] == ["送料が分からない"]
    [quote] = api.get(f"{V1}/insights/{drafted.json()['id']}").json()["evidence"]
    assert (quote["live"], quote["text"]) == (True, "送料が最後の画面まで分からない")


def test_all_clauses_of_a_topic_and_period_may_be_taken(world, api_for):
    world.clause(days_ago=10)
    world.clause(days_ago=400)
    api = api_for(world.people.agent, "insights:write")

    made = api.post(f"{V1}/insights", {
        "claim": "送料", "topic": "price.fee", "first": "2026-11-01", "last": "2026-11-20",
    }, format="json")  # fmt: skip

    assert made.status_code == 201
    assert Insight.objects.get().evidence.count() == 1


def test_a_release_by_program_starts_the_notices(world, api_for, run_jobs, mailoutbox):
    item = world.working(waived=True)
    api = api_for(world.people.owner, "releases:read", "releases:write")
    body = {
        "title": "送料が分かります", "notes": "商品ページに出ます。", "improvements": [item.pk],
        "released_at": "2026-11-19T10:00:00+09:00",
    }  # fmt: skip

    made = api.post(f"{V1}/releases", body, format="json")
    again = api.post(f"{V1}/releases", body, format="json")
    run_jobs()

    assert made.status_code == 201
    assert (again.status_code, again.json()["code"]) == (422, "not_in_progress")
    assert len(mailoutbox) == 1
    one = api.get(f"{V1}/releases/{made.json()['id']}").json()
    assert one["notices"] == {"told": 1, "held": 0, "failed": 0, "coming": 0}
    assert [row["id"] for row in api.get(f"{V1}/releases").json()["data"]] == [one["id"]]


@pytest.mark.parametrize(
    ("role", "path", "code"),
    [
        ("viewer", "/insights", 403), ("agent", "/improvements", 403), ("agent", "/releases", 403),
        ("agent", "/insights/{insight}/publish", 403), ("agent", "/improvements/{item}/move", 403),
        ("viewer", "/insights/{insight}/evidence", 403), ("owner", "/insights/999/publish", 404),
        ("owner", "/improvements/999/move", 404), ("agent", "/insights", 400),
    ],
)
def test_roles_hold_on_the_api(world, api_for, role, path, code):
    insight = world.insight()
    item = world.improvement(insight)
    scopes = [f"{name}:write" for name in ("insights", "improvements", "releases")]
    api = api_for(getattr(world.people, role), *scopes)

    answer = api.post(V1 + path.format(insight=insight.pk, item=item.pk), {}, format="json")

    assert answer.status_code == code
    assert answer["Content-Type"] == "application/problem+json"


def test_a_key_needs_its_scope_and_a_stranger_a_key(world, api_for, client):
    api = api_for(world.people.owner, "comments:read")

    for path in ("/insights", "/improvements", "/releases"):
        assert api.get(V1 + path).status_code == 403
        assert client.get(V1 + path).status_code == 401


IMPROVEMENT = {"title": "a", "problem": "b", "category": "product"}
RELEASE = {"title": "a", "notes": "b", "released_at": "2026-11-19T10:00:00+09:00"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/insights", {"claim": "a"}),
        ("/insights", {"claim": "a", "clauses": []}),
        ("/insights", {"claim": "a", "clauses": [True]}),
        ("/insights", {"claim": "a", "clauses": [1.0]}),
        ("/insights", {"claim": "a", "clauses": ["1"]}),
        ("/insights", {"claim": "a", "clauses": [10**30]}),
        ("/insights", {"claim": "a", "clauses": [-1]}),
        ("/insights", {"claim": "a" * 201, "clauses": [1]}),
        ("/insights", {"claim": "a", "clauses": [1], "state": "published"}),
        ("/insights", {"claim": "a", "topic": "nothing", "first": "2026-01-01", "last": "x"}),
        ("/insights", {"claim": "a", "topic": "price.fee", "first": "2026-01-01",
                       "last": "2026-01-02"}),
        ("/insights", [1]),
        ("/improvements", {**IMPROVEMENT, "category": "x"}),
        ("/improvements", {**IMPROVEMENT, "insights": [999]}),
        ("/improvements", {**IMPROVEMENT, "owner": 999999}),
        ("/improvements", {**IMPROVEMENT, "state": "closed"}),
        ("/improvements", {**IMPROVEMENT, "title": ["a"]}),
        ("/releases", {**RELEASE, "improvements": []}),
        ("/releases", {**RELEASE, "improvements": [999]}),
        ("/releases", {**RELEASE, "improvements": [1], "released_at": "0001-01-01T00:00:00Z"}),
        ("/releases", {**RELEASE, "improvements": [1], "is_public": "maybe"}),
    ],
)  # fmt: skip
def test_a_wrong_body_is_refused_whole(world, api_for, path, body):
    scopes = [f"{name}:write" for name in ("insights", "improvements", "releases")]
    api = api_for(world.people.owner, *scopes)

    answer = api.post(V1 + path, body, format="json")

    assert answer.status_code == 400, answer.content
    assert answer.json()["request_id"]
    assert not (Insight.objects.exists() or Improvement.objects.exists() or Release.objects.exists())


@pytest.mark.parametrize("query", ["state=x", "limit=0", "limit=１", "cursor=x", "cursor=W10"])
def test_a_wrong_query_is_refused(world, api_for, query):
    api = api_for(world.people.owner, "improvements:read")

    assert api.get(f"{V1}/improvements?{query}").status_code == 400


def test_the_schema_names_these_routes(db, client):
    schema = client.get("/api/schema/?format=json").content.decode()

    for path in ("insights/{id}/publish", "improvements/{id}/move", "releases/{id}"):
        assert path in schema.replace("{pk}", "{id}")
