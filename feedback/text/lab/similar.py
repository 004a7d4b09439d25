"""The nearest texts of a collection: near-duplicate requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from .features import BY_SPACES, Step, matrix, no_step, prepare

_BATCH = 64


class SimilarIndex:
    """Texts by TF-IDF of lemmas and of 1–3 characters; scores are cosines, 1 is the same text."""

    def __init__(self, texts: Sequence[str], *, step: Step = no_step) -> None:
        documents = prepare(texts, step=step)
        self._size = len(documents)
        self._index: Any = None
        if not any(document.chars for document in documents):
            return
        shared = {"lowercase": False, "sublinear_tf": True, "dtype": np.float32}
        self._word = TfidfVectorizer(**BY_SPACES, **shared)
        self._char = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), **shared)
        self._index = normalize(matrix(self._word, self._char, documents, fit=True)).T.tocsr()

    def nearest(self, queries: Sequence[str], count: int = 10) -> list[list[tuple[int, float]]]:
        """(row, score) of the nearest rows of each query, best first, the first row on a tie."""
        results: list[list[tuple[int, float]]] = []
        for start in range(0, len(queries), _BATCH):
            batch = prepare(queries[start : start + _BATCH])
            if self._index is None:
                results += [[] for _ in batch]
                continue
            vectors = normalize(matrix(self._word, self._char, batch))
            scores = (vectors @ self._index).toarray()
            for document, row in zip(batch, scores, strict=True):
                results.append(_best(row, count) if document.chars else [])
        return results


def _best(scores: np.ndarray, count: int) -> list[tuple[int, float]]:
    # A little more than asked for, so that ties at the edge go to the first row.
    count = min(count, len(scores))
    edge = np.partition(scores, -count)[-count]
    rows = np.flatnonzero(scores >= edge)
    order = rows[np.lexsort((rows, -scores[rows]))][:count]
    return [(int(row), round(min(1.0, float(scores[row])), 4)) for row in order]
