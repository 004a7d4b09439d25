"""Differences in words: the same verdict as the figures, in both languages."""

from datetime import date

import pytest
from django.utils import translation

from feedback.queries import compare, scores
from feedback.queries.periods import Period, last_days
from feedback.stats.differences import Difference

TODAY = date(2026, 6, 30)


def moved(verdict, difference, low, high):
    return Difference(difference, low, high, 0.01, verdict, 100, 100, 10)


@pytest.mark.parametrize(
    ("kind", "difference", "sentence"),
    [
        (
            "nps",
            moved("higher", 12.2, 3.1, 21.4),
            "前の4週間より12ポイント上がりました（95％区間 +3〜+21）。",
        ),
        (
            "csat",
            moved("lower", -12.2, -21.4, -3.1),
            "前の4週間より12ポイント下がりました（95％区間 −21〜−3）。",
        ),
        # A bound of +0 would look like no difference.
        (
            "nps",
            moved("higher", 4.04, 0.31, 7.7),
            "前の4週間より4.0ポイント上がりました（95％区間 +0.3〜+7.7）。",
        ),
        (
            "ces",
            moved("higher", 0.414, 0.12, 0.71),
            "前の4週間より0.41点上がりました（95％区間 +0.12〜+0.71）。",
        ),
        ("nps", moved("same", 4.0, -3.0, 11.0), "前の4週間との差は、誤差の範囲です。"),
        (
            "nps",
            Difference(40.0, 9.0, 60.0, 0.01, "unknown", 100, 8, 10),
            "回答が8件です。10件になると比べられます。",
        ),
        (
            "nps",
            Difference(40.0, 9.0, 60.0, 0.01, "unknown", 8, 100, 10),
            "前の期間は回答が少ないため、比べられません。",
        ),
        (
            "nps",
            Difference(None, None, None, None, "unknown", 8, 0, 10),
            "対象の回答がありません（0件）。",
        ),
    ],
)
def test_a_change_in_words(kind, difference, sentence):
    against = compare.period_before(last_days(TODAY, 28))

    assert compare.change(kind, difference, against=against) == sentence


def test_a_change_in_english():
    with translation.override("en"):
        against = compare.period_before(last_days(TODAY, 28))
        sentence = compare.change("nps", moved("lower", -12, -21, -3), against=against)

    assert sentence == "Down 12 points on the previous 4 weeks (95% interval −21 to −3)."


@pytest.mark.parametrize(
    ("days", "name"), [(7, "前の1週間"), (28, "前の4週間"), (30, "前の30日間"), (91, "前の13週間")]
)
def test_the_name_of_the_period_before(days, name):
    assert compare.period_before(last_days(TODAY, days)) == name


@pytest.mark.parametrize(
    ("kind", "difference", "sentence"),
    [
        (
            "nps",
            moved("higher", 12, 3, 21),
            "東店は西店より12ポイント高いです（95％区間 +3〜+21）。",
        ),
        (
            "ces",
            moved("lower", -0.5, -0.9, -0.1),
            "東店は西店より0.50点低いです（95％区間 −0.90〜−0.10）。",
        ),
        ("nps", moved("same", 3, -4, 10), "東店と西店の差は、誤差の範囲です。"),
        (
            "nps",
            Difference(40.0, 9.0, 60.0, 0.01, "unknown", 8, 100, 10),
            "東店と西店は、回答が少ないため、比べられません。",
        ),
    ],
)
def test_a_gap_between_two_groups_in_words(kind, difference, sentence):
    assert compare.gap(kind, difference, one="東店", other="西店") == sentence


def test_advice_before_sending():
    assert "10ポイントの差を見るには、1期に801件" in compare.needed("nps", 10)
    assert "5ポイントの差を見るには、1期に3,203件" in compare.needed("nps", 5)
    assert "1期に388件" in compare.needed("csat", 10)
    with pytest.raises(ValueError, match="ces"):
        compare.needed("ces", 1)


def test_counted_answers_of_every_kind_are_compared_by_their_own_rule():
    nps = scores.difference("nps", {0: 30, 10: 10}, {0: 10, 10: 30})
    csat = scores.difference("csat", {1: 30, 4: 5, 5: 5}, {2: 10, 4: 10, 5: 20})
    ces = scores.difference("ces", {2: 40}, {6: 40})

    assert nps.difference == pytest.approx(100)
    assert csat.difference == pytest.approx(50)
    assert ces.difference == pytest.approx(4)
    assert {nps.verdict, csat.verdict, ces.verdict} == {"higher"}


def test_the_score_page_says_what_its_figures_say(db):
    page = scores.score_page(
        "nps", Period(date(2026, 6, 1), date(2026, 6, 28)), today=TODAY, releases=[]
    )

    assert page.sentence == "対象の回答がありません（0件）。"
