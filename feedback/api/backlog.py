"""REST: insights, improvements and their moves, releases."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from feedback.models import Improvement, Insight, Release, Topic
from feedback.queries import improvements as improvement_queries
from feedback.queries import insights as insight_queries
from feedback.queries import releases as release_queries
from feedback.services import improvements as improvement_services
from feedback.services import insights as insight_services
from feedback.services import moves
from feedback.services import releases as release_services
from voc.access import ANALYSTS, CONTRIBUTORS, EVERYONE, api, found
from voc.api.lists import cursor_list
from voc.api.strict import StrictSerializer, WholeNumberField
from voc.models import User

_LARGEST = 2**63 - 1
_LIST = [OpenApiParameter("limit", int), OpenApiParameter("cursor", str)]
_STATE = OpenApiParameter("state", str)


class Call(Request):
    """A request of somebody who is known: the policy has checked it."""

    user: User


class Id(WholeNumberField):
    """The id of an object."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=_LARGEST, **options)


def _ids(limit: int, **options: Any) -> serializers.ListField:
    return serializers.ListField(child=Id(), max_length=limit, **options)


def _known(rows: Any, ids: list[int], name: str) -> list[Any]:
    """The objects of these ids; a missing one is a 400 that names the field."""
    objects = list(rows.filter(pk__in=ids))
    if len(objects) != len(set(ids)):
        raise ValidationError({name: ["unknown id"]})
    return objects


def _state(request: Call, known: list[str]) -> str:
    state = request.query_params.get("state", "")
    if state and state not in known:
        raise ValidationError({"state": [f"one of {', '.join(known)}"]})
    return state


# ---------------------------------------------------------------- insights


class InsightOut(serializers.ModelSerializer[Insight]):
    topic = serializers.CharField(source="topic.key", default=None)

    class Meta:
        model = Insight
        fields = ["id", "claim", "topic", "state", "created_at", "published_at", "snapshot"]


class InsightIn(StrictSerializer):
    """Either `clauses`, or a topic with `first` and `last` whose clauses are all taken."""

    claim = serializers.CharField(max_length=200)
    topic = serializers.SlugRelatedField(
        slug_field="key",
        queryset=Topic.objects.filter(state=Topic.State.ACTIVE),
        required=False,
        allow_null=True,
    )
    clauses = _ids(insight_services.MAX_EVIDENCE, required=False)
    first = serializers.DateField(required=False)
    last = serializers.DateField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("clauses"):
            return attrs
        if attrs.get("topic") is None or "first" not in attrs or "last" not in attrs:
            raise serializers.ValidationError(
                {"clauses": ["needed, or topic with first and last"]}
            )
        return attrs


@extend_schema(
    methods=["GET"], operation_id="insights_list", parameters=[*_LIST, _STATE],
    responses=InsightOut(many=True),
)
@extend_schema(methods=["POST"], request=InsightIn, responses={201: InsightOut})
@api(EVERYONE, CONTRIBUTORS, resource="insights", methods=("GET", "POST"))
def insight_list(request: Call) -> Response:
    """Insights newest first; or a new draft."""
    if request.method == "POST":
        return _create_insight(request)
    state = _state(request, Insight.State.values)
    rows = insight_queries.insights_for(request.user, state)
    return cursor_list(request, rows, InsightOut, order=("-created_at", "-id"))


def _create_insight(request: Call) -> Response:
    body = InsightIn(data=request.data)
    body.is_valid(raise_exception=True)
    given = body.validated_data
    clauses = given.get("clauses")
    if not clauses:
        about = insight_queries.clauses_about(
            request.user, given["topic"], first=given["first"], last=given["last"]
        )
        # One more than may be taken, so that too many are refused and not cut off.
        most = insight_services.MAX_EVIDENCE + 1
        clauses = set(about.values_list("clause_id", flat=True)[:most])
        if not clauses:
            raise ValidationError({"topic": ["no clauses in this period"]})
    insight = insight_services.create_insight(
        claim=given["claim"],
        topic=given.get("topic"),
        clause_ids=clauses,
        actor=request.user,
        now=timezone.now(),
    )
    return Response(InsightOut(insight).data, status=status.HTTP_201_CREATED)


class EvidenceOut(serializers.Serializer[Any]):
    """A quote; `live` is false when the words are no longer the same."""

    id = serializers.IntegerField(source="evidence_id")
    comment = serializers.IntegerField(source="comment_id")
    live = serializers.BooleanField()
    text = serializers.SerializerMethodField()
    occurred_at = serializers.DateTimeField(source="at")

    def get_text(self, quote: insight_queries.Quote) -> str | None:
        marked = [part["text"] for part in quote.parts if part["polarity"]]
        return marked[0] if quote.readable and quote.live and marked else None


