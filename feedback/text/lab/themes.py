"""Themes of unlabelled texts: TF-IDF → SVD → k-means, named by compound and predicate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from ..compounds import compounds
from ..marks import CARRIES, DENIES, WISH
from ..tokens import Token
from .features import BY_SPACES, Step, no_step, tokens_of
from .files import LabError

_DIMENSIONS = 100
_LARGE = 20_000  # rows above which k-means reads batches
_TERMS = 8
_EXAMPLES = 3
_PREDICATE_SHARE = 0.12
_PREDICATE_LIFT = 2.0


@dataclass(frozen=True, slots=True)
class _Reading:
    content: str
    names: tuple[str, ...]
    predicates: tuple[str, ...]


def discover(texts: Sequence[str], k: int | None = None, *, step: Step = no_step) -> dict[str, Any]:
    """Themes, largest first, and the theme of each text (-1: nothing to go by)."""
    readings = []
    for number, text in enumerate(texts):
        if not number % 500:
            step(number, len(texts))
        readings.append(_read(text))
    usable = [row for row, reading in enumerate(readings) if reading.content]
    if not usable:
        raise LabError("nothing_to_read")
    features, rows = _features(readings, usable)
    count = min(k or _theme_count(len(rows)), len(rows))
    labels = _cluster(features, count)
    members: dict[int, list[int]] = {}
    for row, label in zip(rows, labels.tolist(), strict=True):
        members.setdefault(label, []).append(row)
    ordered = sorted(members.items(), key=lambda item: (-len(item[1]), item[0]))
    assignments = [-1] * len(texts)
    position = {row: at for at, row in enumerate(rows)}
    overall = Counter(name for row in rows for name in readings[row].names)
    said = Counter(word for row in rows for word in set(readings[row].predicates))
    themes = []
    taken: set[str] = set()
    for number, (_, of) in enumerate(ordered):
        for row in of:
            assignments[row] = number
        terms = _terms(readings, of, overall, len(rows))
        name = _name(readings, of, terms, taken, said, len(rows))
        taken.add(name)
        centre = np.asarray(features[[position[row] for row in of]].mean(axis=0)).ravel()
        nearness = features[[position[row] for row in of]] @ centre
        nearest = [of[at] for at in np.argsort(-nearness, kind="stable")]
        examples = list(dict.fromkeys(texts[row].strip() for row in nearest[:20]))[:_EXAMPLES]
        themes.append({"name": name, "size": len(of), "terms": terms, "examples": examples})
    return {"themes": themes, "assignments": assignments}


def _read(text: str) -> _Reading:
    _, tokens, starts = tokens_of(text)
    content = [
        token.lemma
        for token in tokens
        if token.pos1 in ("名詞", "動詞", "形容詞", "形状詞")
        and len(token.lemma) > 1
        and token.pos2 not in ("数詞", "非自立可能")
    ]
    return _Reading(" ".join(content), compounds(tokens, starts), _predicates(tokens))


def _predicates(tokens: Sequence[Token]) -> tuple[str, ...]:
    """Verbs and adjectives in their dictionary form, with ない where denied."""
    found = []
    for index, token in enumerate(tokens):
        if token.pos1 not in ("動詞", "形容詞") or token.bits & (CARRIES | DENIES | WISH):
            continue
        denied = any(after.bits & DENIES for after in tokens[index + 1 : index + 3])
        found.append(token.surface + "ない" if denied and token.form[:2] == "未然" else token.base)
    return tuple(found)


def _features(readings: Sequence[_Reading], usable: list[int]) -> tuple[np.ndarray, list[int]]:
    """Unit vectors of the rows that have one."""
    count = len(usable)
    rare = 3 if count >= 500 else 2 if count >= 60 else 1
    vectorizer = TfidfVectorizer(
        lowercase=False, min_df=rare, max_df=0.3 if count >= 60 else 1.0,
        sublinear_tf=True, dtype=np.float32, **BY_SPACES,
    )  # fmt: skip
    try:
        sparse = vectorizer.fit_transform([readings[row].content for row in usable])
    except ValueError as error:  # every word too rare or too common
        raise LabError("nothing_to_read") from error
    filled = np.flatnonzero(np.diff(sparse.indptr) > 0)
    rows = [usable[at] for at in filled.tolist()]
    if not rows:
        raise LabError("nothing_to_read")
    sparse = sparse[filled]
    dimensions = min(_DIMENSIONS, sparse.shape[1] - 1, sparse.shape[0] - 1)
    if dimensions < 2:
        return normalize(sparse.toarray()), rows
    dense = TruncatedSVD(dimensions, random_state=0).fit_transform(sparse)
    return normalize(dense), rows


def _cluster(features: np.ndarray, count: int) -> np.ndarray:
    if count < 2:
        return np.zeros(len(features), dtype=int)
    if len(features) > _LARGE:
        large = MiniBatchKMeans(count, random_state=0, n_init=3, batch_size=4096)
        return np.asarray(large.fit_predict(features))
    return np.asarray(KMeans(count, random_state=0, n_init=4).fit_predict(features))


def _theme_count(rows: int) -> int:
    return max(2, min(80, round(rows**0.41)))


def _terms(
    readings: Sequence[_Reading], of: Sequence[int], overall: Counter[str], total: int
) -> list[str]:
    """Compounds by c-TF-IDF: how often here, how rarely elsewhere."""
    here = Counter(name for row in of for name in readings[row].names)
    if not here:
        here = overall_words = Counter(w for row in of for w in readings[row].content.split())
        overall = overall_words
    ranked = sorted(
        here.items(),
        key=lambda item: (-item[1] * np.log1p(total / max(overall[item[0]], 1)), item[0]),
    )
    return [name for name, _ in ranked[:_TERMS]]


def _name(
    readings: Sequence[_Reading],
    of: Sequence[int],
    terms: Sequence[str],
    taken: set[str],
    said: Counter[str],
    total: int,
) -> str:
    """The first compound and the predicate that is said here more than elsewhere."""
    name = terms[0] if terms else "—"
    here = Counter(word for row in of for word in set(readings[row].predicates))
    for predicate, times in here.most_common(3):
        share = times / len(of)
        often = times >= 2 and share >= _PREDICATE_SHARE
        if often and share >= _PREDICATE_LIFT * said[predicate] / total and predicate != name:
            name = f"{name}・{predicate}"
            break
    for term in terms[1:]:
        if name not in taken:
            break
        name = f"{name}・{term}"
    return name
