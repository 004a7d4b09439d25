"""The states of an improvement: every move that is refused, and why."""

from itertools import product

import pytest

from feedback.models import Decision, EffectReport, Improvement
from feedback.queries.improvements import Facts
from feedback.services import effects, improvements, insights, moves
from voc.errors import Refused
from voc.models import AuditEntry

State = Improvement.State
ALLOWED = {
    ("candidate", "triaged"), ("candidate", "on_hold"), ("candidate", "declined"),
    ("triaged", "planned"), ("triaged", "on_hold"), ("triaged", "declined"),
    ("planned", "in_progress"), ("planned", "on_hold"), ("planned", "declined"),
    ("in_progress", "released"), ("in_progress", "on_hold"), ("in_progress", "declined"),
    ("released", "told"), ("released", "measured"), ("told", "measured"),
    ("measured", "closed"), ("measured", "in_progress"), ("closed", "in_progress"),
    ("on_hold", "candidate"), ("on_hold", "triaged"), ("on_hold", "planned"),
    ("on_hold", "in_progress"), ("on_hold", "declined"),
    ("declined", "candidate"), ("declined", "triaged"),
}  # fmt: skip
FORBIDDEN = sorted(set(product(State.values, State.values)) - ALLOWED)


def facts(**changes):
    """A world in which nothing is missing, less the changes."""
    report = EffectReport(verdict="improved")
    known = {
        "published_insights": 1, "has_owner": True, "plan_fixed": True, "waived": False,
        "release": object(), "untold": 0, "decide_on": None, "report": report,
    }  # fmt: skip
    return Facts(**{**known, **changes})


def test_the_table_holds_exactly_the_moves_of_the_loop():
    assert set(moves.MOVES) == ALLOWED


@pytest.mark.parametrize(("state", "to"), FORBIDDEN)
def test_a_move_that_does_not_exist_is_refused_by_name(state, to):
    why = moves.refusal(state, to, facts())

    assert str(State(state).label) in why
    assert str(State(to).label) in why


@pytest.mark.parametrize(("state", "to"), sorted(ALLOWED - {("in_progress", "released")}))
def test_a_move_is_free_when_nothing_is_missing(state, to):
    assert moves.refusal(state, to, facts()) == ""


BLOCKED = [
    *((frm, to, {"published_insights": 0}, "公開した気づきがありません") for frm, to in sorted(ALLOWED)
      if to in ("triaged", "planned", "in_progress")),
    *((frm, to, {"has_owner": False}, "担当者が決まっていません") for frm, to in sorted(ALLOWED)
      if to in ("planned", "in_progress")),
    *((frm, to, {"plan_fixed": False}, "測定の計画が固定されていません") for frm, to in sorted(ALLOWED)
      if to == "in_progress"),
    ("in_progress", "released", {}, "公開を記録する"),
    ("released", "told", {"untold": 3}, "3人"),
    ("released", "told", {"release": None}, "公開の記録がありません"),
    ("released", "measured", {"report": None}, "測定の計画がない"),
    ("told", "measured", {"report": None}, "測定の計画がない"),
    ("measured", "closed", {"untold": 1}, "1人"),
    ("measured", "closed", {"report": None}, "測定の計画がない"),
    ("measured", "closed", {"report": EffectReport(verdict="worsened")}, "着手に戻して"),
    ("measured", "closed", {"report": EffectReport(verdict="inconclusive")}, "名前を添えて"),
]  # fmt: skip


@pytest.mark.parametrize(("state", "to", "missing", "words"), BLOCKED)
def test_a_guard_refuses_in_words(state, to, missing, words):
    assert words in moves.refusal(state, to, facts(**missing))


def test_an_accepted_doubt_may_be_closed():
    accepted = EffectReport(verdict="inconclusive", accepted_by_id=1)

    assert moves.refusal("measured", "closed", facts(report=accepted)) == ""


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_no_move_without_a_reason(world, reason):
    item = world.improvement(world.insight())

    with pytest.raises(Refused) as refused:
        moves.move(
            improvement=item, to="triaged", reason=reason, actor=world.people.analyst,
            now=world.now,
        )  # fmt: skip

    assert refused.value.code == "reason_missing"
    assert not Decision.objects.exists()


