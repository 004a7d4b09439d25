"""Results: every figure against a count by hand, and what is behind it."""

import random
import uuid
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from feedback.queries.periods import Period
from feedback.queries.scores import figure
from surveys.models import (
    Answer,
    AnswerDay,
    Attempt,
    CutDay,
    Invitation,
    Question,
    Response,
    ResponseDay,
)
from surveys.queries import breakdowns, crossings, cuts, definitions, funnels, lookup, results
from surveys.queries.cuts import DIMENSIONS, Cut
from surveys.services import days, responses
from surveys.services import rows as typed_rows
from tests import factories
from tests.conftest import TOKYO
from tests.surveys.designs import EVERY_KIND, choices, survey_of

DAY = date(2026, 11, 1)
RICH = [
    {"key": "score", "kind": "nps", "label": "すすめたいですか。"},
    {"key": "why", "kind": "single", "label": "いちばんの理由", "options": {"choices": choices("品ぞろえ", "価格"), "other": True}},
    {"key": "used", "kind": "multiple", "label": "使ったもの", "options": {"choices": choices("店", "アプリ", "電話")}},
    {"key": "grid", "kind": "matrix", "label": "それぞれ",
     "options": {"rows": [{"id": "r1", "label": "味"}, {"id": "c1", "label": "値段"}], "choices": choices("よい", "わるい")}},
    {"key": "rank", "kind": "ranking", "label": "大切な順", "options": {"choices": choices("味", "値段", "速さ")}},
    {"key": "people", "kind": "number", "label": "人数"},
    {"key": "words", "kind": "long", "label": "くわしく"},
]  # fmt: skip


@pytest.fixture
def survey(db):
    return survey_of(RICH, version=3)


@pytest.fixture
def stored(survey):
    """400 worked responses of all sorts over 40 days, and the answers by hand."""
    return fill(survey, 400)


def fill(survey, number, seed=7):
    lot = random.Random(seed)
    definition = definitions.thaw(survey, definitions.freeze(survey), 1)
    made = []
    for index in range(number):
        at = datetime(2026, 11, 1, 12, tzinfo=TOKYO) + timedelta(days=lot.randrange(40))
        answers = {"score": lot.randrange(11)} if lot.random() < 0.9 else {}
        if lot.random() < 0.8:
            answers["why"] = lot.choice(["c1", "c2", "other"])
        if lot.random() < 0.7:
            answers["used"] = [one for one in ("c1", "c2", "c3") if lot.random() < 0.5] or ["c1"]
        if lot.random() < 0.6:
            answers["grid"] = {"r1": lot.choice(["c1", "c2"]), "c1": "c1"}
        if lot.random() < 0.5:
            answers["rank"] = lot.sample(["c1", "c2", "c3"], lot.randint(1, 3))
        if lot.random() < 0.5:
            answers["people"] = lot.choice([1, 2, 2, 3, 7.5])
        made.append(
            Response(
                survey=survey, survey_version=lot.choice([1, 2]), key=uuid.UUID(int=index + 1),
                answers=answers, purpose="", channel=lot.choice(["link", "mail", "qr"]),
                language=lot.choice(["ja", "ja", "en"]), device=lot.choice(["phone", "desktop", ""]),
                segment=lot.choice(["法人", "個人", ""]), score=answers.get("score"),
                spoke=lot.random() < 0.3, partial=lot.random() < 0.1,
                flags=lot.choice([[], [], [], ["speeder"], ["speeder", "straightliner"]]),
                state="worked", submitted_at=at, local_day=at.date(),
            )
        )  # fmt: skip
    made = Response.objects.bulk_create(made)
    Answer.objects.bulk_create(
        [answer for row in made for answer in typed_rows.typed(row, definition)]
    )
    days.rebuild_days()
    return made


