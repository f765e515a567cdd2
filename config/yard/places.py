"""Where things are, how the yard speaks, and how it gives up."""

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = ROOT / "var"
VENV = ROOT / ".venv"
VENV_BIN = VENV / "bin"
VENV_PYTHON = VENV_BIN / "python"
REQUIREMENTS = ROOT / "requirements"
NODE_MODULES = ROOT / "node_modules"
STATIC = ROOT / "static"


class Stop(Exception):
    """The yard cannot go on; the message is a sentence for a person and says what to do."""


def say(sentence: str) -> None:
    print(f"· {sentence}", file=sys.stderr, flush=True)


def has_wheel(package: str) -> bool:
    return wheel_folder(package) is not None


def wheel_folder(package: str) -> Path | None:
    """Return the folder of an installed package of the venv without importing it, or None."""
    return next(iter(sorted(VENV.glob(f"lib/python3*/site-packages/{package}"))), None)


@contextmanager
def only_one(lock: Path, sentence: str = "", *, waiting: str = "") -> Iterator[IO[str]]:
    """Hold `lock` for the block. When another process holds it: stop with `sentence`, or say `waiting` and wait.

    A child that is given the open file (`pass_fds`) holds the lock as well, even when it outlives us.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if sentence:
                raise Stop(sentence) from None
            say(waiting)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file
