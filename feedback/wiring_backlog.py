"""What the backlog registers with the house: sections, what is due, who hears of a release."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voc import events
from voc.access import EVERYONE
from voc.registry import DueItem, NavEntry, registry

STUCK_AFTER = timedelta(hours=1)


def connect() -> None:
    """Called once from feedback.wiring.connect."""
    from feedback import events as names
    from feedback.services import effects, notices

    # Importing the services registers their jobs.
    assert effects.DUE
    events.subscribe(names.RELEASE_SHIPPED, notices.MAKE)
    registry.nav += [
        NavEntry(
            order=50,
            label=_("改善"),
            url_name="improvements",
            icon="hammer",
            roles=EVERYONE,
            prefix="/improvements/",
            count=_open_decisions,
        ),
        NavEntry(
            order=70,
            label=_("お知らせ"),
            url_name="releases",
            icon="send",
            roles=EVERYONE,
            prefix="/releases/",
            count=_pending_notices,
        ),
    ]
    registry.due += [_decisions, _effects, _notices]


def _open_decisions(user: Any) -> int:
    from feedback.queries.improvements import open_decisions

    return open_decisions()


def _pending_notices(user: Any) -> int:
    from feedback.queries.releases import pending_notices

    return pending_notices()


def _decisions(user: Any, now: datetime, limit: int) -> Iterable[DueItem]:
    """Open items whose day of decision is past or within a week."""
    from feedback.queries.improvements import decisions_due, start_of

    for item in decisions_due(now)[:limit]:
        assert item.decide_by is not None
        yield DueItem(
            title=item.title,
            kind=_("改善の判断"),
            url=reverse("improvement", args=[item.pk]),
            # Due at the end of the day.
            due_at=start_of(item.decide_by + timedelta(days=1)),
            icon="gavel",
            who=item.owner.name if item.owner else "",
        )


def _effects(user: Any, now: datetime, limit: int) -> Iterable[DueItem]:
    """Items whose window is over without a report."""
    from feedback.queries.improvements import effects_due, start_of

    for item, _release, day in effects_due(now)[:limit]:
        yield DueItem(
            title=item.title,
            kind=_("効果の判定"),
            url=reverse("improvement", args=[item.pk]),
            due_at=start_of(day + timedelta(days=1)),
            icon="scale",
            who=item.owner.name if item.owner else "",
        )


def _notices(user: Any, now: datetime, limit: int) -> Iterable[DueItem]:
    """Releases whose notices have not gone out although they should have."""
    from feedback.queries.releases import stuck

    for release in stuck(now - STUCK_AFTER)[:limit]:
        yield DueItem(
            title=release.title,
            kind=_("お知らせ"),
            url=reverse("release", args=[release.pk]),
            due_at=release.released_at + STUCK_AFTER,
            icon="send",
        )
