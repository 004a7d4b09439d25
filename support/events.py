"""What support tells the other apps, and webhooks."""

from voc.events import declare

TICKET_CREATED = declare("support.ticket.created", "ticket_id")
TICKET_RESOLVED = declare("support.ticket.resolved", "ticket_id")
