"""The plugin that gives every run of pytest servers of its own."""

import os
import subprocess
import sys

from config.yard.places import ROOT

TWO_TESTS = """
import os, pathlib, signal

def test_terminated():
    os.kill(os.getpid(), signal.SIGTERM)

def test_next():
    pathlib.Path(__file__).with_suffix(".ran").touch()
"""


def test_a_terminated_run_ends_at_once(tmp_path):
    """Whoever stops a run, in the middle of a test too, stops all of it: no test after that one is run."""
    tests = tmp_path / "test_two.py"
    tests.write_text(TWO_TESTS)
    given = {"VERBENA_TEST_DATABASE_URL": "postgres://a/b", "VERBENA_TEST_REDIS_URL": "redis://c"}
    command = [sys.executable, "-m", "pytest", "-c", os.devnull, "-p", "config.yard.pytest_servers", tests]
    ended = subprocess.run(
        [*command, "-p", "no:cacheprovider", "-p", "no:django"],
        cwd=ROOT,
        env=os.environ | given,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert not tests.with_suffix(".ran").exists()
