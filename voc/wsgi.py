"""WSGI entry point. Refuses to start in production on unsafe settings."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voc.settings")
application = get_wsgi_application()

from django.db import connections  # noqa: E402 - needs the settings above
from django.urls import get_resolver  # noqa: E402

from voc.checks import refuse_unsafe_start  # noqa: E402

refuse_unsafe_start()
# All modules now, not in somebody's first request; and no connection across a fork.
get_resolver().url_patterns  # noqa: B018
connections.close_all()
