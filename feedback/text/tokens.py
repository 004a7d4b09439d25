"""Japanese text as tokens: MeCab with a node format of our own."""

from __future__ import annotations

import re
from typing import Any

from fugashi import GenericTagger

# Never longer in one parse: MeCab is quadratic in runs of unknown characters.
_PIECE = 400
_BREAK = re.compile(r"[。!?\n、 ]")
_BREAK_BEFORE = 60

# The part of speech stands last because parse() strips what is empty at the end.
_FIELDS = ("%f[7]", "%f[10]", "%f[5]", "%f[2]", "%f[1]", "%f[0]")
_KNOWN = "\\t".join(("%m", *_FIELDS)) + "\\n"
_UNKNOWN = "\\t".join(("%m", "", "", "", *_FIELDS[3:])) + "\\n"

# Idle taggers. One is out with one thread at a time and comes back afterwards, so there
# are never more of them than threads that parse at once (a tagger is never freed).
_idle: list[Any] = []


class Token:
    """One word of the dictionary; shared between all places where it stands."""

    __slots__ = (
        "base", "bits", "form", "kind", "lemma", "length", "pos1", "pos2", "pos3", "surface",
        "value",
    )  # fmt: skip

    def __init__(self, line: str) -> None:
        fields = line.split("\t")
        if len(fields) != 7:  # something the dictionary does not know how to print
            fields = [fields[0], "", "", "", "", "", "補助記号"]
        self.surface, lemma, base, self.form, self.pos3, self.pos2, self.pos1 = fields
        self.length = len(self.surface)
        # Loanwords come as サービス-service.
        cut = lemma.find("-", 1)
        self.lemma = (lemma[:cut] if cut > 0 else lemma) or self.surface
        self.base = base or self.surface
        # Filled by the analysis: what the word does in a clause.
        self.bits = 0
        self.kind = ""
        self.value = 0.0

    def __repr__(self) -> str:
        return f"{self.surface}/{self.pos1}/{self.lemma}"


def parse_lines(text: str) -> list[str]:
    """One line of dictionary fields a token; `text` must be normalised."""
    if "\n" in text:
        text = text.replace("\n", " ")
    tagger = _idle.pop() if _idle else _new_tagger()
    try:
        if len(text) <= _PIECE:
            found = tagger.parse(text)
            return found.split("\n") if found else []
        lines: list[str] = []
        for piece in _pieces(text):
            found = tagger.parse(piece)
            if found:
                lines += found.split("\n")
        return lines
    finally:
        _idle.append(tagger)


def tokenise(text: str) -> list[Token]:
    """The tokens of a normalised text, white space left out."""
    return [Token(line) for line in parse_lines(text)]


def tokenizer_version() -> str:
    """Names the binding and the dictionary that made the tokens."""
    from importlib.metadata import version

    return f"fugashi-{version('fugashi')}+unidic-lite-{version('unidic-lite')}"


def _pieces(text: str) -> list[str]:
    """The text cut after a sentence end, a comma or a space near every 400th character."""
    pieces = []
    start, total = 0, len(text)
    while total - start > _PIECE:
        end = start + _PIECE
        stops = [found.end() for found in _BREAK.finditer(text, end - _BREAK_BEFORE, end)]
        if stops:
            end = stops[-1]
        pieces.append(text[start:end])
        start = end
    pieces.append(text[start:])
    return pieces


def _new_tagger() -> Any:
    import unidic_lite

    # The dictionary's own output type would win over our node format: hence -O "".
    directory = unidic_lite.DICDIR
    return GenericTagger(
        f'-d "{directory}" -r "{directory}/mecabrc" -O "" -F "{_KNOWN}" -U "{_UNKNOWN}" -E ""'
    )
