"""All settings, read from the environment; every one has a default that works with SQLite."""

from __future__ import annotations

import os
from pathlib import Path

import environ
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.utils.translation import gettext_lazy as _

from console import data_dir, skin
from console.security import log_redaction, production

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env(
    ALLOWED_HOSTS=(list, ["localhost", "127.0.0.1", "[::1]"]),
    CSRF_TRUSTED_ORIGINS=(list, []),
    DATABASE_URL=(str, ""),
    DATA_DIR=(str, str(BASE_DIR / "var")),
    DEBUG=(bool, False),
    FAILPOINT=(str, ""),
    GATEWAY_HOSTS=(list, ["outbound.ms.altubots.com"]),
    INSTALLATION_ID=(str, ""),
    LANGUAGE_CODE=(str, "pt-br"),
    LOG_LEVEL=(str, "INFO"),
    PRODUCTION=(bool, False),
    REDIS_URL=(str, ""),
    SANDBOX_PORT=(int, 8001),
    SECRET_KEY=(str, ""),
    SENDER_LEASE_SECONDS=(int, 90),
    SENDER_SILENCE_SECONDS=(int, 60),
    SENDER_SLOTS=(int, 32),
    STATIC_ROOT=(str, ""),
    TIME_ZONE=(str, "America/Sao_Paulo"),
    TOKEN_KEYS=(list, []),
    TRUST_PROXY=(bool, False),
)

production.raise_if_any(
    production.unclear_switches({name: os.environ.get(name, "") for name in ("PRODUCTION", "TRUST_PROXY")})
)
PRODUCTION = env("PRODUCTION")
DEBUG = env("DEBUG")
DATA_DIR = data_dir.prepare(Path(env("DATA_DIR")).resolve())
SECRET_KEY = env("SECRET_KEY") or data_dir.secret_key(DATA_DIR)
# Fernet keys of the integration tokens: the first one writes, all of them read.
TOKEN_KEYS = env("TOKEN_KEYS") or [data_dir.token_key(DATA_DIR)]
ALLOWED_HOSTS = env("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env("CSRF_TRUSTED_ORIGINS")
FAILPOINT = env("FAILPOINT")
if PRODUCTION:
    production.raise_if_any(
        [
            *production.debug_problems(DEBUG, FAILPOINT),
            *production.key_problems(SECRET_KEY, TOKEN_KEYS),
            *production.host_problems(ALLOWED_HOSTS, CSRF_TRUSTED_ORIGINS),
        ]
    )

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "console.apps.ConsoleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.forms",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "auditlog",
    "csp",
    "django_q",
    "outbound",
]
MIDDLEWARE = [
    "console.security.headers.security_headers_middleware",
    "console.health.healthz_middleware",
    "outbound.webhooks.middleware.before_all_else",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "console.audit_log.middleware.remote_address_middleware",
]
ROOT_URLCONF = "console.urls"
WSGI_APPLICATION = "console.wsgi.application"
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
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # our widgets' templates are in templates/

# -- Database: SQLite beside the code until DATABASE_URL says otherwise -------------------------------
DATABASES = {"default": env.db_url_config(env("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        # FULL instead of the usual NORMAL: at power loss NORMAL may undo a committed claim,
        # the message would look unsent, and a person would get it twice.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
    }
else:
    # A host that swallows packets must not hold up a page, a webhook or the answer of /healthz for minutes.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 2)  # seconds
    DATABASES["default"]["OPTIONS"].setdefault("tcp_user_timeout", 2_000)  # milliseconds
    # Each query is small. If the planner misjudges one, compiling it and starting parallel workers cost
    # a page half a second, many times the query itself.
    DATABASES["default"]["OPTIONS"].setdefault("options", "-c jit=off -c max_parallel_workers_per_gather=0")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- The queue: django-q2 only wakes the sender, the message rows are the work ------------------------
Q_CLUSTER = {
    "name": "console",
    "workers": 1,  # one pump at a time: its slots are all that a crash can leave in doubt
    "timeout": 120,  # a pump claims for 20 s, finishes what is in flight, and waits for a lost database
    "retry": 180,
    "bulk": 1,  # no prefetch: a task that waits in memory under a lock runs twice
    "queue_limit": 1,
    "max_attempts": 1,  # our rows decide on another try, never the broker
    "ack_failures": True,
    "save_limit": -1,  # results are never read; keeping them costs more than the task
    "catch_up": False,
    "guard_cycle": 0.5,
    "poll": 0.5,
    "scheduler": False,  # the worker looks at the rows by itself, and a row of a schedule could run anything
    "label": "django-q2",
}
if env("REDIS_URL"):
    Q_CLUSTER |= {"redis": env("REDIS_URL"), "broker_class": "outbound.brokers.redis.RedisWakeUps"}
else:
    Q_CLUSTER |= {"orm": "default", "broker_class": "outbound.brokers.database.DatabaseWakeUps"}
# Messages a sender holds at once for one integration; half of them are in flight, half stand ready.
SENDER_SLOTS = env("SENDER_SLOTS")
GATEWAY_HOSTS = env("GATEWAY_HOSTS")
SENDER_LEASE_SECONDS = env("SENDER_LEASE_SECONDS")
SENDER_SILENCE_SECONDS = env("SENDER_SILENCE_SECONDS")
INSTALLATION_ID = env("INSTALLATION_ID")
SANDBOX_PORT = env("SANDBOX_PORT")

# -- People -------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["console.permissions.OneQuestionBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator", "NumericPasswordValidator")
] + [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    }
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
SESSION_COOKIE_AGE = 10 * 60 * 60

# -- Language and time --------------------------------------------------------------------------------
LANGUAGE_CODE = env("LANGUAGE_CODE")
LANGUAGES = [("pt-br", _("Portuguese (Brazil)")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "console" / "locale", BASE_DIR / "console" / "skin" / "locale"]
TIME_ZONE = env("TIME_ZONE")
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

# -- Static files: straight from the packages, or collected and hashed where STATIC_ROOT is set -------
STATIC_URL = "static/"
STATIC_ROOT = env("STATIC_ROOT") or None
WHITENOISE_USE_FINDERS = STATIC_ROOT is None
# Set explicitly, since the umask makes all other files private.
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o644, 0o755
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "console.static.CollectedFilesStorage"
        if STATIC_ROOT
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# -- Security -----------------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_SSL_REDIRECT = PRODUCTION
LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SAMESITE = True, "Lax"
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env("TRUST_PROXY") else None
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    LANGUAGE_COOKIE_NAME = "__Host-django_language"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # The skin's Alpine build evaluates attributes and sets inline styles; scripts stay files of ours.
        "script-src": [SELF, UNSAFE_EVAL],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

DEFAULT_EXCEPTION_REPORTER = "console.security.error_reports.RedactingReporter"
DEFAULT_EXCEPTION_REPORTER_FILTER = "console.security.error_reports.RedactingReporterFilter"
log_redaction.install()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL")},
}

UNFOLD = skin.UNFOLD
