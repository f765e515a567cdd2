"""The whole running product on servers of its own, with the demo's data: for browser tests, screenshots and benchmarks."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.yard import servers, system
from config.yard.places import VAR

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = system.browser()
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "verbena-demo-1"
VIEWERS = (("nobody", "carol", "dana", "root"), ("alice", "oscar", "erin", "bob"))
"""Who looks at every page, in two processes; those who hold a time are in one, or they might want the same."""


@dataclass(frozen=True)
class Stack:
    """Where the product answers, and what its processes were given."""

    port: int
    env: dict[str, str]
    mail_dir: Path
    superuser_url: str

    def url(self, path: str = "/", slug: str = "sunrise") -> str:
        """An address on a centre's host; `slug=""` is the public host."""
        host = f"{slug}.localhost" if slug else "localhost"
        return f"http://{host}:{self.port}{path}"

    def manage(self, *args: str) -> str:
        """Run a management command against this stack and return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *args], cwd=ROOT, env=self.env, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {' '.join(args)} failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextlib.contextmanager
def running(*, workers: int = 1, with_worker: bool = True) -> Iterator[Stack]:
    """Start servers, migrate, make the demo, serve; stop and remove everything at the end."""
    folder = servers.throwaway(VAR / "stack")
    with contextlib.ExitStack() as stack:
        data = stack.enter_context(servers.servers(folder, keep=False))
        port = free_port()
        mail = folder / "mail"
        mail.mkdir(parents=True, exist_ok=True)
        env = {
            **os.environ,
            **data.environment(),
            "PATH": data.path(),
            "EMAIL_URL": f"filemail:///{mail}",
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "PORT": str(port),
            "MEDIA_ROOT": str(folder / "media"),
            "LOG_LEVEL": "WARNING",
            "METRICS_PORT": "",
        }
        made = Stack(port, env, mail, data.superuser_url)
        made.manage("prepare")
        made.manage("make_demo")
        stack.enter_context(web(env, workers=workers))
        if with_worker:
            work = ["-m", "celery", "-A", "config.celery", "worker", "--pool", "prefork", "--concurrency", "1"]
            stack.enter_context(_process([*work, "--without-gossip", "--without-mingle", "--loglevel", "warning"], env))
        answering(port)
        yield made


def web(env: dict[str, str], *, workers: int) -> contextlib.AbstractContextManager[None]:
    """Serve on the port that the environment names, for the block; `answering` says when."""
    command = ["-m", "gunicorn", "--config", "python:config.web", "--bind", f"127.0.0.1:{env['PORT']}"]
    return _process([*command, "--workers", str(workers)], env)


def answering(port: int) -> None:
    """Wait until the product answers, servers and all."""
    _wait(f"http://localhost:{port}/readyz")


def every_page(env: dict[str, str]) -> dict[str, Any]:
    """What `tests.pages` finds in that database, asked in processes of their own: pages, and what it could not open."""
    asked = [_start(["-m", "tests.pages", *viewers], env, stdout=subprocess.PIPE) for viewers in VIEWERS]
    answers = [(process.communicate()[0], process.wait()) for process in asked]
    if any(failed for _, failed in answers):
        raise RuntimeError("a walk over the pages failed; what it printed says why")
    parts = [json.loads(text) for text, _ in answers]
    found: dict[str, Any] = {
        key: [one for part in parts for one in part[key]] for key in ("pages", "unknown", "broken")
    }
    found["unknown"] = sorted(set(found["unknown"]) - {page["name"] for page in found["pages"]})
    return found


def _start(arguments: list[str], env: dict[str, str], **facts: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=env, **facts)


@contextlib.contextmanager
def _process(arguments: list[str], env: dict[str, str]) -> Iterator[None]:
    process = _start(arguments, env)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(url: str, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            pass
        if time.monotonic() > until:
            raise RuntimeError(f"{url} did not answer within {seconds} s")
        time.sleep(0.1)
