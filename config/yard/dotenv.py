"""Read `.env`: KEY=VALUE lines, comments, optional quotes and `export`. What the environment already has wins."""

import os
from pathlib import Path

from config.yard.places import ROOT, Stop


def parse(text: str) -> dict[str, str]:
    values = {}
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip().removeprefix("export ")
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip().isidentifier():
            raise Stop(f".env, line {number}: write NAME=value, not {line!r}.")
        values[name.strip()] = _unquoted(value.strip())
    return values


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value.split(" #", 1)[0].rstrip()


def load(path: Path = ROOT / ".env") -> None:
    """Put the file's values into the environment; a value that is empty counts as not set."""
    if not path.is_file():
        return
    for name, value in parse(path.read_text()).items():
        if value:
            os.environ.setdefault(name, value)
