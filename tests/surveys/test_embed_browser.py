"""The snippet, the frame and the shared screen in a real browser, with a site on another port."""

import os
import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from surveys.models import Attempt, Response
from surveys.queries import definitions
from surveys.services.placements import clean_rules
from tests import factories
from tests.e2e.walk import until_true
from tests.surveys.designs import BRANCHING, survey_of
from tests.surveys.sites import Site, site

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    # Playwright's loop runs in this thread; the database is used between its calls only.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def shop() -> Iterator[Site]:
    with site() as made:
        yield made


@pytest.fixture
def survey(transactional_db: Any, shop: Site) -> Any:
    definitions.forget()
    return factories.SurveyFactory(slug="delivery", frame_origins=[shop.origin])


class Opened:
    """A page in a context of its own, and what went wrong on it."""

    def __init__(self, context: Any) -> None:
        self.context, self.complaints = context, []
        self.requests: list[str] = []
        self.page = context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def _console(self, message: Any) -> None:
        if message.type == "error" and "favicon" not in str(message.location):
            self.complaints.append(message.text)


@pytest.fixture
def opened(chromium: Any) -> Iterator[Any]:
    contexts = []

    def open_one(**options: Any) -> Opened:
        context = chromium.new_context(
            locale="ja-JP", viewport={"width": 1000, "height": 700}, **options
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        return Opened(context)

    yield open_one
    for context in contexts:
        context.close()


def place(survey: Any, **rules: Any) -> Any:
    columns = {
        name: rules.pop(name)
        for name in ("position", "delay_seconds", "share_percent")
        if name in rules
    }
    number = survey.placements.count()
    return survey.placements.create(name=f"出し方{number}", rules=clean_rules(rules), **columns)


def tag(live_server: Any, slug: str = "delivery") -> str:
    return f'<script src="{live_server.url}/snippet.js" data-voc="{slug}" defer></script>'


PANEL = "[role=dialog]"


def settled(page: Any) -> None:
    """The rules are read; what they show at once is shown."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(200)


def test_a_site_that_is_named_shows_the_form_and_its_answer_says_where_it_came_from(
    opened, live_server, survey, shop
):
    place(survey)
    # The strictest policy a site can have and still let us in.
    shop.policy = (
        f"default-src 'none'; script-src {live_server.url}; connect-src {live_server.url}; "
        f"frame-src {live_server.url}; style-src 'unsafe-inline'"
    )
    shop.head = tag(live_server)
    one = opened()
    one.page.goto(shop.origin)
    frame = one.page.frame_locator(f"{PANEL} iframe")
    frame.get_by_role("heading", name="お届けについて、お聞かせください").wait_for()
    frame.get_by_label("9", exact=True).check(force=True)
    frame.get_by_role("textbox").fill("早かった")
    frame.get_by_role("button", name="回答を送る").click()
    frame.get_by_text("お声をくださり、ありがとうございました。").wait_for()

    response = Response.objects.get()
    assert (response.channel, response.answers) == ("widget", {"score": 9, "comment": "早かった"})
    assert one.context.cookies() == []
    hosts = {re.match(r"\w+://[^/]+", url)[0] for url in one.requests}
    assert hosts <= {shop.origin, live_server.url}
    assert one.complaints == []


def test_a_site_that_is_not_named_gets_neither_the_rules_nor_the_frame(
    opened, live_server, survey, shop
):
    place(survey)
    with site() as stranger:
        stranger.head = tag(live_server)
        stranger.body = f'<iframe id="f" src="{live_server.url}/w/delivery/"></iframe>'
        one = opened()
        one.page.goto(stranger.origin)
        settled(one.page)

        assert one.page.locator(PANEL).count() == 0
        inside = one.page.frames[1]
        assert "お届け" not in inside.content()
        assert any("frame-ancestors" in text for text in one.complaints)
        assert any("CORS" in text for text in one.complaints)
    shop.body = f'<iframe src="{live_server.url}/w/delivery/" title="アンケート"></iframe>'
    two = opened()
    two.page.goto(shop.origin)
    two.page.frame_locator("iframe").get_by_role("button").wait_for()
    assert two.complaints == []


def test_the_frame_works_without_scripts_and_takes_its_height_with_them(
    opened, live_server, survey, shop
):
    shop.body = (
        f'<iframe src="{live_server.url}/w/delivery/" title="アンケート" height="300"></iframe>'
    )
    one = opened(java_script_enabled=False)
    one.page.goto(shop.origin)
    frame = one.page.frame_locator("iframe")
    frame.get_by_label("3", exact=True).check(force=True)
    frame.get_by_role("button").click()
    frame.get_by_text("ありがとうございました。").first.wait_for()
    assert Response.objects.get().channel == "widget"
    assert one.context.cookies() == []

    shop.head = f'<script src="{live_server.url}/snippet.js" defer></script>'
    two = opened()
    two.page.goto(shop.origin)
    until_true(two.page, "document.querySelector('iframe').offsetHeight > 500")
    inside = two.page.frames[1]
    assert inside.evaluate("document.documentElement.scrollHeight <= window.innerHeight + 1")
    assert two.complaints == []


def test_seconds_scroll_leaving_and_events_each_open_it(opened, live_server, survey, shop):
    shop.head = tag(live_server)
    rules: list[tuple[dict[str, Any], Any]] = [
        ({"seconds": 30}, lambda page: page.clock.run_for(30_100)),
        ({"delay_seconds": 20}, lambda page: page.clock.run_for(20_100)),
        ({"scroll": 60}, lambda page: page.evaluate("scrollTo(0, 2400)")),
        ({"leaving": True}, lambda page: page.evaluate(
            "document.dispatchEvent(new MouseEvent('mouseout', {clientY: -1}))")),
        ({"events": ["purchased"]}, lambda page: page.evaluate("voc('event', 'purchased')")),
        ({"events": ["x"], "attributes": {"plan": ["gold"]}}, lambda page: page.evaluate(
            "voc('set', {plan: 'gold'}); voc('event', 'x')")),
    ]  # fmt: skip
    for given, act in rules:
        survey.placements.all().delete()
        place(survey, **given)
        one = opened()
        if {"seconds", "delay_seconds"} & set(given):
            one.page.clock.install()
        one.page.goto(shop.origin)
        settled(one.page)
        assert one.page.locator(PANEL).count() == 0, given

        act(one.page)
        one.page.locator(PANEL).wait_for()
        assert one.complaints == [], given


def test_other_events_other_people_and_other_pages_do_not(opened, live_server, survey, shop):
    shop.head = tag(live_server)
    for given, path, act in [
        ({"events": ["purchased"]}, "/", "voc('event', 'other')"),
        (
            {"events": ["x"], "attributes": {"plan": ["gold"]}},
            "/",
            "voc('set', {plan: 'free'}); voc('event', 'x')",
        ),
        ({"pages": ["/shop/*/done"]}, "/shop/3/doner", "1"),
        ({"not_pages": ["/cart*"]}, "/cart/2", "1"),
        ({"scroll": 90}, "/", "scrollTo(0, 100)"),
        (
            {"leaving": True},
            "/",
            "document.dispatchEvent(new MouseEvent('mouseout', {clientY: 300}))",
        ),
    ]:
        survey.placements.all().delete()
        place(survey, **given)
        one = opened()
        one.page.goto(shop.origin + path)
        settled(one.page)
        one.page.evaluate(act)
        one.page.wait_for_timeout(150)
        assert one.page.locator(PANEL).count() == 0, given
    survey.placements.all().delete()
    place(survey, pages=["/shop/*/done", "/品物/*"])
    for path in ("/shop/3/done", "/品物/1"):
        one = opened()
        one.page.goto(shop.origin + path)
        one.page.locator(PANEL).wait_for()


def test_a_share_of_none_shows_it_to_nobody_and_the_lot_stays_with_the_visitor(
    opened, live_server, survey, shop
):
    shop.head = tag(live_server)
    placement = place(survey, share_percent=0)
    one = opened()
    one.page.goto(shop.origin)
    settled(one.page)
    assert one.page.locator(PANEL).count() == 0
    kept = one.page.evaluate("localStorage.getItem('voc:delivery')")
    assert re.fullmatch(r'\{"lot":\d\d?\}', kept)

    one.page.reload()
    settled(one.page)
    assert one.page.evaluate("localStorage.getItem('voc:delivery')") == kept
    placement.share_percent = 50
    placement.save()
    for lot, shown in ((49, 1), (50, 0)):
        two = opened()
        two.page.goto(shop.origin + "/empty")
        # Its own lot is drawn and written before another is put in its place.
        settled(two.page)
        two.page.evaluate(f"localStorage.setItem('voc:delivery', '{{\"lot\":{lot}}}')")
        two.page.evaluate("document.querySelectorAll('[data-voc-box]').forEach(e => e.remove())")
        two.page.reload()
        settled(two.page)
        expect(two.page.locator(PANEL)).to_have_count(shown)


def test_one_browser_sees_it_once_in_so_many_days(opened, live_server, survey, shop):
    shop.head = tag(live_server)
    place(survey, again_days=30)
    one = opened()
    one.page.goto(shop.origin)
    one.page.locator(PANEL).wait_for()
    one.page.reload()
    settled(one.page)
    assert one.page.locator(PANEL).count() == 0
    one.page.evaluate(
        "localStorage.setItem('voc:delivery', JSON.stringify({shown: Date.now() - 31 * 864e5}))"
    )
    one.page.reload()
    one.page.locator(PANEL).wait_for()
    # What stands in the store may be anything; the site goes on.
    one.page.evaluate("localStorage.setItem('voc:delivery', '{broken')")
    one.page.reload()
    one.page.locator(PANEL).wait_for()
    assert one.complaints == []


def test_a_window_in_the_corner_leaves_the_sites_focus_alone_and_esc_gives_it_back(
    opened, live_server, survey, shop
):
    shop.head = tag(live_server)
    place(survey, events=["now"])
    one = opened()
    one.page.goto(shop.origin)
    settled(one.page)
    one.page.focus("#own")
    one.page.keyboard.type("あ")
    one.page.evaluate("voc('event', 'now')")
    one.page.frame_locator(f"{PANEL} iframe").get_by_role("button").wait_for()
    panel = one.page.locator(PANEL)
    assert panel.get_attribute("aria-label") == "お届けについて、お聞かせください"
    assert one.page.evaluate("document.activeElement.id") == "own"
    assert panel.get_by_role("status").inner_text() == "アンケート"

    # Esc in the site's own field belongs to the site.
    one.page.keyboard.press("Escape")
    assert panel.count() == 1
    frame = one.page.frame_locator(f"{PANEL} iframe")
    frame.get_by_role("textbox").click()
    frame.get_by_role("textbox").evaluate(
        "e => e.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', isComposing: true, bubbles: true}))"
    )
    one.page.wait_for_timeout(150)
    assert panel.count() == 1
    one.page.keyboard.press("Escape")
    panel.wait_for(state="detached")
    assert one.page.evaluate("document.activeElement.id") == "own"
    assert one.complaints == []


def test_a_window_in_the_middle_takes_the_focus_and_returns_it(opened, live_server, survey, shop):
    shop.head = tag(live_server)
    place(survey, events=["now"], position="modal")
    one = opened()
    one.page.goto(shop.origin)
    settled(one.page)
    one.page.focus("#own")
    one.page.evaluate("voc('event', 'now')")
    one.page.locator(PANEL).wait_for()
    assert one.page.evaluate("document.activeElement.hasAttribute('data-voc-box')")
    one.page.get_by_role("button", name="アンケートを閉じる").click()
    one.page.locator(PANEL).wait_for(state="detached")
    assert one.page.evaluate("document.activeElement.id") == "own"
    assert [
        name for name in one.page.evaluate("Object.keys(window)") if name.startswith("voc")
    ] == ["voc"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("position", ["corner", "bottom", "modal"])
def test_the_window_passes_the_audit_and_fits_a_narrow_screen(
    opened, live_server, survey, shop, position, scheme
):
    from axe_playwright_python.sync_playwright import Axe

    shop.head = (
        '<meta name="color-scheme" content="light dark"><meta name="viewport" content="width=device-width">'
        + tag(live_server)
    )
    place(survey, position=position)
    one = opened(color_scheme=scheme)
    one.page.set_viewport_size({"width": 360, "height": 640})
    one.page.goto(shop.origin)
    one.page.frame_locator(f"{PANEL} iframe").get_by_role("button").wait_for()
    one.page.wait_for_timeout(300)

    box = one.page.locator(PANEL).bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 360
    assert box["y"] >= 0 and box["y"] + box["height"] <= 640
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    found = Axe().run(one.page, options=rules).response["violations"]
    assert [row["id"] for row in found] == []
    assert one.complaints == []


def test_hidden_fields_come_from_what_the_site_says_and_nothing_else_goes_along(
    opened, live_server, transactional_db, shop
):
    definitions.forget()
    many = survey_of(BRANCHING, frame_origins=[shop.origin])
    place(many)
    shop.head = (
        "<script>window.voc = function () { (voc.q = voc.q || []).push(arguments) };"
        "voc('set', {campaign: 'spring', member: '123'})</script>" + tag(live_server, "many")
    )
    one = opened()
    one.page.goto(shop.origin)
    src = one.page.locator(f"{PANEL} iframe").get_attribute("src")
    assert src == f"{live_server.url}/w/many/?lang=ja&campaign=spring"
    frame = one.page.frame_locator(f"{PANEL} iframe")
    frame.get_by_label("8", exact=True).check(force=True)
    frame.get_by_role("button", name="次へ").click()
    frame.get_by_text("さいごに").wait_for()
    frame.get_by_role("button", name="回答を送る").click()
    frame.get_by_text("お声をくださり").wait_for()
    response = Response.objects.get()
    assert response.answers == {"score": 8, "campaign": "spring"}
    assert response.channel == "widget"


def test_the_shared_screen_begins_anew_without_scripts_and_going_back_shows_nothing(
    opened, live_server, survey
):
    one = opened(java_script_enabled=False)
    page = one.page
    page.goto(f"{live_server.url}/s/delivery/?k=kiosk")
    page.get_by_label("4", exact=True).check(force=True)
    page.get_by_role("textbox").fill("前の人の言葉")
    page.get_by_role("button", name="回答を送る").click()
    page.get_by_text("10秒後に最初の画面に戻ります").wait_for()
    page.wait_for_url("**/s/delivery/?k=kiosk", timeout=30_000)
    assert Response.objects.get().channel == "kiosk"
    for _back in range(2):
        page.go_back()
        if "thanks" not in page.url:
            assert page.get_by_role("textbox").input_value() == ""
            assert page.locator(":checked").count() == 0
    assert "前の人の言葉" not in page.content()
    assert one.context.cookies() == []


def test_a_form_left_half_filled_warns_and_clears_itself(opened, live_server, transactional_db):
    definitions.forget()
    survey_of(BRANCHING)
    one = opened()
    page = one.page
    page.clock.install()
    page.goto(f"{live_server.url}/s/many/?campaign=tokyo&k=kiosk")
    page.clock.fast_forward(200_000)
    assert page.get_by_role("alert").count() == 0

    page.get_by_label("3", exact=True).check(force=True)
    page.get_by_role("button", name="次へ").click()
    page.get_by_text("3点の理由を教えてください。").wait_for()
    resumed = page.url
    page.get_by_role("textbox").fill("待ち時間が長い")
    page.clock.run_for(61_000)
    assert "秒後に、入力した内容を消して" in page.get_by_role("alert").inner_text()
    page.get_by_role("textbox").press("End")
    assert page.get_by_role("alert").count() == 0

    page.clock.run_for(61_000)
    page.clock.run_for(17_000)
    page.wait_for_url("**/s/many/?campaign=tokyo&k=kiosk")
    assert page.locator(":checked").count() == 0
    # What was given on the first page counts as broken off; nobody can take it up again.
    kept = Response.objects.get()
    assert (kept.partial, kept.channel, kept.answers["score"]) == (True, "kiosk", 3)
    assert Attempt.objects.get().finished_at is not None
    page.goto(resumed)
    assert page.locator(":checked").count() == 0
    assert "3点の理由" not in page.content()
    assert one.complaints == []


def test_the_shared_screen_has_big_targets_and_no_way_out(opened, live_server, survey):
    one = opened()
    one.page.goto(f"{live_server.url}/s/delivery/?k=kiosk")
    for box in one.page.eval_on_selector_all(
        ".nps label, .btn",
        "all => all.map(e => e.getBoundingClientRect()).map(b => [b.width, b.height])",
    ):
        assert box[0] >= 60 and box[1] >= 70, box
    hrefs = one.page.eval_on_selector_all("a[href]", "all => all.map(e => e.href)")
    assert hrefs == []
    assert one.complaints == []


def test_a_press_in_the_mail_selects_and_one_more_press_sends(opened, live_server, survey):
    one = opened(java_script_enabled=False)
    one.page.goto(f"{live_server.url}/s/delivery/?a=9")
    assert Response.objects.count() == 0
    assert one.page.locator(":checked").input_value() == "9"
    one.page.get_by_role("button", name="回答を送る").click()
    one.page.get_by_text("お声をくださり").wait_for()
    assert Response.objects.get().answers == {"score": 9}


def test_beginning_anew_sends_nothing_and_keeps_nothing(opened, live_server, survey):
    one = opened()
    one.page.goto(f"{live_server.url}/s/delivery/?k=kiosk")
    one.page.get_by_label("4", exact=True).check(force=True)
    one.page.get_by_role("textbox").fill("途中の言葉")
    one.page.get_by_role("button", name="はじめからやり直す").click()
    until_true(one.page, "!document.querySelector(':checked')")

    assert one.page.get_by_role("textbox").input_value() == ""
    assert one.page.evaluate("localStorage.length") == 0
    assert (Response.objects.count(), Attempt.objects.count()) == (0, 0)
    assert one.complaints == []
