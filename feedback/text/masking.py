"""Private particulars (phone, mail, address on the web, card, postal code, My Number) masked."""

from __future__ import annotations

import re

import phonenumbers

from .normal import Normal, normalise, sanitise

PHONE = "【電話番号】"
MAIL = "【メール】"
URL = "【URL】"
CARD = "【カード番号】"
POSTAL = "【郵便番号】"
MY_NUMBER = "【マイナンバー】"

_LIMIT = 100_000  # characters; longer texts are masked piece by piece

_WORTH_A_LOOK = re.compile(r"\d{3}|\d[^\d\n]\d|@|://|www\.")
_DASH = "-‐‑‒–—―−ー－ｰ─"

# Every repetition is bounded, and no two neighbours can match the same character run.
_MAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@"
    r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.){1,6}[A-Za-z]{2,24}(?![A-Za-z])"
)
_URL = re.compile(
    r"(?:(?<![A-Za-z])(?:https?|ftp)://|(?<![A-Za-z0-9./])www\.(?=[A-Za-z0-9]))"
    r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]{1,2000}"
)
_CARD = re.compile(r"(?<![\dA-Za-z_-])\d(?:[ -]?\d){12,18}(?![\dA-Za-z_-])")
_CARD_WORD = re.compile(r"カード|クレジット|クレカ|VISA|JCB|MASTER|AMEX|CARD", re.IGNORECASE)
# What the networks issue: Visa, Mastercard, JCB, Amex, Diners, Discover.
_CARD_START = re.compile(r"4|5[1-5]|2[2-7]|35|3[47]|30|36|38|6")
_POSTAL = re.compile(r"(?:〒|郵便番号)[はが:]?[ ]{0,2}\d{3}-?\d{4}(?!\d)")
_POSTAL_PLACE = re.compile(
    r"(?<![\d-])\d{3}-\d{4}(?![\d-])(?=[ ]{0,2}(?:東京都|北海道|大阪府|京都府|[一-龥]{2,3}県))"
)
_MY_NUMBER = re.compile(
    r"(?:マイナンバー|個人番号)(?:カード)?(?:の?番号)?(?:は|が|を|:|=|、|,|\(|「)?[ ]{0,2}"
    r"(\d(?:[ -]?\d){11})(?!\d)"
)
# A number that says what it is: not a telephone, whatever its shape.
_REFERENCE = re.compile(
    r"(?:注文|受注|受付|予約|伝票|追跡|問い?合わ?せ|管理|整理|会員|顧客|商品|製品|型|品|製造|シリアル|"
    r"口座|契約|申込|請求書?|レシート|チケット|案件)(?:番号|コード|No\.?|ナンバー|ID)|"
    r"型番|品番|JAN|ISBN|注文(?:ID|No)|(?:order|model|serial|ticket|tracking)[ _]?(?:no|number|id)?",
    re.IGNORECASE,
)
_PHONE_WORD = re.compile(
    r"電話|TEL|携帯|連絡先|ケータイ|FAX|ファックス|フリーダイヤル", re.IGNORECASE
)
_GLUE = re.compile(r"[^\x00-\x7f]|TEL|FAX", re.IGNORECASE)
_DIGITS = re.compile(r"\d[\d() .+-]{6}")
# The everyday shapes, so that the library (slow per number) sees only the rest.
_COMMON_PHONE = re.compile(
    r"(?<![\dA-Za-z_#+-])(?<!- )0(?:[5789]0-?\d{4}-?\d{4}|120-?\d{3}-?\d{3})(?![\dA-Za-z_-])"
)
_PHONE_SHAPE = re.compile(r"(?<![\dA-Za-z])0\d{9,10}(?![\dA-Za-z])")


def mask(text: str) -> str:
    """The storable text with private particulars replaced by words in 【 】."""
    text = sanitise(text)
    if len(text) > _LIMIT:
        return "".join(mask(text[at : at + _LIMIT]) for at in range(0, len(text), _LIMIT))
    normal = normalise(text, squeeze=False)
    return replace(text, normal, private_spans(normal.text))


def spans_in(text: str) -> list[list[int | str]]:
    """[[start, end, placeholder], …] of what is private, in code points of the text itself."""
    normal = normalise(text, squeeze=False)
    return [
        [*normal.span(start, end), placeholder]
        for start, end, placeholder in private_spans(normal.text)
    ]


