"""Results as JSON lines."""

from __future__ import annotations

import json
from typing import Any

from ..analysis import Analysis

# Line ends to some readers, though not to JSON.
_LINE_ENDS = str.maketrans({"\u2028": "\\u2028", "\u2029": "\\u2029", "\x85": "\\u0085"})


def answer(analysis: Analysis) -> dict[str, Any]:
    """What `textlab predict` says of one comment."""
    result: dict[str, Any] = {
        "clauses": [
            {
                "start": clause.start,
                "end": clause.end,
                "text": clause.text,
                "polarity": clause.polarity,
                "intent": clause.intent,
                "topics": [
                    {"topic": hit.topic, "confidence": hit.confidence} for hit in clause.topics
                ],
            }
            for clause in analysis.clauses
        ],
        "compounds": list(analysis.compounds),
        "masked": analysis.masked,
    }
    if analysis.truncated:
        result["truncated"] = True
    return result


def to_json(value: Any) -> str:
    """One line of JSON, readable, safe for every reader of lines."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.translate(_LINE_ENDS).encode("utf-8", "replace").decode()
