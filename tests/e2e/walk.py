"""A browser in which every page that is opened is looked over."""

import re
import shutil
import time
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import expect

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Milliseconds; a machine that runs other tests beside this one is slow now and then.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


class Watch:
    """What a context complains about: console errors (CSP says so there), foreign requests."""

    def __init__(self, context: Any, address: str) -> None:
        self.host = urlsplit(address).netloc
        self.found: list[str] = []
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.found.append(f"error: {error.error}"))
        context.on("response", self._response)

    def _request(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != self.host:
            self.found.append(f"foreign request: {request.url}")

    def _console(self, message: Any) -> None:
        # Chromium logs every 4xx page that was asked for; those are looked at by _response.
        if message.type == "error" and "the server responded with a status" not in message.text:
            self.found.append(f"console: {message.text}")

    def _response(self, response: Any) -> None:
        path = urlsplit(response.url).path
        if response.status >= 500 or (response.status >= 400 and path.startswith("/static/")):
            self.found.append(f"{response.status}: {response.url}")

    def take(self) -> list[str]:
        found, self.found = self.found, []
        return found


@cache
def _axe() -> Any:
    from axe_playwright_python.sync_playwright import Axe

    return Axe()


def violations(page: Any, *, rules: list[str] = RULES) -> list[str]:
    """What the audit finds on the page as it stands, a line for each."""
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    found = _axe().run(page, options=options).response["violations"]
    return [
        f"{row['id']}: {node['html'][:160]} ({_why(node)})"
        for row in found
        for node in row["nodes"]
    ]


def _why(node: dict[str, Any]) -> str:
    text = " ".join(check["message"] for check in (*node["any"], *node["all"], *node["none"]))
    return re.sub(r"\s+", " ", text)[:200]


def overflow(page: Any) -> list[str]:
    """The page is wider than its window, with the elements that stick out."""
    wide = page.evaluate(
        """() => {
          const width = innerWidth;
          if (document.scrollingElement.scrollWidth <= width) return null;
          const out = [...document.body.querySelectorAll("*")].filter(
            (e) => e.getBoundingClientRect().right > width + 1
              && !e.closest(".table-wrap, .visually-hidden"));
          return [document.scrollingElement.scrollWidth, out.slice(0, 4).map(
            (e) => `${e.tagName.toLowerCase()}.${e.className}`)];
        }"""
    )
    return [f"{wide[0]} px wide: {', '.join(wide[1])}"] if wide else []


def until_true(page: Any, expression: str, seconds: float = PATIENCE / 1000) -> None:
    """Waits for an expression of the page. `wait_for_function` evaluates it inside the page, where
    our policy forbids that."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, expression
        page.wait_for_timeout(50)


class Walker:
    """Somebody with a browser. `look` audits the page as it stands, in light and in dark."""

    def __init__(self, browser: Any, address: str, **options: Any) -> None:
        self.address = address
        # Without motion, so that a colour is never looked at on its way to another.
        usual = {
            "locale": "ja-JP",
            "viewport": {"width": 1440, "height": 900},
            "reduced_motion": "reduce",
        }
        self.context = browser.new_context(**{**usual, **options})
        self.context.set_default_timeout(PATIENCE)
        self.watch = Watch(self.context, address)
        self.page = self.context.new_page()
        # The audit is a script: where scripts are off, it looks at the same address elsewhere.
        self.mirror: Any = None
        if options.get("java_script_enabled") is False:
            self.mirror = browser.new_context(**{**usual, **options, "java_script_enabled": True})

    def open(self, path: str) -> Any:
        self.page.goto(path if path.startswith("http") else self.address + path)
        return self.page

    def sign_in(self, user: Any, password: str) -> Any:
        """Through the page, by its labels."""
        page = self.open("/login/")
        page.get_by_label("メールアドレス").fill(user.email)
        page.get_by_label("パスワード").fill(password)
        self.press(page.get_by_role("button", name="ログインする"))
        expect(page).to_have_url(self.address + "/")
        return page

    def close(self) -> None:
        for context in filter(None, (self.context, self.mirror)):
            context.close()

    def press(self, control: Any) -> Any:
        """Clicks what leads to another page, and waits until that page is there.

        A click alone may return while the old page still stands, or the new one has no body yet.
        """
        with self.page.expect_navigation():
            control.click()
        return self.page

    def go(self, section: str) -> Any:
        """To a section, by the navigation."""
        nav = self.page.get_by_role("navigation", name="主な画面")
        return self.press(nav.get_by_role("link", name=re.compile(f"^{section}")))

    def look(self, where: str) -> None:
        """Fails when the page as it stands breaks a rule of WCAG 2.2 AA or is too wide."""
        page = self.mirror.new_page() if self.mirror else self.page
        if self.mirror:
            page.goto(self.page.url)
        found = overflow(page) + violations(page)
        # The other scheme changes colours and nothing else of the page.
        page.emulate_media(color_scheme="dark")
        found += [f"dark: {line}" for line in violations(page, rules=["color-contrast"])]
        page.emulate_media(color_scheme="light")
        found += self.watch.take()
        if self.mirror:
            page.close()
        assert not found, (where, self.page.url, found[:6])
