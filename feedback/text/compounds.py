"""Compound nouns: the dictionary's short units joined to the words people say."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .marks import LEFT_OUT, NAMES, NAMES_INSIDE
from .tokens import Token

_WORTH = re.compile(r"[一-龥ァ-ヺ々]|[A-Za-z][A-Za-z]")


def compounds(tokens: Sequence[Token], starts: Sequence[int]) -> tuple[str, ...]:
    """The compound and single nouns of the text in order, each once."""
    found: dict[str, None] = {}
    run: list[Token] = []
    wanted = NAMES
    last = -1
    for index, token in enumerate(tokens):
        if token.bits & wanted:
            # 「Wi-Fi」 is one name, 「A B」 two.
            if run and starts[index] != last:
                _close(run, found)
                run = []
                wanted = NAMES
                if not token.bits & NAMES:
                    continue
            run.append(token)
            wanted = NAMES_INSIDE
            last = starts[index] + token.length
        elif run:
            _close(run, found)
            run = []
            wanted = NAMES
    if run:
        _close(run, found)
    return tuple(found)


def _close(run: list[Token], found: dict[str, None]) -> None:
    """Adds the run's name, without what cannot begin or end one."""
    if len(run) == 1:
        token = run[0]
        # 便利, 快適: a quality, not a thing.
        if token.length < 2 or token.pos3 == "形状詞可能" or token.pos1 != "名詞":
            return
        if token.pos2 == "数詞":
            return
        name = token.surface
    else:
        while run and (
            run[-1].pos2 == "数詞" or run[-1].pos1 == "接頭辞" or run[-1].surface == "-"
        ):
            run.pop()
        # A numeral stays only before or inside a longer word: 二段階認証, not 3泊.
        if not run or (run[0].pos2 == "数詞" and len(run) < 3):
            return
        name = "".join([token.surface for token in run])
        if len(name) < 2 or name in LEFT_OUT:
            return
    if len(name) <= 40 and _WORTH.search(name):
        found[name] = None
