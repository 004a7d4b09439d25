"""Which column holds what, from Japanese and English headers and from the values themselves."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from statistics import fmean

from voc.tables.errors import CellError
from voc.tables.values import is_blank_answer, parse_date, parse_number
from voc.tables.words import PARTS, WORDS

_SCORE_KINDS = (
    ("nps", ("推奨", "nps", "おすすめ", "お勧め", "薦め", "勧め", "すすめ", "紹介", "recommend", "promoter")),
    ("ces", ("ces", "努力", "手間", "簡単", "容易", "effort", "スムーズ")),
    ("csat", ("満足", "csat", "satisf", "評価", "評点", "星", "star", "rating", "review")),
)  # fmt: skip
# How strongly a header that is one of the words claims its field.
_EXACT = 1000
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕|<[^<>]*>")
_QUESTION_NUMBER = re.compile(r"^(?:q|問|設問)?\d+(?:[-_.]\d+)?[.:、．]\s*", re.IGNORECASE)
_NOISE = re.compile(r"[\s_\-./・:;,、。?!*※'\"“”#]+")
_SENTENCE = re.compile(r"[ぁ-んァ-ヶ一-龠]|[a-zA-Z]{2,} [a-zA-Z]")


@cache
def column_key(header: str) -> str:
    """The header as it is compared: one width, lower case, no units, spaces or signs."""
    text = unicodedata.normalize("NFKC", header).casefold()
    bare = _QUESTION_NUMBER.sub("", _BRACKETS.sub("", text).strip())
    return _NOISE.sub("", bare) or _NOISE.sub("", text)


@cache
def _exact() -> dict[str, dict[str, int]]:
    return {
        wanted: {column_key(word): rank for rank, word in enumerate(words.split())}
        for wanted, words in WORDS.items()
    }


def is_known_header(cell: str) -> bool:
    """Whether the cell is a word that heads a column."""
    key = column_key(cell)
    return any(key in words for words in _exact().values())


def guess_score_kind(header: str) -> str:
    """`nps`, `csat` or `ces` when the header says which, else an empty string."""
    key = column_key(header)
    for kind, parts in _SCORE_KINDS:
        if any(part in key for part in parts):
            return kind
    return ""


def guess_columns(
    columns: Sequence[str],
    sample_rows: Sequence[Mapping[str, str]],
    wanted: Iterable[str],
) -> dict[str, str]:
    """The column for each wanted field that has one; no column serves two fields."""
    wanted = list(wanted)
    values = {
        column: [row[column] for row in sample_rows if not is_blank_answer(row.get(column, ""))]
        for column in columns
    }
    claims = sorted(
        (
            (-strength, position, order, field, column)
            for order, field in enumerate(wanted)
            for position, column in enumerate(columns)
            if (strength := _claim(field, column)) and _fits(field, values[column], strength)
        ),
    )
    found: dict[str, str] = {}
    for _strength, _position, _order, field, column in claims:
        if field not in found and column not in found.values():
            found[field] = column
    free = [column for column in columns if column not in found.values()]
    for field in ("text", "date", "email"):
        if field in wanted and field not in found and (best := _by_content(field, free, values)):
            found[field] = best
            free.remove(best)
    return {field: found[field] for field in wanted if field in found}


def _claim(field: str, column: str) -> float:
    key = column_key(column)
    ranks = _exact().get(field, {})
    if key in ranks:
        return _EXACT - ranks[key]
    # The head of a Japanese compound stands last: 「推奨度の理由」 is a reason, not a score.
    endings = [len(word) for word in ranks if len(word) >= _least(word) and key.endswith(word)]
    if endings:
        return 300 + max(endings)
    inside = [len(part) for part in PARTS.get(field, ()) if part in key]
    return 100 + max(inside) if inside else 0


def _least(word: str) -> int:
    return 4 if word.isascii() else 2


def _fits(field: str, values: Sequence[str], strength: float = 0) -> bool:
    """Whether most of the sampled values could be the field's values."""
    if not values:
        return True
    if field == "score" and strength > _EXACT / 2:
        # The header leaves no doubt; wrong values are then wrong values, not another column.
        return _share(values, lambda v: _is_score(v) or not _SENTENCE.search(v)) >= 0.5
    if field == "score":
        return _share(values, _is_score) >= 0.6
    if field == "date":
        return _share(values, _is_date) >= 0.5
    if field == "email":
        return _share(values, lambda value: "@" in value or "＠" in value) >= 0.5
    if field in ("amount", "quantity"):
        return _share(values, _is_number) >= 0.5
    if field == "text":
        return _share(values, _is_number) < 0.5 and _share(values, _is_date) < 0.8
    if field == "id":
        # A row sent twice in one file must not take the identity from all the others.
        return len(set(values)) * 2 > len(values)
    return True


def _share(values: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(1 for value in values if test(value)) / len(values)


def _is_number(value: str) -> bool:
    try:
        parse_number(value)
    except CellError:
        return False
    return True


def _is_score(value: str) -> bool:
    try:
        return -1 <= parse_number(value) <= 100
    except CellError:
        # 「5：とても満足」 and stars.
        return bool(re.match(r"\s*(?:\d{1,3}(?!\d)|[★☆])", unicodedata.normalize("NFKC", value)))


def _is_date(value: str) -> bool:
    try:
        parse_date(value)
    except CellError:
        return False
    return True


def _by_content(field: str, free: Sequence[str], values: Mapping[str, Sequence[str]]) -> str | None:
    candidates = [column for column in free if values[column]]
    if field == "text":
        lengths = {
            column: fmean(len(value) for value in values[column])
            for column in candidates
            if _share(values[column], lambda value: bool(_SENTENCE.search(value))) >= 0.5
            # The same few words again and again are a choice, not an opinion.
            and len(set(values[column])) * 4 >= len(values[column])
        }
        best = max(lengths, key=lengths.__getitem__, default=None)
        return best if best is not None and lengths[best] >= 6 else None
    for column in candidates:
        if field == "date":
            # Plain numbers pass as serials and as 20260105; they need a header to be dates.
            dated = _share(values[column], lambda v: not _is_number(v) and _is_date(v))
            if dated >= 0.8:
                return column
        elif _fits(field, values[column]):
            return column
    return None
