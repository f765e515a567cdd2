"""What apt brings, where it may and where it can."""

import pytest

from config.yard import system
from config.yard.places import Stop


@pytest.fixture
def machine(monkeypatch):
    """Return a function: a machine where these programs are there and apt offers and installs those."""

    def make(*there, offered=(), may_install=True):
        here, asked = set(there), []

        def install(packages):
            asked.extend(packages)
            here.update(packages if may_install else ())
            return may_install

        monkeypatch.setattr(system.shutil, "which", lambda name: f"/usr/bin/{name}" if name in here else None)
        monkeypatch.setattr(system, "_is_offered", lambda package: package in offered)
        monkeypatch.setattr(system, "_install", install)
        return asked

    return make


@pytest.mark.parametrize(
    ("there", "offered", "asked", "found"),
    [
        ([], ["chromium", system.SHELL], [system.SHELL], system.SHELL),
        (["chromium"], ["chromium", system.SHELL], [system.SHELL], system.SHELL),
        ([system.SHELL], [system.SHELL], [], system.SHELL),
        ([], ["chromium"], ["chromium"], "chromium"),
        (["chromium"], [], [], "chromium"),
    ],
)
def test_the_lightest_chromium_is_brought_and_found(machine, there, offered, asked, found):
    installed = machine(*there, offered=offered)
    system.ensure_browser()
    assert (installed, system.browser()) == (asked, f"/usr/bin/{found}")


def test_where_nothing_may_be_installed_another_chromium_does(machine):
    machine("google-chrome", offered=[system.SHELL], may_install=False)
    system.ensure_browser()
    assert system.browser() == "/usr/bin/google-chrome"


def test_without_any_it_says_what_to_install(machine):
    machine(offered=[system.SHELL], may_install=False)
    with pytest.raises(Stop, match=f"apt-get install {system.SHELL}"):
        system.ensure_browser()
