"""The two ways a table says no: as a whole, or for one cell."""

from django.apps import apps
from django.utils.translation import gettext as translated

from voc.errors import Refused


class TableError(Refused):
    """The file as a whole cannot be read; the message is one sentence for the person."""


class CellError(ValueError):
    """One value cannot be used; the message is the reason, for the list of refused rows."""


def gettext(message: str) -> str:
    """The message in the reader's language; as written where Django has not been started."""
    return translated(message) if apps.ready else message
