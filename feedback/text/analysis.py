"""Comments to clauses with topic, polarity and intent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple

from . import intent, marks, masking, polarity, words
from .clauses import sentences, split
from .compounds import compounds
from .marks import ASKS, CONDITION, SIGN, STRESS, SUBJECT, WISH, WORD
from .normal import Normal, normalise
from .taxonomy import Taxonomy, TopicHit, score
from .tokens import Token, parse_lines, tokenizer_version

RULES_VERSION = "1"
ANALYSIS_VERSION = f"rules-{RULES_VERSION}+{tokenizer_version()}"
MAX_CHARS = 10_000
# One character can become eighteen in NFKC; more than this is noise.
_MAX_NORMAL = 15_000
_INHERITED = 0.5

_SIGNS = re.compile(f"[{words.HAPPY_SIGNS}{words.UNHAPPY_SIGNS}]")
_SPEAKS = re.compile(r"[^\W_]")
_MAY_WISH = WISH | CONDITION
_TRIM = " 。、,，､｡\n\t"

# Lines of the dictionary seen before, with their marks. Bounded; cleared when full.
_known: dict[str, Token] = {}
_KNOWN_LIMIT = 150_000


class Clause(NamedTuple):
    """A statement of the comment; original[start:end] == text."""

    start: int
    end: int
    text: str
    polarity: str
    intent: str
    topics: tuple[TopicHit, ...]
    negated: bool = False
    emphasis: bool = False


class Analysis(NamedTuple):
    """What one comment says; `tokens` are its dictionary forms, parted by spaces."""

    clauses: tuple[Clause, ...]
    compounds: tuple[str, ...]
    masked: str
    truncated: bool
    tokens: str


def analyse(text: str, taxonomy: Taxonomy) -> Analysis:
    """The clauses, compounds and masked form of one comment; any str is taken."""
    truncated = len(text) > MAX_CHARS
    original = text[:MAX_CHARS] if truncated else text
    normal = normalise(original, limit=_MAX_NORMAL)
    if len(normal.text) > _MAX_NORMAL:
        truncated = True
        normal = Normal(
            normal.text[:_MAX_NORMAL], normal.length, normal.starts, normal.ends, normal.stretched
        )
    private = masking.private_spans(normal.text)
    settled = normal.starts is None and not private
    masked = original if settled else masking.replace(original, normal, private)
    read = _without(normal.text, private) if private else normal.text
    tokens, starts = read_tokens(read)
    if not tokens:
        return Analysis(_signs_only(original, normal), (), masked, truncated, "")
    found = _clauses(original, normal, read, tokens, starts, taxonomy)
    return Analysis(
        tuple(found),
        compounds(tokens, starts),
        masked,
        truncated,
        " ".join([token.lemma for token in tokens]),
    )


def analyse_many(texts: Iterable[str], taxonomy: Taxonomy) -> list[Analysis]:
    """One analysis a text, in order; identical texts are read once."""
    done: dict[str, Analysis] = {}
    results = []
    for text in texts:
        result = done.get(text)
        if result is None:
            result = analyse(text, taxonomy)
            if len(text) < 200:
                done[text] = result
        results.append(result)
    return results


def read_tokens(text: str) -> tuple[list[Token], list[int]]:
    """The marked tokens of a normalised text and their offsets."""
    lines = parse_lines(text)
    known = _known
    try:
        tokens = [known[line] for line in lines]
    except KeyError:
        if len(known) >= _KNOWN_LIMIT:
            known.clear()
        tokens = [_learn(line) for line in lines]
    if " " not in text and "\n" not in text:
        starts = list(accumulate([token.length for token in tokens[:-1]], initial=0))
        return tokens, starts if tokens else []
    starts = []
    position = 0
    for token in tokens:
        if not text.startswith(token.surface, position):
            position = text.find(token.surface, position)
            if position < 0:  # never seen; without a place there is no clause
                return tokens[: len(starts)], starts
        starts.append(position)
        position += token.length
    return tokens, starts


def _learn(line: str) -> Token:
    token = _known.get(line)
    if token is None:
        token = _known[line] = marks.mark(line)
    return token


def _without(text: str, private: list[tuple[int, int, str]]) -> str:
    """The same length with private particulars blanked, so that no word of them is kept."""
    for start, end, _ in private:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _clauses(
    original: str,
    normal: Normal,
    read: str,
    tokens: list[Token],
    starts: list[int],
    taxonomy: Taxonomy,
) -> list[Clause]:
    phrases = polarity.find_phrases(read, tokens, starts)
    lowered = read.lower()
    if len(lowered) != len(read):
        lowered = read
    seeds = taxonomy.find(lowered, tokens, starts)
    clauses: list[Clause] = []
    written = 0
    total = len(tokens)
    for begin, end in sentences(read, tokens, starts):
        inherited: tuple[TopicHit, ...] = ()
        pieces = split(tokens, begin, end) if end - begin > 3 else ((begin, end),)
        for first, last in pieces:
            span_start = starts[first]
            span_end = starts[last] if last < total else len(read)
            # A blanked particular at the end belongs to the clause before it.
            start, stop = normal.span(span_start, span_end)
            if first == 0:
                start = 0
            # Two characters of one cluster may fall into two clauses: the first keeps it.
            start, stop = _trim(original, max(start, written), stop)
            if start >= stop:
                continue
            written = stop
            text = original[start:stop]
            bits = 0
            for token in tokens[first:last]:
                bits |= token.bits
            if not bits & (WORD | SIGN) and not _SPEAKS.search(text):
                continue
            signs = "".join(_SIGNS.findall(text)) if bits & SIGN else ""
            said = read[span_start:span_end].strip(_TRIM)
            wished = intent.wish(said) if bits & _MAY_WISH or "ても" in said else ""
            asked = intent.asks(said) if bits & ASKS else ""
            here = [p for p in phrases if first <= p[0] < last] if phrases else ()
            sense, negated = polarity.judge(
                tokens, first, last, here, wished=wished, asked=asked, signs=signs
            )
            topics = score([seed for at, seed in seeds if span_start <= at < span_end])
            if topics:
                inherited = topics
            elif inherited and not bits & SUBJECT:
                topics = tuple(
                    TopicHit(hit.topic, round(hit.confidence * _INHERITED, 3)) for hit in inherited
                )
            clauses.append(
                Clause(
                    start,
                    stop,
                    text,
                    sense,
                    intent.decide(wished, asked, sense),
                    topics,
                    negated,
                    bool(bits & STRESS) or normal.stretched,
                )
            )
    return clauses


def _trim(original: str, start: int, stop: int) -> tuple[int, int]:
    """The span without blanks and commas at its edges, and without the final 。."""
    while start < stop and (original[start] in _TRIM or original[start].isspace()):
        start += 1
    while stop > start and (original[stop - 1] in _TRIM or original[stop - 1].isspace()):
        stop -= 1
    return start, stop


def _signs_only(original: str, normal: Normal) -> tuple[Clause, ...]:
    """A comment of private particulars alone is one neutral clause; a blank one has none."""
    start, stop = _trim(original, 0, normal.length)
    text = original[start:stop]
    if not _SPEAKS.search(text):
        return ()
    return (Clause(start, stop, text, polarity.NEUTRAL, intent.REPORT, ()),)
