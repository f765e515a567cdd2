"""An embedded Valkey (Redis protocol): started in milliseconds, gone with its parent."""

import secrets
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from config.yard import children, grounds
from config.yard.places import Stop
from config.yard.sockets import free_port

PATIENCE = 15.0
PORT_TRIES = 5


class Valkey:
    """One server over `folder`; with `keep` its data is on disk within a second, without it never."""

    def __init__(self, folder: Path, *, keep: bool) -> None:
        self.folder = folder
        self.keep = keep
        self.program = grounds.valkey_program()
        self.log = folder / "server.log"
        self.pid_file = folder / "server.pid"
        self.password = secrets.token_urlsafe(24)
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._end_leftover()
        for _ in range(PORT_TRIES):
            self.port = free_port()
            if self._came_up():
                return
            if "Address already in use" not in self._tail():
                break
        raise Stop(f"Valkey did not start. The end of {self.log}:\n{self._tail()}")

    def stop(self) -> None:
        if self.process:
            children.stop(self.process, (signal.SIGTERM if self.keep else signal.SIGKILL, 5.0))
            self.process = None
            self.pid_file.unlink(missing_ok=True)

    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def configuration(self) -> str:
        lasting = ["appendonly yes", "appendfsync everysec"] if self.keep else ["appendonly no"]
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f'dir "{self.folder}"',
            f'pidfile "{self.pid_file}"',
            f"requirepass {self.password}",
            'save ""',
            *lasting,
        ]
        return "\n".join(lines) + "\n"

    def _came_up(self) -> bool:
        """The configuration goes in by standard input, so that the password stands on no command line."""
        with self.log.open("wb") as log, tempfile.TemporaryFile() as conf:
            conf.write(self.configuration().encode())
            conf.seek(0)
            self.process = children.start([self.program, "-"], cwd=self.folder, log=log, stdin=conf)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.process.poll() is None:
            if self._ready():
                self.pid_file.write_text(str(self.process.pid))
                return True
            time.sleep(0.01)
        self.stop()
        return False

    def _ready(self) -> bool:
        request = f"AUTH {self.password}\r\nPING\r\n".encode()
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
            line.sendall(request)
            return b"+PONG" in _read(line)
        return False

    def _end_leftover(self) -> None:
        with suppress(FileNotFoundError, ValueError):
            pid = int(self.pid_file.read_text())
            if "valkey-server" in children.command_of(pid):
                children.stop_stranger(pid, signal.SIGTERM, 5.0)
            self.pid_file.unlink(missing_ok=True)

    def _tail(self) -> str:
        with suppress(FileNotFoundError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])
        return ""


def _read(line: socket.socket) -> bytes:
    answer = b""
    while answer.count(b"\r\n") < 2:
        part = line.recv(512)
        if not part:
            break
        answer += part
    return answer
