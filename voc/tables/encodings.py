"""Which encoding a Japanese text file is in, and reading its lines in it.

The order of the questions: byte order mark, `ESC $`, NUL bytes, strict UTF-8 over the whole
file, then CP932 against EUC-JP by what the text would read like. Generic detectors are not
asked: on short survey files they answer Korean.
"""

import codecs
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from voc.tables.cells import UNREADABLE
from voc.tables.errors import TableError
from voc.tables.errors import gettext as _

CHUNK = 1 << 20
# Bytes of text outside UTF-8 that are read both ways before choosing.
LEGACY_SAMPLE = 1 << 16
_HIGH_BYTES = bytes(range(0x80, 0x100))
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # Before UTF-16: FF FE 00 00 starts with FF FE.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# A file labelled Shift_JIS is CP932 in practice; the strict codec fails on 「①」 and 「髙」.
_ALIASES = {
    "shiftjis": "cp932",
    "sjis": "cp932",
    "mskanji": "cp932",
    "ms932": "cp932",
    "windows31j": "cp932",
    "cp932": "cp932",
    "eucjp": "euc-jp",
    "eucjpms": "euc-jp",
    "cp51932": "euc-jp",
    "ujis": "euc-jp",
    "iso2022jp": "iso-2022-jp",
    "jis": "iso-2022-jp",
    "cp50221": "iso-2022-jp",
}
UNREADABLE_HANDLER = "voc-unreadable"


def _mark_unreadable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return UNREADABLE, error.end


codecs.register_error(UNREADABLE_HANDLER, _mark_unreadable)


def encoding_name(label: str) -> str:
    """The codec for a label a person typed; TableError when there is none."""
    plain = re.sub(r"[^a-z0-9]", "", label.lower())
    if plain in _ALIASES:
        return _ALIASES[plain]
    try:
        info = codecs.lookup(label)
    except (LookupError, ValueError):
        info = None
    # Byte-to-byte codecs (zip, hex) are not text encodings.
    if info is None or not getattr(info, "_is_text_encoding", True):
        raise TableError(_("文字コード「%(label)s」は使えません。") % {"label": label})
    return info.name


def detect_encoding(path: Path) -> str:
    """The encoding of the file, from its bytes alone."""
    with path.open("rb") as stream:
        head = stream.read(CHUNK)
        for bom, name in _BOMS:
            if head.startswith(bom):
                return name
        if b"\x1b$" in head and b"\0" not in head and _high_count(head) * 100 < len(head):
            return "iso-2022-jp"
        if wide := _utf16_without_bom(head):
            return wide
        stream.seek(0)
        return _utf8_or_legacy(stream)


def _high_count(data: bytes) -> int:
    return len(data) - len(data.translate(None, _HIGH_BYTES))


