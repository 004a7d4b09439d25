"""Voices from a file: comments, scores, or both in one row."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext as _

from feedback import bulk
from feedback.imports.batches import Stored, run_batches
from feedback.imports.labels import Labels, label_comments
from feedback.imports.mapping import choose_columns, need_column
from feedback.imports.people import Person, ensure_people, read_person
from feedback.imports.report import Report
from feedback.models import Comment, Score, Source
from feedback.services import rollups
from feedback.services.voices import MAX_COMMENT, ask_for_analysis
from feedback.text.masking import spans_in
from voc.clock import local_day
from voc.tables import (
    CellError,
    Row,
    SeenRows,
    Table,
    guess_score_kind,
    is_blank_answer,
    open_table,
    parse_date,
    parse_score,
    row_identity,
)

FIELDS = ("text", "score", "date", "customer", "email", "phone", "name", "product", "segment",
          "topic", "id")  # fmt: skip
SOURCE = Source.IMPORT.value
SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
_FIVE_STEPS = re.compile(r"1\s*[~〜～\-ー–]\s*5(?!\d)|5\s*段階|5\s*点満点|/\s*5(?!\d)")


class NeedsScoreKind(Exception):  # noqa: N818 - reads as the fact it states
    """A score column was named, and neither its header nor the person says which score it is."""


class Voice(NamedTuple):
    """One row, ready to be stored."""

    ref: str
    text: str
    score: int | None
    occurred_at: datetime | None
    person: Person
    product: str
    segment: str
    label: str


# A voice with its moment, local day, segment and customer.
Placed = tuple[Voice, datetime, date, str, int | None]


def import_comments(
    *,
    path: str | Path,
    now: datetime,
    columns: Mapping[str, str | None] | None = None,
    score_kind: str | None = None,
    encoding: str = "auto",
    dry_run: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """The file's voices, each stored once; a row's identity is its id, else its cells.

    An import brings in the past: low scores in it open no recovery cases. Raises TableError
    when the file as a whole is refused, UnknownColumn and NeedsScoreKind for wrong options.
    """
    told = dict(columns or {})
    table = open_table(path, encoding=encoding)
    chosen = choose_columns(table, FIELDS, told)
    kind, scale = _score_kind(table, chosen, score_kind, named=bool(told.get("score")))
    need_column(table, chosen, ("text", "score"), _("本文"))
    report = Report(str(path), table.encoding, chosen, dry_run)
    report.more |= {"score_kind": kind or None, "scores": 0, "customers": 0, "undated": 0}
    # Rows whose id is known with other words: edited there, or an id of another system.
    report.more["differing"] = 0
    seen = SeenRows()
    batch = _Batch(report, kind, scale, now, Labels() if "topic" in chosen else None)
    run_batches(
        table,
        report,
        prepare=lambda row: _read(row, chosen, kind, scale, seen),
        store=batch.store,
        progress=progress,
    )
    return report


def _score_kind(
    table: Table, chosen: dict[str, str], told: str | None, *, named: bool
) -> tuple[str, int]:
    """The kind and the top of its scale; a guessed column that fits no kind is let go."""
    if "score" not in chosen:
        return "", 0
    header = chosen["score"]
    kind = told or guess_score_kind(header)
    if not kind and named:
        raise NeedsScoreKind
    low, high = SCALES.get(kind, (0, 0))
    if kind == "ces" and _FIVE_STEPS.search(unicodedata.normalize("NFKC", header)):
        high = 5
    # 満足度 and 評価 are asked on any scale; NPS and CES have theirs by definition.
    other_scale = kind == "csat" and not _mostly_on_scale(table, header, low, high)
    if not named and (not kind or other_scale):
        del chosen["score"]
        return "", 0
    return kind, high


def _mostly_on_scale(table: Table, column: str, low: int, high: int) -> bool:
    good = bad = 0
    for row in table.sample():
        if row.problem is None and not is_blank_answer(row.cells[column]):
            try:
                parse_score(row.cells[column], low=low, high=high)
            except CellError:
                bad += 1
            else:
                good += 1
    return good >= bad


def _read(row: Row, columns: dict[str, str], kind: str, scale: int, seen: SeenRows) -> Voice:
    cells = row.cells
    # First of all: a refused row keeps its place among identical ones.
    ref = row_identity(row, columns.get("id"), seen)
    text = cells[columns["text"]] if "text" in columns else ""
    if len(text) > MAX_COMMENT:
        raise CellError(_("本文が長すぎます。10万字までにしてください。"))
    score = None
    if kind:
        score = parse_score(cells[columns["score"]], low=SCALES[kind][0], high=scale)
    if not text and score is None:
        raise CellError(_("本文も評価もありません。"))
    return Voice(
        ref,
        text,
        score,
        parse_date(cells[columns["date"]]) if "date" in columns else None,
        read_person(cells, columns),
        " ".join(cells[columns["product"]].split())[:100] if "product" in columns else "",
        " ".join(cells[columns["segment"]].split())[:60] if "segment" in columns else "",
        cells[columns["topic"]] if "topic" in columns else "",
    )


class _Batch:
    """Stores batches of voices and counts what became of them."""

    def __init__(
        self, report: Report, kind: str, scale: int, now: datetime, labels: Labels | None
    ) -> None:
        self.report = report
        self.kind = kind
        self.scale = scale
        self.now = now
        self.labels = labels
        # What a dry run did not write it must remember, to see an id that comes twice.
        self.unwritten = SeenRows()
        self.differing = 0

    def store(self, voices: list[Voice]) -> Stored:
        new = self._new(voices)
        customers = 0
        if not self.report.dry_run and new:
            customers = self._write(new)
        differing, self.differing = self.differing, 0
        scores = sum(voice.score is not None for voice in new)
        undated = sum(voice.occurred_at is None for voice in new)

        def committed() -> None:
            self.report.count("scores", scores)
            self.report.count("customers", customers)
            self.report.count("undated", undated)
            self.report.count("differing", differing)

        return len(new), committed

    def _new(self, voices: list[Voice]) -> list[Voice]:
        refs = [voice.ref for voice in voices]
        stored = Comment.objects.filter(source=SOURCE, source_ref__in=refs)
        known = dict(stored.values_list("source_ref", "text"))
        if self.kind:
            scored = Score.objects.filter(source=SOURCE, source_ref__in=refs, kind=self.kind)
            for ref in scored.values_list("source_ref", flat=True):
                known.setdefault(ref, "")
        out = []
        self.differing = 0
        for voice in voices:
            if voice.ref in known:
                self.differing += known[voice.ref] != voice.text
                continue
            known[voice.ref] = voice.text
            if self.report.dry_run and self._met(voice.ref):
                continue
            out.append(voice)
        return out

    def _met(self, ref: str) -> bool:
        return self.unwritten.ordinal(sha256(ref.encode()).digest()) > 0

    def _write(self, voices: list[Voice]) -> int:
        people, made, _changed = ensure_people(
            [voice.person for voice in voices], now=self.now, update=False
        )
        moments = [voice.occurred_at or self.now for voice in voices]
        days = [local_day(moment) for moment in moments]
        segments = [
            voice.segment or (customer.segment if customer else "")
            for voice, customer in zip(voices, people, strict=True)
        ]
        ids = [customer.pk if customer else None for customer in people]
        rows = list(zip(voices, moments, days, segments, ids, strict=True))
        scores = self._write_scores(rows)
        self._write_comments(rows, scores)
        return made

    def _write_scores(self, rows: list[Placed]) -> dict[str, int]:
        given = [row for row in rows if row[0].score is not None]
        if not given:
            return {}
        bulk.insert(
            Score,
            ("kind", "value", "scale", "customer", "product", "segment", "source", "source_ref",
             "occurred_at", "local_day"),
            [
                (self.kind, voice.score, self.scale, customer, voice.product, segment,
                 SOURCE, voice.ref, moment, day)
                for voice, moment, day, segment, customer in given
            ],
        )  # fmt: skip
        rollups.add_scores(
            (day, self.kind, self.scale, voice.score, segment)
            for voice, _moment, day, segment, _customer in given
            if voice.score is not None
        )
        stored = Score.objects.filter(
            source=SOURCE, kind=self.kind, source_ref__in=[row[0].ref for row in given]
        )
        return dict(stored.values_list("source_ref", "pk"))

    def _write_comments(self, rows: list[Placed], scores: dict[str, int]) -> None:
        said = [row for row in rows if row[0].text]
        if not said:
            return
        topics = self.labels.find([row[0].label for row in said]) if self.labels else {}
        bulk.insert(
            Comment,
            ("source", "source_ref", "text", "customer", "score", "product", "segment",
             "occurred_at", "local_day", "mask_spans", "attributes"),
            [
                (SOURCE, voice.ref, voice.text, customer, scores.get(voice.ref),
                 voice.product, segment, moment, day, spans_in(voice.text),
                 {"label": voice.label[:200]} if voice.label and voice.label not in topics else {})
                for voice, moment, day, segment, customer in said
            ],
        )  # fmt: skip
        rollups.add_comments((row[2], SOURCE) for row in said)
        if topics:
            label_comments(
                {row[0].ref: topics[row[0].label] for row in said if row[0].label in topics}
            )
        # In the batch's own transaction: an import that is killed leaves no voice unanalysed.
        ask_for_analysis(now=self.now)
