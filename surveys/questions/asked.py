"""One question in the words of a publication."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

SCORES = frozenset({"nps", "csat", "ces"})
SCALES = SCORES | {"rating"}
# Shown, never answered.
SHOWN = frozenset({"statement", "section"})
CHOOSING = frozenset({"single", "multiple", "matrix", "ranking"})
# Stored under "<key>.other" beside the choice "other".
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Choice:
    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Words:
    """A question as one respondent reads it."""

    label: str
    help: str
    low: str
    high: str
    choices: tuple[Choice, ...]
    rows: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was frozen; `words` gives it in a language and a wording."""

    pk: int
    key: str
    kind: str
    label: str
    help: str = ""
    low: str = ""
    high: str = ""
    required: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    show_if: Mapping[str, Any] = field(default_factory=dict)
    translations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    variants: tuple[Mapping[str, Any], ...] = ()

    @property
    def lowest(self) -> int:
        return 0 if self.kind == "nps" else 1

    @property
    def highest(self) -> int:
        """The best point of a scale."""
        fixed = {"nps": 10, "csat": 5, "ces": 7}
        return fixed.get(self.kind) or int(self.options.get("points", 5))

    @property
    def choice_ids(self) -> tuple[str, ...]:
        """Ids that may be chosen, "other" last where it is offered."""
        ids = tuple(row["id"] for row in self.options.get("choices", ()))
        return (*ids, OTHER) if self.options.get(OTHER) else ids

    @property
    def row_ids(self) -> tuple[str, ...]:
        return tuple(row["id"] for row in self.options.get("rows", ()))

    @property
    def names(self) -> tuple[str, ...]:
        """Every name under which a form may send something for this question."""
        if self.kind in SHOWN:
            return ()
        if self.kind == "matrix":
            return tuple(f"{self.key}.{row}" for row in self.row_ids)
        if self.kind == "ranking":
            return tuple(f"{self.key}.{choice}" for choice in self.choice_ids)
        if self.options.get(OTHER) and self.kind in ("single", "multiple"):
            return (self.key, f"{self.key}.{OTHER}")
        return (self.key,)

    def words(self, language: str = "", variant: str = "") -> Words:
        """Label, help and choices in this language; what is not translated stays as it was written."""
        said: dict[str, Any] = {}
        for row in self.variants:
            if row["id"] == variant:
                said |= {name: row[name] for name in ("label", "help") if row.get(name)}
                said |= _filled(row.get("translations", {}).get(language, {}))
        translated = self.translations.get(language, {})
        base = {"label": self.label, "help": self.help, "low": self.low, "high": self.high}
        return Words(
            **{**base, **_filled(translated, base), **{k: v for k, v in said.items() if k in base}},
            choices=_choices(self.options.get("choices", ()), translated.get("choices", {})),
            rows=_choices(self.options.get("rows", ()), translated.get("rows", {})),
        )


def _filled(words: Mapping[str, Any], names: Iterable[str] = ("label", "help")) -> dict[str, Any]:
    return {name: words[name] for name in names if words.get(name)}


def _choices(rows: Iterable[Mapping[str, Any]], words: Mapping[str, str]) -> tuple[Choice, ...]:
    return tuple(Choice(row["id"], words.get(row["id"]) or row["label"]) for row in rows)
