"""REST: comments, topics, customers and figures."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from feedback.filters import CommentFilter
from feedback.models import Comment, Customer, Score, Topic
from feedback.queries import comments, customers, scores
from feedback.queries.periods import last_days
from feedback.services import people, voices
from voc.access import CONTRIBUTORS, EVERYONE, ApiRequest, api, found
from voc.api.lists import cursor_list
from voc.api.strict import StrictSerializer
from voc.clock import local_day

NEWEST = ("-occurred_at", "-id")
DAYS = (28, 91, 365)


class ClauseOut(serializers.Serializer[Any]):
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    text = serializers.CharField()
    polarity = serializers.CharField()
    intent = serializers.CharField()
    topics = serializers.ListField(child=serializers.DictField())


class CommentOut(serializers.ModelSerializer[Comment]):
    """Words are masked: private particulars never leave by the API."""

    text = serializers.SerializerMethodField()
    topics = serializers.SerializerMethodField()
    customer = serializers.IntegerField(source="customer_id", allow_null=True)

    class Meta:
        model = Comment
        fields = [
            "id", "source", "source_ref", "text", "occurred_at", "local_day", "product", "segment",
            "customer", "polarity", "topics", "analysed_version", "truncated",
        ]  # fmt: skip

    def get_text(self, comment: Comment) -> str:
        return comments.masked(comment.text, comment.mask_spans)

    def get_topics(self, comment: Comment) -> list[str]:
        return comment.topic_keys.split()


class CommentDetail(CommentOut):
    clauses = serializers.SerializerMethodField()

    class Meta(CommentOut.Meta):
        fields = [*CommentOut.Meta.fields, "clauses"]

    def get_clauses(self, comment: Comment) -> list[dict[str, Any]]:
        return [
            {
                "start": clause.start,
                "end": clause.end,
                "text": comments.masked(
                    comment.text, comment.mask_spans, clause.start, clause.end
                ),
                "polarity": clause.polarity,
                "intent": clause.intent,
                "topics": [
                    {"topic": row.topic.key, "confidence": row.confidence, "origin": row.origin}
                    for row in clause.assignments.all()
                ],
            }
            for clause in comment.clauses.all()
        ]


class CommentIn(StrictSerializer):
    """A voice from another system; `ref` makes sending it again harmless."""

    ref = serializers.CharField(max_length=100)
    text = serializers.CharField(max_length=voices.MAX_COMMENT, trim_whitespace=False)
    occurred_at = serializers.DateTimeField(required=False)
    customer = serializers.CharField(
        max_length=100, required=False, help_text="number of the customer"
    )
    product = serializers.CharField(max_length=100, required=False, allow_blank=True)
    segment = serializers.CharField(max_length=60, required=False, allow_blank=True)


class TopicOut(serializers.ModelSerializer[Topic]):
    parent: Any = serializers.SlugRelatedField(slug_field="key", read_only=True)

    class Meta:
        model = Topic
        fields = ["key", "name", "name_en", "parent", "seeds", "state"]


class CustomerOut(serializers.ModelSerializer[Customer]):
    account = serializers.CharField(source="account.name", default=None)

    class Meta:
        model = Customer
        fields = ["id", "external_id", "name", "segment", "account", "created_at"]


class CustomerIn(StrictSerializer):
    external_id = serializers.CharField(max_length=100)
    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False)
    segment = serializers.CharField(max_length=60, required=False, allow_blank=True)


class FigureOut(serializers.Serializer[Any]):
    kind = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()
    first = serializers.DateField()
    last = serializers.DateField()
    zone = serializers.CharField()


_LIST = [
    OpenApiParameter("cursor", str, description="from meta.next_cursor"),
    OpenApiParameter("limit", int, description="1 to 200, 50 unless given"),
]


@extend_schema(
    methods=["GET"], operation_id="comments_list", parameters=_LIST,
    responses=CommentOut(many=True),
)
@extend_schema(methods=["POST"], request=CommentIn, responses={201: CommentOut, 200: CommentOut})
@api(EVERYONE, CONTRIBUTORS, resource="comments", methods=("GET", "POST"))
def comment_list(request: ApiRequest) -> Response:
    """Voices newest first, by the filters of the page; or one more voice."""
    if request.method == "POST":
        return _record(request)
    chosen = CommentFilter(request.query_params, queryset=comments.comments_for(request.user))
    if not chosen.is_valid():
        raise ValidationError(chosen.errors)
    return cursor_list(request, chosen.qs, CommentOut, order=NEWEST)


def _record(request: ApiRequest) -> Response:
    given = CommentIn(data=request.data)
    given.is_valid(raise_exception=True)
    values = given.validated_data
    now = timezone.now()
    occurred_at = values.get("occurred_at", now)
    people.check_moment(occurred_at, now=now)
    customer = None
    if "customer" in values:
        customer = Customer.objects.filter(external_id=values["customer"]).first()
        if customer is None:
            raise ValidationError({"customer": "no customer has this number"})
    known = Comment.objects.filter(source="api", source_ref=values["ref"]).exists()
    comment = voices.record_comment(
        text=values["text"],
        occurred_at=occurred_at,
        source="api",
        source_ref=values["ref"],
        customer=customer,
        product=values.get("product", ""),
        segment=values.get("segment", ""),
        now=now,
    )
    if comment is None:
        raise ValidationError({"text": "holds no words"})
    code = status.HTTP_200_OK if known else status.HTTP_201_CREATED
    return Response(CommentOut(comment).data, status=code)


@extend_schema(responses=CommentDetail)
@api(EVERYONE, resource="comments")
def comment_one(request: ApiRequest, pk: int) -> Response:
    """One voice with its clauses."""
    return Response(CommentDetail(found(comments.comment_page(request.user, pk))).data)


@extend_schema(operation_id="topics_list", parameters=_LIST, responses=TopicOut(many=True))
@api(EVERYONE, resource="topics")
def topic_list(request: Request) -> Response:
    """The taxonomy."""
    return cursor_list(request, Topic.objects.select_related("parent"), TopicOut, order=("id",))


@extend_schema(responses=TopicOut)
@api(EVERYONE, resource="topics")
def topic_one(request: Request, key: str) -> Response:
    """One topic by its key."""
    topic = Topic.objects.select_related("parent").filter(key=key).first()
    return Response(TopicOut(found(topic)).data)


@extend_schema(
    methods=["GET"], operation_id="customers_list", parameters=_LIST,
    responses=CustomerOut(many=True),
)
@extend_schema(methods=["POST"], request=CustomerIn, responses={201: CustomerOut, 200: CustomerOut})
@api(EVERYONE, CONTRIBUTORS, resource="customers", methods=("GET", "POST"))
def customer_list(request: ApiRequest) -> Response:
    """Customers; or one more, recognised by its number."""
    if request.method == "POST":
        given = CustomerIn(data=request.data)
        given.is_valid(raise_exception=True)
        customer, created = people.record_customer(
            now=timezone.now(), actor=request.user, **given.validated_data
        )
        code = status.HTTP_201_CREATED if created else status.HTTP_200_OK
        return Response(CustomerOut(customer).data, status=code)
    rows = customers.customers_for(request.user).select_related("account")
    return cursor_list(request, rows, CustomerOut, order=("id",))


@extend_schema(responses=CustomerOut)
@api(EVERYONE, resource="customers")
def customer_one(request: ApiRequest, pk: int) -> Response:
    """One customer."""
    row = customers.customers_for(request.user).select_related("account").filter(pk=pk).first()
    return Response(CustomerOut(found(row)).data)


@extend_schema(
    operation_id="kpis_list",
    parameters=[OpenApiParameter("days", int, enum=list(DAYS), description="91 unless given")],
    responses=FigureOut(many=True),
)
@api(EVERYONE, resource="kpis")
def kpi_list(request: Request) -> Response:
    """NPS, CSAT and CES over the last days with interval, n and period; null is "no data"."""
    from feedback.queries.periods import score_counts

    raw = request.query_params.get("days", "91")
    if raw not in {str(days) for days in DAYS}:
        raise ValidationError({"days": f"one of {', '.join(str(days) for days in DAYS)}"})
    period = last_days(local_day(timezone.now()), int(raw))
    rows = []
    for kind in Score.Kind.values:
        figure = scores.figure(kind, score_counts(kind, period))
        rows.append(
            {
                "kind": kind,
                "value": figure.value,
                "low": figure.low,
                "high": figure.high,
                "n": figure.n,
                "first": period.first,
                "last": period.last,
                "zone": "Asia/Tokyo",
            }
        )
    return Response({"data": FigureOut(rows, many=True).data, "meta": {"days": int(raw)}})
