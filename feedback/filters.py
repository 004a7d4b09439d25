"""One set of filters for the list of voices and for its API."""

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from feedback import search
from feedback.models import Comment, Intent, Polarity, Source, Topic

_FIRST_DAY = date(1990, 1, 1)
_LAST_DAY = date(2100, 1, 1)


class _Day(django_filters.DateFilter):
    """A day within reason: year 1 or 9999 leave the range of local midnights."""

    def filter(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if value and not _FIRST_DAY <= value <= _LAST_DAY:
            return rows.none()
        return super().filter(rows, value)


class CommentFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("ことば"), method="by_words", max_length=200)
    topic = django_filters.CharFilter(label=_("話題"), method="by_topic", max_length=60)
    polarity = django_filters.ChoiceFilter(
        label=pgettext_lazy("polarity", "評価"), choices=Polarity.choices, empty_label=_("すべて")
    )
    intent = django_filters.ChoiceFilter(
        label=_("意図"), choices=Intent.choices, method="by_intent", empty_label=_("すべて")
    )
    source = django_filters.ChoiceFilter(
        label=_("届いたところ"), choices=Source.choices, empty_label=_("すべて")
    )
    product = django_filters.CharFilter(label=_("商品・サービス"), max_length=100)
    segment = django_filters.CharFilter(label=_("区分"), max_length=60)
    score = django_filters.ChoiceFilter(
        label=_("すすめたい度"),
        choices=[
            ("promoter", _("推奨者 9–10")),
            ("passive", _("中立者 7–8")),
            ("detractor", _("批判者 0–6")),
        ],
        method="by_band",
        empty_label=_("すべて"),
    )
    first = _Day(
        label=_("この日から"),
        field_name="local_day",
        lookup_expr="gte",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    last = _Day(
        label=_("この日まで"),
        field_name="local_day",
        lookup_expr="lte",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    class Meta:
        model = Comment
        fields: list[str] = []

    def by_words(self, rows: QuerySet[Comment], name: str, value: str) -> QuerySet[Comment]:
        return search.matching(rows, value) if value.strip() else rows

    def by_topic(self, rows: QuerySet[Comment], name: str, value: str) -> QuerySet[Comment]:
        ids = list(
            Topic.objects.filter(Q(key=value) | Q(parent__key=value)).values_list("pk", flat=True)
        )
        return rows.filter(pk__in=_about(ids)) if ids else rows.none()

    def by_intent(self, rows: QuerySet[Comment], name: str, value: str) -> QuerySet[Comment]:
        from feedback.models import Clause

        return rows.filter(pk__in=Clause.objects.filter(intent=value).values("comment"))

    def by_band(self, rows: QuerySet[Comment], name: str, value: str) -> QuerySet[Comment]:
        low, high = {"promoter": (9, 10), "passive": (7, 8), "detractor": (0, 6)}[value]
        return rows.filter(score__kind="nps", score__value__gte=low, score__value__lte=high)


def _about(ids: list[int]) -> Any:
    from feedback.models import TopicAssignment

    return TopicAssignment.objects.filter(topic__in=ids).values("comment")
