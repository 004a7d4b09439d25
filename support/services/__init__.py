"""What may be done with tickets. Each function is one use case in one transaction."""

from support.services.changing import assign, change_priority, change_status
from support.services.opening import open_ticket
from support.services.recovery import open_recovery
from support.services.talking import add_customer_message, add_note, reply, send_again

__all__ = [
    "add_customer_message",
    "add_note",
    "assign",
    "change_priority",
    "change_status",
    "open_recovery",
    "open_ticket",
    "reply",
    "send_again",
]
