"""The sites that may show a survey in a frame and read when to show it."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from voc.errors import Refused

MOST_ORIGINS = 20
# Only this machine may do without https.
_LOCAL = frozenset({"localhost", "127.0.0.1"})
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ORIGIN = re.compile(rf"https?://{_LABEL}(?:\.{_LABEL})*(?::[1-9][0-9]{{0,4}})?")


def clean_origins(given: str | Sequence[str]) -> list[str]:
    """Origins as a browser writes them, each once; `Refused` names the first that is none.

    Wildcards are refused: `https://*.example.jp` would trust every host of that domain, also a
    forgotten one and those where customers put up pages of their own. A list is written once.
    """
    lines = given.split() if isinstance(given, str) else list(given)
    if len(lines) > MOST_ORIGINS:
        raise Refused(
            _("埋め込みを許すサイトは%(most)s件までです。") % {"most": MOST_ORIGINS},
            "too_many_origins",
        )
    return list(dict.fromkeys(_clean(line) for line in lines))


def usable(origins: Sequence[str]) -> list[str]:
    """Those that may stand in a header, whatever wrote the list."""
    return [one for one in origins if isinstance(one, str) and _ORIGIN.fullmatch(one)]


def _clean(line: object) -> str:
    if not isinstance(line, str) or len(line) > 300:
        raise _refusal(str(line)[:100])
    try:
        parts = urlsplit(line.strip())
        # A site with a Japanese name is known to browsers by its ASCII name.
        host = (parts.hostname or "").encode("idna").decode().lower()
        port = parts.port
    except (ValueError, UnicodeError):
        raise _refusal(line) from None
    rest = (parts.username, parts.password, parts.query, parts.fragment, parts.path.strip("/"))
    local = parts.scheme == "http" and host in _LOCAL
    if any(rest) or not (parts.scheme == "https" or local):
        raise _refusal(line)
    usual = {"https": 443, "http": 80}[parts.scheme]
    origin = f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, usual) else "")
    if not _ORIGIN.fullmatch(origin):
        raise _refusal(line)
    return origin


def _refusal(line: str) -> Refused:
    return Refused(
        _(
            "「%(line)s」は使えません。https://shop.example.jp のように、サイトごとに書いてください（パスや「*」は使えません）。"
        )
        % {"line": line[:100]},
        "bad_origin",
    )
