"""Where things are, how the yard speaks, and how it gives up."""

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
def only_one(lock: Path, sentence: str = "") -> Iterator[None]:
    """Hold `lock` for the block. With a sentence, stop at once when another process holds it; without one, wait."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (fcntl.LOCK_NB if sentence else 0))
        except BlockingIOError:
            raise Stop(sentence) from None
        yield
