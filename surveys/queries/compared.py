"""Whether two figures differ, decided in `feedback/stats` and said in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from feedback.queries import compare
from feedback.queries.scores import CES_SCALE, LEAST_SHOWN, figure, groups
from feedback.stats import differences
from feedback.stats.crosstabs import association
from feedback.stats.differences import Difference
from feedback.stats.scores import Score
from feedback.stats.suppression import shown_list
from surveys.queries.cuts import Counts
from voc.templatetags.ui import sentences
from voc.templatetags.written import count

# The change of NPS (points) and CSAT (percentage points) that the advice on sample size is about.
WANTED_POINTS = 10


def difference(kind: str, before: Counts, after: Counts) -> Difference:
    """`after` less `before` of a headline score."""
    if kind == "nps":
        return differences.nps_difference(groups(before), groups(after))
    if kind == "ces":
        return differences.ces_difference(before, after, scales=(CES_SCALE, CES_SCALE))
    return differences.csat_difference(_satisfied(before), _satisfied(after))


def _satisfied(counts: Counts) -> tuple[int, int]:
    return counts.get(4, 0) + counts.get(5, 0), sum(counts.values())


def scale_of(kind: str) -> tuple[int, int]:
    """Lowest and highest point of the headline score."""
    return {"nps": (0, 10), "csat": (1, 5), "ces": (1, CES_SCALE)}.get(kind, (0, -1))


def digits_of(kind: str) -> int:
    """How many places behind the point a figure of this kind is printed with."""
    return 2 if kind == "ces" else 1


def sentence(kind: str, found: Difference, before: str) -> str:
    """The change in words; `before` names what it is compared with (前の4週間)."""
    if differences.key(found) == "few":
        return few(found.n_after)
    return compare.change(kind, found, against=before)


def few(number: int) -> str:
    """Why there is no figure yet."""
    return _("評価した回答が%(n)s件です。%(least)s件になると値を表示します。") % {
        "n": number, "least": LEAST_SHOWN
    }  # fmt: skip


def advice(kind: str, now: int, value: float | None) -> str:
    """How many answers a change of ten points takes; "" where a mean is compared instead."""
    if kind == "nps":
        enough = now >= differences.sample_size(WANTED_POINTS)
        words = compare.needed(kind, WANTED_POINTS)
    elif kind == "csat":
        percent = 50.0 if value is None else value
        enough = now >= differences.csat_sample_size(WANTED_POINTS, percent=percent)
        words = compare.needed(kind, WANTED_POINTS, percent=percent)
    else:
        return ""
    if not now:
        return words
    more = (
        _("この期間は%(n)s件あります。")
        if enough
        else _("この期間は%(n)s件なので、小さな上下は誤差かもしれません。")
    )
    return str(sentences([words, more % {"n": count(now)}]))


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part of a dimension; n and figure are None where the group is too small to be shown."""

    part: str
    n: int | None
    figure: Score | None
    # "higher", "lower" or "same" than the others that are shown; "" where that is not said.
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    rows: list[PartRow]
    sentence: str
    hidden: bool


def parts_of(kind: str, counts: Mapping[str, Counts]) -> Parts:
    """The figure of each part, small ones hidden with what would give them away.

    First one test over all parts; only where it says that they differ is each compared with the
    others. Comparing each of many parts at once would find differences that are not there.
    """
    names = sorted(counts, key=lambda part: (-sum(counts[part].values()), part))
    names = [name for name in names if counts[name]]
    shown = shown_list([sum(counts[name].values()) for name in names], least=LEAST_SHOWN)
    seen = [name for name, n in zip(names, shown.counts, strict=True) if n is not None]
    whole = association([_columns(kind, counts[name]) for name in seen]) if len(seen) > 1 else None
    rows = []
    for name, n in zip(names, shown.counts, strict=True):
        if n is None:
            rows.append(PartRow(name, None, None))
            continue
        verdict = ""
        if whole is not None and whole.verdict == "differs":
            rest = _summed(counts[other] for other in seen if other != name)
            verdict = difference(kind, rest, counts[name]).verdict
        rows.append(PartRow(name, n, figure(kind, counts[name]), verdict))
    if whole is None:
        said = _("比べられる人数のグループが2つ以上ありません。") if len(names) > 1 else ""
    elif whole.verdict == "differs":
        said = _("グループによって差があります。")
    elif whole.verdict == "same":
        said = _("グループの間の差は、誤差の範囲です。")
    else:
        said = _("みなさんの答えが同じなので、差は比べられません。")
    return Parts(rows, said, hidden=None in shown.counts)


def _columns(kind: str, counts: Counts) -> list[int]:
    if kind == "nps":
        return list(groups(counts))
    if kind == "ces":
        return [counts.get(value, 0) for value in range(1, CES_SCALE + 1)]
    good, n = _satisfied(counts)
    return [good, n - good]


def _summed(many: Iterable[Counts]) -> Counts:
    total: Counts = {}
    for counts in many:
        for value, n in counts.items():
            total[value] = total.get(value, 0) + n
    return total
