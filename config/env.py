"""The only reader of the environment; every setting an operator may set is declared here, once.

`VARIABLES` is the documentation: `.env.example` and docs/operators.md follow it, and a test holds them together.
"""

from pathlib import Path
from typing import NamedTuple

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
    "REDIS_URL": Variable("", True, "redis://host:6379/0, for background work and the cache."),
    "EMAIL_URL": Variable("", True, "smtp+tls://user:password@host:587, where mail leaves."),
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

_env = environ.Env()


def text(name: str) -> str:
    """Return the variable, or its declared default; an undeclared name is a programming error."""
    return str(_env.str(name, default=VARIABLES[name].default))


def number(name: str) -> int:
    return int(text(name))


def require(*names: str) -> None:
    """Refuse to start while any of `names` is empty, naming every one that is missing."""
    missing = [name for name in names if not text(name)]
    if missing:
        lines = "\n".join(f"  {name}: {VARIABLES[name].help}" for name in missing)
        raise ImproperlyConfigured(f"Verbena does not start in production without:\n{lines}")


def database() -> dict[str, object]:
    return dict(_env.db_url_config(text("DATABASE_URL") or "postgres://verbena@127.0.0.1:5432/verbena"))


def email() -> dict[str, object]:
    return dict(_env.email_url_config(text("EMAIL_URL") or f"filemail:///{VAR_DIR / 'mail'}"))
