"""Forms of insights, improvements, plans and releases."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from feedback.models import Improvement, Insight, Release, Topic
from voc.models import Role, User

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _words(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def topics() -> Any:
    """Topics one may choose, in the order of the tree."""
    return Topic.objects.filter(state=Topic.State.ACTIVE).order_by("position", "pk")


def owners() -> Any:
    """People who may own an improvement."""
    return User.objects.filter(is_active=True).exclude(role=Role.VIEWER).order_by("name", "pk")


class PeriodForm(forms.Form):
    """Which words an insight is to be made of: a topic and a stretch of days."""

    topic = forms.ModelChoiceField(
        topics(), to_field_name="key", label=_("話題"), empty_label=None
    )
    first = forms.DateField(label=_("いつから"), widget=_DAY)
    last = forms.DateField(label=_("いつまで"), widget=_DAY)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and first > last:
            self.add_error("last", _("終わりの日が、始まりの日より前です。"))
        return data

    @staticmethod
    def usual(today: date) -> dict[str, date]:
        """The last 13 weeks."""
        return {"first": today - timedelta(days=90), "last": today}


class InsightForm(forms.Form):
    """A claim; the clauses that carry it are checkboxes of the page."""

    claim = forms.CharField(
        label=pgettext_lazy("one", "気づき"),
        max_length=200,
        help_text=_("お客様が何を言っているかを、ひとつの文で書いてください。"),
    )

    def clause_ids(self) -> list[int]:
        """Ids of the ticked clauses; what is not a number is left out and then missed."""
        given = self.data.getlist("clause") if hasattr(self.data, "getlist") else []
        return [int(text) for text in given if text.isascii() and text.isdigit() and len(text) < 19]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.clause_ids():
            raise forms.ValidationError(_("根拠にする声を、ひとつ以上選んでください。"))
        return data


class ClaimForm(forms.Form):
    claim = forms.CharField(label=pgettext_lazy("one", "気づき"), max_length=200)


class ImprovementForm(forms.Form):
    """A new candidate."""

    title = forms.CharField(
        label=pgettext_lazy("one", "改善"),
        max_length=120,
        help_text=_("何をどう変えるかを書いてください。例：送料を商品ページに表示する"),
    )
    problem = forms.CharField(
        label=_("困りごと"),
        max_length=2000,
        widget=_words(),
        help_text=_("だれが、どんな場面で困っているかを書いてください。"),
    )
    category = forms.ChoiceField(
        label=pgettext_lazy("improvement", "区分"), choices=Improvement.Category.choices
    )
    owner = forms.ModelChoiceField(
        owners(), label=_("担当者"), required=False, empty_label=_("決めていない")
    )


class EditForm(ImprovementForm):
    """A candidate that stands, with its dates."""

    decide_by = forms.DateField(label=_("判断の期日"), required=False, widget=_DAY)
    effort_months = forms.DecimalField(
        label=_("手間（人月）"), required=False, min_value=0, max_digits=5, decimal_places=1
    )

    @staticmethod
    def of(item: Improvement) -> dict[str, Any]:
        """What stands in the item."""
        names = ("title", "problem", "category", "owner", "decide_by", "effort_months")
        return {name: getattr(item, name) for name in names}


class LinkForm(forms.Form):
    """Another insight that feeds an improvement."""

    insight = forms.ModelChoiceField(
        Insight.objects.exclude(state=Insight.State.WITHDRAWN), label=pgettext_lazy("one", "気づき")
    )


class MoveForm(forms.Form):
    """A decision: where to, why, and what customers may read."""

    to = forms.ChoiceField(label=_("状態"), choices=Improvement.State.choices)
    reason = forms.CharField(label=_("理由"), max_length=2000, widget=_words(2))
    public_reason = forms.CharField(
        label=_("お客様に伝える理由"),
        max_length=2000,
        required=False,
        widget=_words(2),
        help_text=_("見送るときに必要です。「ご意見へのお答え」に、このまま載ります。"),
    )
    seen = forms.CharField(max_length=12, required=False, widget=forms.HiddenInput)


class NextForm(MoveForm):
    """The decision that comes next: only the reason is asked."""

    to = forms.ChoiceField(choices=Improvement.State.choices, widget=forms.HiddenInput)
    public_reason = forms.CharField(
        max_length=2000, required=False, widget=forms.HiddenInput
    )


class PlanForm(forms.Form):
    """How the effect will be judged."""

    topic = forms.ModelChoiceField(topics(), to_field_name="key", label=_("見る話題"))
    window_weeks = forms.IntegerField(
        label=_("期間（週）"),
        min_value=2,
        max_value=26,
        initial=8,
        help_text=_("公開した週を除いて、翌週から数えます。"),
    )
    minimum_percent = forms.IntegerField(
        label=_("最小の効果（％）"),
        min_value=1,
        max_value=99,
        initial=15,
        help_text=_("これより小さい変化は、なかったものとして扱います。"),
    )


class WaiveForm(forms.Form):
    waiver_reason = forms.CharField(
        label=_("測らない理由"),
        max_length=2000,
        widget=_words(2),
        help_text=_("測らない改善は、「改善した」と判定されることはありません。"),
    )


class ReleaseForm(forms.Form):
    """What was shipped, in words a customer understands."""

    title = forms.CharField(
        label=_("お知らせの題"),
        max_length=120,
        help_text=_("お客様へのメールの件名になります。"),
    )
    notes = forms.CharField(
        label=_("変わったこと"),
        max_length=2000,
        widget=_words(4),
        help_text=_("お客様への文面に、このまま入ります。宣伝は書かないでください。"),
    )
    kind = forms.ChoiceField(
        label=_("種類"), choices=Release.Kind.choices, initial=Release.Kind.IMPROVEMENT
    )
    released_on = forms.DateField(label=_("公開日"), widget=_DAY)
    is_public = forms.BooleanField(
        label=_("「ご意見へのお答え」に載せる"), required=False, initial=True
    )
