"""What no browser sends is refused before anybody reads it: the database could not take it."""

import pytest

from tests.conftest import CentreClient

FORM = "multipart/form-data; boundary=edge"


def body(written):
    part = b'--edge\r\nContent-Disposition: form-data; name="login"\r\n\r\n'
    return part + written + b"\r\n--edge--\r\n"


@pytest.fixture
def guest(sunrise):
    return CentreClient(raise_request_exception=False)


@pytest.mark.parametrize(
    ("charset", "written"),
    [("utf-7", b"+2AA-"), ("unicode_escape", rb"\ud800"), ("rot13", b"x"), ("utf-16", b"x"), ("undefined", b"x")],
)
def test_form_in_another_encoding_is_refused(guest, charset, written):
    answer = guest.generic("POST", "/account/login/", body(written), content_type=f"{FORM}; charset={charset}")
    assert answer.status_code == 400 and b"could not be read" in answer.content


@pytest.mark.parametrize("kind", [FORM, f"{FORM}; charset=utf-8", f"{FORM}; charset=UTF8", f"{FORM}; charset=no-such"])
def test_form_in_utf_8_is_read(guest, kind):
    answer = guest.generic("POST", "/account/login/", body("zoë".encode()), content_type=kind)
    assert answer.context["form"]["login"].value() == "zoë"


@pytest.mark.parametrize("name", ["sessionid", "tz", "csrftoken"])
@pytest.mark.parametrize("host", ["sunrise", "public"])
def test_null_character_in_a_cookie_is_refused(guest, name, host):
    facts = {"HTTP_HOST": "localhost"} if host == "public" else {}
    answer = guest.get("/", HTTP_COOKIE=rf'{name}="somebody\000"', **facts)
    assert answer.status_code == 400 and b"could not be read" in answer.content
