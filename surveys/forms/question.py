"""The form of one question: fields by its kind, its condition, its other wordings."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.forms import conditions, lines
from surveys.models import Question
from surveys.questions import logic
from surveys.questions.asked import CHOOSING, OTHER, SCALES, SHOWN, Asked
from surveys.services.designs import MOST_VARIANTS

KIND_GROUPS = (
    (gettext_lazy("評価"), ("nps", "csat", "ces", "rating")),
    (gettext_lazy("選ぶ"), ("single", "multiple", "matrix", "ranking")),
    (gettext_lazy("書く"), ("long", "short", "number", "date", "email", "phone")),
    (gettext_lazy("そのほか"), ("consent", "statement", "section", "hidden")),
)
_HAS_OTHER = frozenset({"single", "multiple"})
_LIMITS = {"multiple": gettext_lazy("選べる数の上限"), "short": gettext_lazy("文字数の上限")}


def kind_choices() -> list[tuple[Any, list[tuple[str, Any]]]]:
    labels = dict(Question.Kind.choices)
    return [(name, [(kind, labels[kind]) for kind in kinds]) for name, kinds in KIND_GROUPS]


class QuestionForm(forms.Form):
    """`question` gives the columns of the stored question; the rest of them stays as it was.

    `present` is the question as it is, or the empty one that is being added; `earlier` are the
    questions that its condition may ask about.
    """

    kind = forms.ChoiceField(label=gettext_lazy("種類"), choices=[])
    label = forms.CharField(
        label=gettext_lazy("質問の文"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    help = forms.CharField(
        label=gettext_lazy("補足"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("質問の文の下に、小さく表示します。"),
    )
    required = forms.BooleanField(label=gettext_lazy("必ず答えてもらう"), required=False)
    key = forms.CharField(
        label=gettext_lazy("識別名"),
        max_length=40,
        help_text=gettext_lazy(
            "書き出しの列名になり、ほかの質問の文に {q1} のように書くと、答えが入ります。半角の英小文字と数字で書きます。あとで変えられません。"
        ),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        present: dict[str, Any],
        earlier: Sequence[Asked],
        new: bool = False,
        answered: bool = False,
        strict: bool = True,
    ) -> None:
        # Named apart from the fields: a template finds those first.
        self.present, self.earlier = present, conditions.may_ask_about(earlier)
        self.asks = self._kind(data, present, answered)
        super().__init__(data, initial=self._initial(present), auto_id="q-%s")
        self.strict = strict
        self.fields["kind"].choices = kind_choices()  # type: ignore[attr-defined]
        self.fields["kind"].disabled = answered
        if not new:
            del self.fields["key"]
        if self.asks == "section":
            self.fields["label"].label = _("見出し")
        elif self.asks == "statement":
            self.fields["label"].label = _("説明の文")
        elif self.asks == "hidden":
            self.fields["label"].label, self.fields["label"].required = (
                _("メモ（回答する人には見えません）"),
                False,
            )
        if self.asks in (*SHOWN, "hidden"):
            del self.fields["required"]
        if self.asks == "hidden":
            del self.fields["help"]
        self._add_fields()
        if data is None:
            rule = present.get("show_if") or {}
            self.rule, self.conditions = rule, conditions.rows_of(rule, self.earlier)
            self.mode = rule.get("mode", "all")
        else:
            self.rule, self.conditions = conditions.read(data, self.earlier, strict=strict)
            self.mode = "any" if data.get("when-mode") == "any" else "all"
        self.notes: list[str] = []

    @staticmethod
    def _kind(data: QueryDict | None, present: dict[str, Any], answered: bool) -> str:
        wanted = data.get("kind", "") if data is not None and not answered else ""
        return wanted if wanted in Question.Kind.values else str(present["kind"])

    def _initial(self, present: dict[str, Any]) -> dict[str, Any]:
        options = present.get("options") or {}
        values: dict[str, Any] = {
            "kind": present["kind"],
            **{
                name: present.get(name, "")
                for name in ("key", "label", "help", "low_label", "high_label")
            },
            "required": present.get("required", False),
            "choices": lines.to_text(options.get("choices", ())),
            "rows": lines.to_text(options.get("rows", ())),
            "other": bool(options.get(OTHER)),
            "shuffle": bool(options.get("shuffle")),
            **{name: options.get(name) for name in ("most", "min", "max")},
            "points": options.get("points", 5),
        }
        for number, variant in enumerate(present.get("variants") or ()):
            values[f"variant-{number}-label"] = variant.get("label", "")
            values[f"variant-{number}-help"] = variant.get("help", "")
        return values

    def _add_fields(self) -> None:
        kind = self.asks
        if kind in SCALES:
            for name, label in (
                ("low_label", _("いちばん低い点の言葉")),
                ("high_label", _("いちばん高い点の言葉")),
            ):
                self.fields[name] = forms.CharField(label=label, max_length=40, required=False)
        if kind == "rating":
            self.fields["points"] = forms.IntegerField(
                label=_("段階の数"), min_value=2, max_value=10
            )
        if kind == "matrix":
            self.fields["rows"] = _lines_field(
                _("行"), _("評価してもらうことを、1行に1つ書きます。")
            )
        if kind in CHOOSING:
            help_text = _(
                "1行に1つ書きます。行を書き換えると、同じ選択肢の言い方を変えたことになり、回答を引き継ぎます。別の選択肢にするときは、行を消して保存してから足してください。"
            )
            if kind == "multiple":
                help_text += _("ほかと同時に選べないものは、行の終わりに［単独］と書きます。")
            if kind in ("single", "multiple"):
                help_text += _("順番を入れ替えないものは［固定］と書きます。")
            self.fields["choices"] = _lines_field(_("選択肢"), help_text)
            self.fields["shuffle"] = forms.BooleanField(
                label=_("選択肢の順番を、人ごとに変える"), required=False
            )
        if kind in _HAS_OTHER:
            self.fields["other"] = forms.BooleanField(
                label=_("「その他」と記入欄を付ける"), required=False
            )
        if kind in _LIMITS:
            self.fields["most"] = forms.IntegerField(
                label=_LIMITS[kind],
                min_value=1,
                max_value=100 if kind == "multiple" else 300,
                required=False,
            )
        if kind == "number":
            for name, label in (("min", _("いちばん小さい数")), ("max", _("いちばん大きい数"))):
                self.fields[name] = forms.DecimalField(
                    label=label, required=False, max_digits=18, decimal_places=4
                )
        if kind not in (*SHOWN, "hidden"):
            for number in range(MOST_VARIANTS):
                letter = chr(ord("B") + number)
                self.fields[f"variant-{number}-label"] = forms.CharField(
                    label=_("質問の文（%(letter)s）") % {"letter": letter},
                    max_length=300,
                    required=False,
                )
                self.fields[f"variant-{number}-help"] = forms.CharField(
                    label=_("補足（%(letter)s）") % {"letter": letter},
                    max_length=500,
                    required=False,
                )

    @property
    def variant_fields(self) -> list[tuple[Any, Any]]:
        """(label, help) of each other wording."""
        return [
            (self[f"variant-{number}-label"], self[f"variant-{number}-help"])
            for number in range(MOST_VARIANTS)
            if f"variant-{number}-label" in self.fields
        ]

    @property
    def option_fields(self) -> list[Any]:
        """What only this kind has, in order."""
        names = (
            "rows",
            "choices",
            "other",
            "shuffle",
            "most",
            "points",
            "low_label",
            "high_label",
            "min",
            "max",
        )
        return [self[name] for name in names if name in self.fields]

    @property
    def has_variants(self) -> bool:
        return any(label.value() for label, _help in self.variant_fields)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        options = self.present.get("options") or {}
        for name in ("choices", "rows"):
            if name not in cleaned:
                continue
            before = options.get(name, [])
            try:
                after = lines.to_choices(cleaned[name], before, flags=name == "choices")
            except lines.BadLines as bad:
                self.add_error(name, str(bad))
                continue
            cleaned[name] = after
            if self.strict:
                self.notes += lines.told(before, after)
        if self.strict:
            if any(row.error for row in self.conditions):
                self.add_error(None, _("表示の条件を確かめてください。"))
            elif logic.contradictory(
                self.rule, {question.key: question for question in self.earlier}
            ):
                self.add_error(None, _("この表示の条件は、どう答えても成り立ちません。"))
        return cleaned

    def unjudged(self) -> "QuestionForm":
        """The form as it was sent, without a word about what is not finished."""
        self.full_clean()
        self._errors = ErrorDict()
        return self

    def question(self) -> dict[str, Any]:
        """The columns of the question; for the preview of unfinished input, as far as they go."""
        given, present = self.cleaned_data, self.present
        options = self._options(given)
        question = {
            "key": given.get("key") or present["key"],
            "kind": self.asks,
            "label": given.get("label", ""),
            "help": given.get("help", ""),
            "low_label": given.get("low_label", ""),
            "high_label": given.get("high_label", ""),
            "required": given.get("required", False),
            "options": options,
            "show_if": self._rule(),
            "variants": self._variants(given),
        }
        return {**question, "translations": _kept(present.get("translations") or {}, options)}

    def _rule(self) -> dict[str, Any]:
        before = self.present.get("show_if") or {}
        same = {"mode": before.get("mode", "all"), "when": before.get("when", [])}
        return before if self.rule == same else self.rule

    def _options(self, given: dict[str, Any]) -> dict[str, Any]:
        before = self.present.get("options") or {}
        own = ("choices", "rows", OTHER, "shuffle", "most", "points", "min", "max")
        # What a program has added stays.
        options = {name: value for name, value in before.items() if name not in own}
        for name in ("choices", "rows"):
            if name in self.fields:
                found = given.get(name)
                options[name] = found if isinstance(found, list) else before.get(name, [])
        for name in (OTHER, "shuffle"):
            if given.get(name):
                options[name] = True
        if self.asks == "rating":
            options["points"] = given.get("points") or 5
        if given.get("most"):
            options["most"] = given["most"]
        for name in ("min", "max"):
            limit = given.get(name)
            if limit is not None:
                options[name] = int(limit) if limit == limit.to_integral_value() else float(limit)
        return options

    def _variants(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        before = self.present.get("variants") or []
        used = {row["id"] for row in before}
        free = (f"v{number}" for number in range(1, 100) if f"v{number}" not in used)
        found = []
        for number in range(MOST_VARIANTS):
            label = given.get(f"variant-{number}-label", "")
            if not label:
                continue
            row = dict(before[number]) if number < len(before) else {"id": next(free)}
            found.append({**row, "label": label, "help": given.get(f"variant-{number}-help", "")})
        return found


def _lines_field(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=lines.MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


def _kept(translations: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """The translations without the words of choices and rows that are gone."""
    kept = {}
    for language, words in translations.items():
        words = dict(words)
        for group in ("choices", "rows"):
            if group in words:
                ids = {row["id"] for row in options.get(group, ())}
                words[group] = {key: text for key, text in words[group].items() if key in ids}
        kept[language] = words
    return kept