def matching(stored, cut):
    columns = {name: cuts.column(name) for name in DIMENSIONS}
    return [
        row
        for row in stored
        if cut.period.first <= row.local_day <= cut.period.last
        and all(str(getattr(row, columns[k])) == v for k, v in cut.parts.items())
    ]


def some_cuts():
    lot = random.Random(3)
    parts = {
        "segment": ["法人", "個人", ""], "channel": ["link", "mail"], "language": ["ja", "en"],
        "version": ["1", "2", "x²"], "device": ["phone", ""],
    }  # fmt: skip
    for size in (0, 1, 1, 1, 1, 1, 2, 2, 2, 3, 4, 5):
        names = lot.sample(list(parts), size)
        first = DAY + timedelta(days=lot.randrange(20))
        yield Cut(
            Period(first, first + timedelta(days=lot.randrange(1, 25))),
            {name: lot.choice(parts[name]) for name in names},
        )


def test_every_combination_of_filters_counts_what_a_count_by_hand_does(survey, stored):
    for cut in some_cuts():
        mine = matching(stored, cut)
        shown = results.results_of(survey, cut)
        given = [row.score for row in mine if row.score is not None]

        assert shown.responses == len(mine)
        assert shown.counts == {value: given.count(value) for value in set(given)}
        assert shown.figure == figure("nps", shown.counts)
        assert results.with_words(survey, cut) == sum(row.spoke for row in mine)
        assert lookup.listed(survey, cut).count() == len(mine)
        funnel = funnels.funnel_of(survey, cut, shown.responses)
        assert funnel.completed == sum(not row.partial for row in mine)
        assert funnel.usable == sum(not row.partial and not row.flags for row in mine)
        assert funnel.speeders == sum("speeder" in row.flags for row in mine)
        for dimension in DIMENSIONS:
            rest = matching(stored, cut.without(dimension))
            counted = cuts.by_part(survey.pk, cut, dimension)
            by_hand = {}
            for row in rest:
                part = str(getattr(row, cuts.column(dimension)))
                by_hand[part] = by_hand.get(part, 0) + 1
            assert {part: sum(c.values()) for part, c in counted.items()} == by_hand


def test_weeks_and_months_of_a_cut_add_up_to_it(survey, stored):
    for cut in some_cuts():
        total = sum(n for _value, n in cuts.tally(survey.pk, cut, "value"))
        for step in ("week", "month", "local_day"):
            found = cuts.tally(survey.pk, cut, step, "value")
            assert sum(n for *_rest, n in found) == total
            if step == "week":
                assert all(start.weekday() == 0 for start, *_rest in found)


