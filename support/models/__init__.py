"""Tickets, what was said in them, and every event that their times are computed from."""

from support.models.desk import Inbox, InboxMembership
from support.models.tickets import Message, Ticket, TicketCounter, TicketEvent, TicketMetrics

__all__ = [
    "Inbox",
    "InboxMembership",
    "Message",
    "Ticket",
    "TicketCounter",
    "TicketEvent",
    "TicketMetrics",
]
