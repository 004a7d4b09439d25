"""What a model sees of a text: words with their particles, and characters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from .. import masking
from ..analysis import MAX_CHARS, analyse, read_tokens
from ..marks import COMMA, DENIES, GRAMMAR, STOP
from ..normal import normalise
from ..taxonomy import Taxonomy
from ..tokens import Token

FEATURE_VERSION = "1"
_NO_TOPICS = Taxonomy.from_rows([])
BY_SPACES = {"token_pattern": r"\S+"}  # words are parted by spaces already
_DENIED_REACH = 4  # words before a negation that carry its mark


@dataclass(frozen=True, slots=True)
class Document:
    """One text as a model reads it."""

    words: str
    chars: str


Step = Callable[[int, int], None]  # (done, total)


def no_step(done: int, total: int) -> None:
    """For callers that show no progress."""


def prepare(texts: Sequence[str], *, task: str = "topics", step: Step = no_step) -> list[Document]:
    """The documents of the texts, private particulars left out."""
    documents = []
    for number, text in enumerate(texts):
        if not number % 500:
            step(number, len(texts))
        documents.append(_document(text, task))
    return documents


def tokens_of(text: str) -> tuple[str, list[Token], list[int]]:
    """(normalised text, its tokens, their offsets), private particulars blanked."""
    normal = normalise(text[:MAX_CHARS], limit=MAX_CHARS).text[:MAX_CHARS]
    for start, end, _ in masking.private_spans(normal):
        normal = normal[:start] + " " * (end - start) + normal[end:]
    tokens, starts = read_tokens(normal)
    return normal, tokens, starts


def _document(text: str, task: str) -> Document:
    normal, tokens, _ = tokens_of(text)
    words = [token.lemma for token in tokens]
    if task == "polarity":
        words += _denied(tokens)
        for clause in analyse(text, _NO_TOPICS).clauses:
            words += [f"◆{clause.polarity}", f"◆{clause.intent}"]
    return Document(" ".join(words), " ".join(normal.lower().split()))


def _denied(tokens: Sequence[Token]) -> list[str]:
    marks = []
    for index, token in enumerate(tokens):
        if not token.bits & DENIES:
            continue
        for back in range(index - 1, max(-1, index - 1 - _DENIED_REACH), -1):
            before = tokens[back]
            if before.bits & (COMMA | STOP):
                break
            if not before.bits & GRAMMAR:
                marks.append("¬" + before.lemma)
    return marks


def vectorizers(count: int, *, task: str = "topics") -> tuple[Any, Any]:
    """Untrained word and character TF-IDF for that many documents."""
    rare = 2 if count >= 300 else 1
    longer = 1 if task == "polarity" else 0
    shared = {"lowercase": False, "min_df": rare, "sublinear_tf": True, "dtype": np.float32}
    word = TfidfVectorizer(ngram_range=(1, 2 + longer), **BY_SPACES, **shared)
    char = TfidfVectorizer(analyzer="char", ngram_range=(1, 4 + longer), **shared)
    return word, char


def matrix(word: Any, char: Any, documents: Sequence[Document], *, fit: bool = False) -> csr_matrix:
    """The documents as rows of features."""
    words = [document.words or " " for document in documents]
    chars = [document.chars or " " for document in documents]
    if fit:
        parts = [word.fit_transform(words), char.fit_transform(chars)]
    else:
        parts = [word.transform(words), char.transform(chars)]
    return csr_matrix(hstack(parts, format="csr"))
