"""Every kind of question on the narrowest phone: sizes, contrast, names, weight."""

import gzip
from typing import Any

import pytest
from playwright.sync_api import expect

from surveys.models import Response
from tests.e2e.walk import CHROMIUM, overflow, until_true, violations
from tests.surveys.designs import EVERY_KIND, choices, survey_of
from tests.surveys.test_browser_saving import _phone, browser

__all__ = ["browser"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
]
LONG = "品ぞろえの豊富さと、季節ごとの新しさ、それから売り場の見やすさ"
POINTS: list[dict[str, Any]] = [
    {"key": f"r{points}", "kind": "rating", "label": LONG, "low": "期待以下", "high": "期待以上",
     "options": {"points": points}}
    for points in (3, 4, 5, 6, 7, 8, 9, 10)
]  # fmt: skip
GRIDS: list[dict[str, Any]] = [
    {"key": f"g{n}", "kind": "matrix", "label": LONG,
     "options": {"rows": [{"id": "r1", "label": LONG}, {"id": "r2", "label": "味"}],
                 "choices": choices(*["どちらでもない"] * n)}}
    for n in (2, 5, 7, 10)
]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_kind_passes_the_audit_and_can_be_touched_at_320_px(
    browser, live_server, transactional_db, scheme
):
    survey_of([*EVERY_KIND, *POINTS, *GRIDS], languages=["ja", "en"])
    context, page, errors = _phone(browser, color_scheme=scheme)
    foreign: list[str] = []
    weight: list[int] = []
    context.on(
        "request",
        lambda request: request.url.startswith(live_server.url) or foreign.append(request.url),
    )
    context.on("response", lambda response: weight.append(len(gzip.compress(response.body()))))
    page.goto(f"{live_server.url}/s/many/", wait_until="networkidle")

    assert overflow(page) == [] and violations(page) == []
    boxes = page.eval_on_selector_all(
        ".nps label",
        "all => all.map(e => [e.querySelector('input').name, e.getBoundingClientRect()])"
        ".map(([name, box]) => [name, box.width, box.height])",
    )
    assert len(boxes) > 100
    assert [box for box in boxes if box[1] < 43 or box[2] < 48] == []
    others = page.eval_on_selector_all(
        ".choice, .check, select, textarea, .btn, input:is([type=text], [type=email], [type=tel], [type=date])",
        "all => all.map(e => e.getBoundingClientRect()).map(box => [box.width, box.height])",
    )
    assert [box for box in others if box[0] < 43 or box[1] < 48] == []
    # What is smaller than its place cuts no words off.
    cut = page.eval_on_selector_all(
        ".nps span",
        "all => all.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)",
    )
    assert cut == []
    assert foreign == [] and errors == []
    # Twenty-eight questions: more than twice as many as anybody should ask.
    assert sum(weight) < 14_000, weight
    context.close()


def test_choosing_other_opens_its_field_and_every_kind_is_saved_and_sent(
    browser, live_server, transactional_db
):
    survey_of(EVERY_KIND)
    context, page, errors = _phone(browser)
    page.goto(f"{live_server.url}/s/many/")
    field = page.get_by_label("その他の内容")
    expect(field).to_be_hidden()
    page.get_by_label("その他", exact=True).check()
    field.fill("緑")
    page.locator("[name=many]").nth(0).check()
    page.locator("[name=many]").nth(2).check()
    page.locator("[name='grid.r1']").nth(1).check(force=True)
    page.locator("[name='rank.c2']").select_option("1")
    page.locator("[name='rank.c1']").select_option("2")
    page.get_by_label("ひとことで").fill("早い")
    page.get_by_label("人数").fill("３")
    page.get_by_label("結果の公開に同意します。").check()
    page.locator("[name=stars]").nth(3).check(force=True)
    until_true(page, "Object.keys(JSON.parse(Object.values(localStorage)[0]).u).length === 0")
    # A page opened anew holds all of it.
    page.goto(f"{live_server.url}/s/many/")
    expect(page.get_by_label("その他の内容")).to_have_value("緑")
    expect(page.locator("[name='rank.c2']")).to_have_value("1")
    page.get_by_role("button", name="回答を送る").click()
    expect(page.get_by_role("heading", name="ありがとうございました")).to_be_visible()

    assert Response.objects.get().answers == {
        "one": "other", "one.other": "緑", "many": ["c1", "c3"], "grid": {"r1": "c2"},
        "rank": ["c2", "c1"], "short": "早い", "many-people": 3, "agreed": True, "stars": 4,
    }  # fmt: skip
    assert errors == []
    context.close()