def _utf16_without_bom(head: bytes) -> str:
    even = head[0::2].count(0)
    odd = head[1::2].count(0)
    if max(even, odd) * 50 < len(head) or max(even, odd) < 4 * min(even, odd):
        return ""
    name = "utf-16-le" if odd > even else "utf-16-be"
    text = head[: len(head) // 2 * 2].decode(name, "replace")
    return name if "\n" in text or "\r" in text else ""


def _utf8_or_legacy(stream: BinaryIO) -> str:
    """Weighs lines that are UTF-8 against lines that are not, over the whole file."""
    good = bad = 0
    sample = bytearray()
    escapes = False
    for block in _blocks(stream):
        escapes = escapes or b"\x1b$" in block
        try:
            block.decode("utf-8")
        except UnicodeDecodeError:
            for line in block.splitlines(keepends=True):
                weight = _high_count(line)
                try:
                    line.decode("utf-8")
                except UnicodeDecodeError:
                    bad += weight
                    if len(sample) < LEGACY_SAMPLE:
                        sample += line[:LEGACY_SAMPLE]
                else:
                    good += weight
            if len(sample) >= LEGACY_SAMPLE and bad > 4 * good:
                break
        else:
            good += _high_count(block)
    if not bad:
        return "iso-2022-jp" if escapes and not good else "utf-8"
    if good > bad:
        return "utf-8"
    return _cp932_or_euc(bytes(sample))


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    rest = b""
    while chunk := stream.read(CHUNK):
        block = rest + chunk
        cut = block.rfind(b"\n") + 1
        if not cut and len(block) >= 4 * CHUNK:
            cut = _before_last_character(block)
        rest = block[cut:]
        if cut:
            yield block[:cut]
    if rest:
        yield rest


def _before_last_character(block: bytes) -> int:
    """Where the last UTF-8 character begins, so that a cut there halves none."""
    at = len(block) - 1
    while at > len(block) - 4 and 0x80 <= block[at] < 0xC0:
        at -= 1
    return at


_FULL_KANA = re.compile("[ぁ-んァ-ヶー]")
_HALF_KANA = re.compile("[ｦ-ﾟ]")
_HALF_SIGNS = re.compile("[｡-･]")
_IDEOGRAPH = re.compile("[一-龠々]")


def _cp932_or_euc(sample: bytes) -> str:
    cp932 = _likeness(sample.decode("cp932", UNREADABLE_HANDLER))
    euc = _likeness(decode_euc(sample))
    return "euc-jp" if euc > cp932 else "cp932"


def _likeness(text: str) -> float:
    """How much the text reads like Japanese: kana and everyday kanji against accidents.

    EUC-JP read as CP932 becomes half-width signs; half-width kana read as EUC-JP becomes
    rare kanji (JIS level 2), which make up a few percent of real text at most.
    """
    kanji = _IDEOGRAPH.findall(text)
    rare = sum(1 for char in kanji if not _is_level_one(char))
    return (
        2.0 * len(_FULL_KANA.findall(text))
        + 1.0 * (len(kanji) - rare)
        - 1.5 * rare
        + 0.25 * len(_HALF_KANA.findall(text))
        - 0.5 * len(_HALF_SIGNS.findall(text))
        - 8.0 * text.count(UNREADABLE)
    )


def _is_level_one(char: str) -> bool:
    try:
        return char.encode("euc_jp")[0] < 0xD0
    except UnicodeEncodeError:
        return False


# --- EUC-JP and ISO-2022-JP as Windows writes them -------------------------------------------
# Python's codecs for both know no vendor rows (「①」「㈱」「髙」). The same code points moved
# into CP932 are read there; where the two families disagree the CP932 reading is kept, so that
# one row has one spelling in every encoding.
_CP932_FORMS = str.maketrans("〜−‖¢£¬—", "～－∥￠￡￢―")
_EUC_PIECES = re.compile(
    rb"[\x00-\x7f]+|\x8e[\xa1-\xdf]|\x8f[\xa1-\xfe]{2}|(?:[\xa1-\xfe]{2})+|.", re.DOTALL
)
_JIS_PIECES = re.compile(
    rb"\x1b\([A-J]|\x1b\$\(?[@A-D]|\x1b&@|[\x0e\x0f]|[^\x1b\x0e\x0f]+|.", re.DOTALL
)


def _jis_to_cp932(pairs: bytes) -> str:
    moved = bytearray()
    for high, low in zip(pairs[0::2], pairs[1::2], strict=True):
        first = ((high - 0x21) >> 1) + 0x81
        moved.append(first + 0x40 if first > 0x9F else first)
        moved.append(low + 0x1F + (low >= 0x60) if high & 1 else low + 0x7E)
    return moved.decode("cp932", UNREADABLE_HANDLER)


def decode_euc(data: bytes) -> str:
    """Text of EUC-JP bytes, vendor characters included."""
    try:
        return data.decode("euc_jp").translate(_CP932_FORMS)
    except UnicodeDecodeError:
        pass
    parts = []
    for piece in _EUC_PIECES.findall(data):
        if piece[0] < 0x80:
            parts.append(piece.decode("ascii"))
        elif piece[0] == 0x8E and len(piece) == 2:
            parts.append(piece[1:].decode("cp932"))
        elif piece[0] == 0x8F and len(piece) == 3:
            parts.append(piece.decode("euc_jp", UNREADABLE_HANDLER))
        elif len(piece) >= 2:
            parts.append(_jis_to_cp932(bytes(byte & 0x7F for byte in piece)))
        else:
            parts.append(UNREADABLE)
    return "".join(parts).translate(_CP932_FORMS)


def decode_jis(data: bytes) -> str:
    """Text of one line of ISO-2022-JP, vendor characters and half-width kana included."""
    try:
        return data.decode("iso2022_jp_ext").translate(_CP932_FORMS)
    except UnicodeDecodeError:
        pass
    parts = []
    mode = "ascii"
    for piece in _JIS_PIECES.findall(data):
        if piece[0] == 0x1B:
            mode = _jis_mode(piece)
        elif piece in b"\x0e\x0f":
            mode = "kana" if piece == b"\x0e" else "ascii"
        else:
            parts.append(_jis_piece(piece, mode))
    return "".join(parts).translate(_CP932_FORMS)


def _jis_mode(escape: bytes) -> str:
    if escape in (b"\x1b$@", b"\x1b$B", b"\x1b$(B", b"\x1b$(@"):
        return "kanji"
    if escape == b"\x1b$(D":
        return "supplement"
    return "kana" if escape == b"\x1b(I" else "ascii"


def _jis_piece(piece: bytes, mode: str) -> str:
    if mode == "ascii":
        return piece.decode("ascii", UNREADABLE_HANDLER)
    # A line ends in ASCII by the standard, even where the closing escape is missing.
    body = piece.rstrip(b"\r\n")
    tail = piece[len(body) :].decode("ascii")
    if any(not 0x21 <= byte <= 0x7E for byte in body):
        return UNREADABLE + tail
    if mode == "kana":
        return bytes(byte | 0x80 for byte in body).decode("cp932", UNREADABLE_HANDLER) + tail
    odd = UNREADABLE if len(body) % 2 else ""
    body = body[: len(body) // 2 * 2]
    if mode == "supplement":
        codes = b"".join(
            bytes((0x8F, body[i] | 0x80, body[i + 1] | 0x80)) for i in range(0, len(body), 2)
        )
        return codes.decode("euc_jp", UNREADABLE_HANDLER) + odd + tail
    return _jis_to_cp932(body) + odd + tail


def line_reader(stream: BinaryIO, encoding: str) -> Callable[[int], str]:
    """`read(limit)`: the next line with its end, at most `limit` characters; "" at the end."""
    decode = {"euc-jp": decode_euc, "iso-2022-jp": decode_jis}.get(encoding)
    if decode is None:
        text = io.TextIOWrapper(stream, encoding, UNREADABLE_HANDLER, newline="")
        return text.readline
    return lambda limit: decode(stream.readline(limit))
