"""An agent who never touches the mouse."""

import re

import pytest
from playwright.sync_api import expect

from support.models import Ticket
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SUBJECT = "届いたお皿が欠けていました"
ANSWER = "ご迷惑をおかけしました。新しいお皿を、あす発送します。"


def _tab_to(page, words, most=80):
    """Presses Tab until the focus is on something that says this; how often it took."""
    for pressed in range(1, most):
        page.keyboard.press("Tab")
        if words in (page.evaluate("document.activeElement.innerText") or ""):
            return pressed
    raise AssertionError(f"{words} not reached with {most} presses of Tab")


def _ask_for_help(walker, inbox):
    customer = walker(viewport={"width": 360, "height": 740})
    page = customer.open(f"/help/{inbox.key}/")
    customer.look("help form")
    page.get_by_label("お名前").fill("早瀬 みのり")
    page.get_by_label("メールアドレス").fill("hayase@customer.example")
    page.get_by_label("件名").fill(SUBJECT)
    page.get_by_label("お問い合わせの内容").fill(
        "けさ届いたお皿が1枚欠けていました。交換できますか。"
    )
    customer.press(page.get_by_role("button", name="送信する"))
    expect(page.get_by_text("受付番号").first).to_be_visible()
    customer.look("help received")


def test_the_first_ticket_is_reached_and_answered_with_keys_alone(
    house, people, inbox, walker, run_jobs
):
    _ask_for_help(walker, inbox)
    run_jobs()
    agent = walker()
    page = agent.open("/")

    # The cursor waits in the first field.
    page.keyboard.type(people.agent.email)
    page.keyboard.press("Tab")
    page.keyboard.type(factories.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(agent.address + "/")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "本文へ移る"
    page.keyboard.press("Enter")
    assert _tab_to(page, SUBJECT) < 30
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/tickets/\d+/"))

    # From the ticket to the list, by the list's own key to the ticket again.
    page.keyboard.press("u")
    page.wait_for_url(re.compile(r"/tickets/$"))
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/tickets/\d+/"))

    page.keyboard.press("r")
    box = page.get_by_role("textbox", name="返信")
    page.locator("textarea:focus").wait_for()
    # A key that is typed is a letter, not a shortcut.
    page.keyboard.type("u?")
    assert box.input_value() == "u?"
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(ANSWER)
    page.keyboard.press("Control+Enter")

    page.get_by_role("region", name="やり取り").get_by_text(ANSWER).wait_for()
    assert Ticket.objects.get().status == "solved"
    agent.look("answered ticket")
    page.get_by_role("link", name="計算のもとを見る").press("Enter")
    for metric in ("#first_reply", "#first_resolution"):
        expect(page.locator(metric).get_by_text("暦", exact=True)).to_be_visible()
