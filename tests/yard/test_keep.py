import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.yard import keep
from config.yard.places import ROOT, Stop

PATIENCE = 60.0
LIVES = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); time.sleep(600)"


def until(answer):
    """What `answer` says once it says anything; the last word when patience ends."""
    end = time.monotonic() + PATIENCE
    while not (found := answer()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


@pytest.fixture
def lives(tmp_path):
    """Return a function: the process ids of every life so far, once there are that many. Kept running meanwhile."""
    log = tmp_path / "lives"
    command = [sys.executable, "config/yard", "keep", sys.executable, "-c", LIVES, str(log)]
    keeper = subprocess.Popen(command, cwd=ROOT)

    def of(number):
        def enough():
            lines = log.read_text().splitlines() if log.exists() else []
            return lines if len(lines) >= number else None

        return [int(line) for line in until(enough)]

    of.keeper = keeper
    yield of
    keeper.kill()
    keeper.wait(PATIENCE)


def test_who_dies_is_started_again_and_ends_with_its_keeper(lives):
    (first,) = lives(1)
    os.kill(first, signal.SIGKILL)
    _, second = lives(2)
    lives.keeper.terminate()
    assert lives.keeper.wait(PATIENCE) == 128 + signal.SIGTERM
    assert until(lambda: not Path(f"/proc/{second}").exists())


def test_keep_wants_a_command():
    with pytest.raises(Stop, match="Say what to keep running"):
        keep.main([])


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_site_outlives_its(name):
    """Honcho stops everything when one process ends."""
    processes = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    assert processes[name].startswith("python config/yard keep celery ")
