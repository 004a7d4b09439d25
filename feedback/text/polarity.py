"""Good, bad or neither: evaluative words of a clause and what denies them.

The value of a clause is the sum over its words of −1.5 … 1.5, each turned by the negations that
belong to it; the last one weighs 1.3. Above 0.25 is positive, below −0.25 negative.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from . import marks, words
from .marks import CARRIES, COMMA, DENIES, EXCESS, LACK, PHRASE, POLAR, STOP
from .tokens import Token

POSITIVE, NEGATIVE, NEUTRAL = "positive", "negative", "neutral"
_THRESHOLD = 0.25
_EVALUATES = POLAR | EXCESS | LACK
_UNMAKES = frozenset(["不", "非", "未", "無"])
_HOPED = frozenset(["良い", "嬉しい", "助かる", "有り難い", "有難い", "幸い"])
_NO_LACK = frozenset(words.NO_LACK.split())
_BEFORE = frozenset(["前", "以前", "昔", "旧", "過去", "従来", "元"])

Phrase = tuple[int, int, float, str]


@dataclass(slots=True)
class _After:
    """What follows a word: how often it is denied, and whether it is real."""

    flips: int = 0
    used: list[int] = field(default_factory=list)  # words that only turn this one
    unreal: bool = False
    too_much: bool = False
    not_too_much: bool = False


def find_phrases(text: str, tokens: Sequence[Token], starts: Sequence[int]) -> list[Phrase]:
    """(first token, last token, value, kind) of the fixed expressions, longest first, disjoint."""
    found: list[Phrase] = []
    table = marks.phrases()
    free = 0
    for index, token in enumerate(tokens):
        if not token.bits & PHRASE:
            continue
        start = starts[index]
        if start < free:
            continue
        candidates = table.get(text[start : start + 2])
        if candidates is None:
            continue
        for phrase, value, kind in candidates:
            if text.startswith(phrase, start):
                free = start + len(phrase)
                last = index
                while last + 1 < len(starts) and starts[last + 1] < free:
                    last += 1
                found.append((index, last, value, kind))
                break
    return found


def judge(
    tokens: Sequence[Token],
    begin: int,
    end: int,
    phrases: Sequence[Phrase],
    *,
    wished: str = "",
    asked: str = "",
    signs: str = "",
) -> tuple[str, bool]:
    """(polarity, denied) of the clause tokens[begin:end]."""
    values: list[float] = []
    if wished == "again":
        values.append(1.0)
        wished = ""
    denied = False
    covered: set[int] = set()
    hits: list[tuple[int, int, str, float]] = []
    for first, last, value, kind in phrases:
        if begin <= first < end:
            covered.update(range(first, last + 1))
            if kind != "none":
                hits.append((first, last, kind, value))
    for index in range(begin, end):
        token = tokens[index]
        bits = token.bits
        if not bits & _EVALUATES or index in covered:
            continue
        if bits & POLAR:
            hits.append((index, index, token.kind, token.value))
        elif bits & EXCESS and index > begin:
            before = tokens[index - 1]
            if not before.bits & POLAR and before.pos1 in ("動詞", "形容詞", "形状詞"):
                hits.append((index, index, "word", -0.6))
        elif bits & LACK and index > begin + 1 and _lacks(tokens, index, begin):
            values.append(-0.3)
    if len(hits) > 1:
        hits.sort()
    used: set[int] = set()
    for first, last, kind, value in hits:
        if first in used:
            continue
        result, flipped, turned = _value(
            tokens, begin, end, first, last, kind, value, wished, asked
        )
        used.update(turned)
        denied = denied or flipped
        if result:
            values.append(result)
    if wished == "regret":
        values.append(-1.0)
    values += [1.0 if sign in words.HAPPY_SIGNS else -1.0 for sign in signs]
    if not values:
        return NEUTRAL, denied
    total = sum(values) + 0.3 * values[-1]
    if total > _THRESHOLD:
        return POSITIVE, denied
    return (NEGATIVE if total < -_THRESHOLD else NEUTRAL), denied


def _value(
    tokens: Sequence[Token],
    begin: int,
    end: int,
    first: int,
    last: int,
    kind: str,
    value: float,
    wished: str,
    asked: str,
) -> tuple[float, bool, Sequence[int]]:
    """(value, whether it was denied, words used up by that) of one word or phrase in its surroundings."""
    token = tokens[last]
    following = tokens[last + 1] if last + 1 < end else None
    fixed = kind in ("phrase", "denied", "fixed")
    if following is not None and following.kind in ("hard", "easy") and not fixed:
        return 0.0, False, ()  # 壊れにくい is judged at にくい
    if kind in ("hard", "easy"):
        before = tokens[first - 1] if first > begin else None
        if before is not None and before.lemma == "言う":
            return 0.0, False, ()  # 「良いとは言い難い」 is read on from 良い
        near = tokens[max(begin, first - 3) : first]  # 壊れ, 故障し, カビが生え
        if any(t.kind in ("word", "strong") and t.value < 0 for t in near):
            value = -value
        elif before is not None and kind == "hard" and before.base in ("忘れる", "捨てる", "得る"):
            value = 1.0
    elif kind == "size":
        value = _size(tokens, begin, first, value)

    after = _read_on(tokens, last + 1, end, asked)
    if kind == "word" and following is not None:
        if following.surface == "度":
            kind = "wanted"  # 満足度
        elif following.surface == "さ" and token.pos1 == "形容詞":
            value *= 0.3  # 固さ, 重さ: mostly a measure
    if kind == "fixed":
        after.flips = 0
    elif kind == "denied":
        if not after.flips:
            return 0.0, False, ()
        after.flips -= 1
    if first > begin and tokens[first - 1].surface in _UNMAKES and not fixed:
        after.flips += 1
    denied = after.flips % 2 == 1

    if kind in ("fails", "wanted", "unwanted"):
        value = _only_denied(token, kind, after, wished, asked)
    elif denied:
        value = -value if value > 0 else -value * 0.8
    elif after.flips:
        value *= 0.6
    if after.not_too_much:
        value = 0.6
    elif after.too_much and not (value > 0 and kind == "strong"):
        value = -abs(value) if value else -0.8

    if value > 0:
        if after.unreal or wished or asked in ("ask", "learn"):
            return 0.0, denied, after.used
        if _hoped_for(tokens, begin, first):
            return 0.0, denied, after.used
        if _was_better(tokens, begin, first, last, end):
            return -1.0, denied, after.used
    elif value < 0:
        if after.unreal:
            return 0.0, denied, after.used
        if asked in ("ask", "learn") and kind != "fails" and token.pos1 != "動詞":
            return 0.0, denied, after.used
    return value, denied, after.used


def _only_denied(token: Token, kind: str, after: _After, wished: str, asked: str) -> float:
    odd = after.flips % 2 == 1
    if kind == "wanted":
        return -1.0 if odd else 0.0
    if kind == "unwanted":
        return 0.8 if odd else 0.0
    if odd:
        return 0.0 if wished and token.lemma in ("貰う", "頂く", "呉れる", "下さる") else -1.0
    if after.flips:
        return 0.3
    # 「してくれた」: somebody was kind.
    kind_deed = token.lemma in ("呉れる", "下さる") and token.form != "命令形"
    return 0.6 if kind_deed and not wished and not asked else 0.0


def _size(tokens: Sequence[Token], begin: int, index: int, default: float) -> float:
    token = tokens[index]
    directions = marks.size_direction()
    direction = directions.get(token.base) or directions.get(token.lemma) or 0
    for back in range(index - 1, max(begin, index - 9) - 1, -1):
        before = tokens[back]
        if before.bits & COMMA or before.pos1 == "接続助詞":
            break
        if before.kind == "wanted":
            return direction * 1.0
        if before.kind == "unwanted":
            return direction * -1.0
        if before.kind == "word" and tokens[back + 1].surface == "度":
            return direction * 1.0
        if before.kind in ("word", "strong", "fails"):
            return 0.0 if before.kind != "fails" else direction * 1.0
    if index + 1 < len(tokens):
        after = tokens[index + 1]
        if after.kind == "wanted":
            return direction * 1.0
        if after.kind == "unwanted":
            return direction * -1.0
    return default


def _read_on(tokens: Sequence[Token], index: int, end: int, asked: str) -> _After:
    """Denials, conditions and excess after a word, as far as they belong to it."""
    found = _After()
    lessens = marks.lessens()
    directions = marks.size_direction()
    particle = only = False
    passed: list[int] = []
    while index < end:
        token = tokens[index]
        bits = token.bits
        if bits & DENIES:
            must = _must(tokens, index, end)
            if must:
                index = must
                continue
            if found.too_much:
                found.too_much, found.not_too_much = False, True
            elif not only and not _denies_nothing(tokens, index, end, asked):
                found.flips += 1
                found.used += passed
            only = False
        elif bits & (COMMA | STOP):
            break
        elif token.lemma == "過ぎる":
            found.too_much = True
        elif token.surface == "場合" or _is_condition(token):
            found.unreal = True
            break
        elif (token.lemma in lessens or token.base in lessens) and (
            particle or token.pos1 == "名詞"
        ):
            found.flips += 1
            found.used.append(index)
        elif token.kind == "size":
            sign = directions.get(token.base) or directions.get(token.lemma) or 0
            if sign > 0 or not particle:
                break
            found.flips += 1
            found.used.append(index)
        elif token.kind == "hard" and tokens[index - 1].lemma == "言う":
            found.flips += 1
        elif bits & CARRIES:
            only = only or token.surface == "しか"
            if token.kind == "fails":
                passed.append(index)
            if token.pos1 == "助詞" and token.surface in ("が", "は", "も", "を", "の", "に"):
                particle = True
            elif token.surface in ("けど", "けれど", "し", "から") and token.pos2 == "接続助詞":
                break
        else:
            break
        index += 1
    return found


def _is_condition(token: Token) -> bool:
    """ば, たら, なら, or と between clauses."""
    if token.surface == "と":
        return token.pos2 == "接続助詞"
    return token.surface in ("ば", "たら", "なら", "だったら") and (
        token.form.startswith("仮定形") or token.pos2 == "接続助詞"
    )


def _must(tokens: Sequence[Token], index: int, end: int) -> int:
    """The index after 「なければならない」「ないといけない」, else 0."""
    step = index + 1
    while step < end and tokens[step].surface in ("ば", "て", "は", "と", "ちゃ", "きゃ", "ては"):
        step += 1
    if step == index + 1 or step >= end:
        return 0
    if tokens[step].lemma in ("成る", "行く", "行ける", "駄目", "いける"):
        step += 1
        while step < end and (tokens[step].surface in ("ませ", "な") or tokens[step].bits & DENIES):
            step += 1
        return step
    return 0


def _denies_nothing(tokens: Sequence[Token], index: int, end: int, asked: str) -> bool:
    before = tokens[index - 1]
    if before.surface in words.DENIES_NOTHING or before.lemma in ("知れる", "違い", "過ぎる"):
        return True  # しかない, かもしれない, に違いない
    if before.surface == "なら" and index > 1 and tokens[index - 2].surface in ("で", "て"):
        return True  # 「残念でならない」
    if (
        before.surface == "で"
        and index > 1
        and tokens[index - 2].surface in ("だけ", "ばかり", "のみ")
    ):
        return True  # 「広いだけでなく」
    if before.surface in ("ませ", "は", "が") and index > 1:
        # かもしれません, しかありません, に違いありません
        earlier = [token.surface for token in tokens[max(0, index - 3) : index]]
        if any(s in ("しれ", "しか", "違い", "他") for s in earlier):
            return True
    if index + 1 >= end:
        return False
    if tokens[index + 1].surface in ("ほど", "くらい", "ぐらい", "程", "位"):
        return True  # 「食べきれないほど」
    rest = [token.surface for token in tokens[index + 1 : min(end, index + 6)]]
    closing = all(
        s in ("か", "の", "ん", "?", "!", "かな", "です", "でしょう", "だろう", "な") for s in rest
    )
    if closing and ("?" in rest or "か" in rest):
        # 「最高じゃない?」 agrees, 「くれませんか」 asks.
        return before.surface in ("は", "じゃ", "では", "ぢゃ", "で") or asked in ("ask", "learn")
    return False


def _lacks(tokens: Sequence[Token], index: int, begin: int) -> bool:
    """「充電器がない」: a thing that is not there, and not one of the fixed expressions."""
    before, thing = tokens[index - 1], tokens[index - 2]
    return (
        before.surface == "が"
        and thing.pos1 == "名詞"
        and not thing.bits & POLAR
        and thing.lemma not in _NO_LACK
        and tokens[index].form.startswith(("終止形", "連体形", "連用形"))
    )


def _hoped_for(tokens: Sequence[Token], begin: int, index: int) -> bool:
    """「広ければ最高」「あると嬉しい」「しても良い」「した方が良い」."""
    if index <= begin:
        return False
    before = tokens[index - 1]
    if before.surface in ("ば", "たら") and before.pos1 in ("助詞", "助動詞"):
        return tokens[index].kind in ("word", "strong", "phrase")
    if tokens[index].lemma not in _HOPED:
        return False
    if before.surface == "なら":
        return True
    if before.surface == "と" and before.pos2 == "接続助詞":
        return True
    earlier = tokens[index - 2].surface if index - 2 >= begin else ""
    return (before.surface == "も" and earlier in ("て", "で")) or (
        before.surface == "が" and earlier in ("方", "ほう") and tokens[index - 3].surface == "た"
    )


def _was_better(tokens: Sequence[Token], begin: int, first: int, last: int, end: int) -> bool:
    """「前の方が使いやすかった」 blames what is now."""
    head = tokens[begin:first]
    if not any(token.surface in ("方", "ほう", "まま") for token in head):
        return False
    return any(token.surface in _BEFORE for token in head)
