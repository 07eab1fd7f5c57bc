"""One settings file. Every default works on a laptop; the environment changes the rest."""

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from config import embedded
from config.version import VERSION

BASE = Path(__file__).resolve().parent.parent


class SettingError(ValueError):
    """A setting cannot be read; the sentence names it."""


def env_bool(name: str, default: bool) -> bool:
    """True or false from the environment; anything unclear is an error, never a guess."""
    text = os.environ.get(name, "").strip().lower()
    if not text:
        return default
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise SettingError(f"{name} must be yes or no, not {text!r}.")


def env_int(name: str, default: int) -> int:
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    try:
        return int(text)
    except ValueError:
        raise SettingError(f"{name} must be a whole number, not {text!r}.") from None


DATA = Path(os.environ.get("HANDRAISE_DATA", "data")).resolve()


def _secret_key() -> str:
    """The key from HANDRAISE_SECRET_KEY, else one kept (mode 0600) in the data directory."""
    given = os.environ.get("HANDRAISE_SECRET_KEY", "")
    if given:
        return given
    kept = DATA / "secret.key"
    if kept.exists():
        return kept.read_text(encoding="ascii").strip()
    if not DATA.is_dir():
        return secrets.token_urlsafe(48)
    key = secrets.token_urlsafe(48)
    descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key)
    return key


def _database(url: str) -> dict[str, object]:
    """A Django database entry from postgresql://user:password@host:port/name?host=/socket/dir."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise SettingError("HANDRAISE_DATABASE_URL must begin with postgresql://.")
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "handraise",
        "USER": unquote(parts.username or query.pop("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or query.pop("host", ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,  # a pooled connection may be older than a killed server
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 12, "timeout": 10}},
        "TEST": {"SERIALIZE": False},
    }


DATABASE_URL = os.environ.get("HANDRAISE_DATABASE_URL") or embedded.url(DATA)
DATABASES = {"default": _database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SECRET_KEY = _secret_key()
DEBUG = env_bool("HANDRAISE_DEBUG", False)
ALLOWED_HOSTS = os.environ.get("HANDRAISE_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
HTTPS = env_bool("HANDRAISE_HTTPS", False)
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if HTTPS and host != "*"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_htmx",
    "procrastinate.contrib.django",
    "handraise.ui",
    "handraise.team",
    "handraise.leads",
    "handraise.post",
    "handraise.consent",
    "handraise.talk",
    "handraise.capture",
    "handraise.agreement",
    "handraise.scoring",
    "handraise.lists",
    "handraise.qualification",
    "handraise.enablement",
    "handraise.messaging",
    "handraise.sends",
    "handraise.handover",
    "handraise.nurture",
    "handraise.responses",
    "handraise.forms",
    "handraise.deals",
    "handraise.feedback",
    "handraise.flow",
    "handraise.desk",
    "allauth",
    "allauth.account",  # after ours, whose sign-in pages stand in for its own
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "handraise.ui.security.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "handraise.team.zone.in_own_zone",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "handraise.ui.context.look",
                "handraise.desk.rail.rail",
            ],
        },
    }
]

AUTH_USER_MODEL = "team.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_ADAPTER = "handraise.team.adapter.ClosedAdapter"
# Sign-in tries are counted by address: behind a proxy all would come from one, the proxy's.
ALLAUTH_TRUSTED_PROXY_COUNT = env_int("HANDRAISE_PROXIES", 1 if HTTPS else 0)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = os.environ.get("HANDRAISE_ZONE", "UTC")
SPARK = os.environ.get("HANDRAISE_SPARK", "local[*]")  # the master that rehearsals run on

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = DATA / "files"
IMPORT_LIMIT = env_int("HANDRAISE_IMPORT_MEGABYTES", 200) * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "handraise.capture.uploads.BoundedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
SMTP_URL = os.environ.get("HANDRAISE_SMTP_URL", "")  # read by post.servers; empty: mails wait
MAIL_FROM = os.environ.get("HANDRAISE_MAIL_FROM", "")
# Read by sends: a provider or another server for messages to many, how fast, and who signs them.
MAIL_URL = os.environ.get("HANDRAISE_MAIL_URL", "")
MAIL_CONNECTIONS = env_int("HANDRAISE_MAIL_CONNECTIONS", 8)
SENDS_PACE = os.environ.get("HANDRAISE_SENDS_PACE", "")
UNSUBSCRIBE_TO = os.environ.get("HANDRAISE_UNSUBSCRIBE_TO", "")
MAIL_HOOK_SECRET = os.environ.get("HANDRAISE_MAIL_HOOK_SECRET", "")
DKIM_DOMAIN = os.environ.get("HANDRAISE_DKIM_DOMAIN", "")
DKIM_SELECTOR = os.environ.get("HANDRAISE_DKIM_SELECTOR", "")
DKIM_KEY = os.environ.get("HANDRAISE_DKIM_KEY", "")
HOOKS_PRIVATE = env_bool("HANDRAISE_HOOKS_PRIVATE", False)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "loggers": {
        # The pool warns at every try while the database is away; whoever asked it says so once.
        "psycopg.pool": {"level": "ERROR"},
        # Without a handler of its own, Django tells faults of pages to nobody (DEBUG is off).
        "django.request": {"handlers": ["stderr"], "level": "ERROR"},
    },
}

# Where people reach the installation: what links in mails, chats and calendars begin with.
ADDRESS = os.environ.get("HANDRAISE_URL", "").rstrip("/") or (
    f"http://127.0.0.1:{env_int('HANDRAISE_PORT', 8300)}"
)
if not ADDRESS.startswith(("http://", "https://")):
    raise SettingError("HANDRAISE_URL must begin with https:// or http://.")
APP_VERSION = VERSION
