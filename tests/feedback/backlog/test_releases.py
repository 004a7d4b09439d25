"""Releases are recorded truthfully, and the public page says no more than it may."""

from datetime import datetime, timedelta

import pytest

from feedback.models import Comment, Consent, EffectReport, Improvement, Release
from feedback.services import effects, releases
from voc.clock import local_day
from voc.errors import Refused
from voc.models import Job


def public_text(client):
    return client.get("/voice/").content.decode()


def measured(world, item, verdict, **numbers):
    release = item.releases.get()
    EffectReport.objects.create(
        improvement=item, plan=item.plan, release=release, verdict=verdict, computed_at=world.now,
        data_hash="x", **numbers,
    )  # fmt: skip
    Improvement.objects.filter(pk=item.pk).update(state="measured")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"title": " \n "}, "blank"),
        ({"title": "あ" * 121}, "too_long"),
        ({"notes": "  "}, "blank"),
        ({"notes": "あ" * 2001}, "too_long"),
        ({"kind": "party"}, "kind"),
    ],
)
def test_a_release_without_its_words_is_refused_whole(world, change, code):
    item = world.working()

    with pytest.raises(Refused) as refused:
        world.release(item, **change)

    assert refused.value.code == code
    assert not Release.objects.exists()


def test_a_release_lies_between_the_plan_and_today(world):
    item = world.working()
    day = timedelta(days=1)

    for at, code in ((world.now + day, "future"), (world.now - day, "before_plan")):
        with pytest.raises(Refused) as refused:
            world.release(item, at=at)
        assert refused.value.code == code
    world.release(item, at=world.now)

    item.refresh_from_db()
    assert item.state == "released"


def test_a_waived_item_may_have_been_released_before(world):
    item = world.working(waived=True)

    assert world.release(item, at=world.now - timedelta(days=30)).improvements.get() == item


def test_an_item_that_is_not_worked_on_cannot_be_released(world):
    working, candidate = world.working(), world.improvement(world.insight())

    with pytest.raises(Refused) as refused:
        world.release(working, candidate)

    assert refused.value.code == "not_in_progress"
    working.refresh_from_db()
    assert working.state == "in_progress"


def test_a_release_promises_notices_and_a_verdict(world):
    item = world.working(at=world.now)
    world.release(item)

    kinds = dict(Job.objects.values_list("kind", "due_at"))
    assert "feedback.notices.make" in kinds
    assert local_day(kinds[effects.DUE]) == datetime(2027, 1, 18).date()


def test_a_line_break_in_the_title_cannot_reach_a_mail_header(world, run_jobs, mailoutbox):
    world.release(world.working(waived=True), title="送料\nBcc: x@y.example")

    run_jobs()

    assert "\n" not in mailoutbox[0].subject


def test_the_page_shows_who_was_held_back_and_why(world, run_jobs, client_for):
    clauses = [world.clause(customer=world.customer(email=n > 0)) for n in range(3)]
    release = world.release(world.working(world.insight(*clauses), waived=True))
    run_jobs()

    text = client_for(world.people.viewer).get(f"/releases/{release.pk}/").content.decode()

    assert "伝えた 2人、控えた 1人、届かなかった 0人、これから 0人" in text
    assert "連絡先がない" in text
    assert "/voice/stop/" not in text


# ---------------------------------------------------------------- 「ご意見へのお答え」


@pytest.mark.parametrize(("customers", "shown"), [(4, False), (5, True)])
def test_few_people_are_not_counted_in_public(world, client, customers, shown):
    clauses = [world.clause(customer=world.customer()) for _ in range(customers)]
    world.release(world.working(world.insight(*clauses), waived=True))

    text = public_text(client)

    assert "送料が最後まで分からない" in text
    assert (f"{customers}人のお客様" in text) is shown
    assert f"{customers}件" not in text


def test_words_are_quoted_only_with_consent_that_still_stands(world, client):
    customers = [world.customer(name=f"匿名{n}") for n in range(3)]
    words = ["許した言葉", "取り消した言葉", "尋ねていない言葉"]
    clauses = [world.clause(w, customer=c) for w, c in zip(words, customers, strict=True)]
    for customer, granted, hours in ((0, True, 1), (1, True, 1), (1, False, 2)):
        Consent.objects.create(
            customer=customers[customer], purpose="quote", granted=granted, source="test",
            at=world.now + timedelta(hours=hours),
        )  # fmt: skip
    Consent.objects.create(
        customer=customers[2], purpose="told_back", granted=True, source="t", at=world.now
    )
    world.release(world.working(world.insight(*clauses), waived=True))

    text = public_text(client)

    assert "許した言葉" in text
    assert "取り消した言葉" not in text
    assert "尋ねていない言葉" not in text
    assert "匿名" not in text


def test_personal_data_is_masked_in_public(world, client):
    customer = world.customer()
    clause = world.clause("090-1234-5678へ電話を", before="", customer=customer)
    Comment.objects.update(mask_spans=[[0, 13, "【電話番号】"]])
    Consent.objects.create(
        customer=customer, purpose="quote", granted=True, source="t", at=world.now
    )
    world.release(world.working(world.insight(clause), waived=True))

    text = public_text(client)

    assert "【電話番号】へ電話を" in text
    assert "090" not in text


def test_the_verdict_is_public_only_once_measured(world, client):
    item = world.working()
    world.release(item)
    numbers = {"estimate": -0.34, "low": -0.48, "high": -0.17}
    EffectReport.objects.create(
        improvement=item, plan=item.plan, release=item.releases.get(), verdict="improved",
        computed_at=world.now, data_hash="x", **numbers,
    )  # fmt: skip
    assert "確かめた結果" not in public_text(client)

    measured(world, item, "improved", **numbers)

    assert "−34%（95%区間 −48 〜 −17%）" in public_text(client)


def test_what_is_not_public_stays_inside(world, client):
    release = world.release(world.working(waived=True), title="社内だけの変更", is_public=False)
    candidate = world.improvement(world.insight(claim="まだ秘密の気づき"))
    assert candidate.state == "candidate"

    text = public_text(client)
    assert "社内だけの変更" not in text
    assert "まだ秘密の気づき" not in text

    releases.show_publicly(
        release=release, is_public=True, actor=world.people.owner, now=world.now
    )
    assert "社内だけの変更" in public_text(client)


def test_a_refusal_is_public_with_its_reason_and_without_the_internal_one(world, client):
    item = world.improvement(world.insight())
    world.move(item, "declined", public_reason="採算が合わないため見送りました。")

    text = public_text(client)

    assert "採算が合わないため" in text
    assert "4週続けて" not in text


def test_the_public_page_escapes_what_staff_typed(world, client):
    world.release(world.working(waived=True), title="<script>x</script>", notes="<b>&</b>")

    text = public_text(client)

    assert "<script>x" not in text
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in text


def test_the_public_page_may_be_cached_and_costs_the_same_for_many(
    world, client, django_assert_max_num_queries
):
    for number in range(6):
        clauses = [world.clause(customer=world.customer()) for _ in range(2)]
        world.release(world.working(world.insight(*clauses), waived=True), title=f"変更{number}")

    with django_assert_max_num_queries(10):
        page = client.get("/voice/")

    assert "public" in page.headers["Cache-Control"]
    assert "Cookie" in page.headers["Vary"]
    assert "sessionid" not in page.cookies


@pytest.mark.parametrize("cursor", ["x", "'; DROP", "A" * 500, "WzAsMSwyXQ"])
def test_a_cursor_that_is_none_is_not_found(db, client, cursor):
    assert client.get("/voice/", {"cursor": cursor}).status_code == 404
