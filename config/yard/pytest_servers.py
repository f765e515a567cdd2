"""A pytest plugin: private PostgreSQL and Valkey, named in the environment before Django reads its settings.

Tests that are shared out to several processes have servers of their own in each. Loaded by
`-p config.yard.pytest_servers` in pyproject.toml. VERBENA_TEST_DATABASE_URL and VERBENA_TEST_REDIS_URL name other servers
for machines without the wheels; their data is not spared.
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
    asked = config.known_args_namespace
    given = {name: os.environ.get(f"VERBENA_TEST_{name.upper()}", "") for name in ("database_url", "redis_url")}
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    if any(getattr(asked, option, False) for option in QUIET_OPTIONS) and not is_worker:
        return NOWHERE
    signal.signal(signal.SIGTERM, _leave)
    if getattr(asked, "numprocesses", None) and not is_worker:
        return _shared_out(given)
    try:
        return stack.enter_context(servers.servers(servers.throwaway(VAR / "test"), keep=False, **given))
    except Stop as sentence:
        raise pytest.UsageError(str(sentence)) from None


def _leave(_number: int, _frame: object) -> None:
    """End the run. A SystemExit inside a test would only fail that test, and the run would go on."""
    raise KeyboardInterrupt


def _shared_out(given: dict[str, str]) -> servers.Servers:
    """What the process needs that only shares the tests out: nothing."""
    if any(given.values()):
        raise pytest.UsageError(
            "Processes cannot share servers: run pytest without --numprocesses (make test ARGS=tests)."
        )
    return NOWHERE


def environment(running: servers.Servers) -> None:
    """Set what settings read; nothing of the developer's own environment reaches the tests."""
    os.environ.update(running.environment())
    os.environ["YARD_SUPERUSER_URL"] = running.superuser_url
    os.environ["PATH"] = running.path()
    os.environ["EMAIL_URL"] = f"filemail:///{quote(str(VAR / 'test' / 'mail'))}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
