"""What a word does in a clause, worked out once for each word of the dictionary."""

from __future__ import annotations

from functools import cache

from . import words
from .normal import normalise
from .tokens import Token, parse_lines

STOP = 1  # ends a sentence: 。 ! ?
COMMA = 2
JOINS = 4  # a particle that may join two clauses: が けど し から …
PREDICATE = 8  # verb, adjective, auxiliary
DENIES = 16  # ない ず ぬ
CARRIES = 32  # may stand between a word and its negation
SUBJECT = 64  # は が も
NOUN = 128
WISH = 256  # may belong to a request
ASKS = 512  # may belong to a question
STRESS = 1024
CLOSES = 2048  # 」 ) 』
POLAR = 4096  # takes part in polarity
CONTRAST = 8192  # でも しかし ただ …, at the head of a clause
QUOTES = 32768  # と って という after a sentence end
NODE = 65536  # may be the second word of ので, のに
GRAMMAR = 131072  # particles, auxiliaries, punctuation: no topic begins here
SIGN = 262144  # a face or a heart that laughs or weeps
WORD = 524288  # not punctuation
CONDITION = 1048576  # ば たら と なら, 方が: what follows may be a wish
EXCESS = 2097152  # 過ぎる
LACK = 4194304  # 無い
NAMES = 8388608  # part of a compound noun
NAMES_INSIDE = 16777216  # part of one when not its first word
PHRASE = 33554432  # a fixed expression may begin here

_STOPS = frozenset("。!?")
_COMMAS = frozenset("、,;")
_JOINS = frozenset(
    ["が", "けれど", "けど", "けれども", "し", "から", "ものの", "のに", "ど", "ども"]
)
_CONTRAST = frozenset(words.CONTRAST.split())
_WISH = frozenset(words.WISHES.split())
_ASKS = frozenset(words.ASKS.split())
_CONDITIONS = frozenset(["ば", "たら", "なら", "だったら", "だと", "方", "ほう", "様", "よう"])
_STRESS = frozenset(words.STRESS.split())
LEFT_OUT = frozenset(words.LEFT_OUT.split())
_PREFIX_OUT = frozenset(["御", "お", "ご"])
_SUFFIX_OUT = frozenset(
    ["さん", "様", "君", "ちゃん", "達", "等", "など", "氏", "殿", "頃", "振り", "ごと"]
)
_VERBS_LIKE = frozenset(["動詞", "形容詞", "助動詞", "形状詞"])
_SIGNS = frozenset(words.HAPPY_SIGNS + words.UNHAPPY_SIGNS)


@cache
def _lists() -> dict[str, tuple[str, float]]:
    """Kind and value by dictionary form."""
    table: dict[str, tuple[str, float]] = {}
    for text, kind, value in (
        (words.UNWANTED, "unwanted", 0.0),
        (words.WANTED, "wanted", 0.0),
        (words.FAILS_WHEN_DENIED, "fails", 0.0),
        (words.POSITIVE, "word", 1.0),
        (words.NEGATIVE, "word", -1.0),
        (words.STRONG_POSITIVE, "strong", 1.5),
        (words.STRONG_NEGATIVE, "strong", -1.5),
    ):
        for entry in text.split():
            for form in _forms(entry):
                table[form] = (kind, value)
    for entry, (_, default) in words.SIZE.items():
        for form in _forms(entry):
            table[form] = ("size", default)
    return table


@cache
def size_direction() -> dict[str, int]:
    """+1 for what says much, -1 for what says little."""
    return {form: sign for word, (sign, _) in words.SIZE.items() for form in _forms(word)}


@cache
def lessens() -> frozenset[str]:
    """Dictionary forms of what makes a thing less."""
    return frozenset(form for entry in words.LESSENS.split() for form in _forms(entry))


@cache
def carries_on() -> frozenset[str]:
    """Dictionary forms that may stand between a word and its negation."""
    return frozenset(form for entry in words.CARRIES_ON.split() for form in _forms(entry))


@cache
def phrases() -> dict[str, tuple[tuple[str, float, str], ...]]:
    """Two first characters → (phrase, value, kind), longest first."""
    pairs: dict[str, list[tuple[str, float, str]]] = {}
    for text, value, kind in (
        (words.NEUTRAL_PHRASES, 0.0, "none"),
        (words.POSITIVE_PHRASES, 1.5, "phrase"),
        (words.NEGATIVE_PHRASES, -1.2, "phrase"),
    ):
        for entry in text.split():
            end = {"~": "denied", "!": "fixed"}.get(entry[-1])
            phrase = normalise(entry[:-1] if end else entry).text
            pairs.setdefault(phrase[:2], []).append((phrase, value, end or kind))
    return {key: tuple(sorted(found, key=lambda p: -len(p[0]))) for key, found in pairs.items()}


@cache
def _phrase_heads() -> frozenset[str]:
    """First one and two characters of the phrases."""
    return frozenset(phrases()) | {pair[0] for pair in phrases()}


def _forms(entry: str) -> set[str]:
    """The entry as written and, where it is one word, the dictionary's spelling of it."""
    entry = normalise(entry).text
    lines = parse_lines(entry)
    if len(lines) != 1:
        return {entry}
    token = Token(lines[0])
    # 動く and 動ける share a lemma; the written form keeps them apart.
    return {entry, token.lemma} if _same_word(token) else {entry}


