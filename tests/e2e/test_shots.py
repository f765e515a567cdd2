"""`make shots` on the running stack: four pictures a page, and one page to look at them."""

import pytest

from tests import shots

pytestmark = pytest.mark.e2e


def page(name, path, **facts):
    return {
        "viewer": "nobody",
        "name": name,
        "path": path,
        "slug": "sunrise",
        "cookie": "",
        "sandboxed": False,
        **facts,
    }


def test_shots_take_each_page_in_both_widths_and_themes(stack, tmp_path):
    pages = [
        page("portal:public-home", "/"),
        page("public:home", "/", slug=""),
        page("account_login", "/account/login/"),
    ]
    found = {"pages": pages, "unknown": ["lost:page"], "broken": []}
    taken, failures = shots.take(port=stack.port, found=found, words=["home"], out=tmp_path / "shots")
    assert not failures
    assert [sight.name for sight in taken] == ["public:home", "portal:public-home"]
    pictures = {str(file.relative_to(tmp_path / "shots")) for file in tmp_path.rglob("*.jpg")}
    assert pictures == {
        sight.picture(width, theme) for sight in taken for width in shots.WIDTHS for theme in shots.THEMES
    }
    light, dark = (tmp_path / "shots" / taken[1].picture(390, theme) for theme in shots.THEMES)
    assert light.read_bytes() != dark.read_bytes()
    index = (tmp_path / "shots" / "index.html").read_text()
    assert all(picture in index for picture in pictures)
    assert "lost:page" in index


def test_shots_tell_of_a_page_that_does_not_come(tmp_path):
    found = {"pages": [page("portal:public-home", "/")], "unknown": [], "broken": []}
    _, failures = shots.take(port=9, found=found, out=tmp_path / "shots")
    assert len(failures) == 1
    assert "portal:public-home as nobody" in failures[0]
