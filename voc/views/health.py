"""Is the process up, and is it ready to keep promises?"""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Min
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from voc.access import public
from voc.models import Job

STALE_SECONDS = 300


@public()
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@public()
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, is migrated, and no due job has waited five minutes."""
    try:
        executor = MigrationExecutor(connection)
        pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        if pending:
            return JsonResponse({"ready": False, "migrations_pending": pending}, status=503)
        oldest = Job.objects.filter(state=Job.State.QUEUED, due_at__lte=Now()).aggregate(
            at=Min("due_at")
        )["at"]
    except DatabaseError:
        return JsonResponse({"ready": False, "database": "unavailable"}, status=503)
    waiting = int((timezone.now() - oldest).total_seconds()) if oldest else 0
    ready = waiting < STALE_SECONDS
    return JsonResponse(
        {"ready": ready, "migrations_pending": 0, "oldest_due_job_seconds": waiting},
        status=200 if ready else 503,
    )
