"""manage.py textlab: analyse, train, measure and explore text without any database."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from feedback.text import analyse_many, default_taxonomy
from feedback.text.lab.answers import answer, to_json
from feedback.text.lab.files import LabError, read_labels, read_seeds, read_texts, split_lines

_CHUNK = 500
_PATIENCE_SECONDS = 2.0

REFUSALS = {
    "unreadable": _("%(path)s を読めません（%(reason)s）。"),
    "unwritable": _("%(path)s に書き込めません（%(reason)s）。"),
    "no_column": _("%(path)s に列「%(column)s」がありません。ある列: %(columns)s"),
    "not_a_table": _("%(path)s を表として読めません（%(reason)s）。"),
    "seeds_not_json": _("%(path)s は JSON ではありません。"),
    "seeds_shape": _('%(path)s は {"トピック": ["語", …]} の形にしてください。'),
    "too_few_classes": _("分類先が2つ以上必要です（見つかった数: %(found)s）。"),
    "seeds_found_nothing": _("手がかりの語が、2つ以上の分類で文中に見つかりませんでした。"),
    "no_labels": _("ラベルのある行がありません。"),
    "nothing_to_read": _("読み取れる文がありません。"),
    "not_a_model": _("%(path)s はこの製品のモデルファイルではありません。"),
    "damaged_model": _("%(path)s は壊れているか、書き換えられています。読み込みません。"),
    "untrusted_model": _(
        "%(path)s にデータ以外のもの（%(types)s）が入っています。読み込みません。"
    ),
}


class Command(BaseCommand):
    help = gettext_noop("文章の分析を、保存せずに試します。")
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)

        predict = actions.add_parser("predict", help=gettext("1行1件の文章を分析します。"))
        predict.add_argument("file", nargs="?", default="-")
        predict.add_argument("--model", help=gettext("学習したモデルの答えも添えます。"))

        train = actions.add_parser("train", help=gettext("ラベルか手がかりの語から学習します。"))
        train.add_argument("--task", required=True, choices=["topics", "polarity"])
        train.add_argument("--labels")
        train.add_argument("--seeds")
        train.add_argument("--out", required=True)
        _columns(train)

        evaluate = actions.add_parser("evaluate", help=gettext("モデルの確かさを測ります。"))
        evaluate.add_argument("--model", required=True)
        evaluate.add_argument("--labels", required=True)
        _columns(evaluate)

        discover = actions.add_parser(
            "discover", help=gettext("ラベルなしの文章から話題を探します。")
        )
        discover.add_argument("file")
        discover.add_argument("--k", type=_positive)
        discover.add_argument("--text-column", default="text")

        similar = actions.add_parser("similar", help=gettext("標準入力の各行に似た行を探します。"))
        similar.add_argument("file")
        similar.add_argument("--count", type=_positive, default=10)
        similar.add_argument("--text-column", default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        reconfigure = getattr(sys.stdout, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8")
        steps = {
            "predict": _predict,
            "train": _train,
            "evaluate": _evaluate,
            "discover": _discover,
            "similar": _similar,
        }
        try:
            for result in steps[options["action"]](options, Progress(self.stderr)):
                self.stdout.write(to_json(result))
        except LabError as refused:
            sentence = REFUSALS.get(refused.code)
            raise CommandError(
                str(sentence) % refused.params if sentence else str(refused)
            ) from refused
        except BrokenPipeError:
            # The reader (head, less) has seen enough.
            sys.stdout = None


class Progress:
    """A bar on stderr, once the work takes longer than two seconds."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._began = time.monotonic()
        self._shown = False

    def step(self, done: int, total: int) -> None:
        if time.monotonic() - self._began < _PATIENCE_SECONDS or not total:
            return
        self._shown = True
        filled = round(20 * done / total)
        bar = "#" * filled + "." * (20 - filled)
        self._stream.write(f"\r[{bar}] {done}/{total}", ending="")
        self._stream.flush()

    def end(self) -> None:
        if self._shown:
            self._stream.write("")


