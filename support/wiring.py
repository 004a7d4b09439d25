"""What this app registers with the house: navigation, panels, events, commands' steps."""

from django.utils.translation import gettext_lazy as _

from voc import events
from voc.access import EVERYONE
from voc.registry import NavEntry, registry


def connect() -> None:
    """Called once from AppConfig.ready."""
    from support import demo, jobs
    from support.models import Ticket
    from support.queries import desk, figures
    from support.services import ledger

    registry.nav.append(
        NavEntry(
            order=20,
            label=_("対応"),
            url_name="tickets",
            icon="inbox",
            roles=EVERYONE,
            prefix="/tickets/",
            count=figures.unanswered,
        )
    )
    registry.settings.append(("inboxes", _("受信箱"), "inboxes"))
    registry.due.append(figures.due_items)
    registry.timeline.append(figures.timeline)
    registry.search.append(figures.search)
    registry.tickets = figures.ticket_figures
    registry.ticket_contact = figures.ticket_contact
    registry.teams = desk.team_keys
    registry.rebuild.setdefault("metrics", []).append(ledger.rebuild)
    registry.holds_data.append(Ticket.objects.exists)
    registry.demo.append((30, _("問い合わせ"), demo.desk))
    events.subscribe("feedback.score.low", jobs.OPEN_RECOVERY)
    events.subscribe("feedback.comment.erased", jobs.FORGET_WORDS)