class InsightDetail(InsightOut):
    evidence = serializers.SerializerMethodField()

    class Meta(InsightOut.Meta):
        fields = [*InsightOut.Meta.fields, "evidence"]

    def get_evidence(self, insight: Insight) -> list[Any]:
        rows = insight_queries.evidence_of(insight).order_by("-pk")[:200]
        quotes = insight_queries.quotes(self.context["user"], rows)
        return EvidenceOut(quotes, many=True).data  # type: ignore[return-value]


@extend_schema(responses=InsightDetail)
@api(EVERYONE, resource="insights")
def insight_one(request: Call, pk: int) -> Response:
    """One insight with its newest 200 quotes."""
    insight = found(insight_queries.insight_for(request.user, pk))
    return Response(InsightDetail(insight, context={"user": request.user}).data)


class ClausesIn(StrictSerializer):
    clauses = _ids(insight_services.MAX_EVIDENCE, allow_empty=False)


@extend_schema(request=ClausesIn, responses=InsightOut)
@api(EVERYONE, CONTRIBUTORS, resource="insights", methods=("POST",))
def insight_attach(request: Call, pk: int) -> Response:
    """Adds clauses as evidence."""
    insight = found(insight_queries.insight_for(request.user, pk))
    body = ClausesIn(data=request.data)
    body.is_valid(raise_exception=True)
    insight_services.attach(
        insight=insight,
        clause_ids=body.validated_data["clauses"],
        actor=request.user,
        now=timezone.now(),
    )
    return Response(InsightOut(insight).data)


@extend_schema(request=None, responses=InsightOut)
@api(EVERYONE, ANALYSTS, resource="insights", methods=("POST",))
def insight_publish(request: Call, pk: int) -> Response:
    """Publishes the insight with the numbers of this moment."""
    insight = found(insight_queries.insight_for(request.user, pk))
    done = insight_services.publish(insight=insight, actor=request.user, now=timezone.now())
    return Response(InsightOut(done).data)


# ---------------------------------------------------------------- improvements


class ImprovementOut(serializers.ModelSerializer[Improvement]):
    class Meta:
        model = Improvement
        fields = [
            "id", "title", "problem", "category", "state", "owner", "decide_by", "effort_months",
            "created_at", "updated_at",
        ]  # fmt: skip


class ImprovementIn(StrictSerializer):
    title = serializers.CharField(max_length=120)
    problem = serializers.CharField(max_length=2000)
    category = serializers.ChoiceField(choices=Improvement.Category.choices)
    insights = _ids(50, required=False)
    owner = Id(required=False, allow_null=True)


class DecisionOut(serializers.Serializer[Any]):
    from_state = serializers.CharField()
    to_state = serializers.CharField()
    reason = serializers.CharField()
    public_reason = serializers.CharField()
    by = serializers.IntegerField(source="by_id", allow_null=True)
    at = serializers.DateTimeField()


class ImprovementDetail(ImprovementOut):
    """One item with what closes it: who is still to be told, and the verdict."""

    insights: Any = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    releases: Any = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    decisions = serializers.SerializerMethodField()
    untold = serializers.SerializerMethodField()
    decide_on = serializers.SerializerMethodField()
    verdict = serializers.SerializerMethodField()

    class Meta(ImprovementOut.Meta):
        fields = [
            *ImprovementOut.Meta.fields,
            "insights", "releases", "decisions", "untold", "decide_on", "verdict",
        ]  # fmt: skip

    def get_decisions(self, item: Improvement) -> list[Any]:
        return DecisionOut(item.decisions.order_by("at", "pk"), many=True).data  # type: ignore[return-value]

    def get_untold(self, item: Improvement) -> int:
        return self.context["facts"].untold

    def get_decide_on(self, item: Improvement) -> str | None:
        day = self.context["facts"].decide_on
        return f"{day:%F}" if day else None

    def get_verdict(self, item: Improvement) -> dict[str, Any] | None:
        report = self.context["facts"].report
        if report is None:
            return None
        names = ("verdict", "reason", "estimate", "low", "high", "p_value", "mentions_after")
        return {name: getattr(report, name) for name in names}


def _detail(item: Improvement) -> Response:
    known = improvement_queries.facts(item)
    return Response(ImprovementDetail(item, context={"facts": known}).data)


@extend_schema(
    methods=["GET"], operation_id="improvements_list", parameters=[*_LIST, _STATE],
    responses=ImprovementOut(many=True),
)
@extend_schema(methods=["POST"], request=ImprovementIn, responses={201: ImprovementOut})
@api(EVERYONE, ANALYSTS, resource="improvements", methods=("GET", "POST"))
def improvement_list(request: Call) -> Response:
    """The backlog, last changed first; or a new candidate."""
    if request.method == "POST":
        return _create_improvement(request)
    state = _state(request, Improvement.State.values)
    rows = improvement_queries.improvements_for(request.user, state)
    return cursor_list(request, rows, ImprovementOut, order=("-updated_at", "-id"))


