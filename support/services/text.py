"""Words as they may be stored, shown in a row and written into a mail header."""

from feedback.text.normal import sanitise


def one_line(text: str) -> str:
    """The text on one line without controls: fit for a subject, a name, a mail header."""
    return " ".join(sanitise(text).split())


def body(text: str) -> str:
    """The text as it is kept, line breaks included."""
    return sanitise(text).strip()


def last_line(text: str, length: int = 120) -> str:
    """The beginning of a message for the list of tickets."""
    words = one_line(text[: length * 4])
    return words if len(words) <= length else words[: length - 1] + "…"
