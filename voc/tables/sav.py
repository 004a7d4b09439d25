"""SPSS system files (.sav), row by row in constant memory. Plain Python.

The layout is that of the "System File Format" chapter of PSPP's developer documentation; tests read
the files back with ReadStat. Numbers are doubles, missing ones the system-missing value; texts are
UTF-8 of a fixed number of bytes, padded with blanks, those above 255 bytes in segments.
"""

import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, BinaryIO

MOST_BYTES = 32_767
MOST_NAME, _MOST_LABEL, _MOST_VALUE_LABEL = 64, 255, 120
_SEGMENT, _SEGMENT_USED = 252, 255
_BIAS = 100.0
_MISSING = struct.pack("<d", -1.7976931348623157e308)
_LOWEST = bytes.fromhex("feffffffffffefff")
_EPOCH = date(1582, 10, 14)
_A, _F, _SDATE, _DATETIME = 1, 5, 39, 22
_RESERVED = frozenset(
    ["ALL", "AND", "BY", "EQ", "GE", "GT", "LE", "LT", "NE", "NOT", "OR", "TO", "WITH"]
)


@dataclass(frozen=True, slots=True)
class Variable:
    """One column. `width` is bytes of text, 0 for a number; `form` is number, day or moment."""

    name: str
    label: str = ""
    width: int = 0
    form: str = "number"
    decimals: int = 0
    values: Mapping[Any, str] = field(default_factory=dict)


def names_for(wanted: Iterable[str]) -> list[str]:
    """Names that SPSS takes, each once, as near to the wanted ones as can be."""
    taken: set[str] = set()
    names = []
    for text in wanted:
        plain = re.sub(r"[^A-Za-z0-9_.]", "_", text).strip("_.") or "v"
        plain = plain if plain[0].isalpha() and plain.upper() not in _RESERVED else f"v_{plain}"
        name, number = plain[:MOST_NAME].rstrip("_."), 1
        while name.upper() in taken:
            number += 1
            name = f"{plain[: MOST_NAME - 8].rstrip('_.')}_{number}"
        taken.add(name.upper())
        names.append(name)
    return names


def seconds(moment: date | datetime) -> float:
    """Seconds since 14 October 1582, the beginning of SPSS's time."""
    day = moment.date() if isinstance(moment, datetime) else moment
    whole = (day - _EPOCH).days * 86_400.0
    if isinstance(moment, datetime):
        whole += moment.hour * 3_600 + moment.minute * 60 + moment.second
    return whole


def cut(text: str, most: int) -> bytes:
    """UTF-8 of at most so many bytes, without half a letter at the end."""
    data = text.encode("utf-8")
    return data if len(data) <= most else data[:most].decode("utf-8", "ignore").encode("utf-8")


