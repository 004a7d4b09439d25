"""Whole comments: clauses joined, opened, closed and typed as somebody would."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from feedback.demo import endings, noise
from feedback.demo.fragments import Fragment, bank, fill_text, say
from feedback.demo.objects import TrueClause
from feedback.demo.vocabulary import NOTHING, OPENERS, REACTIONS, RUN_ON, TIMES


@dataclass(frozen=True, slots=True)
class Mention:
    """What a comment is to speak of: a theme and the kind of thing said about it."""

    theme: str
    kind: str


_REGISTERS: dict[str, tuple[tuple[str, float], ...]] = {
    "nps": (("desu", 0.5), ("keigo", 0.2), ("casual", 0.2), ("da", 0.1)),
    "csat": (("desu", 0.5), ("keigo", 0.3), ("casual", 0.12), ("da", 0.08)),
    "ticket": (("keigo", 0.55), ("desu", 0.37), ("casual", 0.05), ("da", 0.03)),
    "app": (("casual", 0.5), ("desu", 0.36), ("da", 0.14)),
    "social": (("casual", 0.85), ("desu", 0.15)),
    "store": (("memo", 0.8), ("desu", 0.2)),
}
_CONTRAST = {
    "keigo": ("ただ、", "しかし、", "一方で、"), "desu": ("ただ、", "でも、", "ですが、"),
    "da": ("ただ、", "しかし、", "だが、"), "casual": ("でも", "ただ", "けど"), "angry": ("それなのに、", "ところが、"),
    "memo": ("ただ、", "一方、"), "kansai": ("せやけど、", "でもな、"), "hakata": ("ばってん、", "でも、"),
    "tohoku": ("んでも、", "だけんど、"),
}  # fmt: skip
_MORE = {
    "keigo": ("また、", "あわせて、", "それから、"), "desu": ("あと、", "それと、", "また、", "それから、"),
    "da": ("また、", "それに、"), "casual": ("あと", "てか", "それと", "ついでに"), "angry": ("そのうえ、", "しかも、"),
    "memo": ("また、", "あわせて、"), "kansai": ("あとな、", "それと、"), "hakata": ("あと、", "それと、"),
    "tohoku": ("あと、", "それから、"),
}  # fmt: skip
_OPENS = {"ticket": 0.75, "nps": 0.22, "app": 0.2, "social": 0.3, "csat": 0.25, "store": 0.35}
_WISH = ("できれば、", "可能なら、", "", "次からは、", "")
_DOMAINS = ("mail.example", "post.example", "tegami.example")


def pick_register(source: str, dialect: str, gloom: bool, rng: Random) -> str:
    """A register that suits the place, the writer's home and the mood."""
    roll = rng.random()
    if dialect and source not in ("ticket", "csat") and roll < 0.55:
        return dialect
    if gloom and source in ("nps", "ticket", "app", "csat") and rng.random() < 0.1:
        return "angry"
    roll = rng.random()
    for register, share in _REGISTERS[source]:
        roll -= share
        if roll < 0:
            return register
    return _REGISTERS[source][0][0]


def nothing_much(rng: Random) -> str:
    """A comment that says nothing about any topic."""
    return rng.choice(NOTHING)


def compose(
    mentions: list[Mention], source: str, register: str, rng: Random, *, sign: str = ""
) -> tuple[str, tuple[TrueClause, ...]]:
    """The text of a comment and the clauses it truly holds."""
    chosen = _fragments(mentions, rng)
    stop = _stop(register, rng)
    pieces: list[tuple[str, Fragment | None]] = []
    pinned: dict[str, str] = {}
    if opener := _opener(source, register, len(chosen) == 1, rng, pinned):
        pieces.append((opener, None))
    lead = _time(chosen[0], rng) if not opener.endswith("、") else ""
    used: set[str] = set()
    for i, fragment in enumerate(chosen):
        following = chosen[i + 1] if i + 1 < len(chosen) else None
        body = lead + say(fragment.parts, register, rng, pinned)
        link, lead = _link(fragment, following, register, rng)
        if link and pieces and pieces[-1][1] is not None:
            # Three clauses in one sentence are one too many.
            link, lead = "", ""
        lead = "" if lead in used else lead
        used.add(lead)
        if link:
            clause = noise.roughen(body + link, register, rng)
            pieces.append((clause, fragment))
            continue
        if following is None and (tail := _run_on(fragment, register, rng)):
            felt = body + fragment.forms.te + tail.rstrip("。")
            pieces.append((noise.roughen(felt, register, rng), fragment))
            pieces.append((stop, None))
            continue
        clause = noise.roughen(body + endings.finish(fragment, register, rng), register, rng)
        clause = noise.decorate(clause, fragment.polarity, register, rng)
        pieces.append((clause, fragment))
        pieces.append((_after(clause, stop), None))
    pieces.extend((piece, None) for piece in _close(chosen[-1], source, register, rng, stop, sign))
    return _assemble(pieces, register, stop, rng)


def _fragments(mentions: list[Mention], rng: Random) -> list[Fragment]:
    """One fragment a mention, sometimes a second thing said about the last theme."""
    chosen = [rng.choice(bank()[mention.theme][mention.kind]) for mention in mentions]
    last = mentions[-1]
    if len(chosen) < 3 and rng.random() < 0.28:
        more = {"-": "-rqr", "+": "+", "r": "r", "q": "", "=": "-+q"}[last.kind]
        kinds = [kind for kind in more if kind in bank()[last.theme]]
        if kinds:
            extra = rng.choice(bank()[last.theme][rng.choice(kinds)])
            if extra is not chosen[-1]:
                chosen.append(extra)
    return chosen


