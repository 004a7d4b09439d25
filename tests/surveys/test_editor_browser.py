"""The desk in a real browser: with its script the phone follows the typing, without it all works."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from surveys.queries import definitions
from tests.surveys.designs import BRANCHING, survey_of

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
]


@pytest.fixture
def opened(transactional_db: Any, live_server: Any, people: Any, client_for: Any, settings: Any,
           monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:  # fmt: skip
    """Opens a page as an analyst: `opened(path, script=False)`."""
    from playwright.sync_api import sync_playwright

    cookie = client_for(people.analyst).cookies[settings.SESSION_COOKIE_NAME].value
    survey = survey_of(BRANCHING, version=0, state="draft")
    # Playwright's loop runs in this thread; the database is used between its calls only.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

        def page_of(path: str, *, script: bool = True) -> Any:
            context = browser.new_context(
                locale="ja-JP", java_script_enabled=script, viewport={"width": 1440, "height": 900}
            )
            context.set_default_timeout(60_000)
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
            )
            page = context.new_page()
            page.complaints = []
            page.on(
                "console",
                lambda said: page.complaints.append(said.text) if said.type == "error" else None,
            )
            page.goto(f"{live_server.url}/surveys/{survey.pk}/{path}")
            return page

        page_of.survey = survey
        yield page_of
        browser.close()


def _keys(survey: Any) -> list[str]:
    return [question.key for question in definitions.questions_of(survey)]


def test_the_phone_follows_the_typing_and_saving_shows_the_new_words(opened):
    page = opened("questions/used/")
    phone = page.frame_locator("iframe[name=preview]")
    assert phone.get_by_text("使ったものを選んでください。").is_visible()

    page.fill("textarea[name=label]", "お使いのものを教えてください。")
    phone.get_by_text("お使いのものを教えてください。").wait_for()
    page.select_option("select[name=when-0-question]", "why-high")
    page.get_by_role("checkbox", name="価格").check()
    assert page.input_value("textarea[name=label]") == "お使いのものを教えてください。"
    assert opened.survey.questions.get(key="used").label == "使ったものを選んでください。"
    page.get_by_role("button", name="保存する").last.click()

    page.wait_for_url("**/edit/**")
    question = opened.survey.questions.get(key="used")
    assert question.label == "お使いのものを教えてください。"
    assert question.show_if["when"] == [{"question": "why-high", "op": "in", "value": ["c2"]}]
    assert page.complaints == []


def test_a_moved_question_keeps_the_focus_and_the_page_its_place(opened):
    page = opened("edit/")
    page.evaluate("window.sameDocument = true")

    page.click("#down-used")
    page.locator(".asked > li#q-used:last-child").wait_for()

    assert _keys(opened.survey)[-1] == "used"
    assert page.evaluate("window.sameDocument") is True
    assert page.frame_locator("iframe[name=preview]").get_by_text("すすめたいですか。").is_visible()
    page.get_by_role("listitem").filter(has_text="批判者").get_by_role(
        "link", name="2ページ目"
    ).click()
    page.frame_locator("iframe[name=preview]").get_by_text("3点の理由を教えてください。").wait_for()
    assert page.complaints == []


def test_without_a_script_a_question_with_a_condition_is_added(opened):
    page = opened("edit/", script=False)
    page.select_option("select[name=kind]", "single")
    page.click("text=足す >> nth=-1")
    page.fill("textarea[name=label]", "どちらでお買いになりましたか。")
    page.fill("textarea[name=choices]", "店\nウェブ")
    page.select_option("select[name=when-0-question]", "score")
    page.click("text=選んだ質問の答えを出す")
    page.select_option("select[name=when-0-op]", "group:promoter")
    page.click("text=保存せずに見る")
    page.frame_locator("iframe[name=preview]").get_by_text(
        "どちらでお買いになりましたか。"
    ).wait_for()
    page.locator(".btn--main").click()

    page.wait_for_url("**/edit/**")
    question = opened.survey.questions.get(key="q1")
    assert question.kind == "single"
    assert [row["label"] for row in question.options["choices"]] == ["店", "ウェブ"]
    assert question.show_if["when"] == [{"question": "score", "op": "group", "value": "promoter"}]
