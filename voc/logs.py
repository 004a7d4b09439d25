"""JSON log lines with a request id and without personal data."""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime

_request_id: ContextVar[str] = ContextVar("request_id", default="")
# Phone-like numbers and mail addresses never reach a log.
_PERSONAL = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,190}|\d[\d-]{8,20}\d")


def request_id() -> str:
    """Id of the request (or job) being worked on; empty outside of one."""
    return _request_id.get()


def set_request_id(value: str) -> None:
    _request_id.set(value)


def _message(record: logging.LogRecord) -> str:
    """The message; where Django names the path of a request, the route stands instead.

    The path of an invitation, a notice or a new password is the secret itself.
    """
    request = getattr(record, "request", None)
    if request is None or not isinstance(record.args, tuple):
        return record.getMessage()
    match = getattr(request, "resolver_match", None)
    route = f"/{match.route}" if match else "[path]"
    args = tuple(
        route if isinstance(arg, str) and arg.startswith("/") else arg for arg in record.args
    )
    return record.msg % args if args else str(record.msg)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: at, level, logger, message, request_id, error."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _PERSONAL.sub("[…]", _message(record))[:2000],
            "request_id": request_id(),
        }
        if record.exc_info and record.exc_info[0]:
            # A traceback holds values of customers' words; its frames and type do not.
            line["error"] = record.exc_info[0].__name__
            frames = []
            trace = record.exc_info[2]
            while trace:
                code = trace.tb_frame.f_code
                frames.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
                trace = trace.tb_next
            line["frames"] = frames[-12:]
        for name in ("status", "path", "method", "milliseconds", "job", "kind", "route"):
            if hasattr(record, name):
                line[name] = getattr(record, name)
        return json.dumps(line, ensure_ascii=False)
