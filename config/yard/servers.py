"""PostgreSQL and Valkey for development, demo and tests, on loopback ports of their own."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.yard import children, grounds
from config.yard.places import only_one
from config.yard.postgres import Postgres
from config.yard.valkey import Valkey


@dataclass(frozen=True)
class Servers:
    """Addresses of what runs. `superuser_url` and `programs` are empty where someone else's PostgreSQL is used."""

    database_url: str
    redis_url: str
    superuser_url: str = ""
    programs: Path | None = None

    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}

    def path(self, *before: Path) -> str:
        """Return a PATH on which `before` and the server's own pg_dump and psql come first."""
        folders = [*before, *([self.programs] if self.programs else []), os.environ.get("PATH", "")]
        return os.pathsep.join(map(str, folders))


@contextlib.contextmanager
def servers(data_dir: Path, *, keep: bool, database_url: str = "", redis_url: str = "") -> Iterator[Servers]:
    """Run both servers over `data_dir` for the block; one whose address is given already is not started.

    With `keep` the data stays; without it nothing is synced to disk and the folder is removed at the end. A second
    yard over the same folder stops with a sentence; what an earlier one left (pid file, half a cluster, a server) goes.
    """
    folder = grounds.home(data_dir.resolve())
    folder.mkdir(parents=True, exist_ok=True)
    if grounds.server_user() is not None:
        folder.chmod(0o755)
    with contextlib.ExitStack() as stack:
        already = f"Verbena's servers over {folder} are running already: use them, or stop the other `make run` first."
        stack.enter_context(only_one(folder / "lock", already))
        if not keep:
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        yield _started(stack, folder, keep=keep, database_url=database_url, redis_url=redis_url)


def _started(stack: contextlib.ExitStack, folder: Path, *, keep: bool, database_url: str, redis_url: str) -> Servers:
    superuser_url, programs = "", None
    if not database_url:
        postgres = Postgres(folder / "postgres", keep=keep)
        stack.callback(_stop, postgres)
        postgres.start()
        database_url, superuser_url = postgres.url(), postgres.url("postgres", "postgres")
        programs = postgres.programs
    if not redis_url:
        valkey = Valkey(folder / "valkey", keep=keep)
        stack.callback(_stop, valkey)
        valkey.start()
        redis_url = valkey.url()
    return Servers(database_url, redis_url, superuser_url, programs)


def _stop(server: Postgres | Valkey) -> None:
    with children.uninterrupted():
        server.stop()


def sweep(folder: Path) -> None:
    """Remove throwaway folders, named by the process that made them, whose process is gone."""
    for left in folder.glob("[0-9]*"):
        if not children.command_of(int(left.name)):
            shutil.rmtree(left, ignore_errors=True)


def throwaway(folder: Path) -> Path:
    """Return a new folder for this process's throwaway servers, after clearing what killed runs left."""
    home = grounds.home(folder.resolve())
    home.mkdir(parents=True, exist_ok=True)
    sweep(home)
    return home / str(os.getpid())
