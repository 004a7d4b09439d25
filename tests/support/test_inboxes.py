import pytest

from support.models import Inbox
from tests import factories
from voc.models import AuditEntry

pytestmark = pytest.mark.django_db

GIVEN = {
    "name": "定期便窓口",
    "key": "subscription",
    "purpose": "お問い合わせへの回答に使います。",
    "first_reply_minutes": "240",
    "is_public": "on",
}


def test_a_manager_makes_an_inbox_and_its_form_is_open(people, client_for, client):
    answer = client_for(people.admin).post(
        "/settings/inboxes/new/", {**GIVEN, "members": [people.agent.pk]}
    )

    assert answer.status_code == 302
    inbox = Inbox.objects.get(key="subscription")
    assert [user.pk for user in inbox.members.all()] == [people.agent.pk]
    assert client.get("/help/subscription/").status_code == 200
    assert AuditEntry.objects.filter(action="inbox.create", actor=people.admin).exists()


def test_only_one_inbox_takes_low_scores(people, client_for, inbox):
    client_for(people.admin).post(
        "/settings/inboxes/new/", {**GIVEN, "receives_recovery": "on"}
    )

    taking = Inbox.objects.filter(receives_recovery=True)
    assert [row.key for row in taking] == ["subscription"]


def test_a_member_who_is_taken_out_sees_the_tickets_no_more(people, client_for, inbox):
    values = {**GIVEN, "key": inbox.key, "name": inbox.name}

    client_for(people.owner).post(f"/settings/inboxes/{inbox.pk}/", values)

    assert not inbox.members.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"key": "あ"}, {"key": ""}, {"first_reply_minutes": "0"}, {"name": ""}, {"members": ["999"]}],
)
def test_wrong_values_are_shown_and_nothing_is_stored(wrong, people, client_for):
    answer = client_for(people.owner).post("/settings/inboxes/new/", {**GIVEN, **wrong})

    assert answer.status_code == 422
    assert not Inbox.objects.exists()


def test_a_key_is_taken_once_and_stays(people, client_for, inbox):
    client = client_for(people.owner)

    assert client.post(
        "/settings/inboxes/new/", {**GIVEN, "key": inbox.key}
    ).status_code == 422
    assert client.post(
        f"/settings/inboxes/{inbox.pk}/", {**GIVEN, "key": "other"}
    ).status_code == 422


def test_the_list_asks_the_database_the_same_for_many(
    people, client_for, inbox, django_assert_max_num_queries
):
    for _ in range(12):
        factories.InboxFactory().members.add(people.agent, people.admin)
    client = client_for(people.owner)
    client.get("/settings/inboxes/")

    with django_assert_max_num_queries(12):
        client.get("/settings/inboxes/")
