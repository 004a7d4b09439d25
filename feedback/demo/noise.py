"""The small untidiness of real typing, applied to one clause at a time."""

from __future__ import annotations

import re
from random import Random

from feedback.demo.vocabulary import EMOJI, HALF_KANA, TAILS, TYPOS

# が and は fall away after katakana words: 「アプリ落ちる」.
_PARTICLE = re.compile(r"(?<=[ァ-ヴー])[がはを](?=[ぁ-んァ-ヴ一-龠])")
_STRETCH = (("すごく", "すごーく"), ("めっちゃ", "めーっちゃ"), ("ない", "なーい"), ("遅い", "遅ーーい"),
            ("高い", "高ーい"), ("まじで", "まーじで"), ("ずっと", "ずーっと"), ("また", "まーた"),
            ("長い", "ながーーい"), ("やっと", "やーっと"), ("早い", "はやーい"))  # fmt: skip
_WIDE = str.maketrans(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ",
)
# How often each slip happens, by register: typo, half-width kana, full-width, particle, stretch.
_RATES = {
    "keigo": (0.008, 0.012, 0.05, 0.0, 0.0),
    "desu": (0.02, 0.02, 0.02, 0.01, 0.005),
    "da": (0.01, 0.03, 0.05, 0.0, 0.0),
    "memo": (0.015, 0.08, 0.06, 0.0, 0.0),
    "angry": (0.03, 0.01, 0.01, 0.03, 0.02),
    "casual": (0.045, 0.015, 0.0, 0.25, 0.07),
}


def roughen(clause: str, register: str, rng: Random) -> str:
    """The clause as a hasty writer of this register types it."""
    typo, half, wide, particle, stretch = _RATES.get(register, (0.02, 0.01, 0.02, 0.08, 0.04))
    if rng.random() < particle:
        clause = _PARTICLE.sub("", clause, count=1)
    if rng.random() < stretch:
        for plain, long in _STRETCH:
            if plain in clause:
                clause = clause.replace(plain, long, 1)
                break
    if rng.random() < half:
        for full, narrow in HALF_KANA.items():
            if full in clause:
                clause = clause.replace(full, narrow)
    if rng.random() < wide:
        clause = clause.translate(_WIDE)
    if rng.random() < typo:
        hits = [pair for pair in TYPOS if pair[0] in clause]
        if hits:
            clause = clause.replace(*rng.choice(hits), 1)
    return clause


def decorate(clause: str, polarity: str, register: str, rng: Random) -> str:
    """The clause with the emoji or the tail a casual writer puts after it."""
    roll = rng.random()
    if register == "casual":
        if roll < 0.12:
            return clause + rng.choice(EMOJI[polarity])
        if roll < 0.3 and clause[-1] not in "！？〜w":
            return clause + rng.choice(TAILS[polarity])
    elif register in ("desu", "kansai", "hakata", "tohoku") and roll < 0.04:
        return clause + rng.choice(EMOJI[polarity])
    return clause
