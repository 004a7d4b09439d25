"""Every page on a phone, a tablet and a desk; and the pages the walk of test_loop passes by."""

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.utils import timezone

from surveys.queries import definitions
from tests.e2e.pages import public_pages, staff_pages
from tests.e2e.walk import overflow
from voc.models import Role, User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = (360, 768, 1440)
# Audited here because the walk does not come by; the others are audited there.
AUDITED = {
    "account", "comment-edit", "comments-nothing", "customer", "form-csat", "help",
    "missing", "password-reset", "password-reset-sent", "scores", "scores-csat", "search",
    "search-nothing", "settings", "settings-audit", "settings-keys", "settings-work", "survey",
    "survey-edit", "survey-question-long", "survey-question-new", "survey-question-nps",
    "survey-quotas", "survey-settings", "ticket-note", "ui",
}  # fmt: skip


def _cookie(user: User) -> dict[str, str]:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return {"name": "voc-session", "value": str(session.session_key)}


@pytest.fixture
def demo(transactional_db):
    """A small demo workspace: every kind of page has something on it."""
    definitions.forget()
    call_command("demo", scale=0.02, end=timezone.localdate())
    return User.objects.get(role=Role.OWNER)


def _too_wide(somebody, pages):
    found = []
    for name, path in pages.items():
        page = somebody.open(path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            found += [f"{name} at {width} px: {line}" for line in overflow(page)]
        if name in AUDITED:
            somebody.look(name)
    return found


def test_no_page_is_wider_than_its_window_and_the_quiet_ones_pass_the_audit(demo, walker):
    staff, public = staff_pages(demo), public_pages()
    missing = AUDITED - staff.keys() - public.keys()
    assert not missing
    assert len(staff) > 36
    cookie = _cookie(demo)

    owner, visitor = walker(), walker()
    owner.context.add_cookies([{**cookie, "url": owner.address}])
    found = _too_wide(owner, staff) + _too_wide(visitor, public)

    assert not found, found
