"""Django's settings. Everything that differs between installations comes from the environment (INTERFACES §4)."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from evenhand.web.home import Home

HOME = Home.here()


def _secret() -> str:
    """Return the signing secret, making the file (0600) on first use in a new home."""
    path = HOME.secret_key
    if not path.exists():
        if "EVENHAND_SECRET_KEY_FILE" in os.environ:
            raise ImproperlyConfigured(f"EVENHAND_SECRET_KEY_FILE names {path}, which does not exist.")
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def _database(url: str | None) -> dict[str, Any]:
    """Return Django's description of the desk database: SQLite in the home, or PostgreSQL by DATABASE_URL."""
    if not url or url.startswith("sqlite"):
        name = HOME.database if not url else Path(unquote(urlsplit(url).path))
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(name),
            # EVIDENCE §1.6: FULL, because NORMAL loses acknowledged commits at power loss.
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                    "PRAGMA secure_delete=ON; PRAGMA recursive_triggers=ON;"
                ),
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql:// or be absent (SQLite).")
    # What stands behind the question mark is libpq's: `?host=/folder` names a Unix socket, `?sslmode=verify-full` TLS.
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        # The lists are found by index and the rows by their ids; PostgreSQL's own figure is of turning disks, and
        # with it every list of an officer reads all live cases.
        "OPTIONS": {"options": "-c random_page_cost=1.1"} | options,
        # A connection costs more than most pages ask of it.
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


SECRET_KEY = _secret()
DEBUG = False
_NAMED_HOSTS = [h for h in os.environ.get("EVENHAND_ALLOWED_HOSTS", "").split(",") if h]
ALLOWED_HOSTS = _NAMED_HOSTS or ["localhost", "127.0.0.1", "[::1]"]
ROOT_URLCONF = "evenhand.web.urls"
WSGI_APPLICATION = "evenhand.web.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Ours first, so that our templates of sign-in pages win over allauth's.
INSTALLED_APPS = [
    "evenhand.web.ui",
    "evenhand.web.record",
    "evenhand.web.people",
    "evenhand.web.rules",
    "evenhand.web.register",
    "evenhand.web.vault",
    "evenhand.web.sources",
    "evenhand.web.notices",
    "evenhand.web.welfare",
    "evenhand.web.desk",
    "evenhand.web.live",
    "evenhand.web.cases",
    "evenhand.web.publish",
    "evenhand.web.intake",
    "evenhand.web.answer",
    "evenhand.web.office",
    "evenhand.web.share",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "evenhand.web.ui.middleware.SafetyHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "evenhand.web.people.middleware.StandingOfRequest",
    "evenhand.web.people.middleware.RequireSecondStep",
    "evenhand.web.ui.middleware.Refusals",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "evenhand.web.people.context.navigation",
                "evenhand.web.ui.organisation.organisation",
            ],
        },
    }
]

DATABASES = {"default": _database(os.environ.get("DATABASE_URL"))}
# A table, not memory: with LocMem every worker would count its own rate limits.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"},
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "aside", "screening"]}}

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "people_account"  # whoever may see the desk goes there instead: people.adapters
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_ADAPTER = "evenhand.web.people.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "evenhand.web.people.forms.SignInForm",
    "change_password": "evenhand.web.people.forms.ChangePasswordForm",
    "reauthenticate": "evenhand.web.people.forms.ConfirmPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
MFA_ADAPTER = "evenhand.web.people.adapters.SecondStepAdapter"
MFA_FORMS = {
    "authenticate": "evenhand.web.people.forms.CodeForm",
    "reauthenticate": "evenhand.web.people.forms.ConfirmCodeForm",
    "activate_totp": "evenhand.web.people.forms.FirstCodeForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
USE_I18N = True
# Beside the catalogues of the apps: the words of the procedure and of the rules, message ids in the pure rooms; and
# what readers say, which the check of one's own archive says without Django.
LOCALE_PATHS = [Path(__file__).with_name("locale"), Path(__file__).parents[1] / "posts" / "telling" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
FORMAT_MODULE_PATH = ["evenhand.web.ui.formats"]  # days as they are written here, not in America

# What somebody uploads stays in memory until it is sealed and never lies in the clear on a disk. The size of a whole
# request above which its files are not read at all; larger registers come by `evenhand membership load`, larger
# exports in pieces (sources/waiting.py).
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 25 * 1024 * 1024

STATIC_URL = "static/"
# Straight from the package: nothing to collect, nothing that can be older than the code.
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
# Named hosts mean production, and production means TLS in front: there these cookies never travel in the clear.
# No SECURE_PROXY_SSL_HEADER: whoever reaches the port directly could write that header themselves. gunicorn takes
# X-Forwarded-Proto from a proxy on this machine alone (docs/how-to/first-installation.md).
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = bool(_NAMED_HOSTS)
# Sign-in attempts are counted by address. Behind a proxy every address would be the proxy's, and one stranger could
# lock everybody out; a site that names its hosts stands behind exactly one.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if _NAMED_HOSTS else 0
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

# How many leads one officer can look at in a day; what may be a danger is always shown (SCREENING §4.2).
DESK_CAPACITY = 50
