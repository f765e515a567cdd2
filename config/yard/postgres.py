"""An embedded PostgreSQL: made once, started in milliseconds, gone with its parent."""

import os
import secrets
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from config.yard import children, grounds
from config.yard.places import ROOT, Stop
from config.yard.sockets import free_port

BOOTSTRAP = ROOT / "config" / "yard" / "bootstrap.sql"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "max_locks_per_transaction": "256",  # a whole-schema copy or drop locks every table of a centre
    "scram_iterations": "1",  # the password is random and long: many rounds would only slow each connection down
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
}
THROWAWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
PATIENCE = 30.0
PORT_TRIES = 5


class Postgres:
    """One server over `folder`; `keep=False` trades safety for speed."""

    def __init__(self, folder: Path, *, keep: bool) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "server.log"
        self.password_file = folder / "password"
        self.keep = keep
        self.programs = grounds.postgres_programs()
        self.user = grounds.server_user()
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def start(self) -> None:
        self._make()
        self._end_leftover()
        self._launch()
        self._bootstrap()

    def stop(self) -> None:
        """End the server: a kept one writes its checkpoint first, a throwaway one need not."""
        if self.process:
            gently = signal.SIGINT if self.keep else signal.SIGQUIT
            children.stop(self.process, (gently, 15.0), (signal.SIGQUIT, 5.0))
            self.process = None

    def url(self, user: str = "verbena", database: str = "verbena") -> str:
        return f"postgres://{user}:{self.password}@127.0.0.1:{self.port}/{database}"

    @property
    def password(self) -> str:
        return self.password_file.read_text().strip()

    # --- making -----------------------------------------------------------------------------------------------------

    def _make(self) -> None:
        """Run initdb beside the place and move it there when whole: a half-made cluster is simply made again."""
        if (self.data / "PG_VERSION").is_file() and self.password_file.is_file():
            self._check_version()
            return
        if self.data.exists():
            raise Stop(f"{self.data} is not a whole PostgreSQL cluster. `make reset` throws it away.")
        half = self.folder / "data.new"
        shutil.rmtree(half, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._give_away(self.folder, 0o700)
        self.password_file.write_text(secrets.token_urlsafe(24))
        self._give_away(self.password_file, 0o600)
        self._initdb(half)
        half.rename(self.data)

    def _initdb(self, folder: Path) -> None:
        options = [
            f"--pgdata={folder}",
            "--username=postgres",
            f"--pwfile={self.password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
            *([] if self.keep else ["--no-sync"]),
        ]
        with self.log.open("wb") as log:
            process = children.start(
                [self.programs / "initdb", *options], user=self.user, env=ENVIRONMENT, cwd=self.folder, log=log
            )
            if process.wait() != 0:
                raise Stop(f"PostgreSQL's initdb failed:\n{self._tail()}")

    def _check_version(self) -> None:
        made = (self.data / "PG_VERSION").read_text().strip()
        answer = subprocess.run([self.programs / "postgres", "--version"], capture_output=True, text=True, check=True)
        have = answer.stdout.split()[-1].split(".")[0]
        if made != have:
            raise Stop(
                f"The data in {self.data} was made by PostgreSQL {made}, and this is {have}. `make reset` starts anew; "
                "to keep the data, dump it with the older server first."
            )

    def _give_away(self, path: Path, mode: int) -> None:
        path.chmod(mode)
        if self.user is not None:
            os.chown(path, self.user, self.user)

    # --- running ----------------------------------------------------------------------------------------------------

    def _end_leftover(self) -> None:
        """End a server that outlived its yard, and drop a pid file whose number now belongs to someone else."""
        pid_file = self.data / "postmaster.pid"
        with suppress(FileNotFoundError, ValueError, IndexError):
            pid = int(pid_file.read_text().splitlines()[0])
            if "postgres" in (command := children.command_of(pid)) and str(self.data) in command:
                children.stop_stranger(pid, signal.SIGINT, 15.0)
            pid_file.unlink(missing_ok=True)

    def _launch(self) -> None:
        for _ in range(PORT_TRIES):
            self.port = free_port()
            if self._came_up():
                return
            if "could not bind" not in self._tail() and "Address already in use" not in self._tail():
                break
        raise Stop(f"PostgreSQL did not start. The end of {self.log}:\n{self._tail()}")

    def _came_up(self) -> bool:
        settings = {**SETTINGS, **({} if self.keep else THROWAWAY), "port": str(self.port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self.log.open("wb") as log:
            self.process = children.start(
                [self.programs / "postgres", "-D", self.data, *options],
                dies_by=signal.SIGINT if self.keep else signal.SIGQUIT,
                user=self.user,
                env=ENVIRONMENT,
                cwd=self.folder,
                log=log,
            )
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.process.poll() is None:
            if self._ready():
                return True
            time.sleep(0.01)
        self.stop()
        return False

    def _ready(self) -> bool:
        """The eighth line of postmaster.pid says so; it costs no connection."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready" and int(lines[0]) == getattr(self.process, "pid", 0)

    def _bootstrap(self) -> None:
        script = f"\\set password '{self.password}'\n{BOOTSTRAP.read_text()}"
        target = ["--host=127.0.0.1", f"--port={self.port}", "--username=postgres", "--dbname=postgres"]
        answer = subprocess.run(
            [self.programs / "psql", "--no-psqlrc", "--quiet", "--no-password", *target, "--file=-"],
            input=script,
            text=True,
            capture_output=True,
            env={**ENVIRONMENT, "PGPASSWORD": self.password},
        )
        if answer.returncode:
            self.stop()
            raise Stop(f"PostgreSQL refused the roles of {BOOTSTRAP.name}:\n{answer.stderr.strip()}")

    def _tail(self) -> str:
        with suppress(FileNotFoundError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])
        return ""
