"""A small world: a topic, customers who said something about it, and items in any state."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from feedback.models import Clause, Comment, Improvement, Insight, Topic, TopicAssignment
from feedback.services import improvements, insights, moves, releases
from tests import factories

PURPOSE = "サービスの改善と、そのお知らせのために使います。"


class World:
    """Builds the backlog through the services, the way people do."""

    def __init__(self, people: Any, now: datetime) -> None:
        self.people, self.now = people, now
        self.topic = Topic.objects.get(key="price.fee")

    def customer(self, *, email: bool = True, **fields: Any) -> Any:
        made = factories.CustomerFactory(**fields)
        if email:
            factories.ContactPointFactory(customer=made)
        return made

    def clause(
        self, words: str = "送料が最後の画面まで分からない", *, before: str = "商品は安いのに、",
        after: str = "。", customer: Any = None, days_ago: int = 100, may_tell: bool = True,
        purpose: str = PURPOSE, polarity: str = "negative", intent: str = "complaint",
        topic: Any = None, team: str = "", source: str = "import",
    ) -> Clause:  # fmt: skip
        at = self.now - timedelta(days=days_ago)
        comment = factories.CommentFactory(
            text=before + words + after, customer=customer, occurred_at=at, may_tell=may_tell,
            purpose=purpose, team=team, source=source,
        )  # fmt: skip
        clause = Clause.objects.create(
            comment=comment, position=0, start=len(before), end=len(before) + len(words),
            polarity=polarity, intent=intent, local_day=comment.local_day,
        )  # fmt: skip
        TopicAssignment.objects.create(
            clause=clause, topic=topic or self.topic, comment=comment, confidence=0.9,
            origin="rule", polarity=polarity, local_day=comment.local_day,
        )  # fmt: skip
        return clause

    def insight(self, *clauses: Clause, published: bool = True, claim: str = "") -> Insight:
        clauses = clauses or (self.clause(customer=self.customer()),)
        made = insights.create_insight(
            claim=claim or "送料が最後まで分からない", topic=self.topic,
            clause_ids=[clause.pk for clause in clauses], actor=self.people.analyst, now=self.now,
        )  # fmt: skip
        if published:
            made = insights.publish(insight=made, actor=self.people.analyst, now=self.now)
        return made

    def improvement(self, *feeding: Insight, owner: Any = None) -> Improvement:
        return improvements.create_improvement(
            title="送料を商品ページに表示する", problem="送料が分からず、購入をやめる方がいる。",
            category="product", insights=feeding, owner=owner, actor=self.people.analyst,
            now=self.now,
        )  # fmt: skip

    def move(self, item: Improvement, to: str, **more: Any) -> Any:
        return moves.move(
            improvement=item, to=to, reason="声が4週続けて増えたため。",
            actor=self.people.analyst, now=more.pop("now", self.now), **more,
        )  # fmt: skip

    def plan(self, item: Improvement, *, weeks: int = 8, at: datetime | None = None) -> Any:
        return improvements.plan_and_freeze(
            improvement=item, topic=self.topic, window_weeks=weeks, minimum_effect=0.15,
            freeze=True, actor=self.people.analyst, now=at or self.now,
        )  # fmt: skip

    def waive(self, item: Improvement) -> Any:
        return improvements.waive_plan(
            improvement=item, reason="件数が少なく、測れません。", actor=self.people.analyst,
            now=self.now,
        )  # fmt: skip

    def working(self, *feeding: Insight, waived: bool = False, at: Any = None) -> Improvement:
        """An item that is being worked on, its plan fixed."""
        item = self.improvement(*(feeding or (self.insight(),)), owner=self.people.analyst)
        self.move(item, "triaged")
        self.move(item, "planned")
        if waived:
            self.waive(item)
        else:
            self.plan(item, at=at)
        self.move(item, "in_progress")
        return item

    def release(self, *items: Improvement, at: datetime | None = None, **fields: Any) -> Any:
        values = {
            "title": "送料が商品ページで分かるようになりました",
            "notes": "商品ページで、送料をご覧いただけるようになりました。",
            "kind": "improvement",
            **fields,
        }
        return releases.create_release(
            **values, released_at=at or self.now, improvements=items, actor=self.people.analyst,
            now=self.now,
        )  # fmt: skip

    def comment_of(self, clause: Clause) -> Comment:
        return Comment.objects.get(pk=clause.comment_id)


@pytest.fixture
def world(people: Any, now: datetime) -> World:
    return World(people, now)
