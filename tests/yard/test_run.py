import socket

import pytest

from config.yard import run
from config.yard.places import Stop


def test_busy_port_names_another(monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Stop, match=rf"Port {port} is taken.*make run PORT=\d+"):
            run.refuse_busy(port)
    run.refuse_busy(port)


@pytest.mark.parametrize("text", ["eighty", "0", "70000"])
def test_port_that_is_none_is_refused(monkeypatch, text):
    monkeypatch.setenv("PORT", text)
    with pytest.raises(Stop, match="make run PORT=8010"):
        run.wanted_port()


def test_port_is_8000_unless_chosen(monkeypatch):
    monkeypatch.delenv("PORT", raising=False)
    assert run.wanted_port() == 8000
    monkeypatch.setenv("PORT", "8010")
    assert run.wanted_port() == 8010


class Running:
    """Servers that nobody started."""

    def environment(self):
        return {"DATABASE_URL": "postgres://here"}

    def path(self, *folders):
        return "/bin"


def test_letters_name_the_port_that_people_reach(monkeypatch, tmp_path):
    """Honcho gives each kind of process another PORT: the worker, which writes the letters, must not take its own."""
    monkeypatch.setattr(run, "VAR", tmp_path)
    monkeypatch.delenv("SITE_PORT", raising=False)
    assert run.environment(Running(), 8010)["SITE_PORT"] == "8010"
    monkeypatch.setenv("SITE_PORT", "443")
    assert run.environment(Running(), 8010)["SITE_PORT"] == "443"
