"""The pages: who may do what, what a refusal looks like, and what they cost."""

import pytest

from feedback.models import Improvement, Insight, Notice, Release
from feedback.services import improvements
from voc.clock import local_day
from voc.registry import registry

READERS = ["owner", "admin", "analyst", "agent", "viewer"]
REASON = {"reason": "声が増えたため。"}


@pytest.fixture
def item(world, run_jobs):
    """An improvement in the middle of its loop: released, one told, one held back."""
    clauses = [world.clause(customer=world.customer(email=n > 0)) for n in range(2)]
    made = world.working(world.insight(*clauses))
    world.release(made)
    run_jobs()
    return made


def pages(item):
    insight, release = item.insights.get(), item.releases.get()
    return [
        "/insights/", f"/insights/{insight.pk}/", "/improvements/", f"/improvements/{item.pk}/",
        "/releases/", f"/releases/{release.pk}/",
    ]  # fmt: skip


@pytest.mark.parametrize("role", READERS)
def test_everybody_on_the_staff_reads(item, world, client_for, role):
    client = client_for(getattr(world.people, role))

    assert {client.get(path).status_code for path in pages(item)} == {200}


def test_strangers_are_sent_to_log_in(item, client):
    for path in [*pages(item), "/insights/new/", "/improvements/new/"]:
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer.url.startswith("/login/")


def writes(item):
    insight, release = item.insights.get().pk, item.releases.get().pk
    evidence = item.insights.get().evidence.first().pk
    root, claim = f"/improvements/{item.pk}", f"/insights/{insight}"
    return [
        f"{claim}/edit/", f"{claim}/publish/", f"{claim}/withdraw/",
        f"{claim}/evidence/{evidence}/remove/", "/improvements/new/", f"{root}/edit/",
        f"{root}/move/", f"{root}/link/", f"{root}/plan/", f"{root}/waive/", f"{root}/release/",
        f"{root}/measure/", f"{root}/effects/1/accept/", f"/releases/{release}/send/",
        f"/releases/{release}/public/",
    ]  # fmt: skip


@pytest.mark.parametrize("role", ["viewer", "agent"])
def test_those_who_do_not_decide_cannot_write(item, world, client_for, role):
    client = client_for(getattr(world.people, role))
    before = list(Improvement.objects.values()), list(Insight.objects.values())

    answers = {path: client.post(path, REASON).status_code for path in writes(item)}

    assert set(answers.values()) == {403}, answers
    assert before == (list(Improvement.objects.values()), list(Insight.objects.values()))


def test_a_viewer_sees_no_buttons_and_may_write_no_draft(item, world, client_for):
    client = client_for(world.people.viewer)

    for path in pages(item):
        text = client.get(path).content.decode()
        assert text.count('method="post"') == text.count('action="/logout/"'), path
    assert client.get("/insights/new/").status_code == 403
    assert client.post("/insights/new/?topic=price.fee", {"claim": "x"}).status_code == 403


def test_writing_by_get_is_not_possible(item, world, client_for):
    client = client_for(world.people.owner)

    paths = [path for path in writes(item) if path != "/improvements/new/"]
    assert {client.get(path).status_code for path in paths} == {405}


@pytest.mark.parametrize("path", [
    "/insights/999/", "/improvements/999/", "/releases/999/", "/improvements/new/?insight=999",
    "/improvements/new/?insight=1e9", "/insights/99999999999999999999999/",
])  # fmt: skip
def test_what_is_missing_is_not_found(world, client_for, path):
    assert client_for(world.people.owner).get(path).status_code == 404


def test_the_page_walks_an_item_through_the_loop(world, client_for, run_jobs):
    insight = world.insight()
    client = client_for(world.people.analyst)
    made = client.post(
        f"/improvements/new/?insight={insight.pk}",
        {"title": "送料を表示する", "problem": "分からない", "category": "product", "owner": ""},
    )
    root = made.url
    item = Improvement.objects.get()

    def step(to, seen):
        return client.post(f"{root}move/", {**REASON, "to": to, "seen": seen, "next": "1"})

    assert step("triaged", "candidate").status_code == 302
    refused = step("planned", "triaged")
    assert refused.status_code == 422
    assert "担当者が決まっていません" in refused.content.decode()
    client.post(f"{root}edit/", {
        "title": item.title, "problem": item.problem, "category": "product",
        "owner": world.people.analyst.pk,
    })  # fmt: skip
    assert step("planned", "triaged").status_code == 302
    assert step("in_progress", "planned").status_code == 422
    assert client.post(f"{root}plan/", {
        "topic": "price.fee", "window_weeks": "８", "minimum_percent": "15", "freeze": "1",
    }).status_code == 302  # fmt: skip
    assert step("in_progress", "planned").status_code == 302
    release = client.post(f"{root}release/", {
        "title": "送料が分かります", "notes": "商品ページに出ます。", "kind": "improvement",
        "released_on": local_day(improvements.MeasurementPlan.objects.get().frozen_at).isoformat(),
        "is_public": "on",
    })  # fmt: skip
    assert release.status_code == 302
    run_jobs()

    item.refresh_from_db()
    assert item.state == "released"
    assert Notice.objects.get().state == "sent"
    assert step("told", "released").status_code == 302
    early = client.post(f"{root}measure/")
    assert early.status_code == 422
    assert "期間がまだ終わっていません" in early.content.decode()
    text = client.get(root).content.decode()
    assert "から計算できます" in text