class Writer:
    """Writes one file: `row` for each case, then `close`."""

    def __init__(
        self, file: BinaryIO, variables: Sequence[Variable], *, made: datetime, label: str = ""
    ) -> None:
        self.file = file
        self.variables = variables
        self.rows = 0
        self._codes = bytearray()
        self._data = bytearray()
        self._dictionary(made, label)

    def row(self, values: Sequence[Any]) -> None:
        """Numbers for numbers, texts for texts, None for what is missing."""
        for variable, value in zip(self.variables, values, strict=True):
            if variable.width:
                self._text(variable.width, value)
            else:
                self._number(value)
        self.rows += 1

    def close(self) -> None:
        """Ends the data and writes the number of cases into the header."""
        self._put(252, b"")
        self._codes += b"\0" * (-len(self._codes) % 8)
        self._flush()
        self.file.seek(80)
        self.file.write(struct.pack("<i", self.rows))
        self.file.seek(0, 2)

    def _number(self, value: float | None) -> None:
        if value is None:
            self._put(255, b"")
        elif value == int(value) and 1 - _BIAS <= value <= 251 - _BIAS:
            self._put(int(value + _BIAS), b"")
        else:
            self._put(253, struct.pack("<d", value))

    def _text(self, width: int, value: str | None) -> None:
        data = cut(value or "", width)
        for at, declared in _segments(width):
            part = (
                data[at : at + min(declared, _SEGMENT_USED)]
                if declared == 255
                else data[at : at + declared]
            )
            whole = part.ljust(-(-declared // 8) * 8)
            for start in range(0, len(whole), 8):
                eight = whole[start : start + 8]
                self._put(
                    254 if eight == b"        " else 253, b"" if eight == b"        " else eight
                )

    def _put(self, code: int, data: bytes) -> None:
        self._codes.append(code)
        self._data += data
        if len(self._codes) == 8:
            self._flush()

    def _flush(self) -> None:
        self.file.write(self._codes)
        self.file.write(self._data)
        self._codes.clear()
        self._data.clear()

    def _dictionary(self, made: datetime, label: str) -> None:
        elements = sum(
            -(-declared // 8) for v in self.variables for _, declared in _segments(v.width)
        )
        months = [
            "Jan",
            "Feb",
            "Mar",
            "Apr",
            "May",
            "Jun",
            "Jul",
            "Aug",
            "Sep",
            "Oct",
            "Nov",
            "Dec",
        ]
        self.file.write(
            struct.pack(
                "<4s60siiiiid9s8s64s3x", b"$FL2", b"@(#) SPSS DATA FILE VOC".ljust(60), 2, elements, 1,
                0, -1, _BIAS, f"{made.day:02} {months[made.month - 1]} {made.year % 100:02}".encode(),
                f"{made:%H:%M:%S}".encode(), cut(label, 64).ljust(64),
            )
        )  # fmt: skip
        labels, long_names, very_long, long_labels, measures = [], [], [], [], []
        index = 1
        for number, variable in enumerate(self.variables):
            short = f"V{number}"
            long_names.append(f"{short}={variable.name}")
            if variable.width > 255:
                very_long.append(f"{short}={variable.width:05d}\0\t")
            if variable.values:
                if variable.width > 8:
                    long_labels.append(_long_labels(variable))
                else:
                    labels.append(_labels(variable, index))
            for part, (_, declared) in enumerate(_segments(variable.width)):
                name = short if part == 0 else f"{short}X{_base36(part)}"
                self._variable(name, variable, declared, first=part == 0)
                measures.append(_measure(variable))
                index += -(-declared // 8)
        for record in labels:
            self.file.write(record)
        self._more(3, 4, struct.pack("<8i", 1, 0, 0, -1, 1, 1, 2, 65001))
        self._more(4, 8, _MISSING + struct.pack("<d", 1.7976931348623157e308) + _LOWEST)
        self._more(11, 4, b"".join(measures))
        self._more(13, 1, "\t".join(long_names).encode())
        if very_long:
            self._more(14, 1, "".join(very_long).encode())
        self._more(20, 1, b"UTF-8")
        if long_labels:
            self._more(21, 1, b"".join(long_labels))
        self.file.write(struct.pack("<ii", 999, 0))

    def _variable(self, name: str, variable: Variable, declared: int, *, first: bool) -> None:
        if declared > 0 and variable.width:
            form = _A << 16 | min(declared, 255) << 8
        else:
            kind, width = {"day": (_SDATE, 10), "moment": (_DATETIME, 20)}.get(
                variable.form, (_F, 8)
            )
            form = kind << 16 | width << 8 | (variable.decimals if kind == _F else 0)
        label = cut(variable.label, _MOST_LABEL) if first else b""
        width = declared if variable.width else 0
        self.file.write(
            struct.pack(
                "<iiiiii8s", 2, width, int(bool(label)), 0, form, form, name.encode().ljust(8)
            )
        )
        if label:
            self.file.write(
                struct.pack("<i", len(label)) + label.ljust(-(-len(label) // 4) * 4, b"\0")
            )
        for _ in range(-(-declared // 8) - 1):
            self.file.write(struct.pack("<iiiiii8s", 2, -1, 0, 0, 0x011D01, 0x011D01, b" " * 8))

    def _more(self, kind: int, size: int, data: bytes) -> None:
        self.file.write(struct.pack("<iiii", 7, kind, size, len(data) // size) + data)


def _segments(width: int) -> Iterator[tuple[int, int]]:
    """(place of its first byte, declared width) of each piece of a variable; 8 for a number."""
    if width <= 255:
        yield 0, width or 8
        return
    number = -(-width // _SEGMENT)
    for part in range(number - 1):
        yield part * _SEGMENT_USED, 255
    yield (number - 1) * _SEGMENT_USED, width - (number - 1) * _SEGMENT


def _labels(variable: Variable, index: int) -> bytes:
    out = [struct.pack("<ii", 3, len(variable.values))]
    for value, label in variable.values.items():
        text = cut(label, _MOST_VALUE_LABEL)
        raw = cut(value, 8).ljust(8) if variable.width else struct.pack("<d", value)
        out.append(raw + bytes([len(text)]) + text + b"\0" * (-(len(text) + 1) % 8))
    return b"".join(out) + struct.pack("<iii", 4, 1, index)


def _long_labels(variable: Variable) -> bytes:
    name = variable.name.encode()
    out = [
        struct.pack("<i", len(name)),
        name,
        struct.pack("<ii", variable.width, len(variable.values)),
    ]
    for value, label in variable.values.items():
        raw, text = cut(value, variable.width).ljust(variable.width), cut(label, _MOST_VALUE_LABEL)
        out.append(struct.pack("<i", len(raw)) + raw + struct.pack("<i", len(text)) + text)
    return b"".join(out)


def _measure(variable: Variable) -> bytes:
    nominal = variable.width or variable.values
    return struct.pack("<iii", 1 if nominal else 3, 8 if not variable.width else 16, 0)


def _base36(number: int) -> str:
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return digits[number // 36] + digits[number % 36]
