"""What the repository promises about itself: nothing of one machine, files of a size to read."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunPython, RunSQL, SeparateDatabaseAndState

ROOT = Path(__file__).resolve().parents[2]
APPS = ("voc", "feedback", "support", "surveys")
# Put together here, so that this file does not name them either.
REGISTRIES = [
    "pypi." + "org", "python" + "hosted.org", "npmjs." + "org", "npmjs." + "com",
    "yarnpkg." + "com", "unpkg." + "com", "jsdelivr." + "net", "cdn" + "js.cloudflare",
]
MACHINE = re.compile(r"(?<![\w.])/(?:home|Users|root|work)/[\w.-]+")
LINES = 450


def tracked() -> list[Path]:
    """Every text file of the repository, whether committed yet or not."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, check=False,
    )
    if listed.returncode:
        pytest.skip("not a git work tree")
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file() and not _is_binary(path)]


def _is_binary(path: Path) -> bool:
    return b"\0" in path.read_bytes()[:4096]


def _vendored(path: Path) -> bool:
    return "vendor" in path.parts or path.name.endswith((".min.js", ".min.css"))


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8", errors="replace")
        for path in tracked()
        if not _vendored(path)
    }


def test_no_file_names_a_package_registry(texts: dict[str, str]) -> None:
    found = [(name, host) for name, text in texts.items() for host in REGISTRIES if host in text]

    assert found == []


def test_no_file_names_a_place_of_one_machine(texts: dict[str, str]) -> None:
    found = [(name, hit) for name, text in texts.items() for hit in MACHINE.findall(text)]

    assert found == []


@pytest.mark.parametrize("lock", sorted(path.name for path in ROOT.glob("requirements*.lock")))
def test_a_lock_file_pins_and_hashes_everything_and_says_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")

    assert "index-url" not in text
    assert "http" not in text
    entries = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert len(entries) > 30
    assert [entry.splitlines()[0] for entry in entries if "==" not in entry] == []
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_every_migration_can_be_undone() -> None:
    loader = MigrationLoader(None)
    stuck = [
        (key, type(operation).__name__)
        for key, migration in loader.disk_migrations.items()
        if key[0] in APPS
        for operation in migration.operations
        if isinstance(operation, RunPython | RunSQL | SeparateDatabaseAndState)
        and not operation.reversible
    ]

    assert stuck == []


def test_migrations_are_named_by_hand() -> None:
    loader = MigrationLoader(None)
    found = [key for key in loader.disk_migrations if key[0] in APPS and "_auto_" in key[1]]

    assert found == []


def test_imports_run_downwards_only() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    if not program.exists():
        pytest.skip("import-linter is not installed")

    done = subprocess.run(
        [program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout


def test_every_setting_is_in_the_table_of_the_production_page() -> None:
    settings = (ROOT / "voc" / "settings.py").read_text(encoding="utf-8")
    names = re.findall(r'env\.(?:text|flag|number|words)\(\s*"(\w+)"', settings)
    page = (ROOT / "docs" / "production.md").read_text(encoding="utf-8")

    assert len(names) > 15
    assert [name for name in names if f"`{name}`" not in page] == []


def test_no_module_is_too_long_to_read() -> None:
    long = [
        (str(path.relative_to(ROOT)), lines)
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        # What makemigrations wrote is read by Django, not by people.
        if "migrations" not in path.parts
        and (lines := path.read_text(encoding="utf-8").count("\n")) > LINES
    ]

    assert long == []
