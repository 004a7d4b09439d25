"""What may be stored, and what the analyser reads, with the way back to the original."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# C0 and C1 controls except tab and newline.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATES = re.compile("[\ud800-\udfff]")

# Full-width ASCII and the ideographic space: one character each, so offsets stay.
_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}

# Characters that NFKC alone does not settle: controls, surrogates, invisible format
# characters (zero width, bidi, BOM, variation selectors), stretched vowels, runs.
_UNSETTLED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u1680\u2000-\u200f\u2028-\u202f"
    "\u205f-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e01ef]"
    r"|ー{2}|([^0-9A-Za-z])\1\1|[ぁ-ゖ][ー〜~]+いっ?(?![ぁ-んァ-ヺー])"
)
_INVISIBLE = re.compile(
    "[\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e01ef]"
)
_BLANK = re.compile("[\t\u1680\u2000-\u200a\u2028\u2029\u202f\u205f]")
_RUNS = re.compile(r"ー{2,}|([^0-9A-Za-z])\1\1+")
# 「すごーい」「ながーい」: a vowel stretched inside a word, not the sign of a loanword.
_STRETCHED = re.compile(r"(?<=[ぁ-ゖ])[ー〜~]+(?=いっ?(?![ぁ-んァ-ヺー]))")


@dataclass(frozen=True, slots=True)
class Normal:
    """A normalised text; `starts`/`ends` lead each of its characters back, None = unchanged."""

    text: str
    length: int
    starts: list[int] | None = None
    ends: list[int] | None = None
    stretched: bool = False

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original's offsets of text[start:end]."""
        if self.starts is None or self.ends is None:
            return start, end
        if start >= end:
            here = self.starts[start] if start < len(self.starts) else self.length
            return here, here
        return self.starts[start], self.ends[end - 1]


def sanitise(text: str) -> str:
    """The text as it may be stored: no controls, no lone surrogates, LF line ends."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROLS.search(text):
        text = _CONTROLS.sub("", text)
    if not text.isascii() and _SURROGATES.search(text):
        text = _SURROGATES.sub("\ufffd", text)
    return text


def normalise(text: str, *, squeeze: bool = True, limit: int | None = None) -> Normal:
    """The text in NFKC without invisible characters; `squeeze` also shortens stretched runs.

    `limit` ends the work once so many characters came out (one character can make eighteen).
    """
    length = len(text)
    wide = text.translate(_WIDTH)
    unsettled = _UNSETTLED.search(wide)
    if not unsettled and unicodedata.is_normalized("NFKC", wide):
        return Normal(wide.replace("\t", " "), length)

    chars, starts, ends = _fold(wide, limit)
    stretched = False
    if squeeze:
        kept = "".join(chars)
        stretched = bool(_RUNS.search(kept) or _STRETCHED.search(kept))
        if stretched:
            for pattern, keep in ((_STRETCHED, 0), (_RUNS, 1)):
                chars, starts, ends = _shorten(pattern, keep, chars, starts, ends)
    return Normal("".join(chars), length, starts, ends, stretched)


def _fold(text: str, limit: int | None) -> tuple[list[str], list[int], list[int]]:
    """NFKC by clusters (a base and what combines with it), each character with its origin."""
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position, total = 0, len(text)
    while position < total and (limit is None or len(chars) < limit):
        after = position + 1
        char = text[position]
        # A cluster longer than this is noise; cutting it keeps the work linear.
        while after < total and after - position < 32 and _combines(text[after]):
            after += 1
        if after == position + 1 and _is_plain(char):
            chars.append(char)
            starts.append(position)
            ends.append(after)
            position = after
            continue
        folded = unicodedata.normalize("NFKC", text[position:after])
        if char == "\r":
            folded = "" if text[after : after + 1] == "\n" else "\n"
        for one in folded:
            if _SURROGATES.match(one):
                one = "\ufffd"
            elif _CONTROLS.match(one) or _INVISIBLE.match(one):
                continue
            elif _BLANK.match(one):
                one = " "
            chars.append(one)
            starts.append(position)
            ends.append(after)
        position = after
    return chars, starts, ends


def _is_plain(char: str) -> bool:
    return (
        "\u4e00" <= char <= "\u9fff"
        or "\u3041" <= char <= "\u3096"
        or "\u30a0" <= char <= "\u30fe"
        or " " <= char < "\x7f"
    )


def _combines(char: str) -> bool:
    return char >= "\u0300" and ("\uff9e" <= char <= "\uff9f" or unicodedata.combining(char) != 0)


def _shorten(
    pattern: re.Pattern[str], keep: int, chars: list[str], starts: list[int], ends: list[int]
) -> tuple[list[str], list[int], list[int]]:
    """The same text with each run cut to its first `keep` characters."""
    text = "".join(chars)
    new_chars: list[str] = []
    new_starts: list[int] = []
    new_ends: list[int] = []
    last = 0
    for run in pattern.finditer(text):
        cut = run.start() + keep
        new_chars += chars[last:cut]
        new_starts += starts[last:cut]
        new_ends += ends[last:cut]
        if keep:
            # What stays of the run stands for all of it.
            new_ends[-1] = ends[run.end() - 1]
        last = run.end()
    new_chars += chars[last:]
    new_starts += starts[last:]
    new_ends += ends[last:]
    return new_chars, new_starts, new_ends
