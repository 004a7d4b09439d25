"""The phrase bank: what a person may say about a theme, read from `phrases/*.txt`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from feedback.demo import grammar
from feedback.demo.vocabulary import EMPHASIS, SLOTS

MEANING = {
    "-": ("negative", "complaint"),
    "+": ("positive", "praise"),
    "r": ("neutral", "request"),
    "w": ("neutral", "request"),
    "q": ("neutral", "question"),
    "=": ("neutral", "report"),
}
_PIECE = re.compile(r"\[([^\[\]]*)\]|<([^<>]+)>|([^\[<]+)")
_THINGS = {"品", "大物", "家電", "服", "食"}
_SLOT = re.compile("<([^<>]+)>")
_SECTION = re.compile(r"^\[([a-z_]+\.[a-z_]+) ([a-z_]+\.[a-z_]+)\]$")
# Predicates that already say how it felt take no second feeling.
_FELT = re.compile(
    "助か|うれし|ありがた|安心|満足|喜ば|がっかり|困|不便|不安|残念|うんざり|感激|感心|驚き|納得|"
    "楽し|好評|気に入|いらいら|あきらめ|つら|悲し|思|途方|怒られ|見入|気がし|気にな|迷|損|いえ|"
    "便利|最高|よ$|お買い得|お得|無理|大変|面倒|ましょ|なくな|不愉快|おもしろ|良|すてき|安$|すご|買"
)


@dataclass(frozen=True, slots=True)
class Fragment:
    """One thing to say, with open slots before a predicate that takes any form."""

    theme: str
    topic: str
    mark: str
    parts: tuple[object, ...]
    forms: grammar.Forms
    polarity: str
    intent: str
    may_run_on: bool


@cache
def bank() -> dict[str, dict[str, tuple[Fragment, ...]]]:
    """All fragments by theme and meaning (`-`, `+`, `r`, `q`, `=`; wishes are among `r`)."""
    found: dict[str, dict[str, list[Fragment]]] = {}
    for path in sorted((Path(__file__).parent / "phrases").glob("*.txt")):
        theme = topic = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if section := _SECTION.match(line):
                theme, topic = section.groups()
            elif line and not line.startswith("#"):
                fragment = _fragment(line, theme, topic)
                kind = "r" if fragment.mark == "w" else fragment.mark
                found.setdefault(theme, {}).setdefault(kind, []).append(fragment)
    return {
        theme: {kind: tuple(lines) for kind, lines in kinds.items()}
        for theme, kinds in found.items()
    }


@cache
def topic_of(theme: str) -> str:
    """The taxonomy key most fragments of a theme carry."""
    topics = [fragment.topic for kind in bank()[theme].values() for fragment in kind]
    return max(sorted(set(topics)), key=topics.count)


def _fragment(line: str, theme: str, topic: str) -> Fragment:
    mark, text = line.split(" ", 1)
    if " @" in text:
        text, topic = text.rsplit(" @", 1)
    body, forms = grammar.parse(text)
    polarity, intent = MEANING[mark]
    felt = bool(_FELT.search(forms.plain)) or bool(_FELT.search(forms.bare))
    return Fragment(
        theme, topic, mark, _compile(body), forms, polarity, intent, not felt and mark in "-+"
    )


def _compile(body: str) -> tuple[object, ...]:
    """Plain strings, tuples of alternatives, and `<slot>` names kept as one-element lists."""
    parts: list[object] = []
    for choice, slot, text in _PIECE.findall(body):
        if text:
            parts.append(text)
        elif slot:
            parts.append([slot])
        else:
            parts.append(tuple(_compile(option) for option in choice.split("|")))
    return tuple(parts)


def say(parts: tuple[object, ...], register: str, rng: Random, pinned: dict[str, str]) -> str:
    """The words before the predicate, every slot filled; `pinned` keeps to one thing a comment."""
    said: list[str] = []
    for part in parts:
        if isinstance(part, str):
            said.append(part)
        elif isinstance(part, list):
            said.append(_fill(part[0], register, rng, pinned))
        elif isinstance(part, tuple):
            said.append(say(part[int(rng.random() * len(part))], register, rng, pinned))
    return "".join(said)


def fill_text(text: str, register: str, rng: Random, pinned: dict[str, str]) -> str:
    """A plain sentence with its `<slots>` filled."""
    if "<" not in text:
        return text
    return _SLOT.sub(lambda found: _fill(found[1], register, rng, pinned), text)


def _fill(slot: str, register: str, rng: Random, pinned: dict[str, str]) -> str:
    if slot in pinned:
        return pinned[slot]
    words = EMPHASIS[register] if slot == "強" else SLOTS[slot]
    word = words[int(rng.random() * len(words))]
    if slot in _THINGS:
        pinned[slot] = word
    return word
