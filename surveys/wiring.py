"""What this app registers with the house: navigation, panels, events, commands' steps."""

from django.utils.translation import gettext_lazy as _

from voc import events
from voc.access import EVERYONE
from voc.registry import NavEntry, registry


def connect() -> None:
    """Called once from AppConfig.ready."""
    from surveys import demo, jobs  # noqa: F401 - jobs registers its handlers
    from surveys.models import Response, Survey
    from surveys.queries.results import timeline
    from surveys.services import retention
    from surveys.services.days import rebuild_days
    from surveys.services.invitations import INVITE_AFTER_TICKET

    registry.nav.append(
        NavEntry(60, _("アンケート"), "surveys", "clipboard-list", EVERYONE, "/surveys/")
    )
    registry.timeline.append(timeline)
    registry.rebuild.setdefault("rollups", []).append(rebuild_days)
    registry.holds_data.append(lambda: Response.objects.exists() or Survey.objects.exists())
    registry.begin.append(retention.promise)
    registry.demo.append((15, _("アンケート"), demo.surveys))
    events.subscribe("support.ticket.resolved", INVITE_AFTER_TICKET)
