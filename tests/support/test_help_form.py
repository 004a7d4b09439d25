"""The public help form: one ticket per submission, whatever is sent to it."""

import re

import pytest
from django.core import mail
from django.test import Client

from feedback.models import Comment
from support.models import Message, Ticket
from support.services import reply

GOOD = {
    "name": "早瀬 みのり",
    "email": "minori@customer.example",
    "subject": "箱が二つ届きました",
    "text": "同じ箱が今朝また届きました。",
    "key": "a" * 24,
    "website": "",
}
URL = "/help/support/"


def send(client=None, **given):
    return (client or Client()).post(URL, {**GOOD, **given})


def test_the_purpose_stands_before_the_first_input(inbox, client):
    page = client.get(URL).content.decode()

    assert page.index(inbox.purpose) < page.index("<input")
    consent = re.search(r"<input[^>]*name=\"consent\"[^>]*>", page)
    assert consent and "checked" not in consent[0]


def test_every_showing_has_its_own_key(inbox, client):
    keys = {re.search(r'name="key" value="(\w+)"', client.get(URL).content.decode())[1] for _ in "12"}

    assert len(keys) == 2


def test_a_good_form_becomes_a_ticket_and_the_thanks_carry_its_number(inbox):
    inbox.reply_promise = "2営業日以内にお返事します。"
    inbox.save()
    client = Client()

    answer = send(client)
    thanks = client.get(answer.url).content.decode()

    ticket = Ticket.objects.get()
    assert answer.status_code == 302
    assert str(ticket.number) in thanks
    assert "2営業日以内" in thanks
    assert Comment.objects.get().may_tell is False


def test_thanks_cannot_be_opened_by_trying_numbers(inbox, client, ticket_of):
    ticket = ticket_of(inbox)

    assert client.get(f"{URL}thanks/{ticket.number}/").status_code == 404


def test_a_tick_is_the_permission_to_tell(inbox):
    send(consent="on")

    assert Comment.objects.get().may_tell is True


def test_a_double_post_is_one_ticket(inbox):
    first, second = send(), send()

    assert first.status_code == second.status_code == 302
    assert Ticket.objects.count() == Message.objects.count() == 1


def test_other_words_from_a_page_gone_back_to_are_another_ticket(inbox):
    send()
    send(text="もう一つ質問があります。")

    assert Ticket.objects.count() == 2


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"email": ""}, "返信先のメールアドレスを入力してください。"),
        ({"email": "minori"}, "メールアドレスの形を確かめてください。"),
        ({"email": "a@customer.example\r\nBcc: b@evil.example"}, "メールアドレスの形を確かめてください。"),
        ({"subject": "  "}, "件名を入力してください。"),
        ({"subject": "字" * 101}, "件名は100字までで入力してください。"),
        ({"text": ""}, "お問い合わせの内容を入力してください。"),
        ({"text": "ー" * 100_000}, "お問い合わせの内容は2万字までで入力してください。"),
        ({"key": "<script>"}, "画面が古くなっています。"),
        ({"website": "http://spam.example"}, "欄は空のままにしてください。"),
    ],
)
def test_bad_input_is_answered_with_a_sentence_and_what_was_typed(inbox, given, sentence):
    answer = send(**given)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert Ticket.objects.count() == 0
    if "text" not in given:
        assert GOOD["text"] in page


def test_a_refused_key_is_replaced_so_that_the_next_try_goes_through(inbox):
    page = send(key="short").content.decode()
    fresh = re.search(r'name="key" value="(\w+)"', page)[1]

    assert send(key=fresh).status_code == 302


@pytest.mark.parametrize("field", ["name", "subject", "text", "email", "key", "website"])
def test_nul_is_refused_everywhere(inbox, field):
    answer = send(**{field: f"{GOOD[field]}\x00"})

    assert answer.status_code == 422
    assert Ticket.objects.count() == 0


def test_bytes_that_are_no_text_are_kept_as_marks_and_every_page_stays_up(inbox, client_for, people):
    body = (
        b"name=%ED%A0%80&email=a%40customer.example&subject=%FF%FE&text=%ED%A0%80%F0%28&key="
        + b"b" * 24
    )

    answer = Client().post(URL, body, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 302
    desk = client_for(people.agent)
    assert desk.get("/tickets/").status_code == 200
    assert desk.get(f"/tickets/{Ticket.objects.get().number}/").status_code == 200


def test_a_huge_body_is_refused(inbox):
    answer = send(text="x" * 5_000_000)

    assert 400 <= answer.status_code < 500
    assert Ticket.objects.count() == 0


def test_twenty_thousand_long_marks_leave_the_pages_standing(inbox, client_for, people, run_jobs):
    assert send(text="ー" * 20_000).status_code == 302
    run_jobs("feedback.analyse")

    desk = client_for(people.agent)
    assert desk.get("/tickets/").status_code == 200
    assert desk.get(f"/tickets/{Ticket.objects.get().number}/").status_code == 200


def test_line_breaks_in_subject_and_name_reach_no_header(inbox, people, now, run_jobs):
    send(subject="件名\r\nBcc: b@evil.example", name="名\r\nX-Evil: 1")
    ticket = Ticket.objects.get()

    reply(ticket=ticket, text="返信", actor=people.agent, now=now)
    run_jobs("support.send_reply")

    written = mail.outbox[0].message()
    assert "Bcc" not in written
    assert "X-Evil" not in written
    assert mail.outbox[0].recipients() == ["minori@customer.example"]


def test_markup_is_shown_as_typed(inbox, client_for, people):
    send(subject="<script>alert(1)</script>", text="<img src=x onerror=alert(1)>", name="<b>名</b>")

    number = Ticket.objects.get().number
    page = client_for(people.agent).get(f"/tickets/{number}/").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<b>名" not in page


def test_a_flood_is_asked_to_wait_with_the_words_kept(inbox, settings):
    codes = [send(key=f"{n:024d}", subject=f"件名{n}").status_code for n in range(40)]
    answer = send(key="z" * 24)

    assert codes[:20] == [302] * 20
    assert answer.status_code == 429
    assert GOOD["text"] in answer.content.decode()


def test_a_forged_post_is_refused(inbox):
    assert send(Client(enforce_csrf_checks=True)).status_code == 403
    assert Ticket.objects.count() == 0


def test_a_closed_or_unknown_inbox_has_no_form(inbox, client):
    inbox.is_public = False
    inbox.save()

    assert client.get(URL).status_code == 404
    assert send().status_code == 404
    assert client.get("/help/nothing/").status_code == 404


def test_the_page_asks_for_nothing_else_and_allows_its_own_style_only(inbox, client):
    answer = client.get(URL)

    assert "<script" not in answer.content.decode()
    assert "sha256-" in answer["Content-Security-Policy"]
    assert "unsafe-inline" not in answer["Content-Security-Policy"]
