import os
import re
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env

SECRETS = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "EMAIL_URL")


def test_env_example_gives_no_secret_a_value():
    text = (env.BASE_DIR / ".env.example").read_text()
    for name, variable in env.VARIABLES.items():
        if variable.secret:
            assert re.search(rf"^#? ?{name}=\s*(#.*)?$", text, re.MULTILINE), name


def test_nobody_else_reads_the_environment():
    readers = re.compile(r"os\.environ(?!\.setdefault\(.DJANGO_SETTINGS_MODULE)|os\.getenv")
    found = [
        str(path.relative_to(env.BASE_DIR))
        for folder in ("apps", "config")
        for path in (env.BASE_DIR / folder).rglob("*.py")
        if readers.search(path.read_text()) and "yard" not in path.parts
    ]
    # the library's own switch for shared metrics, and pg_dump's own variables, are handed on and not read as settings
    assert set(found) <= {"apps/core/metrics.py", "apps/tenants/provisioning.py", "config/web.py", "config/env.py"}


def test_unknown_variable_is_a_programming_error():
    with pytest.raises(KeyError):
        env.text("NOT_DECLARED")


def production(**given):
    """Start Python with the production settings and nothing else in the environment."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    facts = {**keep, "DJANGO_SETTINGS_MODULE": "config.settings.production", **given}
    command = [sys.executable, "-c", "from django.conf import settings; settings.DEBUG"]
    return subprocess.run(command, env=facts, cwd=env.BASE_DIR, capture_output=True, text=True)


def test_production_refuses_to_start_and_names_all_that_is_missing():
    done = production()
    assert done.returncode != 0
    assert all(f"  {name}: " in done.stderr for name in SECRETS)


def test_production_names_only_what_is_missing():
    done = production(SECRET_KEY="x" * 50, DATABASE_URL="postgres://a@b/c", REDIS_URL="redis://b/0")
    assert "  EMAIL_URL: " in done.stderr
    assert "SECRET_KEY" not in done.stderr.split("without:")[1]


def test_production_starts_with_its_secrets():
    done = production(
        SECRET_KEY="x" * 50,
        DATABASE_URL="postgres://a@b/c",
        REDIS_URL="redis://b/0",
        EMAIL_URL="smtp+tls://user:password@mail.example:587",
    )
    assert done.returncode == 0, done.stderr


def test_require_names_them_all(monkeypatch):
    monkeypatch.setattr(env, "text", lambda name: "")
    with pytest.raises(ImproperlyConfigured, match=r"SECRET_KEY(.|\n)*DATABASE_URL"):
        env.require("SECRET_KEY", "DATABASE_URL")


@pytest.mark.parametrize(
    ("url", "facts"),
    [
        ("postgres://us%40er:p%40s%2Fs+%3A@db:5433/ver", {"USER": "us@er", "PASSWORD": "p@s/s+:", "PORT": 5433}),
        ("postgresql://verbena:x@[::1]/verbena", {"HOST": "::1", "NAME": "verbena"}),
        ("postgres://verbena@%2Fvar%2Frun%2Fpostgresql/verbena", {"HOST": "/var/run/postgresql"}),
        ("postgres://a:b@db/c?sslmode=verify-full", {"OPTIONS": {"connect_timeout": 5, "sslmode": "verify-full"}}),
        ("postgres://a:b@db/c?connect_timeout=9", {"OPTIONS": {"connect_timeout": 9}}),
    ],
)
def test_database_url_is_read_whole(monkeypatch, url, facts):
    monkeypatch.setenv("DATABASE_URL", url)
    assert env.database().items() >= facts.items()


def test_settings_keep_what_follows_the_question_mark():
    """`sslmode=require` that gets lost is a password in clear text on the wire."""
    keep = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings.local"}
    command = [
        sys.executable,
        "-c",
        "from django.conf import settings; print(settings.DATABASES['default']['OPTIONS'])",
    ]
    url = "postgres://a:b@db/c?sslmode=require"
    done = subprocess.run(command, env={**keep, "DATABASE_URL": url}, cwd=env.BASE_DIR, capture_output=True, text=True)
    assert "'sslmode': 'require'" in done.stdout, done.stderr


@pytest.mark.parametrize(
    ("url", "facts"),
    [
        ("smtp://mail.example", {"EMAIL_HOST": "mail.example", "EMAIL_PORT": 25}),
        (
            "smtp+tls://us%40er:p%40+s@mail.example",
            {"EMAIL_PORT": 587, "EMAIL_USE_TLS": True, "EMAIL_HOST_USER": "us@er"},
        ),
        ("smtp+tls://u:p%40+s@mail.example:2525", {"EMAIL_PORT": 2525, "EMAIL_HOST_PASSWORD": "p@+s"}),
        ("smtps://u:p@mail.example", {"EMAIL_PORT": 465, "EMAIL_USE_SSL": True}),
        ("smtp+ssl://u:p@mail.example", {"EMAIL_PORT": 465, "EMAIL_USE_SSL": True}),
        ("consolemail://", {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}),
    ],
)
def test_email_url_of_every_kind(monkeypatch, url, facts):
    monkeypatch.setenv("EMAIL_URL", url)
    assert env.email().items() >= facts.items()
    assert not (env.email().get("EMAIL_USE_TLS") and env.email().get("EMAIL_USE_SSL"))


def test_mail_folder_may_be_called_anything(monkeypatch):
    folder = env.VAR_DIR / "Größe #1 ? 50% a+b" / "mail"
    monkeypatch.setenv("EMAIL_URL", env.mail_folder(folder))
    assert env.email()["EMAIL_FILE_PATH"] == str(folder)


@pytest.mark.parametrize(
    ("name", "read", "value"),
    [
        ("DATABASE_URL", env.database, "mysql://u:hush@db/c"),
        ("DATABASE_URL", env.database, "hush"),
        ("DATABASE_URL", env.database, "postgres://u:hush@db:port/c"),
        ("DATABASE_URL", env.database, "postgres://u:hush@db"),
        ("REDIS_URL", env.redis, "http://:hush@cache"),
        ("EMAIL_URL", env.email, "mail.example:587?hush"),
        ("EMAIL_URL", env.email, "smtp+tls://"),
        ("EMAIL_URL", env.email, "sendgrid://u:hush@x"),
        ("PUBLIC_HOST", lambda: env.host("PUBLIC_HOST"), "verbena.example:8000"),
        ("PUBLIC_HOST", lambda: env.host("PUBLIC_HOST"), "https://verbena.example"),
        ("PUBLIC_HOST", lambda: env.host("PUBLIC_HOST"), "www.verbena.example"),
        ("DATABASE_MAX_AGE", lambda: env.number("DATABASE_MAX_AGE"), "5 minutes"),
        ("METRICS_PORT", lambda: env.port("METRICS_PORT"), "99999"),
        ("LOG_LEVEL", lambda: env.level("LOG_LEVEL"), "chatty"),
    ],
)
def test_value_that_cannot_be_used_is_named_and_no_secret_is_told(monkeypatch, name, read, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=name) as refused:
        read()
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize(("given", "read"), [("Verbena.Example ", "verbena.example"), ("", "localhost")])
def test_host_is_read_kindly(monkeypatch, given, read):
    monkeypatch.setenv("PUBLIC_HOST", given)
    assert env.host("PUBLIC_HOST") == read


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("redis://:p@cache:6379/0", "redis://:p@cache:6379/0"),
        ("rediss://:p@cache/0", "rediss://:p@cache/0?ssl_cert_reqs=required"),
        ("rediss://c/0?ssl_ca_certs=/ca.pem", "rediss://c/0?ssl_ca_certs=/ca.pem&ssl_cert_reqs=required"),
        ("rediss://cache/0?ssl_cert_reqs=none", "rediss://cache/0?ssl_cert_reqs=none"),
    ],
)
def test_redis_over_tls_is_asked_for_its_certificate(monkeypatch, given, read):
    """Left to itself Celery's client takes any certificate, and gives a stranger the password."""
    monkeypatch.setenv("REDIS_URL", given)
    assert env.redis() == read


def test_secret_may_begin_with_a_dollar(monkeypatch):
    """environ.Env would take it for the name of another variable."""
    monkeypatch.setenv("SECRET_KEY", "$ecret")
    assert env.text("SECRET_KEY") == "$ecret"


def test_level_is_read_kindly(monkeypatch):
    monkeypatch.setenv("LOG_LEVEL", "debug")
    assert env.level("LOG_LEVEL") == "DEBUG"
