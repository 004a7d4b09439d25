"""The code on the thank-you page: whoever holds it may see the answer, or have it erased.

It is the id of the response, veiled, with a signature: nothing more has to be stored, and codes
cannot be guessed (55 bits) nor counted.
"""

import base64
import hmac
import re

from django.conf import settings
from django.utils.crypto import salted_hmac

_ID_BYTES, _SIGN_BYTES = 5, 7


def _mac(label: str, data: bytes, secret: str) -> bytes:
    return salted_hmac(f"surveys.receipt.{label}", data.hex(), secret=secret, algorithm="sha256").digest()


def code(response_id: int) -> str:
    """Four groups of five letters and digits, without those that look alike."""
    number = response_id.to_bytes(_ID_BYTES, "big")
    sign = _mac("sign", number, settings.SECRET_KEY)[:_SIGN_BYTES]
    veil = _mac("veil", sign, settings.SECRET_KEY)[:_ID_BYTES]
    raw = bytes(a ^ b for a, b in zip(number, veil, strict=True)) + sign
    letters = base64.b32encode(raw).rstrip(b"=").decode().translate(_OUT)
    return "-".join(letters[start : start + 5] for start in range(0, len(letters), 5))


def response_id(text: str) -> int | None:
    """The response of a code, as somebody may have typed it; None for anything else."""
    plain = re.sub(r"[\s\-‐－ー]", "", text)[:40].upper().translate(_IN)
    try:
        raw = base64.b32decode(plain + "=" * (-len(plain) % 8))
    except ValueError:
        return None
    if len(raw) != _ID_BYTES + _SIGN_BYTES:
        return None
    veiled, sign = raw[:_ID_BYTES], raw[_ID_BYTES:]
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        veil = _mac("veil", sign, secret)[:_ID_BYTES]
        number = bytes(a ^ b for a, b in zip(veiled, veil, strict=True))
        if hmac.compare_digest(sign, _mac("sign", number, secret)[:_SIGN_BYTES]):
            return int.from_bytes(number, "big")
    return None


# Base 32 has no 0, 1, 8 or 9; I and O are written as 8 and 9, which nobody takes for another.
_OUT = str.maketrans("IO", "89")
_IN = str.maketrans("89０１２３４５６７８９", "IO01234567IO")