def _predict(options: dict[str, Any], progress: Progress) -> Iterator[dict[str, Any]]:
    lines = split_lines(_bytes(options["file"]))
    taxonomy = default_taxonomy()
    model = _load(options["model"]) if options["model"] else None
    for start in range(0, len(lines), _CHUNK):
        chunk = lines[start : start + _CHUNK]
        answers = [answer(found) for found in analyse_many(chunk, taxonomy)]
        if model is not None:
            _add_labels(answers, model, chunk)
        yield from answers
        progress.step(min(len(lines), start + _CHUNK), len(lines))
    progress.end()


def _add_labels(answers: list[dict[str, Any]], model: Any, texts: Sequence[str]) -> None:
    from feedback.text.lab.models import predict

    for found, chances in zip(answers, predict(model, texts), strict=True):
        best = sorted(range(len(model.classes)), key=lambda at: -chances[at])[:3]
        found["labels"] = [
            {"label": model.classes[at], "confidence": round(float(chances[at]), 4)} for at in best
        ]


def _train(options: dict[str, Any], progress: Progress) -> Iterator[dict[str, Any]]:
    if not options["labels"] and not options["seeds"]:
        raise CommandError(gettext("--labels か --seeds を指定してください。"), returncode=2)
    texts: list[str] = []
    labels: list[str] = []
    if options["labels"]:
        texts, labels = read_labels(
            options["labels"],
            options["text_column"],
            options["label_column"],
            task=options["task"],
        )
    seeds = read_seeds(options["seeds"]) if options["seeds"] else None
    if not seeds and not any(labels):
        raise LabError("no_labels")
    from feedback.text.lab.models import save, train

    model = train(options["task"], texts, labels, seeds, step=progress.step)
    progress.end()
    header = save(model, options["out"])
    yield {**model.info, "task": model.task, "digest": header["digest"], "out": options["out"]}


def _evaluate(options: dict[str, Any], progress: Progress) -> Iterator[dict[str, Any]]:
    from feedback.text.lab.models import evaluate

    model = _load(options["model"])
    texts, labels = read_labels(
        options["labels"], options["text_column"], options["label_column"], task=model.task
    )
    result = evaluate(model, texts, labels, step=progress.step)
    progress.end()
    yield result


def _discover(options: dict[str, Any], progress: Progress) -> Iterator[dict[str, Any]]:
    from feedback.text.lab.themes import discover

    texts = read_texts(options["file"], options["text_column"])
    result = discover(texts, options["k"], step=progress.step)
    progress.end()
    yield result


def _similar(options: dict[str, Any], progress: Progress) -> Iterator[dict[str, Any]]:
    from feedback.text.lab.similar import SimilarIndex

    texts = read_texts(options["file"], options["text_column"])
    index = SimilarIndex(texts, step=progress.step)
    queries = [line.removesuffix("\r") for line in split_lines(_bytes("-"))]
    for start in range(0, len(queries), _CHUNK):
        found = index.nearest(queries[start : start + _CHUNK], options["count"])
        yield from ({"matches": _matches(rows)} for rows in found)
        progress.step(min(len(queries), start + _CHUNK), len(queries))
    progress.end()


def _matches(rows: Iterable[tuple[int, float]]) -> list[dict[str, Any]]:
    return [{"row": row, "score": score} for row, score in rows]


def _load(path: str) -> Any:
    from feedback.text.lab.models import load

    return load(path)


def _columns(parser: ArgumentParser) -> None:
    parser.add_argument("--text-column", default="text")
    parser.add_argument("--label-column", default=None)


def _positive(value: str) -> int:
    number = int(value)
    if number < 1:
        raise ValueError(value)
    return number


def _bytes(path: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise LabError("unreadable", path=path, reason=error.strerror or str(error)) from error
