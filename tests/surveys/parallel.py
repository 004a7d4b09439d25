"""Run by test_parallel.py in a process of its own: many posts at one moment, on a real database.

Prints one JSON object: the answers' status codes and what is stored afterwards.
"""

import json
import os
import threading
import uuid
from collections import Counter
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voc.settings")

POSTS = 50


def _at_once(path: str, bodies: list[dict[str, str]]) -> Counter[str]:
    from django.db import connections
    from django.test import Client

    start, codes = threading.Barrier(len(bodies)), Counter()

    def post(body: dict[str, str]) -> None:
        try:
            start.wait()
            codes[str(Client().post(path, body).status_code)] += 1
        finally:
            connections.close_all()

    threads = [threading.Thread(target=post, args=[body]) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return codes


def main() -> None:
    import django
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["testserver"]
    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    call_command("migrate", verbosity=0)
    from surveys.forms.answer import token
    from surveys.models import Invitation, Response
    from surveys.services.invitations import invite
    from tests.factories import SurveyFactory
    from voc import jobs
    from voc.models import Job

    jobs.ring = lambda job_id: None
    slug = f"s-{uuid.uuid4().hex[:12]}"
    survey = SurveyFactory(slug=slug)
    now = timezone.now()
    (link,) = invite(
        survey=survey, customers=[None], now=now - timedelta(minutes=1), actor=None
    )
    invited = "/" + link.url.split("/", 3)[3]

    def body(key: str | None = None) -> dict[str, str]:
        key = key or str(uuid.uuid4())
        return {"key": key, "t": token(key, now), "score": "9", "comment": "早い"}

    one_key = str(uuid.uuid4())
    by_link = _at_once(invited, [body() for _ in range(POSTS)])
    same = _at_once(f"/s/{slug}/", [body(one_key) for _ in range(POSTS)])
    stored = Response.objects.filter(survey=survey)
    ids = set(stored.values_list("pk", flat=True))
    promised = Job.objects.filter(kind="surveys.process_response")
    print(  # noqa: T201
        json.dumps(
            {
                "by_link": by_link,
                "same_key": same,
                "of_invitation": stored.exclude(invitation=None).count(),
                "of_key": stored.filter(key=one_key).count(),
                "jobs": sum(job.payload["response_id"] in ids for job in promised),
                "used": Invitation.objects.filter(survey=survey).exclude(used_at=None).count(),
            }
        )
    )


if __name__ == "__main__":
    main()
