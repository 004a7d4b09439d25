"""What every workspace starts with: the shipped taxonomy and the five stages of the journey."""

from typing import Any

from django.utils.translation import gettext_noop

from feedback.models import Topic, Touchpoint
from feedback.text.taxonomy import default_taxonomy

TOUCHPOINTS = (
    ("awareness", gettext_noop("お店を知る"), Touchpoint.Stage.AWARENESS),
    ("consideration", gettext_noop("選ぶ・比べる"), Touchpoint.Stage.CONSIDERATION),
    ("purchase", gettext_noop("購入する"), Touchpoint.Stage.PURCHASE),
    ("delivery", gettext_noop("受け取る"), Touchpoint.Stage.PURCHASE),
    ("use", gettext_noop("使う"), Touchpoint.Stage.USE),
    ("support", gettext_noop("問い合わせる"), Touchpoint.Stage.AFTER),
    ("after", gettext_noop("使い続ける"), Touchpoint.Stage.AFTER),
)


def ensure(**_: Any) -> None:
    """Adds what is missing and never touches what is there. Runs after every migrate."""
    for key, name, stage in TOUCHPOINTS:
        Touchpoint.objects.get_or_create(key=key, defaults={"name": name, "stage": stage})
    known = dict(Topic.objects.values_list("key", "pk"))
    if known:
        return
    rows = default_taxonomy().topics
    for position, topic in enumerate(sorted(rows, key=lambda t: bool(t.parent))):
        known[topic.key] = Topic.objects.create(
            key=topic.key,
            name=topic.name_ja,
            name_en=topic.name_en,
            parent_id=known[topic.parent] if topic.parent else None,
            seeds=list(topic.seeds),
            position=position,
        ).pk
