"""REST: the figures of a survey, the same as on its page."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response as ApiResponse

from feedback.queries.scores import LEAST_SHOWN
from surveys.forms import cut as forms
from surveys.queries import compared, funnels, results
from surveys.queries.cuts import DIMENSIONS
from surveys.queries.surveys import surveys_for
from voc.access import EVERYONE, api, found
from voc.clock import local_day


class RateOut(serializers.Serializer[Any]):
    """A share of two counts, 0 to 1; null where the denominator is 0."""

    numerator = serializers.IntegerField()
    denominator = serializers.IntegerField()
    rate = serializers.SerializerMethodField()

    def get_rate(self, rate: Any) -> float | None:
        return rate.numerator / rate.denominator if rate.denominator else None


class RatesOut(serializers.Serializer[Any]):
    returned = RateOut(help_text="answers of the invited ÷ sent")
    answered = RateOut(help_text="answers of the invited ÷ delivered")
    completed = RateOut(help_text="completed ÷ started")
    usable = RateOut(help_text="usable answers of the invited ÷ sent")


class FunnelOut(serializers.Serializer[Any]):
    sent = serializers.IntegerField(help_text="invitations mailed in the period; 0 with a filter")
    delivered = serializers.IntegerField()
    invited_answered = serializers.IntegerField()
    invited_usable = serializers.IntegerField()
    started = serializers.IntegerField()
    responses = serializers.IntegerField()
    completed = serializers.IntegerField()
    usable = serializers.IntegerField()
    speeders = serializers.IntegerField()
    straightliners = serializers.IntegerField()
    rates = RatesOut()


class ChangeOut(serializers.Serializer[Any]):
    """This period less the one of the same length before."""

    difference = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    p_value = serializers.FloatField(allow_null=True)
    verdict = serializers.ChoiceField(["higher", "lower", "same", "unknown"])
    n_before = serializers.IntegerField()


class PeriodOut(serializers.Serializer[Any]):
    first = serializers.DateField()
    last = serializers.DateField()
    zone = serializers.CharField()


class PointOut(serializers.Serializer[Any]):
    value = serializers.IntegerField()
    count = serializers.IntegerField()


class ResultsOut(serializers.Serializer[Any]):
    """Below `least` scores, value, interval, change and histogram are withheld."""

    survey = serializers.CharField()
    kind = serializers.CharField()
    period = PeriodOut()
    filters = serializers.DictField(child=serializers.CharField(allow_blank=True))
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()
    least = serializers.IntegerField()
    responses = serializers.IntegerField()
    unscored = serializers.IntegerField()
    with_words = serializers.IntegerField()
    waiting = serializers.IntegerField(help_text="stored, and not yet in any figure")
    histogram = PointOut(many=True)
    change = ChangeOut(allow_null=True)
    funnel = FunnelOut()


_FILTERS = [
    OpenApiParameter("days", str, enum=[*forms.PERIODS], description="up to today; 91 unless given"),
    OpenApiParameter("first", str, description="first day, YYYY-MM-DD in Japan, with `last`"),
    OpenApiParameter("last", str, description="last day, included"),
    *(OpenApiParameter(name, str, description='"-" is "not known"') for name in DIMENSIONS),
]


@extend_schema(parameters=_FILTERS, responses=ResultsOut)
@api(EVERYONE, resource="surveys")
def survey_results(request: Request, slug: str) -> ApiResponse:
    """Headline score with interval and n, change, distribution and funnel of a period."""
    user: Any = request.user
    survey = found(surveys_for(user).filter(slug=slug).first())
    query: Any = request.query_params
    days = query.get("days", forms.DEFAULT)
    if days not in (*forms.PERIODS, forms.FREE):
        raise ValidationError({"days": "one of " + ", ".join(forms.PERIODS)})
    chosen = forms.read(query, local_day(timezone.now()))
    if chosen.error:
        raise ValidationError({"first": chosen.error})
    shown = results.results_of(survey, chosen.cut)
    enough = shown.enough
    low, high = compared.scale_of(survey.kind)
    body = {
        "survey": survey.slug,
        "kind": survey.kind,
        "period": {
            "first": chosen.cut.period.first,
            "last": chosen.cut.period.last,
            "zone": "Asia/Tokyo",
        },
        "filters": chosen.cut.parts,
        "value": shown.figure.value if enough else None,
        "low": shown.figure.low if enough else None,
        "high": shown.figure.high if enough else None,
        "n": shown.figure.n,
        "least": LEAST_SHOWN,
        "responses": shown.responses,
        "unscored": shown.unscored,
        "with_words": results.with_words(survey, chosen.cut),
        "waiting": funnels.waiting(survey),
        "histogram": [
            {"value": value, "count": shown.counts.get(value, 0)} for value in range(low, high + 1)
        ]
        if enough
        else [],
        "change": shown.change if enough and shown.change.verdict != "unknown" else None,
        "funnel": funnels.funnel_of(survey, chosen.cut, shown.responses),
    }
    return ApiResponse(ResultsOut(body).data)
