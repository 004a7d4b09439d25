"""Jobs of the proofs, loaded into a worker by `celery worker --include tests.prove.handlers`.

Each leaves one audit entry, so that what happened never or twice can be counted.
"""

import time

from voc import audit, jobs
from voc.models import Workspace


@jobs.handler("prove.work")
def work(run: jobs.Run, number: int, seconds: float) -> None:
    """An effect before the wait and "done" after it: killed in between, neither may stay."""
    audit.record(
        "prove.work",
        Workspace.objects.get(pk=1),
        actor=None,
        now=run.now,
        detail={"number": number, "attempt": run.attempt},
    )
    time.sleep(seconds)


@jobs.handler("prove.freeze")
def freeze(run: jobs.Run, folder: str) -> None:
    """The first attempt waits in the middle of its work until the proof lets it go on."""
    from pathlib import Path

    marks = Path(folder)
    audit.record(
        "prove.freeze",
        Workspace.objects.get(pk=1),
        actor=None,
        now=run.now,
        detail={"attempt": run.attempt},
    )
    (marks / f"begun-{run.attempt}").touch()
    while run.attempt == 1 and not (marks / "go-on").exists():
        time.sleep(0.02)
