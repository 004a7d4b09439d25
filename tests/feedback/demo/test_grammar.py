"""Predicates come out as a Japanese reader expects them."""

from __future__ import annotations

import pytest

from feedback.demo.fragments import bank
from feedback.demo.grammar import parse
from feedback.demo.themes import THEMES


@pytest.mark.parametrize(
    ("notation", "plain", "polite", "te"),
    [
        ("{届:k~-<}", "届いていなかった", "届いていませんでした", "届いていなくて"),
        ("{壊れ:1!<}", "壊れてしまった", "壊れてしまいました", "壊れてしまって"),
        ("{あ:r-}", "ない", "ありません", "なくて"),
        ("{対応:S~}", "対応している", "対応しています", "対応していて"),
        ("{並:b<}", "並んだ", "並びました", "並んで"),
        ("{行:ik<}", "行った", "行きました", "行って"),
        ("{遅:i<}", "遅かった", "遅かったです", "遅くて"),
        ("{ちょうど:ii-}", "ちょうどよくない", "ちょうどよくないです", "ちょうどよくなくて"),
        ("{便利:n}", "便利だ", "便利です", "便利で"),
        ("{丁寧:n<}", "丁寧だった", "丁寧でした", "丁寧で"),
    ],
)
def test_a_predicate_takes_its_forms(notation: str, plain: str, polite: str, te: str) -> None:
    _, forms = parse(notation)

    assert (forms.plain, forms.polite, forms.te) == (plain, polite, te)


@pytest.mark.parametrize(
    ("notation", "kansai", "hakata"),
    [
        ("{届:k~-}", "届いてへん", "届いとらん"),
        ("{壊れ:1!<}", "壊れてしもうた", "壊れてしもうた"),
        ("{遅:i}", "遅い", "遅か"),
        ("{便利:n}", "便利や", "便利や"),
        ("{つなが:r-<}", "つながらへんかった", "つながらんかった"),
    ],
)
def test_a_predicate_speaks_dialect(notation: str, kansai: str, hakata: str) -> None:
    _, forms = parse(notation)

    assert (forms.kansai, forms.hakata) == (kansai, hakata)


def test_a_fragment_without_a_predicate_is_refused() -> None:
    with pytest.raises(ValueError, match="without a predicate"):
        parse("荷物が届かない")


def test_every_theme_has_a_complaint_and_every_fragment_a_theme() -> None:
    assert set(bank()) == {theme.key for theme in THEMES}
    assert all("-" in kinds and "+" in kinds for kinds in bank().values())
    assert sum(len(lines) for kinds in bank().values() for lines in kinds.values()) > 650