def test_the_second_of_two_people_reads_what_happened(world, client_for):
    item = world.improvement(world.insight())
    first, second = client_for(world.people.analyst), client_for(world.people.owner)
    form = {**REASON, "to": "triaged", "seen": "candidate", "next": "1"}
    assert first.post(f"/improvements/{item.pk}/move/", form).status_code == 302

    late = second.post(
        f"/improvements/{item.pk}/move/",
        {**REASON, "to": "on_hold", "seen": "candidate"},
    )

    assert late.status_code == 409
    assert "ほかの人が先に" in late.content.decode()
    item.refresh_from_db()
    assert item.state == "triaged"


def test_a_fixed_plan_shows_no_form_and_refuses_a_new_one(world, client_for):
    item = world.working()

    answer = client_for(world.people.owner).post(
        f"/improvements/{item.pk}/plan/",
        {"topic": "price.fee", "window_weeks": "4", "minimum_percent": "1"},
    )

    assert answer.status_code == 422
    item.plan.refresh_from_db()
    assert item.plan.window_weeks == 8


HOSTILE = ["\x00", "a\x00b", "<img src=x onerror=alert(1)>", "𠮷" * 3000, "‮⁦", "\ud800"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_refused_or_shown_harmlessly(world, client_for, text):
    item = world.improvement(world.insight())
    client = client_for(world.people.analyst)
    text = text.encode("utf-8", "replace").decode()
    posts = [
        (f"/improvements/{item.pk}/move/", {"to": "on_hold", "reason": text}),
        (f"/insights/{item.insights.get().pk}/edit/", {"claim": text}),
        (f"/improvements/{item.pk}/waive/", {"waiver_reason": text}),
        ("/improvements/new/", {"title": text, "problem": text, "category": "product"}),
        (f"/improvements/{item.pk}/plan/", {"topic": text, "window_weeks": text}),
        ("/insights/new/?topic=price.fee", {"claim": text, "clause": text}),
    ]

    for path, data in posts:
        assert client.post(path, data).status_code in (302, 422), path
    for path in ("/improvements/", f"/improvements/{item.pk}/", "/insights/"):
        assert "<img src=x" not in client.get(path).content.decode()


@pytest.mark.parametrize("query", [
    "state=x", "cursor=x", "cursor=%00", "state=closed&cursor=WzAsMV0", "cursor=" + "A" * 3000,
])  # fmt: skip
def test_a_strange_query_gives_the_first_page(item, world, client_for, query):
    client = client_for(world.people.viewer)

    for path in ("/improvements/", "/insights/", "/releases/", f"/releases/{item.releases.get().pk}/"):
        assert client.get(f"{path}?{query}").status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30", "きょう", ""])
def test_an_impossible_day_of_release_is_refused(world, client_for, day):
    item = world.working(waived=True)

    answer = client_for(world.people.owner).post(f"/improvements/{item.pk}/release/", {
        "title": "a", "notes": "b", "kind": "fix", "released_on": day,
    })  # fmt: skip

    assert answer.status_code == 422
    assert not Release.objects.exists()


def test_lists_cost_the_same_for_many(world, client_for, django_assert_max_num_queries):
    for _ in range(8):
        world.release(world.working(world.insight(), waived=True))
    client = client_for(world.people.viewer)
    client.get("/improvements/")

    for path, most in (("/improvements/", 16), ("/insights/", 10), ("/releases/", 10)):
        with django_assert_max_num_queries(most):
            assert client.get(path).status_code == 200


def test_a_page_costs_the_same_for_many_voices(
    world, client_for, run_jobs, django_assert_max_num_queries
):
    clauses = [world.clause(customer=world.customer()) for _ in range(40)]
    insight = world.insight(*clauses)
    item = world.working(insight, waived=True)
    release = world.release(item)
    run_jobs()
    client = client_for(world.people.viewer)

    for path, most in (
        (f"/improvements/{item.pk}/", 26), (f"/insights/{insight.pk}/", 14),
        (f"/releases/{release.pk}/", 14),
    ):  # fmt: skip
        with django_assert_max_num_queries(most):
            assert client.get(path).status_code == 200


def test_the_list_says_what_to_do_next(world, client_for, run_jobs):
    world.improvement(world.insight(published=False))
    world.release(world.working(waived=True))

    text = client_for(world.people.viewer).get("/improvements/").content.decode()

    assert "気づきを公開する" in text
    assert "候補 1" in text
    run_jobs()
    text = client_for(world.people.viewer).get("/improvements/?state=released").content.decode()
    assert "判断できない" in text


def test_what_is_late_is_due(world):
    decide = world.improvement(world.insight(), owner=world.people.analyst)
    Improvement.objects.filter(pk=decide.pk).update(decide_by="2026-11-19")
    measure = world.working(waived=True)
    world.release(measure)
    stuck = world.working(waived=True)
    from datetime import timedelta

    release = world.release(stuck, title="止まったお知らせ", at=world.now - timedelta(days=2))
    Notice.objects.create(
        release=release, customer=world.customer(), created_at=world.now - timedelta(hours=2)
    )

    found = [row for due in registry.due for row in due(world.people.owner, world.now, 10)]
    kinds = {(str(row.kind), row.url) for row in found}

    assert ("改善の判断", f"/improvements/{decide.pk}/") in kinds
    assert ("効果の判定", f"/improvements/{measure.pk}/") in kinds
    assert ("お知らせ", f"/releases/{release.pk}/") in kinds
