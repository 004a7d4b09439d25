"""REST: tickets, messages, times."""

from datetime import timedelta

import pytest

from support.models import Message, Ticket
from support.services import reply

NEW = {
    "inbox": "support",
    "subject": "箱が二つ届きました",
    "text": "同じ箱が届きました。",
    "requester": {"email": "minori@customer.example", "name": "早瀬"},
}
READ, WRITE = "tickets:read", "tickets:write"


@pytest.fixture
def agent(api_for, people):
    return api_for(people.agent, READ, WRITE)


def test_a_ticket_can_be_made_read_and_answered(inbox, agent):
    made = agent.post("/api/v1/tickets", NEW, format="json")
    number = made.json()["number"]
    answer = agent.post(
        f"/api/v1/tickets/{number}/messages", {"kind": "reply", "text": "お受けします。"}, format="json"
    )

    assert made.status_code == 201
    assert made.json()["requester"]["email"] == "minori@customer.example"
    assert answer.status_code == 201
    assert answer.json()["delivery"] == "queued"
    listed = agent.get(f"/api/v1/tickets/{number}/messages").json()
    assert [row["kind"] for row in listed["data"]] == ["customer", "reply"]
    assert agent.get(f"/api/v1/tickets/{number}").json()["status"] == "open"


def test_times_carry_seconds_due_time_and_state(inbox, ticket_of, people, agent, now):
    ticket = ticket_of(inbox)
    url = f"/api/v1/tickets/{ticket.number}/metrics"
    before = agent.get(url).json()
    reply(ticket=ticket, text="返信", actor=people.agent, then="solved", now=now + timedelta(minutes=9))

    after = agent.get(url).json()

    assert set(before) == {"first_reply", "first_resolution", "full_resolution"}
    assert before["first_reply"]["calendar_seconds"] is None
    assert before["first_resolution"]["state"] == "running"
    assert after["first_reply"]["state"] == "met"
    assert after["first_reply"]["business_seconds"] == 540
    assert after["first_reply"]["due_at"] is not None
    assert after["full_resolution"] == {
        "calendar_seconds": 540, "business_seconds": 540, "due_at": None, "state": "done",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("get", "", None),
        ("patch", "", {"status": "solved"}),
        ("get", "/messages", None),
        ("post", "/messages", {"kind": "note", "text": "x"}),
        ("get", "/metrics", None),
    ],
)
def test_a_ticket_of_another_inbox_is_not_there(other_inbox, ticket_of, agent, method, path, body):
    ticket = ticket_of(other_inbox)

    codes = [
        getattr(agent, method)(f"/api/v1/tickets/{n}{path}", body, format="json").status_code
        for n in (ticket.number, ticket.number + 1)
    ]

    assert codes == [404, 404]
    ticket.refresh_from_db()
    assert (ticket.status, ticket.messages.count()) == ("new", 1)


def test_another_teams_inbox_is_unknown_for_lists_and_new_tickets(
    inbox, other_inbox, ticket_of, agent
):
    ticket_of(other_inbox)

    assert agent.get("/api/v1/tickets").json()["data"] == []
    assert agent.get("/api/v1/tickets?inbox=corporate").status_code == 400
    refused = agent.post("/api/v1/tickets", {**NEW, "inbox": "corporate"}, format="json")
    assert refused.status_code == 400
    assert Ticket.objects.count() == 1


def test_lists_are_filtered_and_paged(inbox, ticket_of, people, agent, now):
    tickets = [ticket_of(inbox, now=now + timedelta(minutes=n)) for n in range(5)]
    reply(ticket=tickets[0], text="返信", actor=people.agent, then="solved", now=now)

    solved = agent.get("/api/v1/tickets?status=solved").json()["data"]
    first = agent.get("/api/v1/tickets?limit=3").json()
    second = agent.get(f"/api/v1/tickets?limit=3&cursor={first['meta']['next_cursor']}").json()

    assert [row["number"] for row in solved] == [tickets[0].number]
    assert len({row["number"] for row in first["data"] + second["data"]}) == 5


@pytest.mark.parametrize("query", ["status=nope", "inbox=%00", "cursor=x", "limit=0", "status=%00"])
def test_a_filter_that_means_nothing_is_a_400(inbox, agent, query):
    assert agent.get(f"/api/v1/tickets?{query}").status_code == 400


