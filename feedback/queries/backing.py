"""What a voice carries: the insights that quote it and the improvements they feed."""

from dataclasses import dataclass

from django.db.models import Prefetch

from feedback.models import Comment, Improvement, Insight


@dataclass(frozen=True, slots=True)
class Backing:
    insights: list[Insight]
    improvements: list[Improvement]


def of_comment(comment: Comment) -> Backing:
    """Insights and improvements that rest on this comment, each once."""
    insights = list(
        Insight.objects.filter(evidence__comment=comment)
        .distinct()
        .prefetch_related(Prefetch("improvements", Improvement.objects.order_by("pk")))
        .order_by("-created_at")[:10]
    )
    seen: dict[int, Improvement] = {}
    for insight in insights:
        for improvement in insight.improvements.all():
            seen.setdefault(improvement.pk, improvement)
    return Backing(insights, list(seen.values()))
