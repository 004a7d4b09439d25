"""All settings, from the environment. Without any variable: laptop mode.

Laptop mode is SQLite and a filesystem broker under var/, on 127.0.0.1 only.
Production (VOC_PRODUCTION=1) refuses to start on unsafe values: see voc/checks.py.
"""

import secrets
import sys
from pathlib import Path

import dj_database_url
import django

from voc import env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("VOC_VAR", str(BASE_DIR / "var")))
PRODUCTION = env.flag("VOC_PRODUCTION")
TESTING = "pytest" in sys.modules
DEBUG = env.flag("VOC_DEBUG")
VERSION = "0.1.0"


def _laptop_secret() -> str:
    """A key of this machine, made once, so that sessions survive a restart."""
    path = VAR_DIR / "secret_key"
    if not path.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64), encoding="ascii")
    return path.read_text(encoding="ascii")


SECRET_KEY = env.text("VOC_SECRET_KEY") or ("" if PRODUCTION else _laptop_secret())
SECRET_KEY_FALLBACKS = env.words("VOC_SECRET_KEY_FALLBACKS")
BASE_URL = env.text("VOC_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.words("VOC_ALLOWED_HOSTS", "" if PRODUCTION else "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
# How many proxies of ours stand in front; their X-Forwarded-For entries are believed, no others.
NUM_PROXIES = env.number("VOC_NUM_PROXIES", 0)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "voc",
    "feedback",
    "support",
    "surveys",
]
if django.VERSION < (6, 0):
    INSTALLED_APPS.insert(0, "template_partials")

MIDDLEWARE = [
    "voc.middleware.RequestId",
    "voc.middleware.UnreadBody",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "voc.middleware.ContentSecurityPolicy",
    "voc.middleware.DatabaseDown",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "voc.middleware.Language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "voc.urls"
WSGI_APPLICATION = "voc.wsgi.application"
FORM_RENDERER = "voc.forms.Renderer"

_builtins = [
    "django.templatetags.i18n",
    "django.templatetags.static",
    "voc.templatetags.ui",
    "voc.templatetags.written",
]
if django.VERSION < (6, 0):
    _builtins.append("template_partials.templatetags.partials")
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "voc.context.chrome",
            ],
            "builtins": _builtins,
        },
    }
]

# --- data -----------------------------------------------------------------
DATABASE_URL = env.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'voc.sqlite3'}")
DATABASES = {"default": dj_database_url.parse(DATABASE_URL)}
_database = DATABASES["default"]
_database["CONN_HEALTH_CHECKS"] = True
if _database["ENGINE"].endswith("sqlite3"):
    Path(_database["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    _database["CONN_MAX_AGE"] = None
    # A write transaction takes its lock at BEGIN; otherwise two readers that both
    # want to write fail with "database is locked" (7 % of transactions, measured).
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
            "PRAGMA foreign_keys=ON; PRAGMA cache_size=-32000; PRAGMA temp_store=MEMORY;"
        ),
    }
else:
    _database["CONN_MAX_AGE"] = env.number("VOC_CONN_MAX_AGE", 60)
    _database.setdefault("OPTIONS", {})
    _database["OPTIONS"].setdefault("connect_timeout", 2)
    # Pages and jobs are cut off; migrations, rebuilds and backups take the time they need.
    _command = Path(sys.argv[0]).name == "manage.py" and sys.argv[1:2] != ["runserver"]
    _limits = "-c lock_timeout=5s" if _command else "-c statement_timeout=30s -c lock_timeout=5s"
    _database["OPTIONS"].setdefault("options", _limits)
# SQLite leaves the extra columns of covering indexes out; PostgreSQL uses them.
SILENCED_SYSTEM_CHECKS = ["models.W040"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- work that must happen --------------------------------------------------
BROKER_URL = env.text("BROKER_URL", "filesystem://")
CELERY_BROKER_URL = BROKER_URL
if BROKER_URL.startswith("filesystem"):
    _queue = VAR_DIR / "queue"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue / "messages"),
        "data_folder_out": str(_queue / "messages"),
        "control_folder": str(_queue / "control"),
        "polling_interval": 0.1,
    }
elif BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 600,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "unacked_mutex_expire": 30,
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
        "health_check_interval": 15,
    }
# A broker that is down must not hold up the customer who is submitting a survey.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 0}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_ACCEPT_CONTENT = ["json"]
# A folder is looked at every 0.1 s: fetching one bell a process there means 20 jobs a second.
CELERY_WORKER_PREFETCH_MULTIPLIER = 16 if BROKER_URL.startswith("filesystem") else 1
CELERY_WORKER_CONCURRENCY = env.number("VOC_WORKER_PROCESSES", 2)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Celery closes the connection around every task unless told how often to reuse it.
CELERY_DB_REUSE_MAX = 1000
# A lease longer than the longest job; a job whose lease has run out is run again.
JOB_LEASE_SECONDS = float(env.text("VOC_JOB_LEASE_SECONDS", "120"))
JOB_SWEEP_SECONDS = float(env.text("VOC_JOB_SWEEP_SECONDS", "5"))

# --- people -----------------------------------------------------------------
AUTH_USER_MODEL = "voc.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600

# --- the browser --------------------------------------------------------------
HTTPS = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "voc-session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "voc-csrf"
SESSION_COOKIE_AGE = 7 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS and env.flag("VOC_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if NUM_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "manifest-src": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
    "object-src": ["'none'"],
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

STATIC_URL = "static/"
STATIC_ROOT = Path(env.text("VOC_STATIC_ROOT", str(BASE_DIR / "static-root"))) if PRODUCTION else None
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = VAR_DIR / "media"

# --- language and time --------------------------------------------------------
LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "voc" / "locale"]
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
USE_I18N = True

# --- mail ---------------------------------------------------------------------
EMAIL_HOST = env.text("VOC_SMTP_HOST")
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if EMAIL_HOST
    else "django.core.mail.backends.console.EmailBackend"
)
EMAIL_PORT = env.number("VOC_SMTP_PORT", 587)
EMAIL_HOST_USER = env.text("VOC_SMTP_USER")
EMAIL_HOST_PASSWORD = env.text("VOC_SMTP_PASSWORD")
EMAIL_USE_TLS = env.flag("VOC_SMTP_TLS", default=EMAIL_PORT == 587)
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.text("VOC_MAIL_FROM", "VOC <voc@localhost>")

# --- API ----------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "voc.api.auth.ApiKeyAuthentication",
        "voc.api.auth.PageSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["voc.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "voc.api.errors.handle",
    "NUM_PROXIES": NUM_PROXIES,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "COMPACT_JSON": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "VOC API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "voc.api.openapi.complete",
    ],
    "ENUM_NAME_OVERRIDES": {
        "PolarityEnum": "feedback.models.voice.Polarity",
        "ImprovementStateEnum": "feedback.models.backlog.Improvement.State",
        "InsightStateEnum": "feedback.models.backlog.Insight.State",
        "TopicStateEnum": "feedback.models.topics.Topic.State",
        "ReleaseKindEnum": "feedback.models.told.Release.Kind",
        "SurveyKindEnum": "surveys.models.design.Survey.Kind",
        "SurveyStateEnum": "surveys.models.design.Survey.State",
        "SourceEnum": "feedback.models.voice.Source",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "voc.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env.text("VOC_LOG_LEVEL", "WARNING")},
    "loggers": {
        "voc": {"level": env.text("VOC_LOG_LEVEL", "INFO")},
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django.security.DisallowedHost": {"level": "ERROR"},
    },
}

