"""Child processes that do not outlive the yard, however it ends."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def _libc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(how: signal.Signals) -> Callable[[], None] | None:
    """Return what a new child calls so that Linux sends it `how` when its parent is gone, even by kill -9."""
    libc = _libc()
    return (lambda: libc.prctl(PR_SET_PDEATHSIG, int(how), 0, 0, 0)) if libc else None


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies, so that `end_descendants` finds it."""
    libc = _libc()
    if libc:
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def follow_make() -> None:
    """End with `make` when it started us: kill -9 on make must not leave servers behind."""
    libc = _libc()
    if libc and os.environ.get("MAKELEVEL"):
        libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)


def start(
    command: Sequence[str | Path],
    *,
    dies_by: signal.Signals = signal.SIGTERM,
    user: int | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    log: IO[bytes] | None = None,
    stdin: int | IO[bytes] = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own: Ctrl-C reaches the yard only, which then stops its children in order."""
    return subprocess.Popen(
        [str(part) for part in command],
        stdin=stdin,
        stdout=log,
        stderr=log,
        env=env,
        cwd=cwd,
        start_new_session=True,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
        preexec_fn=die_with_parent(dies_by),
    )


def stop(process: subprocess.Popen[bytes], *steps: tuple[signal.Signals, float]) -> None:
    """Send each signal in turn and wait its seconds, until the process is gone; SIGKILL at last."""
    for how, seconds in (*steps, (signal.SIGKILL, 5.0)):
        if process.poll() is not None:
            return
        process.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)


def stop_stranger(pid: int, how: signal.Signals, seconds: float) -> None:
    """Stop a server that an earlier yard left behind."""
    for step in (how, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, step)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if not command_of(pid):
                return
            time.sleep(0.05)


def command_of(pid: int) -> str:
    """Return the command line of a living process, or nothing."""
    try:
        if sys.platform == "linux":
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        return subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""


def descendants() -> list[int]:
    """Return the children of this process, adopted ones included (Linux; elsewhere none)."""
    mine = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == os.getpid() and fields[0] != "Z":
                mine.append(int(stat.parent.name))
    return mine


def end_descendants(*, patience: float = 3.0) -> None:
    """End whatever is left below us: asked first, killed after `patience` seconds, generation by generation."""
    for how in (signal.SIGTERM, signal.SIGKILL, signal.SIGKILL):
        until = time.monotonic() + patience
        for pid in descendants():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)
        while descendants() and time.monotonic() < until:
            time.sleep(0.05)
        if not descendants():
            return


@contextmanager
def orderly_end() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into an ordinary exit, so that `finally` and context managers run.

    Ctrl-C raises KeyboardInterrupt even in a job that a shell put into the background, where Python would ignore it.
    """

    def leave(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let a second Ctrl-C not cut the cleaning up short."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
