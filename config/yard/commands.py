"""What `python3 config/yard COMMAND` does; the Makefile lists the same names."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from config.yard import assets, check, children, dotenv, grounds, keep, packages, run, system
from config.yard.places import REQUIREMENTS, ROOT, VAR, VENV_BIN, VENV_PYTHON, Stop, only_one, say
from config.yard.servers import servers, throwaway

# Several processes, each with servers of its own; tests/streams.py says who runs what.
SHARED_OUT = ["--numprocesses", "auto", "--maxprocesses", "4", "--no-loadscope-reorder"]


def main(arguments: list[str]) -> int:
    """Run one command; a `Stop` is a sentence for a person, not a trace."""
    name, *rest = arguments or ["help"]
    if name not in COMMANDS:
        print(f"There is no command {name!r}. Choose one of: {', '.join(COMMANDS)}.", file=sys.stderr)
        return 2
    children.follow_make()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or every process would compile 1,500 files anew: seconds each
    try:
        with children.orderly_end():
            return COMMANDS[name](rest)
    except Stop as sentence:
        print(f"\n✗ {sentence}\n", file=sys.stderr)
        return 1
    except PermissionError as error:
        print(f"\n✗ {error.filename} belongs to another user. {_ownership()}\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        children.end_descendants()


def _ownership() -> str:
    return f"Work as that user, in a checkout of your own, or take this one over: sudo chown -R $USER '{ROOT}'"


def set_up(*, browser: bool = False) -> None:
    """Make the place ready: system libraries, Python and npm packages, stylesheet. Warm, it compares stamps only."""
    with packages.one_set_up():
        packages.ensure_python()
        key = packages.ensure_npm()
        assets.vendor(key)
        assets.style(key)
        system.ensure_pango()
        if browser:
            system.ensure_browser()


def _set_up(_: list[str]) -> int:
    set_up()
    return 0


def _run(_: list[str]) -> int:
    dotenv.load()
    run.refuse_busy(run.wanted_port())  # before the long first set-up, not after it
    set_up()
    return run.main()


def _test(arguments: list[str]) -> int:
    """Run pytest; the plugin config.yard.pytest_servers starts its servers. All tests at once are shared out."""
    set_up(browser=True)
    os.chdir(ROOT)
    pytest = [str(VENV_PYTHON), "-m", "pytest"]
    if arguments or os.environ.get("VERBENA_TEST_DATABASE_URL") or os.environ.get("VERBENA_TEST_REDIS_URL"):
        os.execv(VENV_PYTHON, [*pytest, *arguments])
    children.adopt_orphans()  # a process that is told to end in the middle of a test leaves what the test had started
    process = children.start([*pytest, *SHARED_OUT])
    try:
        return process.wait()
    finally:
        children.stop(process, (signal.SIGTERM, 30.0))


def _check(_: list[str]) -> int:
    set_up()
    return check.main()


def _bench(arguments: list[str]) -> int:
    """Measure on servers of its own, in a throwaway folder."""
    set_up()
    with servers(throwaway(VAR / "bench"), keep=False) as running:
        env = run.environment(running, run.wanted_port())
        env["YARD_SUPERUSER_URL"] = running.superuser_url
        return _python(env, ["-m", "tests.benchmarks", *arguments])


def _shots(arguments: list[str]) -> int:
    """Photograph the demo's pages; the demo is made when there is none."""
    dotenv.load()
    set_up(browser=True)
    with demo() as env:
        return _python(env, ["-m", "tests.shots", *arguments])


def _manage(arguments: list[str]) -> int:
    """Run manage.py against the demo's data, whether `make run` is running or not."""
    dotenv.load()
    set_up()
    with demo() as env:
        return _python(env, ["manage.py", *arguments])


@contextmanager
def demo() -> Iterator[dict[str, str]]:
    """Give the environment of the running demo, or start its servers for the block."""
    if run.ADDRESSES.exists() and _held(run.LOCK):
        yield run.environment(*run.published())
        return
    given = {"database_url": os.environ.get("DATABASE_URL", ""), "redis_url": os.environ.get("REDIS_URL", "")}
    with servers(VAR / "servers", keep=True, **given) as running:
        env = run.environment(running, run.wanted_port())
        run.manage(env, "start_demo", f"--people={run.PEOPLE}")
        yield env


def _held(lock: Path) -> bool:
    with suppress(Stop), only_one(lock, "held"):
        return False
    return True


def _python(env: dict[str, str], arguments: list[str]) -> int:
    return subprocess.run([VENV_PYTHON, *arguments], cwd=ROOT, env=env).returncode


def _reset(_: list[str]) -> int:
    """Delete the demo's data after a yes, never while it is in use."""
    if os.environ.get("YES") != "1" and not _yes(f"Delete {VAR} with the demo's database, files and mail? [y/N] "):
        say("Nothing was deleted.")
        return 1
    folders = (VAR, grounds.elsewhere())
    with only_one(run.LOCK, "Verbena is running from this folder; stop it (Ctrl-C) first."):
        if any(_held(lock) for folder in folders for lock in _locks(folder)):
            raise Stop(
                "A `make test`, `make manage` or the like is at work in this folder; wait for it or stop it first."
            )
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
    say("Gone. `make run` starts anew.")
    return 0


def _locks(folder: Path) -> Iterator[Path]:
    """Yield the locks of set-ups and of servers, throwaway ones included; our own is not among them."""
    yield from folder.glob("setup.lock")
    for pattern in ("*/lock", "*/*/lock"):
        yield from folder.glob(pattern)


def _yes(question: str) -> bool:
    try:
        return input(question).strip().lower() in {"y", "yes"}
    except EOFError:
        return False


def _lock(_: list[str]) -> int:
    """Compile requirements/*.in to pins with hashes, without any registry's address."""
    set_up()
    options = "--quiet --generate-hashes --no-emit-index-url --no-header --universal --python-version=3.11"
    for path in sorted(REQUIREMENTS.glob("*.in")):
        source = path.relative_to(ROOT)
        command = [VENV_BIN / "uv", "pip", "compile", *options.split(), source, "-o", source.with_suffix(".txt")]
        subprocess.run(command, cwd=ROOT, check=True)
    return 0


def _assets(_: list[str]) -> int:
    """Build the assets from node_modules and tailwindcss as they are; an image's build brings both itself."""
    assets.vendor("given")
    assets.style("given")
    return 0


def _pins(names: list[str]) -> int:
    """Print the pinned entries of development tools, for an image's build."""
    print(packages.pinned(packages.PINS.read_text(), only=names), end="")
    return 0


def _help(_: list[str]) -> int:
    print(f"python3 config/yard COMMAND: {', '.join(COMMANDS)}. `make help` says what they are for.")
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "help": _help,
    "setup": _set_up,
    "run": _run,
    "keep": keep.main,
    "test": _test,
    "check": _check,
    "bench": _bench,
    "shots": _shots,
    "manage": _manage,
    "reset": _reset,
    "lock": _lock,
    "assets": _assets,
    "pins": _pins,
}
