"""Inputs that no one writes by hand: never an exception, never a stall."""

import random
import threading
import time

import pytest

from feedback.text import analyse, default_taxonomy, mask, normalise, sanitise, tokenise

TAXONOMY = default_taxonomy()
# Generous against a busy machine; the slowest takes about 0.1 s on an idle one.
_SECONDS = 1.0

_noise = random.Random(7)
HOSTILE = {
    "nul": "部屋\x00が広い\x00",
    "lone surrogates": "\ud800部屋が\udfff広い" * 50,
    "five megabytes": "部屋が広くて静かでした。" * 420_000,
    "long vowel": "ー" * 100_000,
    "ascii blob": "".join(_noise.choice("abcdefXYZ0189+/") for _ in range(100_000)),
    "katakana blob": "".join(chr(_noise.randrange(0x30A1, 0x30FA)) for _ in range(20_000)),
    "any character": "".join(chr(_noise.randrange(0x110000)) for _ in range(20_000)),
    "bidi": "\u202eすばらしい\u202c\u2066x\u2069" * 500,
    "emoji": "👨‍👩‍👧‍👦😀🏳️‍🌈" * 3000,
    "combining": "か" + "\u0301" * 50_000,
    "expanding": "\ufdfa" * 20_000,
    "digits": "0" * 50_000,
    "phone numbers": "090-1234-5678 " * 4000,
    "mail like": "a@" * 30_000,
    "dots": "a.b@" + "a." * 30_000,
    "urls": "http://" * 10_000,
    "commas": "、" * 30_000,
    "particles": "がのでけど、" * 5000,
    "denials": "良くなくなくなく" * 3000,
    "brackets": "「（【" * 5000,
    "zero width": "\u200b" * 30_000,
    "line separators": "a\u2028b\u2029c\x85d\r\r\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_read_in_time_and_in_place(name):
    text = HOSTILE[name]
    began = time.process_time()

    analysis = analyse(text, TAXONOMY)

    assert time.process_time() - began < _SECONDS
    for clause in analysis.clauses:
        assert text[clause.start : clause.end] == clause.text
    analysis.masked.encode()
    assert "\x00" not in analysis.masked


@pytest.mark.parametrize("name", ["lone surrogates", "digits", "mail like", "dots", "urls", "nul"])
def test_masking_alone_takes_any_text(name):
    mask(HOSTILE[name]).encode()


def test_text_after_a_nul_is_not_lost():
    assert [c.text for c in analyse("a\x00。部屋が広い", TAXONOMY).clauses][-1] == "部屋が広い"


def test_sanitise_keeps_only_what_can_be_stored():
    assert sanitise("a\x00b\x1b\tc\r\nd\re\ud800\x85") == "ab\tc\nd\ne\ufffd"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ﾊﾟｽﾜｰﾄﾞ", "パスワード"),
        ("ＡＢＣ！", "ABC!"),
        ("か\u3099っこ", "がっこ"),
        ("すごーーい", "すごい"),
        ("らーめん", "らーめん"),
        ("10000円", "10000円"),
        ("わーーー！！！！", "わー!"),
        ("\ufeff\u200bあ", "あ"),
    ],
)
def test_normalise_folds_width_and_stretching(text, expected):
    assert normalise(text).text == expected


def test_normalise_knows_the_way_back():
    normal = normalise("ﾊﾟｽﾜｰﾄﾞ")

    assert normal.span(0, 2) == (0, 3)
    assert normal.span(0, len(normal.text)) == (0, 7)


def test_threads_read_the_same_as_one():
    comments = [f"{n}番の部屋は{w}かったが、風呂が{v}かった" for n, w, v in zip(
        range(400), ["広", "狭", "良", "暗"] * 100, ["汚", "熱", "寒", "古"] * 100, strict=True
    )]  # fmt: skip
    alone = [analyse(comment, TAXONOMY) for comment in comments]
    results: dict[int, list] = {}

    def work(number: int) -> None:
        results[number] = [analyse(comment, TAXONOMY) for comment in comments]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [results[number] == alone for number in range(4)] == [True] * 4


def test_tokens_have_lemmas_without_foreign_tails():
    service = tokenise("サービス")[0]

    assert (service.lemma, service.base, service.pos1) == ("サービス", "サービス", "名詞")
