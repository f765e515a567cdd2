"""A pytest plugin: private PostgreSQL and Valkey, named in the environment before Django reads its settings.

Loaded by `-p config.yard.pytest_servers` in pyproject.toml. VERBENA_TEST_DATABASE_URL and VERBENA_TEST_REDIS_URL name
other servers for machines without the wheels; their data is not spared.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import quote

import pytest

from config.yard import servers
from config.yard.places import VAR, Stop

QUIET_OPTIONS = ("help", "version", "collectonly", "markers", "showfixtures", "show_fixtures_per_test")
NOWHERE = servers.Servers("postgres://verbena@127.0.0.1:1/verbena", "redis://127.0.0.1:1/0")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Start before anything else looks at the environment: a wrapper runs ahead of pytest-django's own hook."""
    stack = ExitStack()
    early_config.add_cleanup(stack.close)
    environment(_started(early_config, stack))
    return (yield)


def _started(config: pytest.Config, stack: ExitStack) -> servers.Servers:
    if "PYTEST_XDIST_WORKER" in os.environ:
        return servers.Servers(os.environ["DATABASE_URL"], os.environ["REDIS_URL"], os.environ["YARD_SUPERUSER_URL"])
    if any(getattr(config.known_args_namespace, option, False) for option in QUIET_OPTIONS):
        return NOWHERE
    signal.signal(signal.SIGTERM, _leave)
    given = {name: os.environ.get(f"VERBENA_TEST_{name.upper()}", "") for name in ("database_url", "redis_url")}
    try:
        return stack.enter_context(servers.servers(servers.throwaway(VAR / "test"), keep=False, **given))
    except Stop as sentence:
        raise pytest.UsageError(str(sentence)) from None


def _leave(_number: int, _frame: object) -> None:
    """End the run. A SystemExit inside a test would only fail that test, and the run would go on."""
    raise KeyboardInterrupt


def environment(running: servers.Servers) -> None:
    """Set what settings read; nothing of the developer's own environment reaches the tests."""
    os.environ.update(running.environment())
    os.environ["YARD_SUPERUSER_URL"] = running.superuser_url
    os.environ["PATH"] = running.path()
    os.environ["EMAIL_URL"] = f"filemail:///{quote(str(VAR / 'test' / 'mail'))}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
