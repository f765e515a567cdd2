"""`make check`: everything that can be said about the code without running the tests."""

import os
import subprocess

from config.yard.places import ROOT, VAR, VENV_BIN, VENV_PYTHON, Stop, say
from config.yard.servers import servers, throwaway

PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": "only-for-the-check-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "EMAIL_URL": "smtp+tls://user:password@mail.example:587",
}


def main() -> int:
    """Run every check, whatever the earlier ones said, and name those that failed."""
    with servers(throwaway(VAR / "check"), keep=False) as running:
        django = {**os.environ, **running.environment(), "PATH": running.path(VENV_BIN)}
        failed = [name for name, command in steps().items() if not _passes(name, command, django)]
    if failed:
        raise Stop(f"make check: {len(failed)} of {len(steps())} checks failed: {', '.join(failed)}.")
    say(f"make check: {len(steps())} checks passed.")
    return 0


def steps() -> dict[str, list[str]]:
    """Return the checks by name. Those of manage.py run on an empty database of their own."""
    manage = [str(VENV_PYTHON), "manage.py"]
    return {
        "lint": [_tool("ruff"), "check", "."],
        "format": [_tool("ruff"), "format", "--check", "."],
        "templates": [_tool("djlint"), "templates", "--lint", "--quiet"],
        "types": [_tool("mypy"), "apps", "config"],
        "layers": [_tool("lint-imports")],
        "deploy": [*manage, "check", "--deploy", "--fail-level", "WARNING"],
        "migrations": [*manage, "makemigrations", "--check", "--dry-run"],
    }


def _tool(name: str) -> str:
    return str(VENV_BIN / name)


def _passes(name: str, command: list[str], environment: dict[str, str]) -> bool:
    say(f"{name}: {' '.join(part.removeprefix(f'{VENV_BIN}/') for part in command)}")
    environment = {**environment, **PRODUCTION} if name == "deploy" else environment
    return subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL).returncode == 0
