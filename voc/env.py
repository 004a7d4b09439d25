"""Settings from the environment, with `NAME_FILE` for secrets kept in files."""

import os
from pathlib import Path


def text(name: str, default: str = "") -> str:
    """Value of NAME, or the stripped content of the file that NAME_FILE names."""
    file = os.environ.get(f"{name}_FILE")
    if file:
        return Path(file).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def flag(name: str, *, default: bool = False) -> bool:
    """True for 1, true, yes, on; the default when unset or empty."""
    value = os.environ.get(name, "").strip().lower()
    return value in {"1", "true", "yes", "on"} if value else default


def number(name: str, default: int) -> int:
    """Whole number of NAME, or the default when unset or empty."""
    value = os.environ.get(name, "").strip()
    return int(value) if value else default


def words(name: str, default: str = "") -> list[str]:
    """Comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]