@pytest.mark.parametrize(
    "change",
    [
        {"nope": 1},
        {"subject": ""},
        {"subject": "x" * 201},
        {"requester": {}},
        {"requester": {"email": "a@customer.example", "role": "owner"}},
        {"priority": "max"},
        {"text": ["x"]},
        {"inbox": "nothing"},
    ],
)
def test_a_body_that_is_not_a_ticket_is_refused_whole(inbox, agent, change):
    answer = agent.post("/api/v1/tickets", {**NEW, **change}, format="json")

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert Ticket.objects.count() == 0


def test_an_address_no_mail_reaches_is_a_422(inbox, agent):
    body = {**NEW, "requester": {"email": "x@y\r\nBcc: z@evil.example"}}

    assert agent.post("/api/v1/tickets", body, format="json").status_code == 422


def test_an_idempotency_key_counts_once_and_only_for_the_same_words(inbox, agent, api_for, people):
    headers = {"HTTP_IDEMPOTENCY_KEY": "order-1"}
    one = agent.post("/api/v1/tickets", NEW, format="json", **headers)
    two = agent.post("/api/v1/tickets", NEW, format="json", **headers)
    other = agent.post("/api/v1/tickets", {**NEW, "text": "別"}, format="json", **headers)
    owner = api_for(people.owner, READ, WRITE).post("/api/v1/tickets", NEW, format="json", **headers)

    assert one.json()["number"] == two.json()["number"] != owner.json()["number"]
    assert other.status_code == 422
    assert Ticket.objects.count() == 2


def test_a_message_with_a_key_counts_once(inbox, ticket_of, agent):
    url = f"/api/v1/tickets/{ticket_of(inbox).number}/messages"
    headers = {"HTTP_IDEMPOTENCY_KEY": "m-1"}

    for _ in "12":
        agent.post(url, {"kind": "note", "text": "メモ"}, format="json", **headers)
    other = agent.post(url, {"kind": "note", "text": "別"}, format="json", **headers)

    assert Message.objects.filter(kind="note").count() == 1
    assert other.status_code == 422


def test_a_reply_that_has_not_seen_the_newest_message_is_refused(inbox, ticket_of, agent):
    ticket = ticket_of(inbox)
    url = f"/api/v1/tickets/{ticket.number}/messages"

    answer = agent.post(url, {"kind": "reply", "text": "返信", "last_seen": 0}, format="json")

    assert answer.status_code == 409
    assert answer.json()["code"] == "answered_since"


def test_status_assignee_and_priority_change_together_or_not_at_all(inbox, ticket_of, people, agent):
    ticket = ticket_of(inbox)
    url = f"/api/v1/tickets/{ticket.number}"

    good = agent.patch(
        url, {"status": "open", "assignee": people.agent.email, "priority": "high"}, format="json"
    )
    bad = agent.patch(url, {"priority": "low", "assignee": "nobody@voc.example"}, format="json")

    assert good.json()["assignee"] == people.agent.email
    assert bad.status_code == 422
    assert agent.get(url).json()["priority"] == "high"
    assert agent.patch(url, {"assignee": None}, format="json").json()["assignee"] is None
    assert agent.patch(url, {"subject": "x"}, format="json").status_code == 400


def test_keys_need_the_scope_and_people_the_role(inbox, ticket_of, api_for, people):
    number = ticket_of(inbox).number
    note = {"kind": "note", "text": "x"}

    assert api_for(people.agent, READ).post(
        f"/api/v1/tickets/{number}/messages", note, format="json"
    ).status_code == 403
    assert api_for(people.agent, "comments:read").get("/api/v1/tickets").status_code == 403
    assert api_for(people.viewer, READ, WRITE).get("/api/v1/tickets").status_code == 200
    assert api_for(people.viewer, READ, WRITE).post(
        f"/api/v1/tickets/{number}/messages", note, format="json"
    ).status_code == 403


def test_the_list_costs_the_same_for_ten_and_for_sixty(
    inbox, ticket_of, agent, django_assert_max_num_queries
):
    counts = []
    # The first request of a minute also notes when the key was used.
    agent.get("/api/v1/tickets")
    for number in (10, 50):
        for _n in range(number):
            ticket_of(inbox)
        with django_assert_max_num_queries(3) as counted:
            agent.get("/api/v1/tickets?limit=100")
        counts.append(len(counted))

    assert counts[0] == counts[1]


def test_the_schema_knows_the_endpoints(client):
    schema = client.get("/api/schema/?format=json").json()

    for path in ("", "/{number}", "/{number}/messages", "/{number}/metrics"):
        assert f"/api/v1/tickets{path}" in schema["paths"]
