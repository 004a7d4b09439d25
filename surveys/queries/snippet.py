"""The script that sites load, as it is sent: without comments and superfluous blanks."""

import re
from functools import cache
from itertools import zip_longest
from pathlib import Path

from django.conf import settings

LIMIT = 5_000
# Texts in quotes, and comments: whichever begins first.
_APART = re.compile(r'("[^"\n]*"|`[^`]*`|//.*|/\*.*?\*/)')


def squeezed(source: str) -> str:
    """Source without regular expressions, its statements ended by semicolons, in fewer bytes."""
    parts = _APART.split(source)
    kept = ["" if part.startswith(("//", "/*")) else part for part in parts[1::2]]
    # Comments are gone before blanks are, so that the blanks around them meet.
    parts = _APART.split("".join(a + b for a, b in zip_longest(parts[::2], kept, fillvalue="")))
    parts[::2] = [_blanks(part) for part in parts[::2]]
    return "".join(parts).replace(";}", "}").strip()


def _blanks(code: str) -> str:
    # Not beside + and -: two of them may not meet.
    return re.sub(r"\s*([{}()\[\];,:=<>?&|*/!])\s*", r"\1", re.sub(r"\s+", " ", code))


@cache
def snippet() -> bytes:
    """The script, as every site gets it."""
    path = Path(settings.BASE_DIR) / "voc/static/voc/snippet.js"
    return squeezed(path.read_text(encoding="utf-8")).encode()


_PANEL = (
    "position:fixed;z-index:2147483647;display:flex;flex-direction:column;box-sizing:border-box;"
    "max-width:calc(100% - 16px);max-height:85vh;margin:auto;padding:0;overflow:hidden;"
    "border:1px solid GrayText;border-radius:10px;background:Canvas;color:CanvasText;"
    "color-scheme:light dark;font:14px/1.6 system-ui,sans-serif;"
    "box-shadow:0 6px 30px rgba(0,0,0,.3);"
)
# How the window looks, in system colours: right in light, dark and forced colours. Sent with the
# rules, so that it can be mended without a new script; set by property, which any CSP allows.
STYLE = {
    "panel": _PANEL,
    "corner": "right:8px;bottom:8px;width:376px",
    "bottom": "left:0;right:0;bottom:0;width:720px;border-radius:10px 10px 0 0",
    "modal": "inset:0;width:600px",
    "bar": "display:flex;flex:none;align-items:center;padding-left:20px",
    "word": "flex:1",
    "close": (
        "width:48px;height:48px;padding:0;border:0;background:none;color:inherit;"
        "font:24px/1 sans-serif;cursor:pointer"
    ),
    "frame": "flex:0 1 auto;border:0;width:100%;height:400px;min-height:0;color-scheme:light dark",
}
