"""`python -m tests.everything`: every test this machine can run, on each database it has.

The last line names what was left out and why. With VOC_REQUIRE_ALL=1 leaving out is failing.
"""

import os
import subprocess
import sys
import time

from tests import leftout


def main() -> int:
    started = time.monotonic()
    missing = []
    failed = _suite("SQLite", {})
    if leftout.postgresql():
        # Pages look the same on every database: one pass in the browser is enough.
        failed |= _suite(
            "PostgreSQL", {"DATABASE_URL": leftout.POSTGRESQL_URL}, "-m", "not browser"
        )
    else:
        missing.append("the pass on PostgreSQL (no server answers; `make services` sets one up)")
    if not leftout.redis():
        missing.append("tests with Redis (no server answers; `make services` sets one up)")
    if not leftout.chromium():
        missing.append("tests in the browser (no Chromium; `make services` installs it)")
    left = f"Left out: {'; '.join(missing)}." if missing else "Nothing was left out."
    incomplete = bool(missing) and os.environ.get("VOC_REQUIRE_ALL") == "1"
    result = "Failed." if failed else "Incomplete." if incomplete else "Passed."
    print(f"{result} {left} {time.monotonic() - started:.0f} s")  # noqa: T201 - the answer
    return 1 if failed or incomplete else 0


def _suite(name: str, env: dict[str, str], *options: str) -> bool:
    """True when a test failed."""
    print(f"--- {name}", flush=True)  # noqa: T201 - the heading of what follows
    command = [sys.executable, "-m", "pytest", "-q", "-n", "auto", *options]
    clean = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    return subprocess.run(command, env={**clean, **env}, check=False).returncode != 0


if __name__ == "__main__":
    sys.exit(main())
