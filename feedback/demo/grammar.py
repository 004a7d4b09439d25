"""Japanese predicates in the forms a comment needs, made from one short notation.

A fragment ends in a predicate such as `{届:k~-<}`: stem, class, then marks for ている (~),
てしまう (!), negation (-) and past (<). Classes: k g s t b m r w for godan verbs by their
last sound, ik for 行く, 1 for ichidan, S for する, i for adjectives, ii for いい, n for nouns
and な-adjectives.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PREDICATE = re.compile(r"\{([^{}:]*):([a-zA-Z1]+)([~!]?)(-?)(<?)\}$")

# class: dictionary ending, te-form, stem before ない, stem before ます
_VERBS = {
    "k": ("く", "いて", "か", "き"),
    "ik": ("く", "って", "か", "き"),
    "g": ("ぐ", "いで", "が", "ぎ"),
    "s": ("す", "して", "さ", "し"),
    "t": ("つ", "って", "た", "ち"),
    "b": ("ぶ", "んで", "ば", "び"),
    "m": ("む", "んで", "ま", "み"),
    "r": ("る", "って", "ら", "り"),
    "w": ("う", "って", "わ", "い"),
    "1": ("る", "て", "", ""),
    "S": ("する", "して", "し", "し"),
}


@dataclass(frozen=True, slots=True)
class Forms:
    """One predicate, ready to be placed: `attributive` stands before の and ので."""

    plain: str
    polite: str
    te: str
    te_negative_request: str
    attributive: str
    bare: str
    casual: str
    casual_attributive: str
    kansai: str
    hakata: str
    kind: str
    past: bool
    negative: bool


def parse(fragment: str) -> tuple[str, Forms]:
    """What stands before the predicate, and the predicate's forms."""
    found = PREDICATE.search(fragment)
    if found is None:
        raise ValueError(f"fragment without a predicate: {fragment}")
    stem, kind, aspect, negative, past = found.groups()
    return fragment[: found.start()], forms(stem, kind, aspect, bool(negative), bool(past))


def forms(stem: str, kind: str, aspect: str, negative: bool, past: bool) -> Forms:
    """All forms of one predicate."""
    if kind in _VERBS:
        return _verb(stem, kind, aspect, negative, past)
    if kind in ("i", "ii"):
        return _adjective(stem, kind, negative, past)
    if kind == "n":
        return _noun(stem, negative, past)
    raise ValueError(f"unknown predicate class {kind}")


def _simple(stem: str, kind: str, negative: bool, past: bool) -> tuple[str, str, str]:
    """Plain, polite and te-form of a verb without an aspect."""
    end, te, before_nai, before_masu = _VERBS[kind]
    if (stem, kind) == ("あ", "r") and negative:
        return (
            ("なかった" if past else "ない"),
            ("ありませんでした" if past else "ありません"),
            "なくて",
        )
    if negative:
        base = stem + before_nai
        plain = base + ("なかった" if past else "ない")
        return (
            plain,
            stem + before_masu + ("ませんでした" if past else "ません"),
            base + "なくて",
        )
    if past:
        done = te[:-1] + ("だ" if te.endswith("で") else "た")
        return stem + done, stem + before_masu + "ました", stem + te
    return stem + end, stem + before_masu + "ます", stem + te


def _verb(stem: str, kind: str, aspect: str, negative: bool, past: bool) -> Forms:
    te = stem + _VERBS[kind][1]
    casual_stem, casual_kind = stem, kind
    kansai_stem, hakata_stem = stem, stem
    kansai_kind = hakata_kind = kind
    if aspect == "~":
        stem, kind = te + "い", "1"
        casual_stem = kansai_stem = te
        casual_kind = kansai_kind = "1"
        hakata_stem, hakata_kind = te[:-1] + ("ど" if te.endswith("で") else "と"), "r"
    elif aspect == "!":
        voiced = te.endswith("で")
        stem, kind = te + "しま", "w"
        casual_stem, casual_kind = te[:-1] + ("じゃ" if voiced else "ちゃ"), "w"
        kansai_stem, kansai_kind = te + "しも" if past else te + "しま", "w"
        hakata_stem, hakata_kind = kansai_stem, "w"
    plain, polite, te_form = _simple(stem, kind, negative, past)
    casual = _simple(casual_stem, casual_kind, negative, past)[0]
    if negative:
        kansai = _kansai_negative(kansai_stem, kansai_kind, past)
        hakata = _western_negative(hakata_stem, hakata_kind, past)
        request = (
            plain.removesuffix("なかった") if past else plain.removesuffix("ない")
        ) + "ないで"
    else:
        kansai = _western_past(kansai_stem, kansai_kind, aspect, past)
        hakata = _western_past(hakata_stem, hakata_kind, aspect, past)
        request = te_form
    return Forms(
        plain, polite, te_form, request, plain, plain, casual, casual, kansai, hakata,
        "v", past, negative,
    )  # fmt: skip


def _kansai_negative(stem: str, kind: str, past: bool) -> str:
    if (stem, kind) == ("あ", "r"):
        base = "あらへん"
    elif kind == "S":
        base = stem + "せえへん"
    else:
        base = stem + _VERBS[kind][2] + "へん"
    return base + ("かった" if past else "")


def _western_negative(stem: str, kind: str, past: bool) -> str:
    if (stem, kind) == ("あ", "r"):
        return "なかった" if past else "なか"
    before = "せ" if kind == "S" else _VERBS[kind][2]
    return stem + before + ("んかった" if past else "ん")


def _western_past(stem: str, kind: str, aspect: str, past: bool) -> str:
    if aspect == "!" and past:
        return stem + "うた"
    return _simple(stem, kind, False, past)[0]


def _adjective(stem: str, kind: str, negative: bool, past: bool) -> Forms:
    base = stem + ("よ" if kind == "ii" else "")
    if negative:
        plain = base + ("くなかった" if past else "くない")
        polite = plain + "です"
        te = base + "くなくて"
        kansai = base + ("くなかった" if past else "くない")
        hakata = base + ("くなかった" if past else "くなか")
    else:
        now = stem + "いい" if kind == "ii" else stem + "い"
        plain = base + "かった" if past else now
        polite = plain + "です"
        te = base + "くて"
        kansai = plain if past or kind != "ii" else stem + "ええ"
        hakata = plain if past or stem.endswith("な") else base + "か"
    return Forms(
        plain, polite, te, te, plain, plain, plain, plain, kansai, hakata, "a", past, negative
    )


def _noun(stem: str, negative: bool, past: bool) -> Forms:
    if negative:
        plain = stem + ("ではなかった" if past else "ではない")
        polite = stem + ("ではありませんでした" if past else "ではありません")
        casual = stem + ("じゃなかった" if past else "じゃない")
        west = stem + ("やなかった" if past else "やない")
        te = stem + "ではなくて"
        return Forms(
            plain, polite, te, te, plain, plain, casual, casual, west, west, "a", past, negative
        )
    te = stem + "で"
    if past:
        return Forms(
            stem + "だった", stem + "でした", te, te, stem + "だった", stem + "だった",
            stem + "だった", stem + "だった", stem + "やった", stem + "やった", "a", past, negative,
        )  # fmt: skip
    return Forms(
        stem + "だ", stem + "です", te, te, stem + "な", stem, stem + "だ", stem + "な",
        stem + "や", stem + "や", "n", past, negative,
    )  # fmt: skip
