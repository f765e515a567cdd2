import socket
import time

import pytest

from config.yard import run, sockets
from config.yard.places import Stop
from config.yard.servers import Servers


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


def test_port_that_is_taken_on_the_other_loopback_is_busy(monkeypatch):
    """A browser that is sent to `localhost` asks ::1 first, and would meet the stranger."""
    port = sockets.free_port()
    assert not sockets.busy(port)
    monkeypatch.setattr(sockets, "answers", lambda port, host="127.0.0.1": host == "::1")
    assert sockets.busy(port)


def test_port_for_root_only_is_named_as_such(monkeypatch):
    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(Stop, match="Port 80 may be opened by root only"):
        run.refuse_busy(80)


def test_port_near_the_end_is_offered_another_that_exists(monkeypatch):
    monkeypatch.setattr(sockets, "busy", lambda port: True)
    with pytest.raises(Stop, match="make run PORT=8010"):
        run.refuse_busy(65530)


def test_commands_beside_it_name_the_port_of_what_runs(monkeypatch, tmp_path):
    """`make manage` writes letters too: their links lead to the site that runs, on whichever port."""
    monkeypatch.setattr(run, "ADDRESSES", tmp_path / "run.env")
    monkeypatch.delenv("SITE_PORT", raising=False)
    run._publish(Servers("postgres://here", "redis://there"), 8062)
    found, port = run.published()
    assert (found.database_url, found.redis_url, port) == ("postgres://here", "redis://there", 8062)
    assert run.environment(found, port)["SITE_PORT"] == "8062"


class Honcho:
    def poll(self):
        return None


@pytest.mark.parametrize(("patience", "warnings"), [(60.0, 0), (-1.0, 1)])
def test_patience_begins_when_the_processes_do(monkeypatch, tmp_path, capsys, patience, warnings):
    """The minutes of a first set-up are not the site's: it is not said to be late before it was started."""
    people = tmp_path / "people.txt"
    people.write_text("Where and who")
    answers = iter([False, True])
    monkeypatch.setattr(run, "ready", lambda port: next(answers))
    monkeypatch.setattr(run, "PEOPLE", people)
    monkeypatch.setattr(run, "PATIENCE", patience)
    run._welcome(8000, Honcho(), time.monotonic() - 240)
    told = capsys.readouterr()
    assert (told.out + told.err).count("does not answer yet") == warnings
    assert "Where and who" in told.out
