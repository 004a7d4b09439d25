"""The console: who sees which tickets, what the pages show, what the buttons do."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client

from feedback.models import Comment, Improvement, Insight
from support.models import Message, Ticket
from support.queries import desk, figures, thread
from support.services import (
    add_customer_message,
    add_note,
    assign,
    change_status,
    reply,
)
from tests import factories
from voc.registry import registry


def page_of(client, url):
    answer = client.get(url)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


# ---- who sees what


@pytest.mark.parametrize(
    ("method", "path", "data"),
    [
        ("get", "", {}),
        ("get", "times/", {}),
        ("post", "say/", {"write": "note", "text": "x", "key": "k" * 24}),
        ("post", "change/", {"status": "solved"}),
        ("post", "messages/{message}/send/", {}),
    ],
)
def test_a_ticket_of_another_inbox_is_as_missing_as_no_ticket(
    inbox, other_inbox, ticket_of, people, client_for, method, path, data
):
    ticket = ticket_of(other_inbox)
    path = path.format(message=ticket.messages.get().pk)
    outsider, missing = client_for(people.agent), ticket.number + 1

    answers = [
        getattr(outsider, method)(f"/tickets/{n}/{path}", data) for n in (ticket.number, missing)
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    ticket.refresh_from_db()
    assert ticket.status == "new"
    assert Message.objects.count() == 1


def test_a_message_of_another_ticket_cannot_be_sent_again_through_ones_own(
    inbox, other_inbox, ticket_of, people, client_for, now
):
    theirs, mine = ticket_of(other_inbox), ticket_of(inbox)
    message = reply(ticket=theirs, text="返信", actor=people.other_agent, now=now)
    Message.objects.filter(pk=message.pk).update(delivery="failed")

    answer = client_for(people.agent).post(f"/tickets/{mine.number}/messages/{message.pk}/send/")

    assert answer.status_code == 404
    message.refresh_from_db()
    assert message.delivery == "failed"


def test_agents_see_their_inboxes_and_everybody_else_sees_all(
    inbox, other_inbox, ticket_of, people
):
    mine, theirs = ticket_of(inbox), ticket_of(other_inbox)

    assert set(desk.tickets_for(people.agent)) == {mine}
    for person in (people.owner, people.admin, people.analyst, people.viewer):
        assert set(desk.tickets_for(person)) == {mine, theirs}
    assert desk.team_keys(people.agent) == {"support"}
    assert desk.team_keys(people.viewer) is None


def test_the_list_and_its_numbers_hold_nothing_of_other_inboxes(
    inbox, other_inbox, ticket_of, people, client_for
):
    ticket_of(inbox, subject="こちらの件")
    ticket_of(other_inbox, subject="あちらの件")

    page = page_of(client_for(people.agent), "/tickets/?view=all")
    found = page_of(client_for(people.agent), "/tickets/?q=の件")

    assert "こちらの件" in page and "あちらの件" not in page
    assert "こちらの件" in found and "あちらの件" not in found
    assert other_inbox.name not in page
    assert desk.counts(people.agent, now=Ticket.objects.first().created_at).views["open"] == 1


@pytest.mark.parametrize("role", ["analyst", "viewer"])
def test_readers_read_and_cannot_write(inbox, ticket_of, people, client_for, role):
    ticket = ticket_of(inbox)
    reader = client_for(getattr(people, role))

    page = page_of(reader, f"/tickets/{ticket.number}/")

    assert "<textarea" not in page
    assert "返信やメモを書けません" in page
    for path in ("say", "change"):
        assert reader.post(f"/tickets/{ticket.number}/{path}/", {}).status_code == 403


def test_strangers_are_sent_to_log_in(inbox, ticket_of):
    number = ticket_of(inbox).number

    for path in ("/tickets/", f"/tickets/{number}/", f"/tickets/{number}/times/"):
        assert Client().get(path).status_code == 302


# ---- lists


def test_each_view_holds_what_it_says(inbox, ticket_of, people, client_for, now):
    new, mine, waiting, solved = (ticket_of(inbox, subject=f"件名 {n}") for n in "一二三四")
    assign(ticket=mine, assignee=people.agent, actor=people.agent, now=now)
    reply(ticket=waiting, text="返信", actor=people.agent, then="pending", now=now)
    change_status(ticket=solved, status="solved", actor=people.agent, now=now)
    expected = {
        "open": {new, mine},
        "mine": {mine},
        "due": {new, mine},
        "waiting": {waiting},
        "solved": {solved},
        "all": {new, mine, waiting, solved},
    }

    for view, tickets in expected.items():
        listing = desk.listing(people.agent, view=view, now=now)
        assert {row.number for row in listing.rows} == {t.number for t in tickets}, view
    counts = desk.counts(people.agent, now=now)
    assert counts.views == {"open": 2, "mine": 1, "due": 2, "waiting": 1}
    assert counts.inboxes == {inbox.pk: 2}


def test_an_inbox_can_be_chosen_and_another_teams_key_is_ignored(
    inbox, other_inbox, ticket_of, people, client_for
):
    ticket_of(inbox, subject="サポートの件")
    ticket_of(other_inbox, subject="法人の件")

    chosen = page_of(client_for(people.owner), "/tickets/?inbox=corporate")
    ignored = page_of(client_for(people.agent), "/tickets/?inbox=corporate")

    assert "法人の件" in chosen and "サポートの件" not in chosen
    assert "サポートの件" in ignored and "法人の件" not in ignored


@pytest.mark.parametrize(
    "words",
    ["10001", "#10001", "１０００１", "二つ届き", "早瀬", "GUEST1@customer.example", "ＡＰＩ"],
)
def test_a_ticket_is_found_by_number_subject_name_or_address(inbox, ticket_of, people, now, words):
    ticket = ticket_of(inbox, subject="箱が二つ届きました API", email="guest1@customer.example")
    ticket_of(inbox, subject="別の件", name="小峰", email="other@customer.example")

    found = desk.listing(people.agent, view="open", words=words, now=now)

    assert [row.number for row in found.rows] == [ticket.number]


@pytest.mark.parametrize(
    "query",
    ["q=%00", "q=%FF%FE", "cursor=xx", "view=nope&inbox=%00", "q=" + "9" * 90, "cursor=WzAsMSwyXQ"],
)
def test_nonsense_in_the_query_leaves_the_list_standing(inbox, ticket_of, people, client_for, query):
    ticket_of(inbox)

    page_of(client_for(people.agent), f"/tickets/?{query}")


def test_pages_of_the_list_hold_every_ticket_once(inbox, ticket_of, people, now):
    made = {
        ticket_of(inbox, email="a@customer.example", now=now + timedelta(minutes=n // 3)).number
        for n in range(95)
    }

    seen, cursor = [], ""
    while True:
        listing = desk.listing(people.agent, view="open", now=now, cursor=cursor)
        seen += [row.number for row in listing.rows]
        if not listing.page.next:
            break
        cursor = listing.page.next

    assert len(seen) == len(set(seen)) == 95
    assert set(seen) == made


@pytest.mark.parametrize("view", ["open", "due", "all"])
def test_the_list_costs_the_same_for_ten_and_for_sixty_tickets(
    inbox, ticket_of, people, client_for, django_assert_max_num_queries, now, view
):
    client = client_for(people.agent)
    counts = []
    for number in (10, 50):
        for _n in range(number):
            ticket = ticket_of(inbox)
            assign(ticket=ticket, assignee=people.agent, actor=people.agent, now=now)
        with django_assert_max_num_queries(12) as counted:
            page_of(client, f"/tickets/?view={view}")
        counts.append(len(counted))

    assert counts[0] == counts[1]


def test_a_ticket_page_costs_the_same_with_many_messages(
    inbox, ticket_of, people, client_for, django_assert_max_num_queries, now, run_jobs
):
    client, ticket = client_for(people.agent), ticket_of(inbox)
    counts = []
    for number in (2, 12):
        for n in range(number):
            add_customer_message(ticket=ticket, text=f"配送が遅い。{n}回目です。", now=now)
            add_note(ticket=ticket, text="メモ", actor=people.agent, now=now)
        run_jobs("feedback.analyse")
        with django_assert_max_num_queries(27) as counted:
            page_of(client, f"/tickets/{ticket.number}/")
        counts.append(len(counted))

    assert counts[0] == counts[1]


# ---- one ticket


def test_notes_are_apart_and_the_customers_words_are_marked(
    inbox, ticket_of, people, client_for, now, run_jobs
):
    ticket = ticket_of(inbox, text="梱包はとても丁寧でした。でも配送が遅くて困りました。")
    add_note(ticket=ticket, text="倉庫に確認中", actor=people.agent, now=now)
    run_jobs("feedback.analyse")

    page = page_of(client_for(people.agent), f"/tickets/{ticket.number}/")

    assert 'class="mark--negative"' in page
    assert "お客様には見えません" in page
    assert page.count('class="note"') == 1


def test_the_marked_parts_are_the_message_and_nothing_else(inbox, ticket_of, run_jobs):
    ticket = ticket_of(inbox, text="梱包は丁寧でした。\n\nでも配送が遅くて困りました。送料は？")
    run_jobs("feedback.analyse")

    item = next(i for i in thread.thread(ticket).items if i.kind == "customer")

    assert "".join(part["text"] for part in item.parts) == item.body
    assert sum("polarity" in part for part in item.parts) >= 2


def test_a_reply_from_the_page_is_sent_once_and_solves(inbox, ticket_of, people, client_for, newest):
    ticket, client = ticket_of(inbox), client_for(people.agent)
    form = {
        "write": "reply", "text": "返品をお受けします。", "key": "k" * 24,
        "last_seen": newest(ticket), "then": "solved",
    }  # fmt: skip

    answers = [client.post(f"/tickets/{ticket.number}/say/", form) for _ in "12"]

    ticket.refresh_from_db()
    assert [answer.status_code for answer in answers] == [302, 302]
    assert ticket.status == "solved"
    assert Message.objects.filter(kind="reply").count() == 1


def test_the_second_of_two_people_is_stopped_and_keeps_the_draft(
    inbox, ticket_of, people, client_for, newest, now
):
    ticket, seen = ticket_of(inbox), None
    seen = newest(ticket)
    reply(ticket=ticket, text="先に書いた返信", actor=people.owner, now=now)
    form = {"write": "reply", "text": "わたしの下書き", "key": "k" * 24, "last_seen": seen}

    answer = client_for(people.agent).post(f"/tickets/{ticket.number}/say/", form)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert f"{people.owner.name}さんが先に返信しました" in page
    assert "わたしの下書き" in page
    assert f'href="/tickets/{ticket.number}/?write=note"' in page
    assert "先に書いた返信" in page
    again = client_for(people.agent).post(
        f"/tickets/{ticket.number}/say/", {**form, "last_seen": newest(ticket)}
    )
    assert again.status_code == 302
    assert Message.objects.filter(kind="reply").count() == 2


@pytest.mark.parametrize(
    "form",
    [
        {"write": "reply", "text": "  ", "key": "k" * 24},
        {"write": "reply", "text": "x" * 20_001, "key": "k" * 24},
        {"write": "shout", "text": "x", "key": "k" * 24},
        {"write": "reply", "text": "x", "key": ""},
        {"write": "reply", "text": "x\x00", "key": "k" * 24},
        {"write": "reply", "text": "x", "key": "k" * 24, "last_seen": "9" * 30},
        {"write": "reply", "text": "x", "key": "k" * 24, "then": "closed"},
    ],
)
def test_what_cannot_be_sent_is_answered_with_the_page(
    inbox, ticket_of, people, client_for, newest, form
):
    ticket = ticket_of(inbox)
    form = {"last_seen": newest(ticket), **form}

    answer = client_for(people.agent).post(f"/tickets/{ticket.number}/say/", form)

    assert answer.status_code == 422
    assert not Message.objects.filter(kind="reply").exists()


def test_the_header_changes_status_assignee_and_priority(inbox, ticket_of, people, client_for):
    ticket, client = ticket_of(inbox), client_for(people.agent)
    url = f"/tickets/{ticket.number}/change/"

    for data in ({"status": "pending"}, {"assignee": people.agent.pk}, {"priority": "high"}):
        assert client.post(url, data).status_code == 302

    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee, ticket.priority) == ("pending", people.agent, "high")


@pytest.mark.parametrize(
    "data", [{"status": "nope"}, {"assignee": "999999"}, {"assignee": "x"}, {"priority": "\x00"}]
)
def test_a_change_that_cannot_be_is_explained(inbox, ticket_of, people, client_for, data):
    ticket = ticket_of(inbox)

    answer = client_for(people.agent).post(f"/tickets/{ticket.number}/change/", data)

    assert answer.status_code == 422
    assert "選んでください" in answer.content.decode()


def test_the_times_page_shows_what_a_time_is_made_of(inbox, ticket_of, people, client_for, now):
    ticket = ticket_of(inbox)
    reply(ticket=ticket, text="返信", actor=people.agent, now=now + timedelta(days=4))

    page = page_of(client_for(people.viewer), f"/tickets/{ticket.number}/times/")

    assert "勤労感謝の日" in page
    assert "Asia/Tokyo#" in page
    assert "11月24日（火）9:00 〜 9:12" in page


def test_the_card_shows_what_else_is_known_and_what_the_voice_led_to(
    inbox, other_inbox, ticket_of, people, client_for, now
):
    ticket = ticket_of(inbox, email="a@customer.example")
    ticket_of(inbox, email="a@customer.example", subject="以前の件")
    ticket_of(other_inbox, email="a@customer.example", subject="法人だけの件")
    for n, value in enumerate((8, 7, 3)):
        factories.ScoreFactory(customer=ticket.requester, value=value, source_ref=f"s{n}")
    comment = Comment.objects.get(source_ref=f"message:{ticket.messages.get().pk}")
    insight = Insight.objects.create(claim="届け方", created_at=now)
    insight.evidence.create(comment=comment, start=0, end=3, quote_hash="", added_at=now)
    improvement = Improvement.objects.create(
        title="遅れると分かったら連絡する", problem="x", category="process", created_at=now, updated_at=now
    )
    improvement.insights.add(insight)

    page = page_of(client_for(people.agent), f"/tickets/{ticket.number}/times/")

    assert "以前の件" in page
    assert "法人だけの件" not in page
    assert "遅れると分かったら連絡する" in page
    assert "<svg" in page


def test_long_threads_are_read_in_pieces(inbox, ticket_of, people, client_for, now):
    ticket = ticket_of(inbox)
    for n in range(105):
        add_note(ticket=ticket, text=f"メモ{n:03d}", actor=people.agent, now=now)

    newest_page = page_of(client_for(people.agent), f"/tickets/{ticket.number}/")
    story = thread.thread(ticket)
    older_page = page_of(client_for(people.agent), f"/tickets/{ticket.number}/?before={story.before}")

    assert "メモ104" in newest_page and "メモ003" not in newest_page
    assert "メモ003" in older_page and "メモ104" not in older_page


# ---- what the rest of the house shows


def test_the_badge_counts_those_who_wait_for_an_answer(inbox, other_inbox, ticket_of, people, now):
    answered = ticket_of(inbox)
    ticket_of(inbox)
    ticket_of(other_inbox)
    reply(ticket=answered, text="返信", actor=people.agent, now=now)

    assert figures.unanswered(people.agent) == 1
    assert figures.unanswered(people.owner) == 2


def test_the_badge_is_one_query(inbox, ticket_of, people, django_assert_num_queries):
    ticket_of(inbox)

    with django_assert_num_queries(1):
        figures.unanswered(people.agent)


def test_deadlines_are_listed_soonest_first_for_those_who_can_meet_them(
    inbox, other_inbox, ticket_of, people, now
):
    later = ticket_of(inbox, now=now + timedelta(hours=1))
    sooner = ticket_of(inbox, now=now)
    ticket_of(other_inbox)

    items = list(figures.due_items(people.agent, now, 5))

    assert [item.url for item in items] == [f"/tickets/{t.number}/" for t in (sooner, later)]
    assert list(figures.due_items(people.viewer, now, 5)) == []


def test_a_recovery_case_is_listed_once_with_its_ticket_and_alone_for_managers(
    inbox, people, now
):
    from support.services import open_recovery

    open_recovery(score=factories.ScoreFactory(value=1, occurred_at=now), now=now)
    inbox.receives_recovery = False
    inbox.save()
    open_recovery(score=factories.ScoreFactory(value=2, occurred_at=now), now=now)

    assert len(list(figures.due_items(people.agent, now, 9))) == 1
    assert len(list(figures.due_items(people.owner, now, 9))) == 2


def test_figures_are_medians_over_the_asked_days(inbox, other_inbox, ticket_of, people, now):
    for minutes in (10, 20, 90):
        ticket = ticket_of(inbox)
        reply(
            ticket=ticket, text="返信", actor=people.agent, then="solved",
            now=now + timedelta(minutes=minutes),
        )  # fmt: skip
    ticket_of(other_inbox)

    found = registry.tickets(people.agent, now.date(), now.date(), now)
    nothing = registry.tickets(people.agent, now.date() - timedelta(9), now.date() - timedelta(2), now)

    assert (found.created, found.resolved, found.open_now, found.late_now) == (3, 3, 0, 0)
    assert (found.first_reply_median_business_seconds, found.first_reply_n) == (1200, 3)
    assert (nothing.first_reply_median_business_seconds, nothing.first_reply_n) == (None, 0)
    assert registry.tickets(people.owner, now.date(), now.date(), now).created == 4


def test_a_customers_history_holds_only_tickets_this_person_may_see(
    inbox, other_inbox, ticket_of, people
):
    mine = ticket_of(inbox, email="a@customer.example")
    ticket_of(other_inbox, email="a@customer.example")

    entries = list(figures.timeline(mine.requester_id, people.agent))

    assert [entry.url for entry in entries] == [f"/tickets/{mine.number}/"]
    assert len(list(figures.timeline(mine.requester_id, people.viewer))) == 2
    assert [e.url for e in figures.search("届きました", people.agent)] == [f"/tickets/{mine.number}/"]


def test_the_contact_of_a_ticket_is_the_address_it_came_from(inbox, ticket_of):
    ticket = ticket_of(inbox, email="first@customer.example")
    ticket.requester.contacts.create(kind="email", value="b@customer.example", key="b@customer.example")

    contact = figures.ticket_contact(ticket.pk)

    assert contact is not None
    assert (contact.customer_id, contact.email) == (ticket.requester_id, "first@customer.example")
    assert figures.ticket_contact(0) is None


def test_the_list_escapes_every_word_of_others(inbox, ticket_of, people, client_for):
    evil = '<img src=x onerror="1">{}{0}'
    ticket = ticket_of(inbox, subject=evil, name=evil, text=evil)

    page = client_for(people.owner).get(f"/tickets/{ticket.number}/?q=onerror").content.decode()

    assert "<img" not in page
    assert page.count("&lt;img src=x onerror=&quot;1&quot;&gt;{}{0}") >= 3
    assert 'aria-current="true"><span class="ticket-from">' in page


def test_the_counts_read_live_tickets_only(db):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL chooses by the size of the table, which is empty here")
    desk._COUNTED[True].rows(user=1, soon=datetime(2026, 11, 20, tzinfo=UTC))
    sql, values, _places = desk._COUNTED[True].known["sqlite"]

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", values)
        plan = " ".join(str(line) for line in cursor.fetchall())

    assert "USING INDEX ticket_live" in plan
