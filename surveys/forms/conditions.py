"""The builder of show-if rules: a question, how it must have been answered, and with what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.forms import told
from surveys.questions import reading
from surveys.questions.asked import OTHER, SCALES, SHOWN, Asked

ROWS = 3
MOST_ROWS = 20
_ORDER = [
    ("gte", gettext_lazy("以上")), ("lte", gettext_lazy("以下")), ("eq", gettext_lazy("ちょうど")),
    ("ne", gettext_lazy("以外")), ("gt", gettext_lazy("より大きい")), ("lt", gettext_lazy("より小さい")),
]  # fmt: skip
_EITHER = [("answered", gettext_lazy("答えた")), ("unanswered", gettext_lazy("答えていない"))]
_TEXT = [("eq", gettext_lazy("次の言葉と同じ")), ("ne", gettext_lazy("次の言葉ではない"))]
_CHOICE = [("in", gettext_lazy("次のどれかを選んだ")), ("ne", gettext_lazy("次を選んでいない"))]
_GROUP = "group:"
NEEDS_NOTHING = frozenset({"answered", "unanswered"})


@dataclass(slots=True)
class Row:
    """One condition as the form draws it; `question` is None until one is chosen."""

    number: int
    key: str = ""
    op: str = ""
    values: list[str] = field(default_factory=list)
    question: Asked | None = None
    error: str = ""

    @property
    def ops(self) -> list[tuple[str, Any]]:
        return ops_for(self.question) if self.question else []

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        """What can be ticked: (id, label, ticked)."""
        if self.question is None or self.question.kind not in ("single", "multiple"):
            return []
        labels = [(one.id, one.label) for one in self.question.words().choices]
        if self.question.options.get(OTHER):
            labels.append((OTHER, _("その他")))
        return [(key, label, key in self.values) for key, label in labels]

    @property
    def points(self) -> list[tuple[str, bool]]:
        """What can be chosen on a scale."""
        if self.question is None or self.question.kind not in SCALES:
            return []
        points = range(self.question.lowest, self.question.highest + 1)
        return [(str(point), str(point) in self.values) for point in points]

    @property
    def typed(self) -> bool:
        """Whether the value is written by hand."""
        return (
            self.question is not None
            and not self.options
            and not self.points
            and any(op not in NEEDS_NOTHING for op, _label in self.ops)
        )

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""

    @property
    def input_type(self) -> str:
        return "date" if self.question is not None and self.question.kind == "date" else "text"


def ops_for(question: Asked) -> list[tuple[str, Any]]:
    """(op, words) that make sense for an answer of this kind."""
    if question.kind == "nps":
        groups = [(_GROUP + name, words) for name, words in told.GROUPS.items()]
        return [*groups, *_ORDER, *_EITHER]
    if question.kind in SCALES or question.kind in ("number", "date"):
        return [*_ORDER, *_EITHER]
    if question.kind in ("single", "multiple"):
        return [*_CHOICE, *_EITHER]
    if question.kind in ("matrix", "ranking", "consent", "long", "email", "phone"):
        return _EITHER
    return [*_TEXT, *_EITHER]


def may_ask_about(questions: Sequence[Asked]) -> list[Asked]:
    """Those whose answers can decide something."""
    return [question for question in questions if question.kind not in SHOWN]


def rows_of(rule: Mapping[str, Any], earlier: Sequence[Asked]) -> list[Row]:
    """The rule as rows, with empty ones to fill in."""
    by_key = {question.key: question for question in earlier}
    rows = []
    for number, condition in enumerate(rule.get("when", ())):
        question = by_key.get(condition["question"])
        op, value = condition["op"], condition.get("value")
        values = (
            [str(one) for one in value]
            if isinstance(value, list)
            else []
            if value is None
            else [str(value)]
        )
        if op == "group":
            op, values = _GROUP + str(value), []
        if op == "eq" and question is not None and question.kind in ("single", "multiple"):
            op = "in"
        rows.append(Row(number, condition["question"], op, values, question))
    return [*rows, *(Row(number) for number in range(len(rows), max(ROWS, len(rows))))]


def read(
    data: QueryDict, earlier: Sequence[Asked], *, strict: bool = True
) -> tuple[dict[str, Any], list[Row]]:
    """The rule that was sent and its rows; rows carry what is wrong with them.

    Not strict: what is not finished is left out instead of being wrong.
    """
    by_key = {question.key: question for question in earlier}
    rows, conditions = [], []
    number = 0
    while number < MOST_ROWS and (number < ROWS or f"when-{number}-question" in data):
        row = _row(data, number, by_key)
        rows.append(row)
        if row.key:
            condition = _condition(row)
            if condition is not None and not row.error:
                conditions.append(condition)
        number += 1
    if not strict:
        for row in rows:
            row.error = ""
    if not conditions:
        return {}, rows
    mode = "any" if data.get("when-mode") == "any" else "all"
    return {"mode": mode, "when": conditions}, rows


def _row(data: QueryDict, number: int, by_key: Mapping[str, Asked]) -> Row:
    key = data.get(f"when-{number}-question", "")[:40]
    row = Row(number, key, question=by_key.get(key))
    if not key:
        return row
    if row.question is None:
        row.error = _("表示の条件には、前にある質問だけを使えます。")
        return row
    row.op = data.get(f"when-{number}-op", "")
    if row.op not in dict(row.ops):
        # Another question was chosen: what was ticked for the one before means nothing now.
        row.op = str(row.ops[0][0])
        row.error = _("この質問がどう答えられたときかを選んでください。")
        return row
    row.values = [value.strip()[:300] for value in data.getlist(f"when-{number}-value")][:101]
    return row


def _condition(row: Row) -> dict[str, Any] | None:
    if row.error or row.question is None:
        return None
    about = {"question": row.key}
    if row.op.startswith(_GROUP):
        return {**about, "op": "group", "value": row.op.removeprefix(_GROUP)}
    if row.op in NEEDS_NOTHING:
        return {**about, "op": row.op}
    if row.options:
        return _chosen(row, about)
    if not row.value:
        row.error = _("条件の値を書いてください。")
        return None
    try:
        value = _comparable(row.question, row.value)
    except reading.Wrong as wrong:
        row.error = str(wrong)
        return None
    return {**about, "op": row.op, "value": value}


def _chosen(row: Row, about: dict[str, str]) -> dict[str, Any] | None:
    ids = [key for key, _label, ticked in row.options if ticked]
    if not ids:
        row.error = _("選択肢を選んでください。")
        return None
    if row.op == "ne" and len(ids) > 1:
        row.error = _("「次を選んでいない」では、選択肢を1つだけ選んでください。")
        return None
    if row.op == "ne":
        return {**about, "op": "ne", "value": ids[0]}
    return {**about, "op": "in", "value": ids}


def _comparable(question: Asked, text: str) -> Any:
    """The value as an answer of this question is stored."""
    found = reading.clean(question, text)
    return found.get(question.key, text)
