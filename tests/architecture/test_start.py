"""What a process loads before it can answer."""

import subprocess
import sys


def test_the_web_process_starts_without_the_heavy_libraries() -> None:
    """Each of them costs a start half a second or more, and every process its memory."""
    code = (
        "import sys, voc.wsgi; "
        "print([name for name in ('scipy.stats', 'sklearn', 'feedback.demo.load') if name in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.strip() == "[]"
