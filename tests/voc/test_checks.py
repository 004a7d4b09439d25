"""Production starts on the documented environment and refuses each unsafe value, with a hint."""

import secrets
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.processes import environment, python, started
from voc import checks

SAFE = {
    "VOC_PRODUCTION": "1",
    "VOC_SECRET_KEY": secrets.token_urlsafe(64),
    "VOC_BASE_URL": "https://voc.example.jp",
    "VOC_ALLOWED_HOSTS": "voc.example.jp",
    "VOC_SMTP_HOST": "mail.example.jp",
    "VOC_NUM_PROXIES": "1",
}

CHECK_DEPLOY = """
import django; django.setup()
from django.core.checks import run_checks
for message in run_checks(include_deployment_checks=True):
    if message.is_silenced():
        continue
    print(message.id, message.msg)
"""

UNSAFE: list[tuple[str, dict[str, Any], str, str]] = [
    ("no key", {"SECRET_KEY": ""}, "voc.E001", "token_urlsafe"),
    ("a short key", {"SECRET_KEY": "secret"}, "voc.E001", "token_urlsafe"),
    ("a long key of one letter", {"SECRET_KEY": "a" * 80}, "voc.E001", "token_urlsafe"),
    ("Django's own example key", {"SECRET_KEY": f"django-insecure-{'k3y!z' * 12}"}, "voc.E001", ""),
    ("any host", {"ALLOWED_HOSTS": ["*"]}, "voc.E002", "Name every host"),
    ("no host", {"ALLOWED_HOSTS": []}, "voc.E002", "Name every host"),
    ("debug pages", {"DEBUG": True}, "voc.E003", "Unset"),
    ("plain http", {"BASE_URL": "http://voc.example.jp"}, "voc.E004", "https://"),
    ("no address", {"BASE_URL": "https://"}, "voc.E004", "https://"),
    (
        "mail that goes to the console",
        {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"},
        "voc.E005",
        "VOC_SMTP_HOST",
    ),
]


@pytest.fixture
def production(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings.PRODUCTION = True
    settings.SECRET_KEY = SAFE["VOC_SECRET_KEY"]
    settings.ALLOWED_HOSTS = ["voc.example.jp"]
    settings.BASE_URL = SAFE["VOC_BASE_URL"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.DEBUG = False
    settings.BROKER_URL = "redis://127.0.0.1:6379/0"
    monkeypatch.setenv("VOC_NUM_PROXIES", "1")
    return settings


def test_safe_values_have_no_finding(production: Any) -> None:
    assert checks.production_is_safe() == []


@pytest.mark.parametrize(
    ("values", "code", "hint"), [case[1:] for case in UNSAFE], ids=[case[0] for case in UNSAFE]
)
def test_an_unsafe_value_is_an_error_with_a_hint(
    production: Any, values: dict[str, Any], code: str, hint: str
) -> None:
    for name, value in values.items():
        setattr(production, name, value)

    (found,) = checks.production_is_safe()

    assert (found.id, found.is_serious()) == (code, True)
    assert hint in str(found.hint)


def test_the_number_of_proxies_must_be_said(
    production: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VOC_NUM_PROXIES")

    (found,) = checks.production_is_safe()

    assert found.id == "voc.E006"


def test_a_laptop_is_not_held_to_it(settings: Any) -> None:
    settings.PRODUCTION = False
    settings.SECRET_KEY = "x"

    assert checks.production_is_safe() == []


@pytest.mark.django_db
def test_the_demo_does_not_start_in_production(production: Any, now: Any) -> None:
    from voc.models import Workspace

    assert checks.no_demo_in_production(databases=["default"]) == []
    Workspace.objects.create(pk=1, name="みなも商店", is_demo=True, created_at=now)

    (found,) = checks.no_demo_in_production(databases=["default"])
    assert found.id == "voc.E007"


def test_the_documented_environment_passes_the_deployment_checks(tmp_path: Path) -> None:
    done = python(environment(tmp_path, **SAFE), CHECK_DEPLOY)

    assert (done.returncode, done.stdout) == (0, ""), done.stderr[-2000:]


@pytest.mark.parametrize("what", ["web", "worker"])
def test_neither_web_nor_worker_starts_on_an_unsafe_value(tmp_path: Path, what: str) -> None:
    unsafe = environment(tmp_path, **{**SAFE, "VOC_SECRET_KEY": "short", "VOC_DEBUG": "1"})
    if what == "web":
        done = python(unsafe, "import voc.wsgi")
        code, said = done.returncode, done.stderr
    else:
        log = tmp_path / "log"
        command = [sys.executable, "manage.py", "worker", "--processes", "1"]
        code = started(command, unsafe, log).wait(timeout=120)
        said = log.read_text()

    assert code == 1
    assert "voc.E001" in said
    assert "voc.E003" in said
    assert "token_urlsafe" in said
    assert "Traceback" not in said
