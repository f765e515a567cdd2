"""What people see while something that we need is away."""

import pytest
from django.test import Client

from apps.tenants import directory
from tests.tenants.test_middleware import PROBE


@pytest.fixture
def probe(settings):
    settings.ROOT_URLCONF = PROBE


def get(host, path="/probe", **facts):
    return Client(HTTP_HOST=host, raise_request_exception=False, **facts).get(path)


def is_plain_503(response):
    said = b"We are not reachable for the moment" in response.content
    return (response.status_code, response.headers.get("Retry-After"), said) == (503, "30", True)


def test_dead_database_at_the_host_name(dead_database, probe):
    """The centre is asked for before anything else looks at the request."""
    assert is_plain_503(get("sunrise.localhost"))


def test_dead_database_in_the_view(wire, probe, monkeypatch, request):
    assert get("sunrise.localhost").status_code == 200  # from here on the centre is remembered
    request.getfixturevalue("dead_database")
    assert directory._hosts
    assert is_plain_503(get("sunrise.localhost"))


def test_dead_database_at_the_session(dead_database):
    """A signed-in browser: the session is read in a middleware, where Django would make it a 500."""
    client = Client(HTTP_HOST="localhost", raise_request_exception=False)
    client.cookies["sessionid"] = "somebody"
    assert is_plain_503(client.get("/admin/"))


def test_dead_database_on_the_public_host(dead_database):
    assert is_plain_503(get("localhost", "/"))


def test_our_own_fault_is_a_500_that_tells_nothing(db, probe):
    response = get("sunrise.localhost", "/broken")
    assert response.status_code == 500
    assert b"ZeroDivisionError" not in response.content


def test_dead_redis_stops_no_page(db, probe, dead_redis):
    directory._seen["looked"] = 0.0
    assert get("sunrise.localhost").json()["role"] == "c_sunrise"
    assert get("localhost", "/").status_code == 200
    assert get("localhost", "/admin/login/").status_code == 200
    wrong = {"username": "root@verbena.example", "password": "x"}
    assert Client(HTTP_HOST="localhost").post("/admin/login/", wrong).status_code == 422


def test_every_answer_names_its_request(db):
    first, second = get("localhost", "/"), get("nobody.localhost", "/")
    assert len(first["X-Request-ID"]) == len(second["X-Request-ID"]) == 32
    assert first["X-Request-ID"] != second["X-Request-ID"]
