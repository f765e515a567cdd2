from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_urlconf
from django_tenants.utils import schema_context, tenant_context

from apps.accounts.models import User
from apps.tenants import actions
from apps.tenants.models import Centre

PROBE = "tests.tenants.urls_probe"


@pytest.fixture
def probe(settings):
    settings.ROOT_URLCONF = PROBE


def get(host, path="/probe", **facts):
    return Client(HTTP_HOST=host, **facts).get(path)


def test_host_leads_to_its_centre(db, probe):
    seen = get("sunrise.localhost").json()
    assert (seen["role"], seen["schema"], seen["log"]) == ("c_sunrise", "c_sunrise", "c_sunrise")
    assert all(email.endswith("@sunrise.example") for email in seen["people"])


@pytest.mark.parametrize("host", ["SUNRISE.localhost", "sunrise.localhost:8000", "www.sunrise.localhost"])
def test_host_is_read_kindly(db, probe, host):
    assert get(host).json()["schema"] == "c_sunrise"


@pytest.mark.parametrize(
    "host", ["nobody.localhost", "c_sunrise.localhost", "sunrise.localhost.evil.example", "127.0.0.1", "a b"]
)
def test_unknown_host_is_a_plain_404(db, probe, host):
    response = get(host)
    assert (response.status_code, response.headers["Content-Type"]) == (404, "text/plain; charset=utf-8")
    assert b"sunrise" not in response.content.lower()


def test_connection_returns_to_where_it_was(harbour, probe):
    with schema_context("public"):
        get("sunrise.localhost")
        assert (connection.schema_name, get_urlconf()) == ("public", None)
        get("localhost", "/")
        assert (connection.schema_name, get_urlconf()) == ("public", None)
    with tenant_context(harbour):
        get("sunrise.localhost")
        assert connection.schema_name == "c_harbour"


def test_connection_returns_after_an_error(db, probe):
    client = Client(HTTP_HOST="sunrise.localhost", raise_request_exception=False)
    assert client.get("/broken").status_code == 500
    assert connection.schema_name == "public"


@pytest.mark.parametrize("status", [Centre.Status.SUSPENDED, Centre.Status.CLOSED])
def test_closed_centre_says_so(db, probe, status):
    Centre.objects.filter(slug="harbour").update(status=status)
    response = get("harbour.localhost")
    assert response.status_code == 503
    assert b"Harbour Clinic is closed for the moment" in response.content
    assert "script-src 'self'" in response["Content-Security-Policy"]
    style = get("harbour.localhost", "/static/css/admin.css")
    assert style.status_code == 200
    style.close()


@pytest.mark.parametrize("phone", ["+44 20 7946 0018", ""])
def test_closed_centre_says_where_it_is_reached_and_leads_nowhere(db, probe, phone):
    """Its start page is closed as well: no button may lead there."""
    Centre.objects.filter(slug="harbour").update(status=Centre.Status.SUSPENDED, phone=phone, email="")
    text = get("harbour.localhost").text
    assert ("tel:" in text) is bool(phone)
    assert "To the start page" not in text


def test_trial_centre_works(db, probe):
    Centre.objects.filter(slug="harbour").update(status=Centre.Status.TRIAL)
    assert get("harbour.localhost").status_code == 200


def test_second_request_asks_nothing_about_the_centre(wire, probe):
    """The tenant comes from memory, and what the connection already has is not sent again."""
    get("sunrise.localhost")
    with CaptureQueriesContext(connection) as captured:
        get("sunrise.localhost")
    assert [query["sql"].split()[0] for query in captured] == ["SELECT", "SELECT"]
    assert not [query for query in captured if "tenants_" in query["sql"]]


def test_request_that_needs_no_row_costs_no_query(wire, probe):
    get("sunrise.localhost", "/brand.css")
    with CaptureQueriesContext(connection) as captured:
        assert get("sunrise.localhost", "/brand.css").status_code == 200
    assert len(captured) == 0


@pytest.fixture
def third(wire):
    from apps.tenants import provisioning

    centre = actions.open_centre(slug="third", name="Third", status="active")
    with tenant_context(centre):
        User.objects.create_user("only@third.example")
    try:
        yield centre
    finally:
        provisioning.remove_centre(centre)


def test_threads_never_see_another_centre(third, probe):
    """2,000 requests on 8 threads, each thread changing centres with every request."""
    slugs = ["sunrise", "harbour", "third"]

    def work(start):
        clients = {slug: Client(HTTP_HOST=f"{slug}.localhost") for slug in slugs}
        leaks = []
        try:
            for number in range(start, 2000, 8):
                slug = slugs[number % 3]
                seen = clients[slug].get("/probe").json()
                role = f"c_{slug}"
                own = all(email.endswith(f"@{slug}.example") for email in seen["people"])
                if not (seen["people"] and own and seen["role"] == seen["schema"] == seen["log"] == role):
                    leaks.append((slug, seen))
        finally:
            connection.close()
        return leaks

    with ThreadPoolExecutor(8) as pool:
        assert [leak for leaks in pool.map(work, range(8)) for leak in leaks] == []
