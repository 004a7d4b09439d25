"""The verdict: when it may be reached, from which numbers, and what it allows."""

import math
import random
from datetime import date, timedelta

import pytest

from feedback.models import CommentDay, EffectReport, Topic, TopicDay
from feedback.queries.improvements import decide_on, start_of
from feedback.services import effects, improvements, moves
from feedback.stats.effect import measure
from voc.errors import Refused
from voc.jobs import Run

RELEASE = date(2026, 7, 15)
SETTLING = date(2026, 7, 13)


@pytest.fixture
def counted(world):
    """Two years of weekly counts; the judged topic rises, and halves from the release on."""

    def count(factor):
        chance = random.Random(7)
        leaves = [t for t in Topic.objects.order_by("pk") if not t.children.exists()]
        first = date(2024, 11, 4)
        days, comments = [], []
        level = dict.fromkeys((t.pk for t in leaves), 0.0)
        for week in range(106):
            day = first + timedelta(weeks=week)
            comments.append(CommentDay(local_day=day, source="survey", count=1000))
            for topic in leaves:
                level[topic.pk] = 0.6 * level[topic.pk] + chance.gauss(0, 0.06)
                mean = 60 * math.exp(level[topic.pk])
                if topic == world.topic and day > SETTLING:
                    mean *= factor
                number = max(0, round(chance.gauss(mean, math.sqrt(mean))))
                days.append(
                    TopicDay(local_day=day, topic=topic, polarity="negative", clauses=number)
                )
        TopicDay.objects.bulk_create(days)
        CommentDay.objects.bulk_create(comments)

    return count


@pytest.fixture
def shipped(world):
    item = world.working(at=start_of(date(2026, 7, 1)))
    world.release(item, at=start_of(RELEASE))
    return item


def compute(item, world, day):
    return effects.compute_effect(improvement=item, now=start_of(day))


def test_the_day_of_decision_follows_the_settling_week_and_the_window(world, shipped):
    day = decide_on(shipped.releases.get(), shipped.plan)

    assert day == SETTLING + timedelta(weeks=9)
    with pytest.raises(Refused) as refused:
        compute(shipped, world, day - timedelta(days=1))
    assert refused.value.code == "too_early"


def test_a_real_halving_is_found_and_the_loop_may_be_measured(world, counted, shipped):
    counted(0.5)

    report = compute(shipped, world, date(2026, 11, 1))

    assert report.verdict == "improved"
    assert -0.65 < report.estimate < -0.35
    assert report.low < report.estimate < report.high < 0
    assert report.mentions_after > 150
    assert len(report.data["weeks"]) == 26 + 8
    assert f"{SETTLING:%F}" not in report.data["weeks"]
    moves.move(
        improvement=shipped, to="measured", reason="区間が0をまたがない。",
        actor=world.people.analyst, now=world.now,
    )  # fmt: skip


def test_the_stored_numbers_are_those_of_the_statistics(world, counted, shipped):
    counted(0.5)
    series = effects.series_for(shipped.plan, shipped.releases.get())

    report = compute(shipped, world, date(2026, 11, 1))
    again = measure(
        series.counts, series.totals, series.topic, series.release_week,
        released=series.released,
    )  # fmt: skip

    assert (report.estimate, report.low, report.p_value) == (
        again.estimate, again.low, again.p_value,
    )  # fmt: skip
    assert series.weeks[series.release_week] == SETTLING + timedelta(weeks=1)


def test_nothing_changed_is_not_called_an_improvement(world, counted, shipped):
    counted(1.0)

    assert compute(shipped, world, date(2026, 11, 1)).verdict in ("no_change", "inconclusive")


def test_a_rise_sends_the_item_back_to_work(world, counted, shipped):
    counted(2.2)
    report = compute(shipped, world, date(2026, 11, 1))
    assert report.verdict == "worsened"
    world.move(shipped, "measured")

    with pytest.raises(Refused):
        world.move(shipped, "closed")
    world.move(shipped, "in_progress")

    assert shipped.state == "in_progress"


def test_the_same_numbers_give_the_same_report(world, counted, shipped):
    counted(0.5)
    first = compute(shipped, world, date(2026, 11, 1))

    assert compute(shipped, world, date(2026, 11, 9)).pk == first.pk
    TopicDay.objects.filter(topic=world.topic, local_day__lt=SETTLING).update(clauses=99)
    assert compute(shipped, world, date(2026, 11, 9)).data_hash != first.data_hash


def test_without_history_nothing_is_decided(world, shipped):
    report = compute(shipped, world, date(2026, 11, 1))

    assert report.verdict == "inconclusive"
    assert report.reason != ""
    assert report.estimate is None


def test_praise_is_not_counted_as_a_mention(world, counted, shipped):
    counted(0.5)
    before = effects.series_for(shipped.plan, shipped.releases.get()).counts
    TopicDay.objects.bulk_create(
        TopicDay(local_day=SETTLING + timedelta(days=n), topic=world.topic, polarity="positive",
                 clauses=500)
        for n in range(60)
    )  # fmt: skip

    assert effects.series_for(shipped.plan, shipped.releases.get()).counts == before


def test_other_releases_are_kept_out_of_the_placebos(world, counted, shipped):
    counted(0.5)
    other = Topic.objects.get(key="delivery.late")
    item = world.improvement(world.insight(), owner=world.people.analyst)
    world.move(item, "triaged")
    world.move(item, "planned")
    improvements.plan_and_freeze(
        improvement=item, topic=other, window_weeks=8, minimum_effect=0.15, freeze=True,
        actor=world.people.analyst, now=start_of(date(2026, 1, 1)),
    )  # fmt: skip
    world.move(item, "in_progress")
    world.release(item, at=start_of(date(2026, 3, 4)))

    series = effects.series_for(shipped.plan, shipped.releases.get())

    [(row, column)] = series.released
    assert series.rows[row] == other.pk
    assert series.weeks[column] == date(2026, 3, 2)


def test_a_plan_changed_behind_the_service_gives_no_verdict(world, counted, shipped):
    counted(0.5)
    type(shipped.plan).objects.update(window_weeks=4)

    report = compute(shipped, world, date(2026, 11, 1))

    assert (report.verdict, report.reason) == ("inconclusive", "plan_changed")


def test_the_nightly_job_computes_what_is_due_once(world, shipped):
    early = start_of(SETTLING + timedelta(weeks=8))
    late = start_of(SETTLING + timedelta(weeks=9))

    effects.measure_due(Run(job_id=1, attempt=1, now=early))
    assert not EffectReport.objects.exists()
    for _ in range(2):
        effects.measure_due(Run(job_id=1, attempt=1, now=late))

    assert EffectReport.objects.count() == 1


def test_a_topic_merged_since_is_judged_where_its_voices_went(world, counted, shipped):
    counted(0.5)
    into = Topic.objects.get(key="price.level") if Topic.objects.filter(
        key="price.level").exists() else Topic.objects.exclude(parent=None).exclude(
        pk=world.topic.pk).order_by("pk")[0]
    Topic.objects.filter(pk=world.topic.pk).update(state="merged", merged_into=into)

    series = effects.series_for(shipped.plan, shipped.releases.get())

    assert series.rows[series.topic] == into.pk


def test_a_verdict_is_accepted_by_one_name(world, shipped):
    report = compute(shipped, world, date(2026, 11, 1))
    effects.accept_effect(report=report, actor=world.people.owner, now=world.now)

    with pytest.raises(Refused):
        effects.accept_effect(report=report, actor=world.people.admin, now=world.now)

    report.refresh_from_db()
    assert report.accepted_by == world.people.owner
