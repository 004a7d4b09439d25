"""Choices as lines of text: one per line, each keeping its id when its words change.

満足
どちらともいえない
どれも使っていない［単独］
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from feedback.text.normal import sanitise
from surveys.services.designs import MOST_CHOICES, MOST_LABEL

Choice = dict[str, Any]
# How alike two labels must be to be the same choice with other words.
_ALIKE = 0.5
_MARK = re.compile(r"\s*[［\[]([^［\[\]］]{1,10})[］\]]\s*$")
# Longer texts are refused unread: comparing lines takes time.
MOST_TEXT = MOST_CHOICES * (MOST_LABEL + 40)


class BadLines(ValueError):  # noqa: N818 - what it says of the text
    """The lines cannot be choices; the text says why."""


def _marks() -> dict[str, str]:
    """Word in brackets → flag; understood in both languages."""
    return {
        "単独": "alone", "固定": "fixed", "alone": "alone", "fixed": "fixed",
        pgettext("mark", "単独"): "alone", pgettext("mark", "固定"): "fixed",
    }  # fmt: skip


def to_text(choices: Sequence[Choice]) -> str:
    """The lines of these choices."""
    words = {"alone": pgettext("mark", "単独"), "fixed": pgettext("mark", "固定")}
    return "\n".join(
        choice["label"] + "".join(f"［{word}］" for flag, word in words.items() if choice.get(flag))
        for choice in choices
    )


def to_choices(
    text: str, present: Sequence[Choice], *, taken: Sequence[str] = (), flags: bool = True
) -> list[Choice]:
    """The choices of these lines; ids of `present` stay where it is the same choice.

    Equal words are the same choice wherever they stand. Of the rest, those that are alike are the
    same with other words, and so are all of them when as many lines are new as are gone.
    `taken` are ids that must not be used again.
    """
    if len(text) > MOST_TEXT:
        raise BadLines(_("選択肢は%(most)s個までです。") % {"most": MOST_CHOICES})
    read = [_line(line, flags) for line in sanitise(text).splitlines() if line.strip()]
    if len(read) > MOST_CHOICES:
        raise BadLines(
            _("選択肢は%(most)s個までです。いまは%(n)s個です。")
            % {"most": MOST_CHOICES, "n": len(read)}
        )
    labels = [line["label"] for line in read]
    for label in labels:
        if not 1 <= len(label) <= MOST_LABEL:
            raise BadLines(
                _("選択肢は1字から%(most)s字までで書いてください。") % {"most": MOST_LABEL}
            )
        if labels.count(label) > 1:
            raise BadLines(_("同じ選択肢「%(label)s」が2つあります。") % {"label": label[:40]})
    ids = _same(labels, present)
    used = {*ids.values(), *taken, *(one["id"] for one in present)}
    number = 1
    for label in labels:
        if label not in ids:
            while f"c{number}" in used:
                number += 1
            ids[label] = f"c{number}"
            used.add(f"c{number}")
    return [{"id": ids[line["label"]], **line} for line in read]


def _line(line: str, flags: bool) -> Choice:
    found: dict[str, Any] = {}
    marks = _marks()
    while flags and (mark := _MARK.search(line)) and (flag := marks.get(mark[1].strip())):
        found[flag] = True
        line = line[: mark.start()]
    return {"label": " ".join(line.split()), **found}


def _same(labels: Sequence[str], present: Sequence[Choice]) -> dict[str, str]:
    """Label → the id of the choice that it is."""
    ids = {one["label"]: one["id"] for one in present if one["label"] in labels}
    old = [one for one in present if one["label"] not in ids]
    new = [label for label in labels if label not in ids]
    pairs = sorted(
        (
            (SequenceMatcher(None, one["label"], label).ratio(), -abs(i - j), i, j)
            for i, one in enumerate(old)
            for j, label in enumerate(new)
        ),
        reverse=True,
    )
    gone: set[int] = set()
    come: set[int] = set()
    for alike, _near, i, j in pairs:
        if alike >= _ALIKE and i not in gone and j not in come:
            ids[new[j]] = old[i]["id"]
            gone.add(i)
            come.add(j)
    rest_old = [one for i, one in enumerate(old) if i not in gone]
    rest_new = [label for j, label in enumerate(new) if j not in come]
    if len(rest_old) == len(rest_new):
        ids |= {label: one["id"] for one, label in zip(rest_old, rest_new, strict=True)}
    return ids


def told(before: Sequence[Choice], after: Sequence[Choice]) -> list[str]:
    """What became of the choices, in sentences: whoever saved them can see that it is meant."""
    old = {one["id"]: one["label"] for one in before}
    new = {one["id"]: one["label"] for one in after}
    changed = [(label, new[key]) for key, label in old.items() if key in new and new[key] != label]
    said = [
        _("「%(old)s」は「%(new)s」になりました（回答を引き継ぎます）。")
        % {"old": a[:30], "new": b[:30]}
        for a, b in changed[:5]
    ]
    gone = [label[:30] for key, label in old.items() if key not in new]
    if gone:
        said.append(_("外した選択肢：%(labels)s。") % {"labels": _("、").join(gone[:5])})
    return said