def _opener(source: str, register: str, alone: bool, rng: Random, pinned: dict[str, str]) -> str:
    likely = _OPENS[source] + (0.3 if alone and source != "ticket" else 0.0)
    if rng.random() >= likely:
        return ""
    casual = register in ("casual", *endings.DIALECTS)
    if source == "store" and register != "memo":
        return ""
    if register in endings.DIALECTS and source != "social":
        return ""
    return fill_text(
        rng.choice(OPENERS[source]["casual" if casual else "polite"]), register, rng, pinned
    )


def _time(fragment: Fragment, rng: Random) -> str:
    times = TIMES.get((fragment.polarity, fragment.forms.past), ())
    return rng.choice(times) if times and rng.random() < 0.2 else ""


def _stop(register: str, rng: Random) -> str:
    roll = rng.random()
    if register == "casual":
        return "。" if roll < 0.45 else " " if roll < 0.7 else "\n" if roll < 0.82 else "、"
    if register in ("desu", *endings.DIALECTS) and roll < 0.1:
        return "。\n"
    return "。"


def _after(clause: str, stop: str) -> str:
    """What separates a finished clause from the next sentence."""
    if clause[-1] in "！？。…♪〜":
        return stop.lstrip("。、")
    return stop


def _link(
    fragment: Fragment, following: Fragment | None, register: str, rng: Random
) -> tuple[str, str]:
    """How the clause runs into the next (empty: it ends), and the word the next starts with."""
    if following is None:
        return "", ""
    spoken = fragment.mark in "-+=" and following.mark in "-+="
    moods = {fragment.polarity, following.polarity}
    roll = rng.random()
    if spoken and moods == {"positive", "negative"}:
        if roll < 0.62:
            return endings.continued(fragment, register, rng), ""
        return "", rng.choice(_CONTRAST[register])
    if spoken and fragment.polarity == following.polarity != "neutral" and roll < 0.3:
        return endings.added(fragment, register, rng), ""
    if fragment.mark == "-" and following.mark in "rq" and fragment.theme == following.theme:
        if following.mark == "r" and roll < 0.4:
            return endings.because(fragment, register, rng), ""
        return "", rng.choice(_WISH) if following.mark == "r" else ""
    if fragment.mark == "=" and fragment.theme == following.theme:
        if following.mark in "-q" and roll < 0.7:
            return endings.continued(fragment, register, rng), ""
        return "", ""
    if spoken and fragment.mark == "=":
        return "", ""
    return "", rng.choice(_MORE[register]) if roll < 0.8 else ""


def _run_on(fragment: Fragment, register: str, rng: Random) -> str:
    if not fragment.may_run_on or rng.random() >= 0.2:
        return ""
    endings_by_register = RUN_ON[fragment.polarity, fragment.forms.past]
    return rng.choice(endings_by_register[register]) if register in endings_by_register else ""


def _close(
    last: Fragment, source: str, register: str, rng: Random, stop: str, sign: str
) -> list[str]:
    closing: list[str] = []
    mood = {"r": "request", "w": "request", "q": "question"}.get(last.mark, last.polarity)
    likely = 0.7 if source == "ticket" else 0.24
    if mood != "neutral" and rng.random() < likely:
        said = rng.choice(REACTIONS[mood][register])
        closing.append(said if said[-1:] in "。！〜…" or not said else said + stop.strip())
    if rng.random() < {"ticket": 0.3, "nps": 0.012, "csat": 0.012}.get(source, 0.0):
        gap = "" if not closing or closing[-1][-1:] in "。！…" else "\n"
        closing.append(gap + contact_detail(rng, sign))
    if source == "social" and rng.random() < 0.25:
        closing.append(rng.choice((" #みなも商店", " #暮らしの雑貨", " #みなも")))
    if source == "ticket" and sign and register == "keigo" and rng.random() < 0.35:
        closing.append(f"\n{sign}")
    return closing


def contact_detail(rng: Random, sign: str) -> str:
    """A number or an address that must be masked before anybody counts words."""
    n = rng.randrange(10_000)
    return rng.choice(
        (
            f"注文番号はM-{rng.randrange(10**6, 10**7)}です。",
            f"注文番号 M-{rng.randrange(10**6, 10**7)}",
            f"電話は090-0000-{n:04d}です。",
            f"０９０－００００－{n:04d}までお願いします。",
            f"0120-000-{n % 1000:03d}にかけましたが出ませんでした。",
            f"{rng.choice(('hana', 'sora', 'yama', 'kawa'))}{n % 100}@{rng.choice(_DOMAINS)} に返信ください。",
            f"登録名は{sign or '山中'}です。",
            f"会員番号は{rng.randrange(10**7, 10**8)}です。",
        )
    )


def _assemble(
    pieces: list[tuple[str, Fragment | None]], register: str, stop: str, rng: Random
) -> tuple[str, tuple[TrueClause, ...]]:
    """Text and clauses with their places; some writers use no commas or full stops at all."""
    bare = register in ("casual", "angry") and rng.random() < 0.12
    text, clauses = "", []
    for piece, fragment in pieces:
        if bare:
            piece = piece.replace("、", "").replace("。", " ")
        if fragment is None:
            text += piece
            continue
        clean = piece.rstrip("、 ")
        start = len(text)
        text += piece
        clauses.append(
            TrueClause(
                clean, fragment.topic, fragment.polarity, fragment.intent, start, start + len(clean)
            )
        )
    # A comma or a blank at the very end was a separator without a successor.
    text = text.rstrip("、 \n")
    end = len(text)
    return text, tuple(c for c in clauses if c.end <= end)
