"""Queries that are written once, and addresses that are looked up once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from tests import factories
from voc.links import linker
from voc.models import User
from voc.prepared import Prepared

SAMPLE = datetime(1901, 1, 1, tzinfo=UTC)


def test_a_kept_query_answers_for_the_values_of_each_call(people: Any, now: datetime) -> None:
    users = Prepared(
        lambda pk, until: User.objects.filter(pk=pk, created_at__lte=until).values_list("email"),
        pk=2_140_007_311,
        until=SAMPLE,
    )
    User.objects.update(created_at=now)

    assert users.rows(pk=people.agent.pk, until=now) == [(people.agent.email,)]
    assert users.rows(pk=people.owner.pk, until=now) == [(people.owner.email,)]
    assert users.count(pk=people.owner.pk, until=now - timedelta(seconds=1)) == 0


def test_a_kept_query_sees_what_was_written_since(db: Any) -> None:
    users = Prepared(lambda: User.objects.values_list("pk"))

    before = users.count()
    factories.UserFactory()

    assert users.count() == before + 1


def test_a_sample_that_stands_for_nothing_is_an_error(db: Any) -> None:
    users = Prepared(lambda pk: User.objects.values_list("pk"), pk=2_140_007_311)

    with pytest.raises(ValueError, match="pk"):
        users.rows(pk=1)


@pytest.mark.parametrize("name", ["comment", "customer", "ticket"])
def test_an_address_by_number_is_the_one_that_reversing_gives(name: str) -> None:
    assert linker(name)(42) == reverse(name, args=[42])
