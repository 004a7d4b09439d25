"""The rows of the list of voices as HTML.

Written here and not in the template: thirty rows of template tags cost more than everything
else on the page together.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

_ROW = (
    '<li>\n<blockquote class="voice"><p><a href="{url}">{text}</a></p></blockquote>\n'
    '<p class="row">\n{chip}\n{topics}{score}<span class="caption right">{who}{at}　{source}</span>'
    "\n</p>\n</li>\n"
)
_TOPIC = '<a class="chip" href="{}">{}</a>\n'
_SCORE = '<span class="caption">{}</span>\n'
_WHO = '<a href="{}">{}</a>　'


def written_voices(rows: Iterable[Mapping[str, Any]]) -> SafeString:
    """The `li` of each row, every value escaped unless it is markup already."""
    e = conditional_escape
    return mark_safe(  # noqa: S308 - each value goes through `e`
        "".join(
            _ROW.format(
                url=e(row["url"]),
                text=e(row["text"]),
                chip=e(row["chip"]),
                topics="".join([_TOPIC.format(e(href), e(name)) for href, name in row["topics"]]),
                score=_SCORE.format(e(row["score"])) if row["score"] else "",
                who=_WHO.format(e(row["customer_url"]), e(row["who"]))
                if row["customer_url"]
                else "",
                at=e(row["at"]),
                source=e(row["source"]),
            )
            for row in rows
        )
    )
