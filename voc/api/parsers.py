"""Strict JSON in: duplicate keys, NaN, deep nesting, surrogates and NUL are refused."""

import json
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

from voc.jsonguard import NotStorable, check


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise ValueError("duplicate key")
    return out


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


class TooLarge(APIException):
    status_code = 413
    default_code = "too_large"
    default_detail = f"body larger than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes"


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None
    ) -> Any:
        raw = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(raw) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise TooLarge
        try:
            value = json.loads(
                raw.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant
            )
            return check(value)
        except NotStorable as error:
            raise ParseError(error.message) from None
        except RecursionError:
            raise ParseError("nested too deeply") from None
        except (ValueError, UnicodeDecodeError) as error:
            raise ParseError(f"not valid JSON: {str(error)[:120]}") from None
