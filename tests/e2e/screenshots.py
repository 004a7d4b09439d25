"""Pictures of every page of a demo workspace, at three widths, in light and dark.

    VOC_VAR=/tmp/demo-var .venv/bin/python manage.py migrate
    VOC_VAR=/tmp/demo-var .venv/bin/python manage.py demo
    VOC_VAR=/tmp/demo-var .venv/bin/python tests/e2e/screenshots.py FOLDER [name …]

Names choose pages; without them all are taken. A page is reported when it is wider than its
window, fails the audit (WCAG 2.2 AA) or complains in the console. FOLDER/screenshot.png is the
picture of the README: the home page, 1440 × 1000, light.
"""

# ruff: noqa: E402, T201 - Django is set up before its modules are imported; this is a command

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voc.settings")
# Playwright's loop runs in this thread; the database is read before it starts.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.wsgi import get_wsgi_application

from tests.e2e.pages import public_pages, staff_pages
from tests.e2e.walk import ARGUMENTS, CHROMIUM, Watch, overflow, violations
from voc.models import Role, User, Workspace

WIDTHS = {360: 740, 768: 1024, 1440: 1000}


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


@contextmanager
def _served() -> Iterator[str]:
    with make_server("127.0.0.1", 0, get_wsgi_application(), _Server, _Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _session(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    assert session.session_key
    return session.session_key


def _pictures(browser: Any, address: str, cookie: str, folder: Path, pages: dict[str, str]) -> int:
    wrong = 0
    for scheme in ("light", "dark"):
        context = browser.new_context(locale="ja-JP", color_scheme=scheme, reduced_motion="reduce")
        if cookie:
            context.add_cookies([{"name": "voc-session", "value": cookie, "url": address}])
        watch = Watch(context, address)
        page = context.new_page()
        for name, path in pages.items():
            page.goto(address + path)
            for width, height in WIDTHS.items():
                page.set_viewport_size({"width": width, "height": height})
                found = overflow(page)
                if width != 768:
                    found += violations(page)
                page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
                for line in found + watch.take():
                    print(f"{name} {width} {scheme}: {line}")
                    wrong += 1
        context.close()
    return wrong


def _readme_picture(browser: Any, address: str, cookie: str, path: Path) -> None:
    context = browser.new_context(
        locale="ja-JP", color_scheme="light", device_scale_factor=1,
        viewport={"width": 1440, "height": 1000},
    )  # fmt: skip
    context.add_cookies([{"name": "voc-session", "value": cookie, "url": address}])
    page = context.new_page()
    page.goto(address + "/")
    page.evaluate("document.fonts.ready.then(() => true)")
    page.screenshot(path=path)
    context.close()


def main(folder: Path, names: list[str]) -> int:
    if not Workspace.objects.filter(is_demo=True).exists():
        sys.exit("This database is no demo. Set VOC_VAR to one that `manage.py demo` has filled.")
    analyst = User.objects.filter(role=Role.ANALYST).order_by("pk").first()
    owner = User.objects.filter(role=Role.OWNER).order_by("pk").first()
    agent = User.objects.filter(role=Role.AGENT).order_by("pk").first()
    assert analyst and owner and agent
    staff, public = staff_pages(owner), public_pages()
    as_agent = {"home-agent": "/"}
    cookies = {user: _session(user) for user in (analyst, owner, agent)}
    folder.mkdir(parents=True, exist_ok=True)

    def chosen(pages: dict[str, str]) -> dict[str, str]:
        return {name: path for name, path in pages.items() if not names or name in names}

    from playwright.sync_api import sync_playwright

    with _served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        wrong = _pictures(browser, address, cookies[owner], folder, chosen(staff))
        wrong += _pictures(browser, address, cookies[agent], folder, chosen(as_agent))
        wrong += _pictures(browser, address, "", folder, chosen(public))
        if not names or "screenshot" in names:
            _readme_picture(browser, address, cookies[analyst], folder / "screenshot.png")
        browser.close()
    print(f"{wrong} things to look at")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
