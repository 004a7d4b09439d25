"""The generated world: sizes, coherence, the planted stories."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from feedback.demo import series, stories
from feedback.demo.hours import TOKYO
from feedback.demo.world import World, build
from feedback.stats.alerts import emerging
from feedback.stats.effect import measure

END = date(2026, 3, 18)
TAXONOMY = Path(__file__).parents[3] / "feedback/text/data/taxonomy.json"


@pytest.fixture(scope="module")
def world() -> World:
    return build(end=END)


@pytest.fixture(scope="module")
def tiny() -> World:
    return build(end=END, scale=0.02)


def test_the_world_has_the_promised_size(world: World) -> None:
    summary = world.summary()

    assert 19_000 <= summary["comments"] <= 21_500
    assert 7_300 <= summary["responses_with_comment"] <= 8_700
    assert 0.55 <= summary["responses_with_comment"] / summary["responses"] <= 0.65
    assert 2_800 <= summary["tickets"] <= 3_250
    assert summary["customers"] == 4_000
    assert summary["topics"] >= 45
    assert len(world.weeks) == 104
    assert len(world.staff) == 8
    assert len(world.surveys) == 2


def test_the_same_seed_gives_the_same_world_and_another_seed_another() -> None:
    one, same, other = (build(end=END, seed=seed, scale=0.02) for seed in (7, 7, 8))

    assert one == same
    assert [c.text for c in one.comments] != [c.text for c in other.comments]


def test_a_tiny_world_holds_together(tiny: World) -> None:
    summary = tiny.summary()

    assert 250 <= summary["comments"] <= 600
    assert summary["tickets"] > 20
    assert {c.source for c in tiny.comments} == {"nps", "csat", "ticket", "app", "store", "social"}
    _assert_references(tiny)


def test_every_reference_leads_to_something(world: World) -> None:
    _assert_references(world)


def _assert_references(world: World) -> None:
    customers = {c.ref for c in world.customers}
    comments = {c.ref: c for c in world.comments}
    tickets = {t.ref for t in world.tickets}
    orders = {o.ref for o in world.orders}
    assert len(comments) == len(world.comments)
    assert len({r.ref for r in world.responses}) == len(world.responses)
    for response in world.responses:
        assert response.customer_ref in customers
        assert (response.order_ref in orders) != (response.ticket_ref in tickets)
        if response.comment_ref:
            comment = comments[response.comment_ref]
            assert comment.customer_ref == response.customer_ref
            assert comment.response_ref == response.ref
    for ticket in world.tickets:
        assert ticket.customer_ref in customers
        for event in ticket.events:
            assert event.by != "customer" or comments[event.comment_ref].ticket_ref == ticket.ref
    for insight in world.insights:
        for ref, place in insight.evidence:
            assert comments[ref].clauses[place].topic == insight.topic
    improvements = {i.ref: i for i in world.improvements}
    insights = {i.ref for i in world.insights}
    for improvement in world.improvements:
        assert set(improvement.insight_refs) <= insights
        assert improvement.duplicate_of is None or improvement.duplicate_of in improvements
    for release in world.releases:
        assert set(release.improvement_refs) <= set(improvements)


def test_nothing_lies_after_the_present_or_before_the_start(world: World) -> None:
    moments = [c.at for c in world.comments] + [r.at for r in world.responses]
    moments += [e.at for t in world.tickets for e in t.events]
    moments += [d.at for i in world.improvements for d in i.decisions]
    moments += [r.released_at for r in world.releases]
    moments += [n.sent_at for n in world.notices if n.sent_at]

    assert max(moments) <= world.now
    assert min(moments).astimezone(TOKYO).date() >= world.start
    assert all(moment.tzinfo is not None for moment in moments)


@pytest.mark.parametrize("end", [date(2026, 3, 15), date(2026, 3, 18)])
def test_a_world_made_in_the_morning_holds_nothing_of_the_rest_of_the_day(end: date) -> None:
    morning = datetime(end.year, end.month, end.day, 6, tzinfo=TOKYO)

    early = build(end=end, scale=0.2, now=morning)

    moments = [c.at for c in early.comments] + [r.at for r in early.responses]
    moments += [e.at for t in early.tickets for e in t.events] + [o.ordered_at for o in early.orders]
    moments += [n.sent_at for n in early.notices if n.sent_at]
    assert max(moments) <= morning
    assert morning - max(moments) < timedelta(days=1)
    assert build(end=end, scale=0.2).comments[-1].at > morning
    _assert_references(early)


def test_a_ticket_runs_forward_in_time_and_ends_in_its_status(world: World) -> None:
    for ticket in world.tickets:
        times = [event.at for event in ticket.events]
        assert times == sorted(times)
        assert ticket.events[0].by == "customer"
        assert ticket.status == [e.status for e in ticket.events if e.status][-1]
        replies = [e.at for e in ticket.events if e.type == "message" and e.by == "agent"]
        assert (min(replies) if replies else None) == ticket.first_reply_at


def test_agents_answer_only_in_working_hours(world: World) -> None:
    for ticket in world.tickets:
        for event in ticket.events:
            if event.by == "agent" and event.type == "message":
                local = event.at.astimezone(TOKYO)
                assert local.weekday() < 5
                assert (9, 30) <= (local.hour, local.minute) <= (18, 0)


def test_clauses_are_spans_of_their_text_with_topics_of_the_taxonomy(world: World) -> None:
    topics = {t["key"] for t in json.loads(TAXONOMY.read_text(encoding="utf-8"))["topics"]}
    allowed = {
        ("negative", "complaint"), ("positive", "praise"), ("neutral", "request"),
        ("neutral", "question"), ("neutral", "report"),
    }  # fmt: skip

    for comment in world.comments:
        previous = 0
        for clause in comment.clauses:
            assert comment.text[clause.start : clause.end] == clause.text
            assert clause.start >= previous
            previous = clause.end
            assert clause.topic in topics
            assert (clause.polarity, clause.intent) in allowed


def test_few_comments_are_word_for_word_the_same(world: World) -> None:
    assert world.summary()["duplicate_share"] < 0.02


def test_no_template_marks_are_left_in_any_text(world: World) -> None:
    marks = re.compile(r"[{}|<>\[\]]|None|、、|。。(?!。)|、$")
    texts = [comment.text for comment in world.comments]
    texts += [event.text for ticket in world.tickets for event in ticket.events]

    assert [text for text in texts if marks.search(text.replace("。。。", ""))] == []


def test_addresses_and_numbers_are_fictional(world: World) -> None:
    said = [c.text for c in world.comments]
    said += [e.text for t in world.tickets for e in t.events]
    said += [c.mail for c in world.customers] + [s.mail for s in world.staff]
    said += [s.operator for s in world.surveys] + [i.mail for i in world.inboxes]
    everything = "\n".join(said)

    hosts = re.findall(r"@([a-z0-9.-]+)", everything)
    phones = re.findall(
        r"0\d{1,3}-\d{3,4}-\d{3,4}", everything + " ".join(c.phone for c in world.customers)
    )
    assert len(hosts) > 1_000
    assert [host for host in hosts if not host.endswith(".example")] == []
    assert "http" not in everything
    assert [p for p in phones if not p.startswith(("090-0000-", "0120-000-"))] == []


def test_enough_comments_hold_something_that_must_be_masked(world: World) -> None:
    masked = [c for c in world.comments if re.search(r"090-0000|０９０|\.example", c.text)]

    assert len(masked) > 200


def test_scores_go_with_the_words_but_not_perfectly(world: World) -> None:
    score = {r.comment_ref: r.score for r in world.responses if r.kind == "nps"}
    moods: dict[str, list[int]] = {"negative": [], "positive": []}
    for comment in world.comments:
        polarities = {c.polarity for c in comment.clauses}
        if comment.ref in score and len(polarities) == 1 and polarities <= set(moods):
            moods[polarities.pop()].append(score[comment.ref])
    glad, sad = (sum(v) / len(v) for v in (moods["positive"], moods["negative"]))

    assert glad - sad > 1.5
    assert max(moods["negative"]) >= 8
    assert min(moods["positive"]) <= 6


def test_nps_is_as_low_as_it_is_in_japan(world: World) -> None:
    scores = [r.score for r in world.responses if r.kind == "nps"]

    assert -25 <= world.summary()["nps"] <= -5
    assert sum(5 <= s <= 8 for s in scores) / len(scores) > 0.55


def test_campaign_weeks_hold_about_twice_as_much(world: World) -> None:
    _, _, totals = world.weekly_counts()
    ordinary = sorted(totals)[len(totals) // 2]

    assert len(world.campaigns) >= 5
    assert all(totals[week] > 1.5 * ordinary for week in world.campaigns)


def test_story_topics_are_spoken_of_every_week_and_thirty_others_often(world: World) -> None:
    topics, counts, _ = world.weekly_counts()
    weekly = {topic: sum(row) / len(row) for topic, row in zip(topics, counts, strict=True)}

    assert weekly[stories.LATE_TOPIC] >= 8
    assert weekly[stories.SEARCH_TOPIC] >= 8
    assert weekly[stories.RESTOCK_TOPIC] >= 8
    assert sum(value >= 30 / 16 for value in weekly.values()) >= 33


def test_the_delivery_problem_rises_and_stays_mended_after_the_release(world: World) -> None:
    topics, counts, totals = world.weekly_counts()
    row = counts[topics.index(stories.LATE_TOPIC)]

    def rate(start: int, stop: int) -> float:
        return sum(row[start:stop]) / sum(totals[start:stop])

    before = rate(series.LATE_STARTS - 18, series.LATE_STARTS)
    high = rate(series.LATE_PEAK, series.LATE_RELEASE)
    assert high > 1.8 * before
    for start in range(series.LATE_RELEASE, 104 - 8, 8):
        assert rate(start, start + 8) < 0.5 * high


def test_the_search_topic_stood_high_by_chance_and_fell_back(world: World) -> None:
    topics, counts, totals = world.weekly_counts()
    row = counts[topics.index(stories.SEARCH_TOPIC)]
    k = series.SEARCH_RELEASE
    base, high, after = (
        sum(row[a:b]) / sum(totals[a:b]) for a, b in ((k - 26, k - 8), (k - 8, k), (k, k + 8))
    )

    assert high > 1.3 * base
    assert after < high


@pytest.mark.parametrize("seed", [20, 21, 22])
def test_the_effect_of_the_real_repair_is_found_and_the_other_is_not_believed(seed: int) -> None:
    topics, counts, totals = build(end=END, seed=seed).weekly_counts()
    late, search = topics.index(stories.LATE_TOPIC), topics.index(stories.SEARCH_TOPIC)
    released = [(late, series.LATE_RELEASE), (search, series.SEARCH_RELEASE)]

    real = measure(counts, totals, late, series.LATE_RELEASE, released=released)
    chance = measure(counts, totals, search, series.SEARCH_RELEASE, released=released)

    assert real.verdict == "improved"
    assert real.high is not None
    assert real.high < -0.05
    assert chance.verdict in ("no_change", "inconclusive")
    assert chance.p_value is not None
    assert chance.p_value > 0.1


def test_restocking_is_an_alert_in_the_last_week(world: World) -> None:
    topics, counts, totals = world.weekly_counts()

    found = {topics[x.topic]: x.tier for x in emerging(counts, totals)}

    assert found.get(stories.RESTOCK_TOPIC) == "alert"


def test_story_releases_fall_into_their_weeks(world: World) -> None:
    released = {r.ref: r.released_at.astimezone(TOKYO).date() for r in world.releases}

    for story in world.stories:
        if story.release_ref is None or story.release_week is None:
            continue
        assert (released[story.release_ref] - world.weeks[story.release_week]).days in range(7)


def test_improvements_are_in_many_states_and_every_step_has_a_reason(world: World) -> None:
    assert len({improvement.state for improvement in world.improvements}) >= 8
    for improvement in world.improvements:
        state = "candidate"
        for decision in improvement.decisions:
            assert decision.from_state == state
            assert decision.reason
            state = decision.to_state
        assert state == improvement.state
        if improvement.state == "declined":
            assert improvement.decisions[-1].public_reason
        if improvement.plan and any(d.to_state == "released" for d in improvement.decisions):
            shipped = next(d.at for d in improvement.decisions if d.to_state == "released")
            assert improvement.plan.frozen_at < shipped


def test_an_end_on_any_weekday_gives_whole_weeks_and_no_gap() -> None:
    for end in (date(2026, 3, 15), date(2026, 3, 16), date(2026, 3, 21)):
        world = build(end=end, scale=0.02)

        assert all(week.weekday() == 0 for week in world.weeks)
        assert 0 <= (end - world.weeks[-1]).days - 6 <= 6
        assert max(c.at for c in world.comments).astimezone(TOKYO).date() <= end
