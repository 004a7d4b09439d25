"""Text models: trained on labels, on seed words, or on both; kept as data, not as code."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from ..normal import normalise
from ..tokens import tokenizer_version
from .features import FEATURE_VERSION, Document, Step, matrix, no_step, prepare, vectorizers
from .files import LabError

FORMAT = "voc-text-model/1"
_COST = {"topics": 0.15, "polarity": 0.3}
_WEAK_COST = 0.05  # seed labels are wrong too often to be followed closely
# Slope and offset of the sigmoid shared by all classes, where there is too little to fit one.
_CALIBRATION = (3.0, 0.5)
_WEAK_DOUBT = 1.7  # seed labels look easier than the truth
_FOLDS = 3
_SEED_PULL = 1.0  # of a seed found, when nothing but seeds is known
_MAX_HEADER = 1_000_000


@dataclass(slots=True)
class Model:
    """A trained model, ready to predict."""

    task: str
    classes: list[str]
    word: Any
    char: Any
    svm: Any
    calibration: tuple[float, float] = _CALIBRATION
    # Set when no text was seen in training: the seeds themselves then speak.
    seeds: dict[str, list[str]] = field(default_factory=dict)
    info: dict[str, Any] = field(default_factory=dict)


def train(
    task: str,
    texts: Sequence[str] = (),
    labels: Sequence[str] = (),
    seeds: Mapping[str, Sequence[str]] | None = None,
    *,
    step: Step = no_step,
) -> Model:
    """A model of the labelled texts, of the seed words, or of both.

    Texts with a blank label are a pool in which seed words make weak labels; the sum of their
    weights is 2 / (1 + n / 20) of the gold ones', n = gold labels a class.
    """
    began = time.perf_counter()
    gold = [(text, label) for text, label in zip(texts, labels, strict=True) if label]
    pool = [text for text, label in zip(texts, labels, strict=True) if not label and text.strip()]
    classes = sorted({label for _, label in gold} | set(seeds or ()))
    if len(classes) < 2:
        raise LabError("too_few_classes", found=len(classes))
    # Seeds label gold texts too: what they see beside the label helps the rare classes.
    read = [text for text, _ in gold] + pool
    words = [(word, topic) for topic, of in (seeds or {}).items() for word in of]
    # No text at all: the seed words themselves are the documents.
    pseudo = [] if read else words
    documents = prepare(read or [word for word, _ in pseudo], task=task, step=step)
    index = {name: at for at, name in enumerate(classes)}
    certain = gold or pseudo
    rows = list(range(len(certain)))
    targets = [index[label] for _, label in certain]
    weights = [1.0] * len(rows)
    weak = _weak_labels(documents, seeds, index) if seeds and not pseudo else []
    if weak:
        per_class = len(gold) / len(classes)
        share = 2 / (1 + per_class / 20) * len(gold) / sum(w for _, _, w in weak) if gold else 1.0
        rows += [row for row, _, _ in weak]
        targets += [target for _, target, _ in weak]
        weights += [weight * share for _, _, weight in weak]
    if len(set(targets)) < 2:
        raise LabError("seeds_found_nothing")
    word, char = vectorizers(len(documents), task=task)
    features = matrix(word, char, documents, fit=True)
    at, y, w = np.array(rows), np.array(targets), np.array(weights)
    cost = _COST.get(task, 0.15) if gold else _WEAK_COST if weak else 1.0
    svm = _fit(features[at], y, w, cost)
    calibration, measured = (
        (_CALIBRATION, {}) if pseudo else _calibrate(features, at, y, w, cost, len(gold))
    )
    info: dict[str, Any] = {
        "n": len(gold),
        "weak": len({row for row, _, _ in weak}),
        "pool": len(pool),
        "classes": classes,
        "features": int(features.shape[1]),
        "calibration": [round(number, 4) for number in calibration],
        **measured,
        "seconds": round(time.perf_counter() - began, 2),
    }
    kept = {topic: list(of) for topic, of in seeds.items()} if seeds and pseudo else {}
    return Model(task, classes, word, char, svm, calibration, kept, info)


def predict(model: Model, texts: Sequence[str], *, step: Step = no_step) -> np.ndarray:
    """Probabilities, a row a text and a column a class."""
    documents = prepare(texts, task=model.task, step=step)
    if not documents:
        return np.zeros((0, len(model.classes)))
    scores = _scores(model.svm, matrix(model.word, model.char, documents), len(model.classes))
    if model.seeds:
        scores = scores + _SEED_PULL * _seed_counts(documents, model.seeds, model.classes)
    return _chances(scores, model.calibration)


def evaluate(
    model: Model, texts: Sequence[str], labels: Sequence[str], *, step: Step = no_step
) -> dict[str, Any]:
    """n, accuracy, macro_f1, top3, ece, accuracy_at_80 over the rows that carry a label."""
    kept = [(text, label) for text, label in zip(texts, labels, strict=True) if label]
    if not kept:
        raise LabError("no_labels")
    chances = predict(model, [text for text, _ in kept], step=step)
    names = np.array(model.classes, dtype=object)
    truth = np.array([label for _, label in kept], dtype=object)
    order = np.argsort(-chances, axis=1, kind="stable")
    guess, confidence = names[order[:, 0]], chances.max(axis=1)
    right = guess == truth
    surest = np.argsort(-confidence, kind="stable")[: max(1, round(len(kept) * 0.8))]
    unknown = sorted(set(truth) - set(model.classes))
    result = {
        "n": len(kept),
        "accuracy": _round(right.mean()),
        "macro_f1": _round(f1_score(list(truth), list(guess), average="macro", zero_division=0)),
        "top3": _round((names[order[:, :3]] == truth[:, None]).any(axis=1).mean()),
        "ece": _round(_calibration_error(confidence, right)),
        "accuracy_at_80": _round(right[surest].mean()),
    }
    return result | ({"unknown_labels": unknown} if unknown else {})


def save(model: Model, path: str | Path) -> dict[str, Any]:
    """The header written: one line of JSON, then the estimators as skops data."""
    from skops.io import dumps

    payload = dumps({"word": model.word, "char": model.char, "svm": model.svm})
    header = {
        "format": FORMAT,
        "task": model.task,
        "classes": model.classes,
        "calibration": list(model.calibration),
        "seeds": model.seeds,
        "info": model.info,
        "versions": {"features": FEATURE_VERSION, "tokenizer": tokenizer_version()},
    }
    header["digest"] = _digest(header, payload)
    line = json.dumps(header, ensure_ascii=False).encode("utf-8", "replace")
    try:
        Path(path).write_bytes(line + b"\n" + payload)
    except OSError as error:
        raise LabError("unwritable", path=str(path), reason=error.strerror) from error
    return header


def load(path: str | Path, *, digest: str | None = None) -> Model:
    """The model of a file that is whole and holds data only, else LabError.

    The digest inside tells a damaged file; `digest`, kept elsewhere, tells a forged one too.
    """
    from skops.io import get_untrusted_types, loads

    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise LabError("unreadable", path=str(path), reason=error.strerror) from error
    line, found, payload = data.partition(b"\n")
    try:
        header = json.loads(line[:_MAX_HEADER]) if found and line.startswith(b"{") else None
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise LabError("not_a_model", path=str(path))
    stated = header.pop("digest", None)
    if stated != _digest(header, payload) or (digest is not None and digest != stated):
        raise LabError("damaged_model", path=str(path))
    try:
        strange = get_untrusted_types(data=payload)
        if strange:
            raise LabError("untrusted_model", path=str(path), types=", ".join(strange[:5]))
        parts = loads(payload, trusted=[])
        return Model(
            header["task"],
            list(header["classes"]),
            parts["word"],
            parts["char"],
            parts["svm"],
            (float(header["calibration"][0]), float(header["calibration"][1])),
            dict(header["seeds"]),
            dict(header["info"]) | {"digest": stated, "versions": header["versions"]},
        )
    except LabError:
        raise
    except Exception as error:
        raise LabError("damaged_model", path=str(path)) from error


def _fit(features: Any, y: np.ndarray, w: np.ndarray, cost: float) -> Any:
    # The square root of "balanced": rare classes are helped, common ones not drowned.
    counts = Counter(y.tolist())
    mean = len(y) / len(counts)
    balance = {name: (mean / count) ** 0.5 for name, count in counts.items()}
    svm = LinearSVC(C=cost, class_weight=balance, random_state=0)
    return svm.fit(features, y, sample_weight=w)


def _scores(svm: Any, features: Any, classes: int) -> np.ndarray:
    """Decision values, a column a class (also for two, and for classes never seen)."""
    raw = svm.decision_function(features)
    if raw.ndim == 1:
        raw = np.stack([-raw, raw], axis=1)
    scores = np.full((raw.shape[0], classes), float(raw.min(initial=0.0)) - 1.0)
    scores[:, svm.classes_] = raw
    return scores


def _calibrate(
    features: Any, at: np.ndarray, y: np.ndarray, w: np.ndarray, cost: float, gold: int
) -> tuple[tuple[float, float], dict[str, Any]]:
    """The sigmoid that fits held-out gold rows (or weak ones), with what was seen there."""
    judged = gold or len(at)
    counts = Counter(y[:judged].tolist())
    if len(counts) < 2 or min(counts.values()) < _FOLDS or judged < 30:
        return _CALIBRATION, {}
    classes = int(y.max()) + 1
    held = np.zeros((judged, classes))
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    for _, test in folds.split(np.zeros(judged), y[:judged]):
        # A text must not be learnt from in any form while it is judged.
        kept = ~np.isin(at, at[test])
        if len(set(y[kept].tolist())) < 2:
            return _CALIBRATION, {}
        svm = _fit(features[at[kept]], y[kept], w[kept], cost)
        held[test] = _scores(svm, features[at[test]], classes)

    def loss(line: Sequence[float]) -> float:
        chances = _chances(held, (line[0], line[1]))
        return -float(np.log(chances[np.arange(judged), y[:judged]] + 1e-12).mean())

    slope, offset = minimize(loss, _CALIBRATION, method="Nelder-Mead").x.tolist()
    if not gold:
        return (slope / _WEAK_DOUBT, offset / _WEAK_DOUBT), {}
    right = (held.argmax(axis=1) == y[:judged]).mean()
    return (slope, offset), {"cv_accuracy": _round(right)}


def _weak_labels(
    documents: Sequence[Document], seeds: Mapping[str, Sequence[str]], index: Mapping[str, int]
) -> list[tuple[int, int, float]]:
    """(row, class, weight): the class most of whose seeds stand in the text; ties share."""
    names = list(index)
    counts = _seed_counts(documents, seeds, names)
    labels = []
    for row in np.flatnonzero(counts.max(axis=1) > 0).tolist():
        best = np.flatnonzero(counts[row] == counts[row].max()).tolist()
        labels += [(row, index[names[column]], 1 / len(best)) for column in best]
    return labels


def _seed_counts(
    documents: Sequence[Document], seeds: Mapping[str, Sequence[str]], classes: Sequence[str]
) -> np.ndarray:
    counts = np.zeros((len(documents), len(classes)))
    for column, name in enumerate(classes):
        words = {normalise(word).text.strip().lower() for word in seeds.get(name, ())} - {""}
        for word in words:
            for row, document in enumerate(documents):
                if word in document.chars:
                    counts[row, column] += 1
    return counts


def _chances(scores: np.ndarray, calibration: tuple[float, float]) -> np.ndarray:
    """Scores through one sigmoid, each row scaled to 1."""
    slope, offset = calibration
    powers = expit(slope * scores + offset) + 1e-12
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error over equal-width bins (Guo et al. 2017)."""
    places = np.minimum((confidence * bins).astype(int), bins - 1)
    total = 0.0
    for place in range(bins):
        here = places == place
        if here.any():
            total += here.mean() * abs(confidence[here].mean() - right[here].mean())
    return total


def _digest(header: Mapping[str, Any], payload: bytes) -> str:
    stated = json.dumps(header, ensure_ascii=True, sort_keys=True).encode()
    return hashlib.sha256(stated + b"\n" + payload).hexdigest()


def _round(value: Any) -> float:
    return round(float(value), 4)
