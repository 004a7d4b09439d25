"""The rows of the list of tickets as HTML.

Written here and not in the template: forty rows of template tags cost more than everything else
on the page together.
"""

from collections.abc import Iterable

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from support.queries.desk import Row
from voc.templatetags import ui

_ROW = (
    '<li><a class="ticket{unread}" href="{url}{keep}#latest"{current}>'
    '<span class="ticket-from">{icon}<span class="clip">{who}</span></span>'
    '<span class="ticket-end">{due}</span>'
    '<span class="ticket-subject" title="{subject}">{subject}</span>'
    '<span class="ticket-end">{assignee}</span>'
    '<span class="ticket-snippet"><span class="visually-hidden">#{number} </span>{snippet}</span>'
    "</a></li>\n"
)


def written_tickets(rows: Iterable[Row], *, keep: str, current: int | None) -> SafeString:
    """The `li` of each row; `keep` is the query that leads back, `current` the open ticket."""
    e = conditional_escape
    icons: dict[tuple[str, str], SafeString] = {}
    parts = []
    for row in rows:
        origin = row.icon, str(row.origin)
        icon = icons.get(origin) or icons.setdefault(origin, ui.icon(row.icon, label=row.origin))
        parts.append(
            _ROW.format(
                unread=" is-unread" if row.unread else "",
                url=e(row.url),
                keep=e(keep),
                current=' aria-current="true"' if row.number == current else "",
                icon=icon,
                who=e(row.who),
                due=ui.due(row.due_seconds, at=row.due_at, waiting=row.waiting, done=row.done),
                subject=e(row.subject),
                assignee=ui.person(row.assignee),
                number=row.number,
                snippet=e(row.snippet),
            )
        )
    return mark_safe("".join(parts))  # noqa: S308 - each value goes through `e` or is markup of ours
