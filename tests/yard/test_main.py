import os
import runpy

import pytest

from config.yard import commands
from config.yard.places import ROOT

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
