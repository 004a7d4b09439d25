"""Texts, labels and seed words out of files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_MAX_FIELD = 16 * 1024 * 1024


class LabError(Exception):
    """The input is refused; `code` names the sentence, `params` fill it."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"{code}: {params}" if params else code)
        self.code = code
        self.params = params


def split_lines(data: bytes) -> list[str]:
    """The lines of UTF-8 bytes, split on LF only; what is not UTF-8 is replaced."""
    text = data.decode("utf-8", "replace")
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return lines


def read_texts(path: str, column: str = "text") -> list[str]:
    """A CSV's or TSV's column, else one text a line."""
    data = _read(path)
    if Path(path).suffix.lower() in (".csv", ".tsv"):
        return [row[column] for row in _rows(path, data, (column,))]
    return [line.removesuffix("\r") for line in split_lines(data.removeprefix(b"\xef\xbb\xbf"))]


def read_labels(
    path: str, text_column: str = "text", label_column: str | None = None, *, task: str = "topics"
) -> tuple[list[str], list[str]]:
    """(texts, labels) of a CSV; a blank label is ''.

    Without a named label column it is `label`, else one named after the task; without any of
    them the rows carry no labels.
    """
    data = _read(path)
    rows = _rows(path, data, (text_column, *([label_column] if label_column else [])))
    if label_column is None:
        names = ("label", "topic", "topics") if task == "topics" else ("label", "polarity")
        label_column = next((name for name in names if rows and name in rows[0]), None)
    texts = [row[text_column] for row in rows]
    if label_column is None:
        return texts, [""] * len(texts)
    return texts, [row[label_column].strip() for row in rows]


def read_seeds(path: str) -> dict[str, list[str]]:
    """Seed words by topic, of a JSON object {"topic": ["word", …]}."""
    try:
        value = json.loads(_read(path).decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise LabError("seeds_not_json", path=path) from error
    if not isinstance(value, Mapping) or not value:
        raise LabError("seeds_shape", path=path)
    seeds: dict[str, list[str]] = {}
    for topic, words in value.items():
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise LabError("seeds_shape", path=path)
        kept = [word for word in words if word.strip()]
        if kept:
            seeds[topic] = kept
    if not seeds:
        raise LabError("seeds_shape", path=path)
    return seeds


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise LabError("unreadable", path=path, reason=error.strerror or str(error)) from error


def _rows(path: str, data: bytes, needed: tuple[str, ...]) -> list[dict[str, str]]:
    text = data.decode("utf-8-sig", "replace").replace("\x00", "")
    first = text.partition("\n")[0]
    delimiter = "\t" if Path(path).suffix.lower() == ".tsv" or "\t" in first else ","
    limit = csv.field_size_limit(_MAX_FIELD)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
        columns = [name for name in (reader.fieldnames or []) if name]
        for name in needed:
            if name not in columns:
                raise LabError("no_column", path=path, column=name, columns=", ".join(columns))
        return [{name: row.get(name) or "" for name in columns} for row in reader]
    except csv.Error as error:
        raise LabError("not_a_table", path=path, reason=str(error)) from error
    finally:
        csv.field_size_limit(limit)
