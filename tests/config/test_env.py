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
