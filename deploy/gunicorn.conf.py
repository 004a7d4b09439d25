"""Web processes behind a buffering proxy: `gunicorn voc.wsgi --config deploy/gunicorn.conf.py`."""

import multiprocessing
import os

bind = os.environ.get("VOC_BIND", "127.0.0.1:8000")
# One import for all processes, and one refusal when the settings are unsafe.
preload_app = True
worker_class = "gthread"
workers = int(os.environ.get("VOC_WEB_PROCESSES", multiprocessing.cpu_count() + 1))
threads = 4
timeout = 30
graceful_timeout = 30
# Against slow growth of memory; the jitter keeps processes from ending together.
max_requests = 5_000
max_requests_jitter = 500
accesslog = None
errorlog = "-"
loglevel = "warning"
control_socket_disable = True
