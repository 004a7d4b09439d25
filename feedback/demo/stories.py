"""The three things planted in the world, so that what the product finds can be checked."""

from __future__ import annotations

from feedback.demo import series
from feedback.demo.fragments import topic_of
from feedback.demo.objects import Story

# Rises for ten weeks, is mended by a release and stays better.
LATE_TOPIC = "delivery.late"
# Stood high by chance when a release was made, and fell back by itself.
SEARCH_TOPIC = "app.search"
# Rising in the last weeks.
RESTOCK_TOPIC = "order.stock"

LATE_RELEASE_REF = "release-05"
SEARCH_RELEASE_REF = "release-07"


def planted() -> list[Story]:
    """The stories with their weeks, counted from the first week of the world."""
    assert topic_of(series.LATE) == LATE_TOPIC
    assert topic_of(series.SEARCH) == SEARCH_TOPIC
    assert topic_of(series.RESTOCK) == RESTOCK_TOPIC
    return [
        Story(
            "late", "お届けの遅れが増え、出荷の見直しで減った", LATE_TOPIC, series.LATE,
            series.LATE_STARTS, series.LATE_RELEASE, True, LATE_RELEASE_REF,
        ),
        Story(
            "search", "検索の声がたまたま増えたときに並び順を変えたが、変わらなかった", SEARCH_TOPIC,
            series.SEARCH, series.SEARCH_RELEASE - 8, series.SEARCH_RELEASE, False, SEARCH_RELEASE_REF,
        ),
        Story(
            "restock", "再入荷のお知らせが届かないという声が増えている", RESTOCK_TOPIC, series.RESTOCK,
            series.RESTOCK_STARTS, None, None, None,
        ),
    ]  # fmt: skip
