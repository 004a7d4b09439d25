"""Token bucket in the database: the same allowance in every process."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from voc.models import TokenBucket


@transaction.atomic
def take(key: str, *, now: datetime, capacity: float, per_second: float) -> bool:
    """True and one token less, or False when the bucket is empty."""
    bucket, _created = TokenBucket.objects.select_for_update().get_or_create(
        key=key[:150], defaults={"tokens": capacity, "updated_at": now}
    )
    passed = max((now - bucket.updated_at).total_seconds(), 0.0)
    tokens = min(capacity, bucket.tokens + passed * per_second)
    allowed = tokens >= 1
    bucket.tokens = tokens - 1 if allowed else tokens
    bucket.updated_at = max(now, bucket.updated_at)
    bucket.save(update_fields=["tokens", "updated_at"])
    return allowed


def client_address(request: HttpRequest) -> str:
    """Address of the client as our own proxies saw it; a header sent by the client is not believed."""
    proxies = settings.NUM_PROXIES
    if proxies:
        chain = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        if len(chain) >= proxies and chain[-proxies]:
            return chain[-proxies][:45]
    return str(request.META.get("REMOTE_ADDR", ""))
