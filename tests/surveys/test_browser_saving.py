"""The form on a phone whose line comes and goes: nothing is lost, nothing is sent twice."""

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from surveys.models import Attempt, Invitation, Response
from surveys.services import attempts
from surveys.services.invitations import digest
from tests.e2e.walk import ARGUMENTS, CHROMIUM, PATIENCE, overflow, until_true, violations
from tests.surveys.designs import BRANCHING, survey_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
]
LOST = "通信が切れています。入力は端末に残っています。"
TOKEN = "b" * 43
PHONE = {"viewport": {"width": 320, "height": 640}, "locale": "ja-JP", "reduced_motion": "reduce"}


@pytest.fixture
def browser(transactional_db: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    # Playwright's loop runs in this thread; the database is used between its calls only.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def many(transactional_db: Any) -> Any:
    return survey_of(
        BRANCHING,
        languages=["ja", "en"],
        translations={"en": {"title": "About us", "purpose": "To improve."}},
    )


def _phone(browser: Any, **more: Any) -> tuple[Any, Any, list[str]]:
    """A context, its page, and the errors of scripts in it."""
    context = browser.new_context(**{**PHONE, **more})
    context.set_default_timeout(PATIENCE)
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    return context, context.new_page(), errors


def _point(page: Any, label: str) -> None:
    page.locator(".nps label", has_text=re.compile(f"^{label}$")).click()


def _saving(page: Any) -> Any:
    return page.expect_response(re.compile(r"/save/"))


def _saved(**wanted: Any) -> None:
    assert attempts.saved(Attempt.objects.order_by("-pk").first()) == wanted


def test_a_branching_survey_is_finished_over_a_lost_line_in_one_response(
    browser, live_server, many
):
    context, page, errors = _phone(browser)
    page.goto(f"{live_server.url}/s/many/?campaign=spring&lang=en")
    expect(page.get_by_role("heading", name="About us")).to_be_visible()
    page.get_by_role("link", name="日本語").click()
    with _saving(page):
        _point(page, "3")
    _saved(score=3, campaign="spring")
    page.get_by_role("button", name="次へ").click()
    words = page.get_by_label("3点の理由を教えてください。")
    expect(words).to_be_visible()
    assert overflow(page) == []

    context.set_offline(True)
    expect(page.get_by_role("status")).to_have_text(LOST)
    assert violations(page) == []
    # While kanji are being chosen nothing is saved, Enter included.
    words.evaluate(
        """e => {
          e.focus();
          e.dispatchEvent(new CompositionEvent("compositionstart", {bubbles: true}));
          e.value = "はいそうが";
          e.dispatchEvent(new InputEvent("input", {bubbles: true, isComposing: true}));
          e.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", isComposing: true, bubbles: true}));
        }"""
    )
    assert "はいそうが" not in page.evaluate("JSON.stringify(localStorage)")
    words.evaluate(
        """e => {
          e.value = "配送が遅い";
          e.dispatchEvent(new CompositionEvent("compositionend", {bubbles: true}));
        }"""
    )
    assert "配送が遅い" in page.evaluate("JSON.stringify(localStorage)")
    button = page.get_by_role("button", name="次へ")
    button.click()
    button.click()
    expect(button).to_be_enabled()
    expect(words).to_have_value("配送が遅い")
    _saved(score=3, campaign="spring")

    context.set_offline(False)
    # Sent by itself, once.
    expect(page.get_by_role("heading", name="さいごに")).to_be_visible()
    page.get_by_label("店").check()
    page.get_by_role("button", name="回答を送る").click()
    expect(page.get_by_role("heading", name="ありがとうございました")).to_be_visible()

    response = Response.objects.get()
    assert response.answers == {
        "score": 3, "why-low": "配送が遅い", "used": ["c1"], "campaign": "spring",
    }  # fmt: skip
    assert (response.language, response.partial) == ("ja", False)
    assert Attempt.objects.get().finished_at is not None
    assert "配送" not in page.evaluate("JSON.stringify(localStorage)")
    assert errors == []
    # The next visit begins anew, and its half is found again in spite of the old address.
    page.goto(f"{live_server.url}/s/many/")
    expect(page.get_by_role("button", name="次へ")).to_be_visible()
    until_true(page, "localStorage.length === 0")
    assert page.locator(":checked").count() == 0 and "?r=" in page.url
    with _saving(page):
        _point(page, "8")
    page.reload()
    # At the first page that is still open, as one left it.
    expect(page.get_by_role("heading", name="さいごに")).to_be_visible()
    context.close()


def test_the_same_survey_is_answered_without_scripts(browser, live_server, many):
    context, page, _errors = _phone(browser, java_script_enabled=False)
    page.goto(f"{live_server.url}/s/many/?campaign=spring&lang=en")
    page.get_by_role("radio", name="10", exact=True).check(force=True)
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Price").check()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("checkbox").nth(1).check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()

    response = Response.objects.get()
    assert response.answers == {
        "score": 10, "why-high": "c2", "used": ["c2"], "campaign": "spring",
    }  # fmt: skip
    assert response.language == "en"
    context.close()


def test_a_half_survives_closing_the_page_and_goes_on_at_the_personal_link(
    browser, live_server, many
):
    Invitation.objects.create(
        survey=many, digest=digest(TOKEN), created_at=timezone.now(),
        expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    context, page, errors = _phone(browser)
    page.goto(f"{live_server.url}/i/{TOKEN}/")
    with _saving(page):
        _point(page, "9")
    page.get_by_role("button", name="次へ").click()
    with _saving(page):
        page.get_by_label("その他", exact=True).check()
    with _saving(page):
        page.get_by_label("その他の内容").fill("包装")
    context.close()

    # Another device altogether: nothing of the first is left on it.
    context, page, more = _phone(browser)
    page.goto(f"{live_server.url}/i/{TOKEN}/")
    expect(page.get_by_role("heading", name="さいごに")).to_be_visible()
    page.get_by_role("link", name="前のページに戻る").click()
    expect(page.get_by_label("その他の内容")).to_have_value("包装")
    page.get_by_role("button", name="次へ").click()
    page.get_by_role("button", name="回答を送る").click()
    expect(page.get_by_role("heading", name="ありがとうございました")).to_be_visible()

    assert Response.objects.get().answers == {
        "score": 9, "why-high": "other", "why-high.other": "包装",
    }  # fmt: skip
    assert errors + more == []
    context.close()


def test_a_half_of_the_public_form_is_there_again_after_the_page_was_closed(
    browser, live_server, survey
):
    context, page, errors = _phone(browser)
    page.goto(f"{live_server.url}/s/delivery/")
    with _saving(page):
        _point(page, "7")
    # Typed while the line is gone, and then the page is closed.
    context.set_offline(True)
    page.locator("textarea").fill("箱が大きい")
    expect(page.get_by_role("status")).to_have_text(LOST)
    page.close()
    context.set_offline(False)

    page = context.new_page()
    with _saving(page):
        page.goto(f"{live_server.url}/s/delivery/")
    expect(page.locator(":checked")).to_have_value("7")
    expect(page.locator("textarea")).to_have_value("箱が大きい")
    page.get_by_role("button", name="回答を送る").click()
    expect(page.get_by_role("heading", name="ありがとうございました")).to_be_visible()

    assert Response.objects.get().answers == {"score": 7, "comment": "箱が大きい"}
    assert errors == []
    context.close()


def test_at_a_kiosk_nothing_stays_on_the_device(browser, live_server, survey):
    context, page, _errors = _phone(browser)
    page.goto(f"{live_server.url}/s/delivery/?k=kiosk")
    _point(page, "7")
    assert page.evaluate("localStorage.length") == 0
    page.goto(f"{live_server.url}/s/delivery/?k=kiosk")
    assert page.locator(":checked").count() == 0
    context.close()


def test_what_the_server_refuses_to_save_is_said_by_the_form_and_the_button_works(
    browser, live_server, transactional_db
):
    survey_of([{"key": "mail", "kind": "email", "label": "メールアドレス"},
               {"key": "day", "kind": "short", "label": "ひとこと"}])  # fmt: skip
    context, page, _errors = _phone(browser)
    page.goto(f"{live_server.url}/s/many/")
    page.eval_on_selector("form", "form => { form.noValidate = true }")
    with _saving(page) as refused:
        page.get_by_label("メールアドレス").fill("まちがい")
    assert refused.value.status == 422
    with _saving(page):
        page.get_by_label("ひとこと").fill("よい")
    page.get_by_role("button", name="回答を送る").click()
    expect(page.get_by_role("alert")).to_contain_text("メールアドレスの形ではない")
    expect(page.get_by_label("メールアドレス")).to_have_value("まちがい")
    page.get_by_label("メールアドレス").fill("hana@people.example")
    page.get_by_role("button", name="回答を送る").click()
    expect(page.get_by_role("heading", name="ありがとうございました")).to_be_visible()
    assert Response.objects.get().answers == {"mail": "hana@people.example", "day": "よい"}
    context.close()
