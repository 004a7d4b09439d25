"""Placements: as the snippet reads them, and as the staff do."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from surveys.models import Placement
from surveys.queries.definitions import Definition
from surveys.queries.surveys import surveys_for
from voc.models import User


def placements_for(user: User) -> QuerySet[Placement]:
    """Every placement of the surveys this person may see."""
    return Placement.objects.filter(survey__in=surveys_for(user)).select_related("survey")


def shown(definition: Definition, now: datetime) -> list[dict[str, Any]]:
    """What the snippet follows, oldest first; nothing while the survey takes no answers."""
    if not definition.is_open(now):
        return []
    rows = Placement.objects.filter(survey=definition.survey_id, enabled=True).order_by("pk")
    return [_followed(row) for row in rows]


def _followed(row: Placement) -> dict[str, Any]:
    rules = dict(row.rules)
    started = rules["scroll"] is not None or rules["leaving"] or rules["events"]
    if rules["seconds"] is None and not started:
        # Without a trigger, opening the page is one.
        rules["seconds"] = 0
    return {
        **rules,
        "id": row.pk,
        "position": row.position,
        "delay": row.delay_seconds,
        "share": row.share_percent,
    }


def in_words(row: Placement) -> list[str]:
    """When and where it is shown, as sentences for people."""
    rules, comma = row.rules, _("、")
    pages = comma.join(rules["pages"]) or _("すべてのページ")
    words = [_("ページ：%(pages)s") % {"pages": pages}]
    if rules["not_pages"]:
        words.append(_("出さないページ：%(pages)s") % {"pages": comma.join(rules["not_pages"])})
    words.append(_("きっかけ：%(triggers)s") % {"triggers": _(" または ").join(_triggers(row))})
    words += [
        _("お客様の条件：%(name)s が %(values)s") % {"name": name, "values": comma.join(values)}
        for name, values in rules["attributes"].items()
    ]
    words.append(
        _("訪れた人の%(share)s%%に、%(days)s日に1回まで")
        % {"share": row.share_percent, "days": rules["again_days"]}
        if rules["again_days"]
        else _("訪れた人の%(share)s%%に、ページを開くたび") % {"share": row.share_percent}
    )
    return words


def _triggers(row: Placement) -> list[str]:
    rules = row.rules
    found = []
    if rules["seconds"] is not None:
        seconds = {"seconds": rules["seconds"]}
        found.append(
            _("開いてから%(seconds)s秒") % seconds if rules["seconds"] else _("開いたとき")
        )
    if rules["scroll"] is not None:
        found.append(_("%(percent)s%%まで読み進めたとき") % {"percent": rules["scroll"]})
    if rules["leaving"]:
        found.append(_("離れようとしたとき"))
    found += [_("合図 %(name)s") % {"name": name} for name in rules["events"]]
    return found or [_("開いたとき")]
