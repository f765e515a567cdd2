"""The only reader of the environment; every setting an operator may set is declared here, once.

`VARIABLES` is the documentation: `.env.example` and docs/operators.md follow it, and a test holds them together.
"""

import os
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"


class Variable(NamedTuple):
    default: str
    secret: bool
    help: str


VARIABLES: dict[str, Variable] = {
    "SECRET_KEY": Variable("", True, "Signs cookies and links; long and random."),
    "DATABASE_URL": Variable(
        "", True, "postgres://verbena:…@host:5432/verbena, the login role (PostgreSQL 15 or newer)."
    ),
    "REDIS_URL": Variable("", True, "redis://host:6379/0 or rediss://…, for background work and the cache."),
    "EMAIL_URL": Variable(
        "", True, "smtp+tls://user:password@host:587 (or smtps://…:465, smtp://…:25), where mail leaves."
    ),
    "PUBLIC_HOST": Variable(
        "localhost", False, "Host name of the public site and of Django admin; centres default to <slug>.<host>."
    ),
    "PORT": Variable("8000", False, "Port of the web server, and in addresses when the scheme's own port is not used."),
    "SITE_SCHEME": Variable("http", False, "https in production: how addresses in mail begin."),
    "SITE_PORT": Variable("", False, "Port in addresses in mail, when it is not the scheme's own."),
    "DEFAULT_FROM_EMAIL": Variable("Verbena <no-reply@localhost>", False, "Sender of mail; replies go to the centre."),
    "OWNER_ROLE": Variable("verbena_owner", False, "PostgreSQL role that owns tables and makes centres."),
    "DATABASE_POOLER": Variable("", False, "Set to `session` when a pooler in session mode stands before PostgreSQL."),
    "DATABASE_MAX_AGE": Variable("300", False, "Seconds a web process keeps a database connection."),
    "TRUSTED_PROXIES": Variable(
        "0", False, "Proxies in front that append to X-Forwarded-For; limits count its addresses."
    ),
    "METRICS_PORT": Variable("", False, "Port for Prometheus metrics; empty switches them off."),
    "METRICS_DIR": Variable(
        "", False, "Folder where web processes share metrics; PROMETHEUS_MULTIPROC_DIR overrides it."
    ),
    "MEDIA_ROOT": Variable("", False, "Folder of uploaded photos and logos; var/media unless set."),
    "LOG_LEVEL": Variable("INFO", False, "Least severe level that is logged."),
}

POSTGRES = ("postgres", "postgresql")
MAIL = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465, "smtps": 465}  # with the port when the address names none
LOCAL_MAIL = ("consolemail", "filemail", "memorymail", "dummymail")


def text(name: str) -> str:
    """Return the variable, or its declared default when it is not set or empty; an undeclared name is our own mistake."""
    return os.environ.get(name, "").strip() or VARIABLES[name].default


def number(name: str) -> int:
    value = text(name)
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} is a whole number, not {value!r}. {VARIABLES[name].help}")
    return int(value)


def port(name: str) -> str:
    """Return the port as text, empty when there is none."""
    if text(name) and not 0 < number(name) < 65536:
        raise ImproperlyConfigured(f"{name} is a port below 65536, not {text(name)!r}. {VARIABLES[name].help}")
    return text(name)


def host(name: str) -> str:
    """Return a bare host name in small letters: what is compared with the address that a visitor typed."""
    value = text(name).lower()
    if not value or set(value) & set("/:@ ") or value.startswith("www."):
        raise ImproperlyConfigured(f"{name} is a host name without port and without www., not {value!r}.")
    return value


def level(name: str) -> str:
    value = text(name).upper()
    if value not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
        raise ImproperlyConfigured(f"{name} is one of DEBUG, INFO, WARNING, ERROR, CRITICAL, not {value!r}.")
    return value


def require(*names: str) -> None:
    """Refuse to start while any of `names` is empty, naming every one that is missing."""
    missing = [name for name in names if not text(name)]
    if missing:
        lines = "\n".join(f"  {name}: {VARIABLES[name].help}" for name in missing)
        raise ImproperlyConfigured(f"Verbena does not start in production without:\n{lines}")


def database() -> dict[str, Any]:
    """Return what DATABASE_URL says; what follows its question mark (sslmode and the like) is libpq's own."""
    url = text("DATABASE_URL") or "postgres://verbena@127.0.0.1:5432/verbena"
    facts = dict(environ.Env.db_url_config(url)) if _scheme(url) in POSTGRES else {}
    if not facts.get("NAME"):
        raise _unreadable("DATABASE_URL")
    return {**facts, "HOST": unquote(str(facts["HOST"])), "OPTIONS": {"connect_timeout": 5, **facts.get("OPTIONS", {})}}


def redis() -> str:
    """Return REDIS_URL; over TLS the server's certificate is checked, for Celery's client alone would take any."""
    url = text("REDIS_URL") or "redis://127.0.0.1:6379/0"
    if _scheme(url) not in ("redis", "rediss"):
        raise _unreadable("REDIS_URL")
    if _scheme(url) == "rediss" and "ssl_cert_reqs=" not in url:
        url += f"{'&' if '?' in url else '?'}ssl_cert_reqs=required"
    return url


def email() -> dict[str, Any]:
    url = text("EMAIL_URL") or mail_folder(VAR_DIR / "mail")
    scheme = _scheme(url)
    if scheme in LOCAL_MAIL:
        return dict(environ.Env.email_url_config(url))
    if scheme not in MAIL or not urlsplit(url).hostname:
        raise _unreadable("EMAIL_URL")
    facts = dict(environ.Env.email_url_config(url.replace("smtps:", "smtp+ssl:", 1)))
    return {**facts, "EMAIL_PORT": facts["EMAIL_PORT"] or MAIL[scheme]}


def mail_folder(path: Path) -> str:
    """Return the address that has mail written to files in a folder, whatever the folder is called."""
    return f"filemail:///{quote(str(path))}"


def _scheme(url: str) -> str:
    """Return how an address begins, nothing for one that cannot be read: no message may quote it, it holds a password."""
    try:
        parts = urlsplit(url)
        return parts.scheme if (parts.port or 0) >= 0 else ""
    except ValueError:
        return ""


def _unreadable(name: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name} cannot be read. Write it like this: {VARIABLES[name].help}")
