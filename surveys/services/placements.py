"""Rules of showing a survey inside other sites.

{"pages": ["/shop/*"], "not_pages": ["/cart*"],     every page where empty; * is any run
 "seconds": 10, "scroll": 50, "leaving": true,      any of the triggers shows it;
 "events": ["purchased"],                           without one, opening the page does
 "attributes": {"plan": ["gold"]},                  what the site must have said, all of it
 "again_days": 30}                                  once in so many days in one browser
"""

import re
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from surveys.models import Placement, Survey
from surveys.queries import definitions
from surveys.services.origins import clean_origins
from voc import audit
from voc.errors import Refused
from voc.models import User

MOST_PLACEMENTS = 20
MOST_ITEMS = 20
MOST_STARS = 5
MOST_DAYS = 365
DEFAULT_DAYS = 30
COLUMNS = ("name", "position", "delay_seconds", "share_percent", "enabled")
_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,60}")
_PAGE = re.compile(r"[/*]\S{0,199}")


def clean_rules(given: dict[str, Any]) -> dict[str, Any]:
    """The rules, complete and in their one form; `Refused` says what cannot be one."""
    attributes = given.get("attributes") or {}
    if len(attributes) > MOST_ITEMS:
        raise Refused(_("属性は%(most)s件までです。") % {"most": MOST_ITEMS}, "too_many")
    return {
        "pages": [_page(one) for one in _few(given.get("pages"))],
        "not_pages": [_page(one) for one in _few(given.get("not_pages"))],
        "seconds": _number(
            given.get("seconds"), 0, Placement.MOST_SECONDS, _("ページを開いてからの秒数")
        ),
        "scroll": _number(given.get("scroll"), 1, 100, _("読み進めた割合（%）")),
        "leaving": bool(given.get("leaving")),
        "events": [_name(one) for one in _few(given.get("events"))],
        "attributes": {_name(name): _values(attributes[name]) for name in sorted(attributes)},
        "again_days": _number(
            given.get("again_days", DEFAULT_DAYS), 0, MOST_DAYS, _("間を空ける日数")
        )
        or 0,
    }


def _few(given: Any) -> list[Any]:
    items = list(dict.fromkeys(given or ()))
    if len(items) > MOST_ITEMS:
        raise Refused(
            _("1つの欄に書けるのは%(most)s行までです。") % {"most": MOST_ITEMS}, "too_many"
        )
    return items


def _page(text: Any) -> str:
    if not isinstance(text, str) or not _PAGE.fullmatch(text) or text.count("*") > MOST_STARS:
        raise Refused(
            _(
                "ページ「%(page)s」は使えません。/shop/* のように、「/」で始めて書いてください（「*」は%(most)s個まで）。"
            )
            % {"page": str(text)[:100], "most": MOST_STARS},
            "bad_page",
        )
    return text


def _name(text: Any) -> str:
    if not isinstance(text, str) or not _NAME.fullmatch(text):
        raise Refused(
            _("名前「%(name)s」は使えません。半角の英数字と - _ . : で、60字までです。")
            % {"name": str(text)[:100]},
            "bad_name",
        )
    return text


def _values(given: Any) -> list[str]:
    values = [one.strip() for one in _few(given) if isinstance(one, str) and one.strip()]
    if not values or any(len(one) > 100 for one in values):
        raise Refused(_("属性の値は、1字から100字までで書いてください。"), "bad_value")
    return values


def _number(given: Any, low: int, high: int, name: str) -> int | None:
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int) or not low <= given <= high:
        raise Refused(
            _("%(name)sは、%(low)sから%(high)sまでの数で書いてください。")
            % {"name": name, "low": low, "high": high},
            "bad_number",
        )
    return given


@transaction.atomic
def save_placement(
    *,
    survey: Survey,
    placement: Placement | None = None,
    rules: dict[str, Any],
    actor: User,
    now: datetime,
    **values: Any,
) -> Placement:
    """A placement with these rules; sites follow it within the five minutes that rules are kept."""
    # Two who add at the same moment take turns, so that the limit holds.
    Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
    if placement is None:
        placement = Placement(survey=survey)
        if Placement.objects.filter(survey=survey).count() >= MOST_PLACEMENTS:
            raise Refused(
                _("出し方は、1つのアンケートに%(most)s件までです。") % {"most": MOST_PLACEMENTS},
                "too_many",
            )
    placement.rules = clean_rules(rules)
    for name in COLUMNS:
        if name in values:
            setattr(placement, name, values[name])
    try:
        with transaction.atomic():
            placement.save()
    except IntegrityError:
        if (
            Placement.objects.filter(survey=survey, name=placement.name)
            .exclude(pk=placement.pk)
            .exists()
        ):
            raise Refused(_("この名前は、ほかの出し方で使っています。"), "name_taken") from None
        raise
    audit.record(
        "survey.placement", survey, actor=actor, now=now,
        detail={"placement": placement.pk, "name": placement.name, "enabled": placement.enabled},
    )  # fmt: skip
    return placement


@transaction.atomic
def remove_placement(*, placement: Placement, actor: User, now: datetime) -> None:
    """The placement is gone; removing it twice is removing it once."""
    removed, _rows = Placement.objects.filter(pk=placement.pk).delete()
    if removed:
        audit.record(
            "survey.placement.remove", placement.survey, actor=actor, now=now,
            detail={"name": placement.name},
        )  # fmt: skip


@transaction.atomic
def set_frame_origins(
    *, survey: Survey, origins: str | list[str], actor: User, now: datetime
) -> Survey:
    """These sites, and no others, may show the survey from now on, published or not."""
    survey = Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
    cleaned = clean_origins(origins)
    if cleaned != survey.frame_origins:
        before, survey.frame_origins = survey.frame_origins, cleaned
        survey.save(update_fields=["frame_origins"])
        audit.record(
            "survey.frame_origins", survey, actor=actor, now=now,
            detail={"before": before, "after": cleaned},
        )  # fmt: skip
    slug = survey.slug
    definitions.forget(slug)
    transaction.on_commit(lambda: definitions.forget(slug))
    return survey