def test_questions_are_counted_alike_from_days_and_from_answers(survey, stored):
    for cut in some_cuts():
        mine = matching(stored, cut)
        found = {row.question.key: row for row in breakdowns.breakdowns(survey, cut)}

        for key, row in found.items():
            answered = [r.answers[key] for r in mine if key in r.answers]
            assert row.n == len(answered)
            assert row.enough is (row.n >= 10)
            if not row.enough:
                assert not (row.lines or row.matrix or row.ranking or row.quartiles or row.score)
                continue
            if key == "why":
                assert {x.value: x.count for x in row.lines} == {c: answered.count(c) for c in ("c1", "c2", "other")}
            if key == "used":
                assert {x.value: x.count for x in row.lines} == {
                    c: sum(c in one for one in answered) for c in ("c1", "c2", "c3")
                }
                assert all(x.fraction == x.count / len(answered) for x in row.lines)
            if key == "grid":
                cells = {(r.item, x.value): x.count for r in row.matrix for x in r.lines}
                assert cells["r1", "c2"] == sum(one["r1"] == "c2" for one in answered)
                assert [r.label for r in row.matrix] == ["味", "値段"]
            if key == "rank":
                for ranked in row.ranking:
                    places = [one.index(ranked.item) + 1 for one in answered if ranked.item in one]
                    assert (ranked.n, ranked.firsts) == (len(places), places.count(1))
                    assert ranked.mean == pytest.approx(sum(places) / len(places))
            if key == "people":
                ordered = sorted(answered)
                by_hand = [ordered[-(-len(ordered) * k // 4) - 1] for k in (1, 2, 3)]
                assert [float(q) for q in row.quartiles] == by_hand


def test_two_questions_crossed_count_those_who_answered_both(survey, stored):
    cut = Cut(Period(DAY, DAY + timedelta(days=60)))
    axes = {axis.name: axis for axis in crossings.axes_of(survey)}

    found = crossings.crossing(survey, cut, axes["why"], axes["score"])
    chosen = crossings.crossing(survey, cut, axes["used:c2"], axes[".segment"])

    both = [row for row in stored if "why" in row.answers and row.score is not None]
    assert found.table.total == len(both)
    hand = sum(row.answers["why"] == "c2" and row.score >= 9 for row in both)
    assert dict(zip([p for p, _ in found.column_parts], found.table.cells[1], strict=True))["promoter"] == hand
    asked = [row for row in stored if "used" in row.answers]
    assert chosen.table.rows == (
        sum("c2" in row.answers["used"] for row in asked), sum("c2" not in row.answers["used"] for row in asked)
    )
    assert chosen.table.total == len(asked)


def test_small_groups_are_hidden_with_what_would_give_them_away(survey):
    today = date(2026, 11, 20)
    for part, n in (("法人", 4), ("個人", 30), ("会員", 55)):
        CutDay.objects.create(survey=survey, dimension="segment", local_day=today, part=part, value=9, count=n)
    from surveys.queries.compared import parts_of

    found = parts_of("nps", cuts.by_part(survey.pk, Cut(Period(today, today)), "segment"))

    assert {row.part: row.n for row in found.rows} == {"会員": 55, "個人": None, "法人": None}
    assert [row.figure is None for row in found.rows] == [False, True, True]
    assert found.hidden


def test_a_filter_that_leaves_a_few_people_shows_no_figure_of_theirs(survey, people, client_for):
    fill(survey, 60)
    Response.objects.filter(score__gte=0).update(segment="法人")
    few = Response.objects.filter(score__gte=0).order_by("pk")[:5]
    Response.objects.filter(pk__in=[row.pk for row in few]).update(segment="個人")
    days.rebuild_days()
    client = client_for(people.viewer)
    span = "days=free&first=2026-11-01&last=2026-12-20"

    page = client.get(f"/surveys/{survey.pk}/?{span}&segment=個人").content.decode()
    questions = client.get(f"/surveys/{survey.pk}/questions/?{span}&segment=個人").content.decode()

    assert "評価した回答が5件です。10件になると値を表示します。" in page
    assert "c-chart--histogram" not in page and "95%区間" not in page
    assert "<progress" not in questions and "10件になると内訳を表示します" in questions


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ((2026, 11, 20, 23, 59, 59), date(2026, 11, 20)),
        ((2026, 11, 21, 0, 0, 0), date(2026, 11, 21)),
    ],
)
def test_a_period_ends_at_midnight_in_japan(survey, people, client_for, run_jobs, at, day):
    moment = datetime(*at, tzinfo=TOKYO)
    responses.accept(
        definition=definitions.of_version(survey, 3), key=uuid.uuid4(), answers={"score": 9}, now=moment
    )
    run_jobs()

    for first, inside in ((day, True), (day - timedelta(days=1), False), (day + timedelta(days=1), False)):
        cut = Cut(Period(first, first))
        assert results.results_of(survey, cut).responses == inside
        assert lookup.listed(survey, cut).count() == inside


def test_a_late_answer_lands_on_the_day_it_was_given(survey, run_jobs, now):
    given = now - timedelta(days=200)
    responses.accept(
        definition=definitions.of_version(survey, 3), key=uuid.uuid4(), answers={"score": 3, "used": ["c1", "c2"]},
        now=now, given_at=given,
    )  # fmt: skip
    run_jobs()

    then, today = (Cut(Period(at.date(), at.date())) for at in (given, now))
    assert results.results_of(survey, then).counts == {3: 1}
    assert results.results_of(survey, today).responses == 0
    assert set(AnswerDay.objects.filter(question__key="used").values_list("item", "value", "count")) == {
        ("c1", "c1", 1), ("c2", "c2", 1), ("", "", 1)
    }  # fmt: skip
    assert days.rebuild_days()["changed"] == 0


def test_the_rebuilt_days_know_who_was_marked_and_who_answered_several_items(survey, stored):
    AnswerDay.objects.all().delete()
    CutDay.objects.all().delete()
    days.rebuild_days()

    cut = Cut(Period(DAY, DAY + timedelta(days=60)))
    funnel = funnels.funnel_of(survey, cut, 400)
    assert funnel.completed == sum(not row.partial for row in stored)
    used = next(row for row in breakdowns.breakdowns(survey, cut) if row.question.key == "used")
    assert used.n == sum("used" in row.answers for row in stored)


def test_the_funnel_counts_the_same_people_above_and_below_the_line(survey, now):
    cut = Cut(Period(now.date(), now.date()))
    for index in range(10):
        invitation = Invitation.objects.create(
            survey=survey, digest=f"{index:064d}", created_at=now, expires_at=now + timedelta(days=9),
            sent_at=now if index < 8 else None, used_at=now if index < 4 else None,
        )  # fmt: skip
        if index < 4:
            Response.objects.create(
                survey=survey, survey_version=3, key=uuid.uuid4(), answers={"score": 9}, purpose="", score=9,
                state="worked", submitted_at=now, local_day=now.date(), invitation=invitation,
                flags=["speeder"] if index == 0 else [],
            )  # fmt: skip
    for index in range(3):
        Response.objects.create(
            survey=survey, survey_version=3, key=uuid.uuid4(), answers={"score": 9}, purpose="", score=9,
            state="worked", submitted_at=now, local_day=now.date(), partial=index == 0,
        )  # fmt: skip
    Attempt.objects.create(
        survey=survey, survey_version=3, key=uuid.uuid4(), started_at=now, touched_at=now, local_day=now.date()
    )
    days.rebuild_days()

    funnel = funnels.funnel_of(survey, cut, 7)

    assert (funnel.sent, funnel.started, funnel.completed, funnel.usable) == (8, 8, 6, 5)
    rates = funnel.rates
    assert (rates.returned.numerator, rates.returned.denominator) == (4, 8)
    assert (rates.usable.numerator, rates.usable.denominator) == (3, 8)
    assert (rates.completed.numerator, rates.completed.denominator) == (6, 8)


def test_a_figure_opens_exactly_the_responses_it_counts(survey, stored, people, client_for):
    client = client_for(people.viewer)
    span = {"days": "free", "first": "2026-11-01", "last": "2026-12-20"}

    def total(**more):
        return client.get(f"/surveys/{survey.pk}/responses/", {**span, **more}).context["total"]

    answers = [row.answers for row in stored]
    assert total(score="promoter") == sum(row.score is not None and row.score >= 9 for row in stored)
    assert total(score="0") == sum(row.score == 0 for row in stored)
    assert total(a="why::other") == sum(one.get("why") == "other" for one in answers)
    assert total(a="used:c2:c2") == sum("c2" in one.get("used", ()) for one in answers)
    assert total(a="grid:r1:c2") == sum(one.get("grid", {}).get("r1") == "c2" for one in answers)
    assert total(a="rank:c1:1") == sum(one.get("rank", [""])[0] == "c1" for one in answers)
    assert total(a="people") == sum("people" in one for one in answers)
    assert total(a=["why::c1", "used:c1:c1"], segment="法人") == sum(
        row.segment == "法人" and row.answers.get("why") == "c1" and "c1" in row.answers.get("used", ())
        for row in stored
    )
    assert total(mark="odd", segment="-") == sum(bool(row.flags) and not row.segment for row in stored)
    assert total(mark="usable") == sum(not row.flags and not row.partial for row in stored)


@pytest.mark.parametrize(
    "query",
    [
        "days=free&first=2026-13-01&last=x", "days=free&first=2026-11-20&last=2026-11-01", "days=-1",
        "days=free&first=0001-01-01&last=9999-12-31", "version=%C2%B2", "version=99999999999999999999",
        "segment=%00", "segment=%ED%A0%80", "a=score::99999999999", "a=nope", "a=:::::", "score=x", "mark=zz",
        "by=__class__", "rows=nope&columns=.segment", "rows=.segment&columns=.segment", "cursor=%00",
        "channel=" + "x" * 500, "a=why::%00&a=&a=used:&a=used::&a=used:c1",
    ],
)  # fmt: skip
def test_an_address_that_means_nothing_is_no_server_error(survey, people, client_for, query):
    client = client_for(people.viewer)

    for view in ("", "questions/", "compare/", "responses/"):
        assert client.get(f"/surveys/{survey.pk}/{view}?{query}").status_code in (200, 302)


def test_a_period_that_makes_no_sense_is_said_and_the_usual_one_is_shown(survey, people, client_for):
    page = client_for(people.viewer).get(
        f"/surveys/{survey.pk}/?days=free&first=2026-11-20&last=2026-11-01"
    )

    assert "最初の日は、最後の日より前にしてください。" in page.content.decode()
    assert page.context["chosen"].key == "91"


@pytest.fixture
def everything(db, now, run_jobs):
    """A response to every kind of question."""
    survey = survey_of(EVERY_KIND, slug="every")
    accepted = responses.accept(
        definition=definitions.of_version(survey, 1), key=uuid.uuid4(), now=now,
        answers={
            "nps": 10, "one": "other", "one.other": "電話は090-1234-5678", "many": ["c1", "c3"],
            "grid": {"r1": "c1"}, "rank": ["c3", "c1"], "words": "連絡先はh@example.jpです。早いです。",
            "mail": "h@example.jp", "tel": "090-1234-5678", "many-people": 2, "agreed": True,
        },
    )  # fmt: skip
    run_jobs()
    return SimpleNamespace(survey=survey, pk=accepted.response_id)


def test_one_response_shows_all_its_answers_masked(everything, people, client_for):
    page = client_for(people.viewer).get(f"/surveys/{everything.survey.pk}/responses/{everything.pk}/")

    text = page.content.decode()
    assert all(words in text for words in ("赤、白", "味: よい", "速さ、味", "早いです", "答えなし"))
    assert "090-1234-5678" not in text and "h@example.jp" not in text


def test_a_response_of_another_survey_is_not_found(everything, people, client_for, client):
    other = factories.SurveyFactory()
    path = f"/surveys/{everything.survey.pk}/responses/{everything.pk}/"

    assert client_for(people.owner).get(f"/surveys/{other.pk}/responses/{everything.pk}/").status_code == 404
    assert client_for(people.owner).get(f"/surveys/{everything.survey.pk}/responses/987654/").status_code == 404
    sent = client.get(path)
    assert sent.status_code == 302 and "/login/" in sent["Location"]


def test_words_of_another_teams_inbox_stay_unread(everything, people, client_for, inbox):
    from feedback.models import Comment

    Comment.objects.filter(source="survey").update(team="corporate")
    path = f"/surveys/{everything.survey.pk}/responses/{everything.pk}/"

    outsider = client_for(people.agent).get(path).content.decode()

    assert "早いです" not in outsider
    assert "早いです" in client_for(people.owner).get(path).content.decode()


def test_the_wordings_that_were_tried_are_compared(survey, people, client_for):
    Question.objects.filter(survey=survey, key="score").update(
        variants=[{"id": "b", "label": "ご友人にすすめますか。"}]
    )
    fill(survey, 200)
    for row in Response.objects.filter(survey=survey):
        row.variants = {"score": "b" if row.pk % 2 else ""}
        row.save()
    cut = Cut(Period(DAY, DAY + timedelta(days=60)))

    (found,) = [row for row in breakdowns.breakdowns(survey, cut) if row.question.key == "score"]

    by_hand = {
        part: Response.objects.filter(survey=survey, score__gte=0, variants__score=part).count()
        for part in ("", "b")
    }
    assert {row.part: row.n for row in found.wordings} == by_hand
    page = client_for(people.viewer).get(
        f"/surveys/{survey.pk}/questions/?days=free&first=2026-11-01&last=2026-12-20"
    )
    assert "ご友人にすすめますか。" in page.content.decode()


def test_pages_ask_no_more_of_the_database_for_more_answers(survey, people, client_for):
    client = client_for(people.viewer)
    span = "days=free&first=2026-11-01&last=2026-12-20"
    paths = [
        f"/surveys/{survey.pk}/{view}?{span}{more}"
        for view, more in (
            ("", ""), ("", "&segment=法人&channel=link"), ("questions/", ""), ("questions/", "&device=phone"),
            ("compare/", "&rows=why&columns=score"), ("responses/", "&a=why::c1"),
        )
    ]  # fmt: skip

    def asked():
        counts = []
        for path in paths:
            with CaptureQueriesContext(connection) as found:
                assert client.get(path).status_code == 200
            counts.append(len(found))
        return counts

    fill(survey, 300)
    few = asked()
    Answer.objects.all().delete()
    Response.objects.all().delete()
    for model in (ResponseDay, AnswerDay, CutDay):
        model.objects.all().delete()
    fill(survey, 900, seed=8)

    assert asked() == few
    assert max(few) <= 21


def test_the_api_says_the_same_figures_as_the_page(survey, stored, people, client_for, api_for):
    span = {"days": "free", "first": "2026-11-01", "last": "2026-12-20"}
    for more in ({}, {"segment": "法人"}, {"segment": "-", "channel": "mail"}):
        page = client_for(people.viewer).get(f"/surveys/{survey.pk}/", {**span, **more}).context
        said = api_for(people.viewer, "surveys:read").get(f"/api/v1/surveys/{survey.slug}/results", {**span, **more})

        assert said.status_code == 200
        body, shown = said.json(), page["shown"]
        assert (body["value"], body["low"], body["high"], body["n"]) == (
            shown.figure.value, shown.figure.low, shown.figure.high, shown.figure.n
        )
        assert {row["value"]: row["count"] for row in body["histogram"] if row["count"]} == shown.counts
        assert body["responses"] == shown.responses and body["with_words"] == page["with_words"]
        for name in ("sent", "started", "completed", "usable", "speeders"):
            assert body["funnel"][name] == getattr(page["funnel"]["found"], name)
        assert body["period"] == {"first": "2026-11-01", "last": "2026-12-20", "zone": "Asia/Tokyo"}
        assert f"{body['value']:+.1f}".replace("-", "−") in client_for(people.viewer).get(
            f"/surveys/{survey.pk}/", {**span, **more}
        ).content.decode()


def test_the_api_refuses_what_makes_no_sense_and_withholds_few(survey, people, api_for, client):
    api = api_for(people.viewer, "surveys:read")
    address = f"/api/v1/surveys/{survey.slug}/results"

    assert api.get(address, {"days": "7"}).status_code == 400
    assert api.get(address, {"first": "x"}).status_code == 400
    assert api.get("/api/v1/surveys/none/results").status_code == 404
    assert client.get(address).status_code in (401, 403)
    assert api_for(people.viewer, "tickets:read").get(address).status_code == 403
    body = api.get(address).json()
    assert body["value"] is None and body["n"] == 0 and body["histogram"] == []
