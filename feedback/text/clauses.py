"""Sentences and clauses as ranges of tokens.

A sentence ends at 。 ! ? or a line break. Inside it a clause ends where a conjunction joins two
statements, each with a predicate of its own: 「アプリは便利だが、ログインが遅い」.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from .marks import CLOSES, COMMA, CONTRAST, JOINS, NODE, PREDICATE, QUOTES, STOP, SUBJECT
from .tokens import Token

# Polite ways into a sentence, no statement of their own.
_PREFACE = (
    "すみません",
    "すいません",
    "申し訳",
    "恐れ入り",
    "お手数",
    "恐縮",
    "失礼",
    "お忙しい",
    "悪い",
    "勝手",
)
_MIN_CHARS = 3
_REACH = 40  # words looked at on either side, so that no sentence costs its square
_EDGE = STOP | COMMA
SPLITS = JOINS | COMMA | NODE  # a clause ends at one of these, or not at all


def sentences(text: str, tokens: Sequence[Token], starts: Sequence[int]) -> list[tuple[int, int]]:
    """Token ranges of the sentences, their final marks included."""
    ranges: list[tuple[int, int]] = []
    begin, total = 0, len(tokens)
    lines = "\n" in text
    index = 0
    while index < total:
        token = tokens[index]
        index += 1
        if token.bits & STOP:
            while index < total and tokens[index].bits & (STOP | CLOSES):
                index += 1
            if (
                (tokens[index - 1].bits & CLOSES or token.surface != "。")
                and index < total
                and tokens[index].bits & QUOTES
            ):
                continue  # 「すごい!」と言った
            ranges.append((begin, index))
            begin = index
        elif (
            lines
            and index < total
            and "\n" in text[starts[index - 1] + token.length : starts[index]]
        ):
            ranges.append((begin, index))
            begin = index
    if begin < total:
        ranges.append((begin, total))
    return ranges


def split(tokens: Sequence[Token], begin: int, end: int) -> list[tuple[int, int]]:
    """The clauses of the sentence tokens[begin:end]."""
    cuts: list[int] = []
    start = begin
    for index in range(begin, end):
        bits = tokens[index].bits
        if not bits & SPLITS:
            continue
        if bits & JOINS:
            after = index + 1
        elif bits & COMMA and index > begin:
            before = tokens[index - 1]
            if before.surface in ("て", "で", "に") or before.form.startswith("連用形"):
                after = index + 1
                if not _two_statements(tokens, start, after, end):
                    continue
            elif index + 1 < end and tokens[index + 1].bits & CONTRAST:
                after = index + 1
            else:
                continue
        else:
            # ので and のに are two words to the dictionary: の + で/に.
            if not _node(tokens, index, begin, end):
                continue
            after = index + 1
        if after < end and tokens[after].bits & COMMA:
            after += 1
        if after >= end or after <= start:
            continue
        if not _says_something(tokens, start, after) or not _says_something(tokens, after, end):
            continue
        if bits & JOINS and not _joins_here(tokens, index, start, after, end):
            continue
        cuts.append(after)
        start = after
    edges = [begin, *cuts, end]
    return list(pairwise(edges))


def _says_something(tokens: Sequence[Token], begin: int, end: int) -> bool:
    """A predicate (or, at a sentence's end, a noun that stands for one) and some length."""
    chars = 0
    bits = 0
    for token in tokens[begin : min(end, begin + _REACH)]:
        if not token.bits & _EDGE:
            chars += token.length
            bits |= token.bits
    return chars >= _MIN_CHARS and (bits & PREDICATE != 0 or chars >= 6)


def _two_statements(tokens: Sequence[Token], begin: int, cut: int, end: int) -> bool:
    """「部屋は広くて、食事もおいしい」: each side has a subject and a predicate after it."""
    return _subject_then_predicate(tokens, begin, cut) and _subject_then_predicate(
        tokens, cut, min(end, cut + 14)
    )


def _subject_then_predicate(tokens: Sequence[Token], begin: int, end: int) -> bool:
    for index in range(begin, end):
        bits = tokens[index].bits
        if bits & SUBJECT and index > begin:
            return any(token.bits & PREDICATE for token in tokens[index + 1 : end])
        if index > begin and bits & COMMA:
            return False
    return False


def _node(tokens: Sequence[Token], index: int, begin: int, end: int) -> bool:
    """ので / のに at `index` (its second word) after a predicate."""
    token = tokens[index]
    if token.surface not in ("で", "に") or index < begin + 2:
        return False
    before = tokens[index - 1]
    if before.pos2 != "準体助詞" or before.surface not in ("の", "ん"):
        return False
    if not tokens[index - 2].bits & PREDICATE:
        return False
    if index + 1 < end and tokens[index + 1].surface in ("は", "も", "ある", "あれ", "あっ"):
        return False
    if token.surface == "で":
        return token.lemma == "だ"
    # 「使うのに便利」 is a purpose, 「頼んだのに来ない」 a contrast.
    comma = index + 1 < end and bool(tokens[index + 1].bits & COMMA)
    return comma or tokens[index - 2].pos1 in ("助動詞", "形容詞")


def _joins_here(tokens: Sequence[Token], index: int, start: int, after: int, end: int) -> bool:
    surface = tokens[index].surface
    comma = after > index + 1
    if surface == "から":
        before = tokens[index - 1]
        return (
            before.bits & PREDICATE != 0
            and before.form.startswith("終止形")
            and (
                comma
                or any(token.bits & SUBJECT for token in tokens[after : min(end, after + _REACH)])
            )
        )
    if surface in ("が", "けど", "けれど", "けれども"):
        said = "".join([token.surface for token in tokens[start : min(index, start + 18)]])
        if said.startswith(_PREFACE) and len(said) < 18:
            return False
    return True
