"""How `make test` shares the tests out: the browser's to one process, the others by file."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from config.yard import children
from config.yard.places import ROOT

NOTE = """
import os, pathlib, pytest

@pytest.mark.parametrize("number", range(4))
def test_note(number):
    with pathlib.Path(os.environ["NOTES"]).open("a") as notes:
        notes.write(f"{pathlib.Path(__file__).stem} {os.environ['PYTEST_XDIST_WORKER']}\\n")
"""


def run_pytest(*arguments, **environment):
    command = [sys.executable, "-m", "pytest", "-c", os.devnull, "-p", "no:cacheprovider", "-p", "no:django"]
    return subprocess.run(
        [*command, "--numprocesses", "2", *arguments],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if "XDIST" not in name} | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def some_tests(tmp_path):
    """Four files, two of them the browser's."""
    for name in ("tests/core/test_one", "tests/core/test_two", "tests/e2e/test_desk", "tests/e2e/test_phone"):
        path = tmp_path / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(NOTE)
    return tmp_path


def test_browser_tests_stay_together_and_begin(some_tests):
    notes = some_tests / "notes"
    ended = run_pytest(
        *("-p", "tests.streams", "--no-loadscope-reorder", "--rootdir", some_tests, some_tests), NOTES=str(notes)
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    ran = [line.split() for line in notes.read_text().splitlines()]
    processes = {name: {worker for file, worker in ran if file == name} for name, _ in ran}
    assert len(ran) == 16
    assert [len(workers) for workers in processes.values()] == [1, 1, 1, 1]
    assert processes["test_desk"] == processes["test_phone"] != processes["test_one"]


def test_processes_do_not_share_servers(tmp_path):
    given = {"VERBENA_TEST_DATABASE_URL": "postgres://a/b", "VERBENA_TEST_REDIS_URL": "redis://c"}
    refused = run_pytest("-p", "config.yard.pytest_servers", tmp_path, **given)
    assert refused.returncode == pytest.ExitCode.USAGE_ERROR
    assert "Processes cannot share servers" in refused.stderr


LEFT = """
import pathlib, subprocess, sys, time

def test_long():
    started = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], start_new_session=True)
    pathlib.Path(__file__).with_suffix(".left").write_text(str(started.pid))
    time.sleep(300)
"""
MAKE_TEST = """
import os, sys
from config.yard import commands
commands.set_up = lambda **_: None
commands.SHARED_OUT = ["-c", os.devnull, "-p", "no:cacheprovider", "-p", "no:django", "-n", "2", sys.argv[1]]
sys.exit(commands.main(["test"]))
"""


def test_a_terminated_run_leaves_no_process(tmp_path):
    tests = tmp_path / "test_long.py"
    tests.write_text(LEFT)
    run = subprocess.Popen([sys.executable, "-c", MAKE_TEST, tests], cwd=ROOT, start_new_session=True)
    left = tests.with_suffix(".left")
    try:
        until = time.monotonic() + 60
        while not (left.exists() and left.read_text()) and time.monotonic() < until:
            time.sleep(0.1)
        run.terminate()
        run.wait(60)
        assert not children.command_of(int(left.read_text()))
    finally:
        with suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)
