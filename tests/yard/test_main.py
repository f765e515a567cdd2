import os
import runpy

import pytest

from config.yard import commands
from config.yard.places import ROOT, only_one

MAIN = runpy.run_path(str(ROOT / "config" / "yard" / "__main__.py"))


def test_refusal_names_what_is_there_and_what_is_needed():
    sentence = MAIN["refusal"]((3, 9, 2))
    assert "3.11 or newer" in sentence
    assert "3.9.2" in sentence


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 1)])
def test_refusal_is_silent_for_a_python_that_will_do(version):
    assert MAIN["refusal"](version) == ""


def test_every_target_of_the_makefile_is_a_command():
    line = next(line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith("run test"))
    assert set(line.rstrip(":").split()) <= set(commands.COMMANDS)


def test_unknown_command_lists_those_that_exist(capsys):
    assert commands.main(["fly"]) == 2
    assert "setup" in capsys.readouterr().err


def test_what_is_compiled_is_kept(monkeypatch):
    """Where the environment forbids it, every process would compile all packages anew: a warm start took 40 s."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    commands.main(["help"])
    assert "PYTHONDONTWRITEBYTECODE" not in os.environ


def test_reset_keeps_everything_without_a_yes(monkeypatch, capsys):
    monkeypatch.setattr("builtins.input", lambda _: "")
    monkeypatch.delenv("YES", raising=False)
    monkeypatch.setattr(commands.shutil, "rmtree", lambda *_, **__: pytest.fail("something was deleted"))
    assert commands.COMMANDS["reset"]([]) == 1
    assert "Nothing was deleted" in capsys.readouterr().err


@pytest.fixture
def grounds(monkeypatch, tmp_path):
    """A checkout's var/ of the test's own, and a yes to every question."""
    monkeypatch.setattr(commands, "VAR", tmp_path / "var")
    monkeypatch.setattr(commands.run, "LOCK", tmp_path / "var" / "run.lock")
    monkeypatch.setattr(commands.grounds, "elsewhere", lambda: tmp_path / "elsewhere")
    monkeypatch.setenv("YES", "1")
    return tmp_path


@pytest.mark.parametrize(
    "lock", ["var/run.lock", "var/setup.lock", "var/servers/lock", "var/test/17/lock", "elsewhere/servers/lock"]
)
def test_reset_deletes_nothing_that_is_at_work(grounds, capsys, lock):
    with only_one(grounds / lock):
        assert commands.main(["reset"]) == 1
    assert (grounds / lock).exists()
    assert "stop it" in capsys.readouterr().err


def test_reset_deletes_what_nobody_uses(grounds):
    (grounds / "var" / "servers").mkdir(parents=True)
    (grounds / "var" / "servers" / "lock").touch()
    assert commands.main(["reset"]) == 0
    assert not (grounds / "var").exists()


def test_folder_of_another_user_is_named(monkeypatch, capsys):
    def refuse(_):
        raise PermissionError(13, "Permission denied", "/somewhere/var/setup.lock")

    monkeypatch.setitem(commands.COMMANDS, "setup", refuse)
    assert commands.main(["setup"]) == 1
    assert "/somewhere/var/setup.lock belongs to another user" in capsys.readouterr().err
