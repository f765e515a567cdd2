"""What apt brings, where it may and where it can."""

import pytest

from config.yard import system


@pytest.mark.parametrize(
    ("there", "offered", "expected"), [(True, True, []), (False, True, [[system.CAMERA]]), (False, False, [])]
)
def test_camera_is_installed_only_where_apt_has_it(monkeypatch, there, offered, expected):
    asked = []
    monkeypatch.setattr(system.shutil, "which", lambda name: f"/usr/bin/{name}" if there else None)
    monkeypatch.setattr(system, "_is_offered", lambda package: offered)
    monkeypatch.setattr(system, "_install", asked.append)
    system.ensure_camera()
    assert asked == expected
