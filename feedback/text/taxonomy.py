"""Topics as a tree with seed words, and the matcher that finds them in a clause.

Confidence of a topic in a clause: 1 − Π(1 − w) over its distinct seeds found there, where
w = 0.45 + 0.1 × (length of the seed − 1), at most 0.85; a seed of a top topic counts 0.8 w; a seed
shared by k topics counts w / k. A clause without a seed of its own takes the topics of the
clause before it in the same sentence at half their confidence. It ranks; it is no probability.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from .marks import GRAMMAR
from .normal import normalise
from .tokens import Token

_SHORT = 3  # a seed up to this long in one script must not end inside a longer word
_ONE_SCRIPT = re.compile(r"[ァ-ヺー]+|[a-z0-9]+|[ぁ-ゖ]+")


@dataclass(frozen=True, slots=True)
class Topic:
    """A theme of the tree; `parent` is '' for a top one."""

    key: str
    name_ja: str
    name_en: str = ""
    parent: str = ""
    seeds: tuple[str, ...] = ()


class TopicHit(NamedTuple):
    """A topic found in a clause."""

    topic: str
    confidence: float


@dataclass(frozen=True)
class Taxonomy:
    """A frozen tree of topics, ready to match."""

    topics: tuple[Topic, ...]
    version: str = ""
    # Two first characters → seeds, longest first: (seed, weights by topic, whole word only).
    _pairs: dict[str, tuple[Seed, ...]] = field(default_factory=dict, repr=False, compare=False)
    # Seeds of one character match a whole word only.
    _words: dict[str, Seed] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_rows(cls, rows: Iterable[Topic | Mapping[str, Any]]) -> Taxonomy:
        """A taxonomy of topics, or of mappings with their fields (seeds: list or one string)."""
        topics = tuple(row if isinstance(row, Topic) else _topic(row) for row in rows)
        keys = [topic.key for topic in topics]
        if len(set(keys)) != len(keys):
            raise ValueError(f"topic keys repeat: {sorted({k for k in keys if keys.count(k) > 1})}")
        payload = json.dumps(
            sorted([t.key, t.parent, sorted(t.seeds)] for t in topics), ensure_ascii=False
        )
        digest = hashlib.sha256(payload.encode("utf-8", "replace")).hexdigest()[:12]
        pairs, words = _index(topics)
        return cls(topics, digest, pairs, words)

    def get(self, key: str) -> Topic | None:
        """The topic of that key."""
        return next((topic for topic in self.topics if topic.key == key), None)

    def seeds(self) -> dict[str, tuple[str, ...]]:
        """Seed words by topic key."""
        return {topic.key: topic.seeds for topic in self.topics}

    def find(
        self, lowered: str, tokens: Sequence[Token], starts: Sequence[int]
    ) -> list[tuple[int, Seed]]:
        """(offset, seed) of seeds that begin with a word of the text; longer ones win."""
        found: list[tuple[int, Seed]] = []
        pairs = self._pairs
        words = self._words
        ends: set[int] = set()
        covered = 0
        for index, start in enumerate(starts):
            token = tokens[index]
            if token.bits & GRAMMAR:
                continue
            candidates = pairs.get(lowered[start : start + 2])
            if candidates is not None:
                for seed in candidates:
                    if lowered.startswith(seed.text, start):
                        end = start + len(seed.text)
                        if seed.whole and start + token.length != end:
                            if not ends:
                                ends = {at + t.length for at, t in zip(starts, tokens, strict=True)}
                            if end not in ends:
                                continue
                        if end > covered:  # else inside a longer seed found just before
                            covered = end
                            found.append((start, seed))
                        break
            single = words.get(token.base)
            if single is not None:
                found.append((start, single))
        return found


@dataclass(frozen=True, slots=True)
class Seed:
    """A seed word, ready to match."""

    text: str
    weights: tuple[tuple[str, float, str], ...]  # topic, weight, the topic's parent
    whole: bool


def score(seeds: Sequence[Seed]) -> tuple[TopicHit, ...]:
    """The topics these seeds speak for, best first (formula above)."""
    if not seeds:
        return ()
    missed: dict[str, float] = {}
    seen: set[str] = set()
    # A leaf found makes its own parent superfluous: the tree implies it.
    implied: set[str] = set()
    for seed in seeds:
        if seed.text in seen:
            continue
        seen.add(seed.text)
        for key, weight, parent in seed.weights:
            missed[key] = missed.get(key, 1.0) * (1.0 - weight)
            implied.add(parent)
    if len(missed) == 1:
        key, rest = missed.popitem()
        return (TopicHit(key, round(1.0 - rest, 3)),)
    ranked = sorted(
        ((1.0 - rest, key) for key, rest in missed.items() if key not in implied),
        key=lambda pair: (-pair[0], pair[1]),
    )
    return tuple(TopicHit(key, round(confidence, 3)) for confidence, key in ranked)


@cache
def default_taxonomy() -> Taxonomy:
    """The taxonomy that is shipped: shops, apps, services, restaurants, hotels."""
    path = Path(__file__).parent / "data" / "taxonomy.json"
    return Taxonomy.from_rows(json.loads(path.read_text(encoding="utf-8"))["topics"])


def _topic(row: Mapping[str, Any]) -> Topic:
    seeds = row.get("seeds") or ()
    if isinstance(seeds, str):
        seeds = re.split(r"[\s,、]+", seeds)
    return Topic(
        key=str(row["key"]),
        name_ja=str(row.get("name_ja") or row["key"]),
        name_en=str(row.get("name_en") or ""),
        parent=str(row.get("parent") or ""),
        seeds=tuple(str(seed) for seed in seeds if str(seed).strip()),
    )


def _index(topics: tuple[Topic, ...]) -> tuple[dict[str, tuple[Seed, ...]], dict[str, Seed]]:
    owners: dict[str, list[Topic]] = {}
    for topic in topics:
        for raw in dict.fromkeys(topic.seeds):
            text = normalise(raw).text.strip().lower()
            if text and topic not in owners.setdefault(text, []):
                owners[text].append(topic)
    pairs: dict[str, list[Seed]] = {}
    words: dict[str, Seed] = {}
    for text, of in owners.items():
        weight = min(0.85, 0.45 + 0.1 * (len(text) - 1)) / len(of)
        weights = tuple((t.key, weight if t.parent else weight * 0.8, t.parent) for t in of)
        whole = len(text) <= _SHORT and bool(_ONE_SCRIPT.fullmatch(text))
        seed = Seed(text, weights, whole)
        if len(text) == 1 or text[-1] in "いうくすつむぶるぐ":
            words[text] = seed
        if len(text) > 1:
            pairs.setdefault(text[:2], []).append(seed)
    return (
        {key: tuple(sorted(seeds, key=lambda s: -len(s.text))) for key, seeds in pairs.items()},
        words,
    )
