"""Objects for tests. Names are generated, addresses end in .example."""

from datetime import UTC, datetime, timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from feedback.models import Comment, ContactPoint, Customer, Score
from support.models import Inbox
from surveys.models import Question, Survey
from voc.api.auth import digest
from voc.clock import local_day
from voc.models import ApiKey, User

AT = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)
PASSWORD = "a-long-enough-password"


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"user{n}@voc.example")
    name = factory.Sequence(lambda n: f"担当{n}")
    role = "agent"

    @factory.post_generation
    def password(self: Any, create: bool, extracted: str | None, **_: Any) -> None:
        self.set_password(extracted or PASSWORD)
        if create:
            self.save()


class CustomerFactory(DjangoModelFactory[Customer]):
    class Meta:
        model = Customer

    external_id = factory.Sequence(lambda n: f"C{n:06d}")
    name = factory.Sequence(lambda n: f"お客様{n}")
    created_at = AT


class ContactPointFactory(DjangoModelFactory[ContactPoint]):
    class Meta:
        model = ContactPoint

    customer = factory.SubFactory(CustomerFactory)
    kind = "email"
    value = factory.LazyAttribute(lambda o: f"customer{o.customer.pk}@customer.example")
    key = factory.LazyAttribute(lambda o: o.value.lower())


class ScoreFactory(DjangoModelFactory[Score]):
    class Meta:
        model = Score

    kind = "nps"
    value = 7
    scale = 10
    source = "import"
    source_ref = factory.Sequence(lambda n: f"score-{n}")
    occurred_at = AT
    local_day = factory.LazyAttribute(lambda o: local_day(o.occurred_at))


class CommentFactory(DjangoModelFactory[Comment]):
    """A bare row; for one with clauses, record it through the service and run the jobs."""

    class Meta:
        model = Comment

    text = "アプリは便利だが、ログインが遅い"
    source = "import"
    source_ref = factory.Sequence(lambda n: f"comment-{n}")
    occurred_at = AT
    local_day = factory.LazyAttribute(lambda o: local_day(o.occurred_at))


class InboxFactory(DjangoModelFactory[Inbox]):
    class Meta:
        model = Inbox

    key = factory.Sequence(lambda n: f"inbox-{n}")
    name = factory.Sequence(lambda n: f"窓口{n}")
    purpose = "お問い合わせへの回答と、サービスの改善に使います。"


class SurveyFactory(DjangoModelFactory[Survey]):
    """A published NPS survey with a score and a comment."""

    class Meta:
        model = Survey
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"survey-{n}")
    title = "お届けについて、お聞かせください"
    kind = "nps"
    state = "published"
    version = 1
    purpose = "配送とサービスの改善のために使います。"
    operator = "みなも商店"
    contact = "support@minamo.example"
    created_at = AT
    published_at = AT

    @factory.post_generation
    def questions(self: Any, create: bool, extracted: Any, **_: Any) -> None:
        if create:
            Question.objects.create(
                survey=self, position=1, key="score", kind=self.kind, required=True,
                label="みなも商店を、ご家族やご友人にすすめたいと思いますか。",
                low_label="まったく思わない", high_label="とても思う",
            )
            Question.objects.create(
                survey=self, position=2, key="comment", kind="long",
                label="その理由を教えてください。"
            )


def api_token(user: User, scopes: tuple[str, ...], days: int = 30) -> str:
    """A working token of this user."""
    token = f"voc_test_{user.pk}_{'_'.join(scopes)}_{ApiKey.objects.count()}"
    at = datetime.now(UTC)
    ApiKey.objects.create(
        name="test", prefix=token[:10], digest=digest(token), scopes=list(scopes), owner=user,
        created_at=at, expires_at=at + timedelta(days=days),
    )
    return token