def _create_improvement(request: Call) -> Response:
    body = ImprovementIn(data=request.data)
    body.is_valid(raise_exception=True)
    given = body.validated_data
    owner = given.get("owner")
    item = improvement_services.create_improvement(
        title=given["title"],
        problem=given["problem"],
        category=given["category"],
        insights=_known(Insight.objects, given.get("insights", []), "insights"),
        owner=_known(User.objects, [owner], "owner")[0] if owner else None,
        actor=request.user,
        now=timezone.now(),
    )
    return Response(ImprovementOut(item).data, status=status.HTTP_201_CREATED)


@extend_schema(responses=ImprovementDetail)
@api(EVERYONE, resource="improvements")
def improvement_one(request: Call, pk: int) -> Response:
    """One improvement with its decisions and what is still missing."""
    return _detail(found(improvement_queries.improvement_for(request.user, pk)))


class MoveIn(StrictSerializer):
    to = serializers.ChoiceField(choices=Improvement.State.choices)
    reason = serializers.CharField(max_length=2000)
    public_reason = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    # The state the caller saw; a different one by now is refused.
    seen = serializers.ChoiceField(choices=Improvement.State.choices, required=False)


@extend_schema(request=MoveIn, responses=ImprovementDetail)
@api(EVERYONE, ANALYSTS, resource="improvements", methods=("POST",))
def improvement_move(request: Call, pk: int) -> Response:
    """Moves the improvement, with the reason; refused with words while a guard says no."""
    item = found(improvement_queries.improvement_for(request.user, pk))
    body = MoveIn(data=request.data)
    body.is_valid(raise_exception=True)
    moves.move(improvement=item, actor=request.user, now=timezone.now(), **body.validated_data)
    return _detail(item)


# ---------------------------------------------------------------- releases


class ReleaseOut(serializers.ModelSerializer[Release]):
    improvements: Any = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    notices = serializers.SerializerMethodField()

    class Meta:
        model = Release
        fields = [
            "id", "title", "notes", "kind", "released_at", "is_public", "improvements",
            "created_at", "notices",
        ]  # fmt: skip

    def get_notices(self, release: Release) -> dict[str, int]:
        """Customers told, held back, not reached and still to be told."""
        told = improvement_queries.told([release.pk])[release.pk]
        return {
            "told": told.told, "held": told.held, "failed": told.failed, "coming": told.coming,
        }  # fmt: skip


class ReleaseLine(ReleaseOut):
    """A release in a list, without its notices."""

    class Meta(ReleaseOut.Meta):
        fields = [name for name in ReleaseOut.Meta.fields if name != "notices"]

    notices = None  # type: ignore[assignment]


class ReleaseIn(StrictSerializer):
    title = serializers.CharField(max_length=120)
    notes = serializers.CharField(max_length=2000)
    kind = serializers.ChoiceField(choices=Release.Kind.choices, required=False)
    released_at = serializers.DateTimeField()
    improvements = _ids(50, allow_empty=False)
    is_public = serializers.BooleanField(required=False)


@extend_schema(
    methods=["GET"], operation_id="releases_list", parameters=_LIST,
    responses=ReleaseLine(many=True),
)
@extend_schema(methods=["POST"], request=ReleaseIn, responses={201: ReleaseOut})
@api(EVERYONE, ANALYSTS, resource="releases", methods=("GET", "POST"))
def release_list(request: Call) -> Response:
    """Releases newest first; or a new one, which starts the notices to those who asked."""
    if request.method == "POST":
        return _create_release(request)
    rows = release_queries.releases_for(request.user)
    return cursor_list(request, rows, ReleaseLine, order=("-released_at", "-id"))


def _create_release(request: Call) -> Response:
    body = ReleaseIn(data=request.data)
    body.is_valid(raise_exception=True)
    given = dict(body.validated_data)
    given["improvements"] = _known(Improvement.objects, given["improvements"], "improvements")
    given.setdefault("kind", Release.Kind.IMPROVEMENT)
    release = release_services.create_release(**given, actor=request.user, now=timezone.now())
    return Response(ReleaseOut(release).data, status=status.HTTP_201_CREATED)


@extend_schema(responses=ReleaseOut)
@api(EVERYONE, resource="releases")
def release_one(request: Call, pk: int) -> Response:
    """One release with the number of customers told."""
    return Response(ReleaseOut(found(release_queries.release_for(request.user, pk))).data)
