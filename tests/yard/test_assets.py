import subprocess

import pytest

from config.yard import assets
from config.yard.places import NODE_MODULES, STATIC


@pytest.mark.parametrize("name", ["a.js", "a.css"])
def test_copy_leaves_out_the_mention_of_a_source_map(tmp_path, name):
    source = tmp_path / name
    source.write_text(
        {"a.js": "go();\n//# sourceMappingURL=a.js.map", "a.css": "a{}/*# sourceMappingURL=a.map */"}[name]
    )
    assets._copy(source, tmp_path / "out" / name)
    assert "sourceMapping" not in (tmp_path / "out" / name).read_text()
    assert len((tmp_path / "out" / name).read_text()) > 3


def test_copy_leaves_other_bytes_alone(tmp_path):
    font = tmp_path / "inter.woff2"
    font.write_bytes(b"\x00\xff//# sourceMappingURL=x")
    assets._copy(font, tmp_path / "copy.woff2")
    assert (tmp_path / "copy.woff2").read_bytes() == font.read_bytes()


@pytest.mark.parametrize("folder", assets.FILES)
def test_every_vendor_folder_came_out_of_its_package(folder):
    package, pattern = assets.FILES[folder]
    wanted = {path.name for path in (NODE_MODULES / package).glob(pattern)}
    assert wanted
    assert {path.name for path in (STATIC / "vendor" / folder).iterdir()} == wanted


def test_stylesheet_is_rebuilt_after_a_template_changed(tmp_path, monkeypatch):
    page = tmp_path / "templates" / "page.html"
    page.parent.mkdir()
    page.write_text("<p>")
    monkeypatch.setattr(assets, "ROOT", tmp_path)
    assert list(assets.style_sources()) == [page]


def test_vendor_cut_short_is_done_again(tmp_path, monkeypatch):
    """The stamp goes first: else a killed step would count as done once the packages are what they were."""
    monkeypatch.setattr(assets, "VENDOR", tmp_path)
    monkeypatch.setattr(assets, "FILES", {})
    assets.vendor("one")

    def killed(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(assets.shutil, "rmtree", killed)
    with pytest.raises(KeyboardInterrupt):
        assets.vendor("two")
    assert not (tmp_path / ".stamp").exists()


def test_half_a_stylesheet_of_a_killed_build_is_cleared_away(tmp_path, monkeypatch):
    for name, path in {"BUILD": tmp_path, "STYLE_OUTPUT": tmp_path / "app.css"}.items():
        monkeypatch.setattr(assets, name, path)
    (tmp_path / "app.17.css").write_text("half")

    def tailwind(command, **_):
        command[4].write_text("whole")
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(assets.subprocess, "run", tailwind)
    assets.style("key")
    assert {path.name for path in tmp_path.iterdir()} == {"app.css", ".stamp"}
