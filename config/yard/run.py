"""`make run`: the whole product on this machine, until Ctrl-C."""

import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from config.yard import children, dotenv, sockets
from config.yard.places import ROOT, VAR, VENV_BIN, VENV_PYTHON, Stop, only_one, say
from config.yard.servers import Servers, servers

ADDRESSES = VAR / "run.env"
LOCK = VAR / "run.lock"
PEOPLE = VAR / "people.txt"
PATIENCE = 60.0


def main() -> int:
    port = wanted_port()
    already = "Verbena is running from this folder already; stop it there (Ctrl-C) before starting another."
    began = time.monotonic()
    children.adopt_orphans()
    with only_one(LOCK, already):
        refuse_busy(port)
        given = {"database_url": os.environ.get("DATABASE_URL", ""), "redis_url": os.environ.get("REDIS_URL", "")}
        with servers(VAR / "servers", keep=True, **given) as running:
            return _serve(running, port, began)


def wanted_port() -> int:
    text = os.environ.get("PORT", "") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Stop(f"PORT={text} is no port; choose a number below 65536: make run PORT=8010")
    return int(text)


def refuse_busy(port: int) -> None:
    try:
        busy = sockets.busy(port)
    except PermissionError:
        raise Stop(f"Port {port} may be opened by root only. Choose one from 1024 up: make run PORT=8010") from None
    if busy:
        other = port + 10 if port < 65000 else 8010
        raise Stop(f"Port {port} is taken by another program. Choose another: make run PORT={other}")


def environment(running: Servers, port: int) -> dict[str, str]:
    """Return what every process of the demo sees; what the caller has set wins."""
    beat = VAR / "beat"
    beat.mkdir(parents=True, exist_ok=True)
    defaults = {
        "DJANGO_SETTINGS_MODULE": "config.settings.local",
        "EMAIL_URL": f"filemail:///{urllib.parse.quote(str(VAR / 'mail'))}",
        "BEAT_SCHEDULE": str(beat / "schedule"),
        "PYTHONUNBUFFERED": "1",
    }
    ports = {"PORT": str(port), "SITE_PORT": os.environ.get("SITE_PORT") or str(port)}  # honcho shifts each PORT
    return {**defaults, **os.environ, **running.environment(), **ports, "PATH": running.path(VENV_BIN)}


def _serve(running: Servers, port: int, began: float) -> int:
    env = environment(running, port)
    _publish(running, port)
    try:
        manage(env, "start_demo", f"--people={PEOPLE}")
        return _processes(env, port, began)
    finally:
        ADDRESSES.unlink(missing_ok=True)


def _publish(running: Servers, port: int) -> None:
    """Write where servers and site answer for `make manage`, for this user's eyes only."""
    facts = {**running.environment(), "PORT": str(port)}
    lines = "".join(f"{name}={value}\n" for name, value in facts.items())
    descriptor = os.open(ADDRESSES, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(lines)


def published() -> tuple[Servers, int]:
    """Return the servers and the port of the `make run` that is running."""
    values = dotenv.parse(ADDRESSES.read_text())
    return Servers(values["DATABASE_URL"], values["REDIS_URL"]), int(values["PORT"])


def manage(env: dict[str, str], *command: str) -> None:
    if subprocess.run([VENV_PYTHON, "manage.py", *command], cwd=ROOT, env=env, stdin=subprocess.DEVNULL).returncode:
        anew = "" if os.environ.get("DATABASE_URL") else " `make reset` starts over with empty data."
        raise Stop(f"`manage.py {command[0]}` failed; the lines above say why.{anew}")


def _processes(env: dict[str, str], port: int, began: float) -> int:
    """Start the Procfile and stay until it ends or we are told to."""
    command = [VENV_BIN / "honcho", "--env", os.devnull, "--procfile", ROOT / "Procfile", "start", "--port", str(port)]
    honcho = children.start(command, env=env, cwd=ROOT)
    threading.Thread(target=_welcome, args=(port, honcho, began), daemon=True).start()
    try:
        code = honcho.wait()
        raise Stop(f"A process of the Procfile ended ({code}), so the others were stopped; the lines above say why.")
    except KeyboardInterrupt:
        say("Stopping ...")
        return 0
    finally:
        with children.uninterrupted():
            children.stop(honcho, (signal.SIGTERM, 12.0))


def _welcome(port: int, honcho: subprocess.Popen[bytes], began: float) -> None:
    """Print the addresses and the demo people once the site answers; say so when it takes long from here on."""
    warned, since = False, time.monotonic()
    while not ready(port):
        if honcho.poll() is not None:
            return
        if not warned and time.monotonic() - since > PATIENCE:
            warned = True
            say(f"The site does not answer yet: http://localhost:{port}/readyz should. The lines above may say why.")
        time.sleep(0.1)
    print(
        f"\n{PEOPLE.read_text()}\nReady after {time.monotonic() - began:.1f} s. Ctrl-C stops everything.\n", flush=True
    )


def ready(port: int) -> bool:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/readyz", headers={"Host": f"localhost:{port}"})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False
