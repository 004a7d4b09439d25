"""The stylesheet of customer pages: small enough to stand inside the page itself.

A customer page adds `source()` to the `style-src` of its own response and writes the sheet with
`{% customer_style %}`, so that it needs no second request.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

SHEET = Path(__file__).resolve().parent / "static/voc/customer.css"
LIMIT = 4096


@cache
def text() -> str:
    """The sheet without comments and superfluous blanks."""
    css = re.sub(r"/\*.*?\*/", "", SHEET.read_text(), flags=re.S)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r"\s*([{};,>+])\s*", r"\1", css)
    css = re.sub(r"\b0(?=\.\d)", "", css)
    # A blank before a colon can separate selectors (`a :hover`), one after it cannot matter.
    return re.sub(r":\s+", ":", css).replace(";}", "}").strip()


@cache
def source() -> str:
    """The CSP source expression that allows exactly this sheet."""
    digest = hashlib.sha256(text().encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
