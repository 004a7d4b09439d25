import pytest

from feedback.text import analyse, default_taxonomy

from .pairs import DENIED, LIMITS


def polarities(text):
    return {clause.polarity for clause in analyse(text, default_taxonomy()).clauses}


@pytest.mark.parametrize(("text", "expected"), DENIED)
def test_negation_turns_only_what_it_belongs_to(text, expected):
    assert polarities(text) == {expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(text, expected, marks=pytest.mark.xfail(strict=True, reason=reason))
        for text, expected, reason in LIMITS
    ],
)
def test_known_limits_of_the_rules(text, expected):
    assert polarities(text) == {expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("商品が届きました", "neutral"),
        ("広ければ最高です", "neutral"),
        ("もう少し安いと嬉しいです", "neutral"),
        ("駅から近くて便利ですか？", "neutral"),
        ("困った場合は電話します", "neutral"),
        ("👍", "positive"),
        ("最悪😡", "negative"),
    ],
)
def test_only_what_is_real_is_a_judgement(text, expected):
    assert polarities(text) == {expected}


def test_a_denied_word_marks_its_clause():
    assert analyse("悪くない", default_taxonomy()).clauses[0].negated
    assert not analyse("良い", default_taxonomy()).clauses[0].negated


def test_stress_is_noticed():
    assert analyse("すごーーい", default_taxonomy()).clauses[0].emphasis
    assert analyse("とても静かです", default_taxonomy()).clauses[0].emphasis
    assert not analyse("静かです", default_taxonomy()).clauses[0].emphasis
