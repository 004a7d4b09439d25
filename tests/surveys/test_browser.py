"""The customers' pages in a real browser: sizes, contrast, names, and the style that is let in."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
]


@pytest.fixture
def browser(transactional_db: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    # Playwright's loop runs in this thread; the database is used between its calls only.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


def _violations(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    found = Axe().run(page, options=rules).response["violations"]
    return [f"{row['id']}: {row['nodes'][0]['html'][:120]}" for row in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("slug", ["delivery", "after-support"])
def test_form_error_and_thanks_are_of_our_own_and_pass_the_audit(
    browser, live_server, survey, csat, scheme, slug
):
    context = browser.new_context(
        viewport={"width": 320, "height": 640}, color_scheme=scheme, locale="ja-JP"
    )
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{live_server.url}/s/{slug}/")

    assert asked == [f"{live_server.url}/s/{slug}/", f"{live_server.url}/static/voc/survey.js"]
    # The inline sheet was let in: without it the grid is not a grid.
    assert page.eval_on_selector(".nps", "e => getComputedStyle(e).display") == "grid"
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for box in page.eval_on_selector_all(
        ".nps label, .btn, textarea",
        "all => all.map(e => e.getBoundingClientRect()).map(box => [box.width, box.height])",
    ):
        assert box[0] >= 43 and box[1] >= 48, box
    rows = page.eval_on_selector_all(
        ".nps label", "all => new Set(all.map(e => e.getBoundingClientRect().top)).size"
    )
    assert rows == (2 if slug == "delivery" else 1)
    assert _violations(page) == []

    # Past the browser's own check, as an old one would send it.
    page.eval_on_selector("form", "form => { form.noValidate = true }")
    page.fill("textarea", "箱が大きいです")
    page.click("form .btn")
    # The script saves what was typed last, then sends the form.
    page.wait_for_selector("[role=alert]")
    assert page.input_value("textarea") == "箱が大きいです"
    assert _violations(page) == []

    page.locator(".nps label").last.click()
    page.click("form .btn")
    page.wait_for_url("**/thanks/**")
    assert page.url.partition("?")[0].endswith(f"/s/{slug}/thanks/")
    assert _violations(page) == []
    assert context.cookies() == []
    context.close()


def test_the_form_can_be_sent_with_scripts_turned_off(browser, live_server, survey):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/s/delivery/")

    page.get_by_label("7", exact=True).check(force=True)
    page.fill("textarea", "よい")
    page.get_by_role("button").click()

    assert page.url.partition("?")[0].endswith("/thanks/")
    from surveys.models import Response

    assert Response.objects.get().answers == {"score": 7, "comment": "よい"}
    context.close()