def _same_word(token: Token) -> bool:
    return not is_potential(token)


def is_potential(token: Token) -> bool:
    """A verb of being able (使える of 使う)."""
    return (
        token.pos1 == "動詞"
        and token.base.endswith("る")
        and not token.lemma.endswith("る")
        and len(token.base) > 2
    ) or (token.pos1 == "動詞" and token.base.endswith("れる") and token.lemma.endswith("る")
          and len(token.base) == len(token.lemma) + 1)  # fmt: skip


def mark(line: str) -> Token:
    """The token of a dictionary line with all its marks."""
    token = Token(line)
    surface, pos1, pos2, lemma, base = (
        token.surface, token.pos1, token.pos2, token.lemma, token.base,
    )  # fmt: skip
    bits = 0
    if surface in _STOPS:
        bits |= STOP
    elif surface in _COMMAS:
        bits |= COMMA
    elif pos2 == "括弧閉":
        bits |= CLOSES
    if pos1 in _VERBS_LIKE:
        bits |= PREDICATE
    if (pos1 == "助詞" and pos2 == "接続助詞" and surface in _JOINS) or (
        pos1 == "接続詞" and surface == "が"
    ):
        bits |= JOINS
    if pos1 == "助詞" and surface in ("は", "が", "も", "って"):
        bits |= SUBJECT
    if surface in ("と", "って", "という", "とか", "など", "的"):
        bits |= QUOTES
    if pos1 == "名詞":
        bits |= NOUN
    if surface in _CONTRAST or lemma in _CONTRAST:
        bits |= CONTRAST
    if (surface == "で" and lemma == "だ") or (surface == "に" and pos1 == "助詞"):
        bits |= NODE
    if pos1 in ("助詞", "助動詞", "補助記号"):
        bits |= GRAMMAR
    if pos1 not in ("補助記号", "記号", "空白") or surface.isalnum():
        bits |= WORD
    if any(char in _SIGNS for char in surface):
        bits |= SIGN
    if (surface in _CONDITIONS) or (surface == "と" and pos2 == "接続助詞"):
        bits |= CONDITION
    if lemma == "過ぎる":
        bits |= EXCESS
    if lemma == "無い":
        bits |= LACK
    if surface[:2] in _phrase_heads():
        bits |= PHRASE
    bits |= compound_bits(token)
    if (
        (lemma in ("ない", "無い", "ず", "まい") and pos1 in ("助動詞", "形容詞"))
        or surface in ("なし", "無し", "ゼロ", "なきゃ", "ノー")
    ):  # fmt: skip
        bits |= DENIES
    if (
        pos1 in ("助詞", "助動詞", "副詞", "連体詞")
        or lemma in carries_on()
        or base in carries_on()
        or (pos1 == "名詞" and (pos2 == "助動詞語幹" or token.pos3 == "副詞可能"))
        or (pos1 == "接尾辞" and surface in ("さ", "性", "感", "げ", "的", "過ぎ"))
    ):
        bits |= CARRIES
    if lemma in _WISH or base in _WISH or surface in _WISH or token.form == "命令形":
        bits |= WISH
    if lemma in _ASKS or surface in _ASKS or base in _ASKS:
        bits |= ASKS
    if lemma in _STRESS or base in _STRESS or surface in _STRESS:
        bits |= STRESS
    kind, value = _value(token)
    if kind:
        bits |= POLAR
        token.kind, token.value = kind, value
    token.bits = bits
    return token


def _value(token: Token) -> tuple[str, float]:
    if token.pos1 in ("助詞", "助動詞", "補助記号", "代名詞", "連体詞", "接続詞"):
        return "", 0.0
    if token.pos1 == "接尾辞":
        if token.lemma in ("難い", "辛い") or token.base in ("にくい", "づらい", "がたい"):
            return "hard", -1.0
        if token.lemma == "易い":
            return "easy", 1.0
        return "", 0.0
    table = _lists()
    found = table.get(token.base) or table.get(token.surface)
    if found is None and not is_potential(token):
        found = table.get(token.lemma)
        if found is None and token.lemma.endswith("する"):
            found = table.get(token.lemma[:-2])
    if found is not None:
        return found
    if is_potential(token) and token.lemma not in ("言う", "思う", "考える"):
        return "fails", 0.0
    return "", 0.0


def compound_bits(token: Token) -> int:
    """Whether the word may be part of a compound noun, and only inside one."""
    pos1 = token.pos1
    both = NAMES | NAMES_INSIDE
    if pos1 == "名詞":
        if token.pos2 == "助動詞語幹":
            return 0
        if token.pos3 == "副詞可能":
            return NAMES_INSIDE if token.lemma in ("時間", "時", "日時") else 0
        if token.lemma not in LEFT_OUT:
            return both
        return NAMES_INSIDE if token.lemma in ("点", "方", "人") else 0
    if pos1 == "接頭辞":
        out = token.lemma in _PREFIX_OUT or token.surface in _PREFIX_OUT
        return 0 if out else both
    if pos1 == "接尾辞":
        inside = token.pos2 == "名詞的" and token.surface not in _SUFFIX_OUT
        return NAMES_INSIDE if inside else 0
    if token.surface == "-":  # Wi-Fi
        return NAMES_INSIDE
    return both if pos1 == "記号" and token.surface.isalpha() else 0
