"""What a measured difference says, in a sentence a shop manager understands."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from feedback.queries.periods import Period
from feedback.stats.differences import Difference, csat_sample_size, key, sample_size
from voc.templatetags.written import count, signed


def period_before(period: Period) -> str:
    """The name of the period of the same length before this one."""
    if period.days % 7 == 0:
        weeks = period.days // 7
        return ngettext("前の%(n)s週間", "前の%(n)s週間", weeks) % {"n": weeks}
    return ngettext("前の%(n)s日間", "前の%(n)s日間", period.days) % {"n": period.days}


def change(kind: str, difference: Difference, *, against: str) -> str:
    """Whether a score rose or fell against an earlier period, with its interval.

    `against` names the earlier period and stands inside the sentence.
    """
    found = key(difference)
    if found == "none":
        return _("対象の回答がありません（0件）。")
    if found == "few":
        return ngettext(
            "回答が%(n)s件です。%(least)s件になると比べられます。",
            "回答が%(n)s件です。%(least)s件になると比べられます。",
            difference.n_after,
        ) % {"n": difference.n_after, "least": difference.least}
    if found == "few_before":
        return _("前の期間は回答が少ないため、比べられません。")
    values = {"against": against, **_figures(kind, difference)}
    if found == "same":
        return _("%(against)sとの差は、誤差の範囲です。") % values
    if kind == "ces":
        if found == "higher":
            return (
                _("%(against)sより%(size)s点上がりました（95％区間 %(low)s〜%(high)s）。") % values
            )
        return _("%(against)sより%(size)s点下がりました（95％区間 %(low)s〜%(high)s）。") % values
    if found == "higher":
        return (
            _("%(against)sより%(size)sポイント上がりました（95％区間 %(low)s〜%(high)s）。")
            % values
        )
    return _("%(against)sより%(size)sポイント下がりました（95％区間 %(low)s〜%(high)s）。") % values


def gap(kind: str, difference: Difference, *, one: str, other: str) -> str:
    """Whether the score of group `one` (after) lies above that of group `other` (before)."""
    found = key(difference)
    values = {"one": one, "other": other, **_figures(kind, difference)}
    if found in ("none", "few", "few_before"):
        return _("%(one)sと%(other)sは、回答が少ないため、比べられません。") % values
    if found == "same":
        return _("%(one)sと%(other)sの差は、誤差の範囲です。") % values
    if kind == "ces":
        if found == "higher":
            return (
                _("%(one)sは%(other)sより%(size)s点高いです（95％区間 %(low)s〜%(high)s）。")
                % values
            )
        return (
            _("%(one)sは%(other)sより%(size)s点低いです（95％区間 %(low)s〜%(high)s）。") % values
        )
    if found == "higher":
        return (
            _("%(one)sは%(other)sより%(size)sポイント高いです（95％区間 %(low)s〜%(high)s）。")
            % values
        )
    return (
        _("%(one)sは%(other)sより%(size)sポイント低いです（95％区間 %(low)s〜%(high)s）。") % values
    )


def needed(kind: str, points: int, *, percent: float = 50.0) -> str:
    """How many answers one period must bring, to see NPS or CSAT move by so many points."""
    if kind not in ("nps", "csat"):
        raise ValueError(f"no sample size is known for {kind}")
    n = sample_size(points) if kind == "nps" else csat_sample_size(points, percent=percent)
    return _("%(points)sポイントの差を見るには、1期に%(n)s件の回答が要ります。") % {
        "points": points,
        "n": count(n),
    }


def _figures(kind: str, difference: Difference) -> dict[str, str]:
    """Size and bounds with as many digits as the smallest of them needs."""
    numbers = (difference.difference, difference.low, difference.high)
    plain = all(n is not None and abs(n) >= 1 for n in numbers)
    digits = 2 if kind == "ces" else int(not plain)
    size = None if difference.difference is None else abs(difference.difference)
    return {
        "size": count(size, digits),
        "low": signed(difference.low, digits),
        "high": signed(difference.high, digits),
    }
