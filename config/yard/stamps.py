"""A stamp remembers what a step was made from, so that a warm start skips it."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


class Stamp:
    """One line beside the product of a step. `fresh(key)` is true while the step ran to its end with the same key."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def fresh(self, key: str) -> bool:
        return self.path.is_file() and self.path.read_text().strip() == key

    def write(self, key: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(key + "\n")

    def forget(self) -> None:
        self.path.unlink(missing_ok=True)


def of_contents(files: Iterable[Path], *facts: str) -> str:
    """Return a key for the text of a few small files."""
    digest = hashlib.sha256("\0".join(facts).encode())
    for file in sorted(files):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def of_listing(files: Iterable[Path], *facts: str) -> str:
    """Return a key for many files by name, size and time of change: no file is opened."""
    digest = hashlib.sha256("\0".join(facts).encode())
    for file in sorted(files):
        status = file.stat()
        digest.update(f"{file}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