def test_declining_needs_words_for_the_customers(world):
    item = world.improvement(world.insight())

    with pytest.raises(Refused) as refused:
        world.move(item, "declined")
    world.move(item, "declined", public_reason="採算が合わないため見送りました。")

    assert refused.value.code == "public_reason_missing"
    assert Decision.objects.get().public_reason.startswith("採算")


def test_a_move_leaves_a_decision_and_an_audit_entry(world):
    item = world.improvement(world.insight())

    world.move(item, "triaged")

    decision = Decision.objects.get()
    assert (decision.from_state, decision.to_state, decision.by) == (
        "candidate", "triaged", world.people.analyst,
    )  # fmt: skip
    entry = AuditEntry.objects.get(action="improvement.moved")
    assert entry.detail["reason"] == decision.reason
    item.refresh_from_db()
    assert item.state == "triaged"


def test_of_two_people_who_decide_at_once_the_second_is_told_so(world):
    item = world.improvement(world.insight())
    seen_by_first = Improvement.objects.get(pk=item.pk)
    seen_by_second = Improvement.objects.get(pk=item.pk)

    world.move(seen_by_first, "triaged")
    with pytest.raises(Refused) as refused:
        world.move(seen_by_second, "declined", public_reason="採算が合いません。")

    assert refused.value.code == "conflict"
    item.refresh_from_db()
    assert item.state == "triaged"
    assert Decision.objects.count() == 1


def test_a_decision_about_a_state_that_has_passed_is_refused(world):
    item = world.improvement(world.insight())
    world.move(item, "triaged")

    with pytest.raises(Refused) as refused:
        world.move(item, "on_hold", seen="candidate")

    assert refused.value.code == "conflict"


def test_the_whole_loop_closes_only_when_told_and_measured(world, run_jobs, mailoutbox):
    item = world.working(waived=True)
    world.release(item)
    with pytest.raises(Refused, match="1人"):
        world.move(item, "told")

    run_jobs()
    world.move(item, "told")
    report = item.effects.get()
    world.move(item, "measured")
    with pytest.raises(Refused, match="名前"):
        world.move(item, "closed")
    effects.accept_effect(report=report, actor=world.people.owner, now=world.now)
    world.move(item, "closed")

    assert len(mailoutbox) == 1
    assert report.verdict == "inconclusive"
    assert report.reason == "waived"
    assert [d.to_state for d in item.decisions.order_by("pk")] == [
        "triaged", "planned", "in_progress", "released", "told", "measured", "closed",
    ]  # fmt: skip


def test_a_plan_cannot_be_changed_after_it_was_fixed(world):
    item = Improvement.objects.get(pk=world.working().pk)
    digest = item.plan.digest

    for change in (world.plan, world.waive):
        with pytest.raises(Refused) as refused:
            change(item)
        assert refused.value.code == "frozen"
    with pytest.raises(Refused):
        improvements.freeze_plan(improvement=item, actor=world.people.owner, now=world.now)

    item.plan.refresh_from_db()
    assert item.plan.digest == digest == improvements.plan_digest(item.plan)


def test_a_draft_of_a_plan_may_change_until_it_is_fixed(world):
    item = world.improvement(world.insight())
    for weeks in (8, 12):
        improvements.save_plan(
            improvement=item, topic=world.topic, window_weeks=weeks, minimum_effect=0.2,
            actor=world.people.analyst, now=world.now,
        )  # fmt: skip

    fixed = improvements.freeze_plan(improvement=item, actor=world.people.analyst, now=world.now)

    assert fixed.window_weeks == 12
    assert len(fixed.digest) == 64


def test_a_withdrawn_insight_carries_no_further_move(world):
    insight = world.insight()
    item = world.improvement(insight)
    world.move(item, "triaged")
    insights.withdraw(insight=insight, actor=world.people.analyst, now=world.now)
    item.owner = world.people.analyst
    item.save()

    with pytest.raises(Refused, match="公開した気づき"):
        world.move(item, "planned")


@pytest.mark.parametrize("to", ["released", "nonsense"])
def test_released_is_reached_by_a_release_alone(world, to):
    item = world.working()

    with pytest.raises(Refused):
        world.move(item, to)

    item.refresh_from_db()
    assert item.state == "in_progress"