def replace(original: str, normal: Normal, spans: list[tuple[int, int, str]]) -> str:
    """The original with each span of the normalised text replaced by its placeholder."""
    if not spans:
        return sanitise(original)
    parts = []
    last = 0
    for start, end, placeholder in spans:
        begin, finish = normal.span(start, end)
        parts += [original[last:begin], placeholder]
        last = finish
    parts.append(original[last:])
    return sanitise("".join(parts))


def private_spans(text: str) -> list[tuple[int, int, str]]:
    """(start, end, placeholder) of what is private in a normalised text, in order, disjoint."""
    if not _WORTH_A_LOOK.search(text):
        return []
    found: list[tuple[int, int, str]] = []

    taken = bytearray(len(text))

    def add(start: int, end: int, placeholder: str) -> None:
        if not any(taken[start:end]):
            taken[start:end] = b"\x01" * (end - start)
            found.append((start, end, placeholder))

    for hit in _URL.finditer(text):
        end = hit.end()
        while end > hit.start() and text[end - 1] in ".,;:!?)]'":
            end -= 1
        add(hit.start(), end, URL)
    for hit in _MAIL.finditer(text):
        add(hit.start(), hit.end(), MAIL)
    digits = _plain_dashes(text)
    for hit in _MY_NUMBER.finditer(digits):
        add(hit.start(1), hit.end(1), MY_NUMBER)
    for hit in _CARD.finditer(digits):
        number = re.sub(r"\D", "", hit.group())
        if _is_card(number, digits[max(0, hit.start() - 30) : hit.start()]):
            add(hit.start(), hit.end(), CARD)
    for pattern in (_POSTAL, _POSTAL_PLACE):
        for hit in pattern.finditer(digits):
            add(hit.start(), hit.end(), POSTAL)
    for start, end in _phones(digits):
        add(start, end, PHONE)
    return sorted(found)


def _plain_dashes(text: str) -> str:
    """The same length, with any dash between digits (ー too) as '-'."""
    return re.sub(rf"(?<=[\d)])[{_DASH}](?=[\d(])", "-", text)


def _is_card(number: str, before: str) -> bool:
    if not 13 <= len(number) <= 19 or not _luhn(number):
        return False
    if _REFERENCE.search(before[-14:]):
        return False
    if _CARD_WORD.search(before):
        return True
    return len(number) in (14, 15, 16) and bool(_CARD_START.match(number))


def _luhn(number: str) -> bool:
    total = 0
    for index, digit in enumerate(reversed(number)):
        value = int(digit)
        if index % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0 and len(set(number)) > 1


def _phones(text: str) -> list[tuple[int, int]]:
    """Telephone numbers; the library does not look at digits glued to letters, we part those."""
    parted = _GLUE.sub(_blank, text)
    spans = [hit.span() for hit in _COMMON_PHONE.finditer(parted)]
    parted = _COMMON_PHONE.sub(_blank, parted)
    if _DIGITS.search(parted):
        matcher = phonenumbers.PhoneNumberMatcher(
            parted, "JP", leniency=phonenumbers.Leniency.VALID, max_tries=200
        )
        # National numbers begin with 0, others with +; anything else is a mere number.
        spans += [
            (hit.start, hit.end)
            for hit in matcher
            if hit.raw_string.lstrip("(").startswith(("0", "+"))
        ]
    # Unassigned area codes are still somebody's number when the text says so.
    spans += [
        shape.span()
        for shape in _PHONE_SHAPE.finditer(parted)
        if _PHONE_WORD.search(text[max(0, shape.start() - 10) : shape.start()])
    ]
    return [span for span in sorted(spans) if _stands_alone(parted, *span, text)]


def _stands_alone(parted: str, start: int, end: int, text: str) -> bool:
    """False for a piece of a longer code, and for a number that says it is something else."""
    if start and re.match(r"[A-Za-z0-9_#-]", parted[start - 1]):
        return False
    if re.match(r"[A-Za-z0-9_]|-[A-Za-z0-9]", parted[end : end + 2]):
        return False
    before = text[max(0, start - 14) : start]
    return not _REFERENCE.search(before) or bool(_PHONE_WORD.search(before))


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())
