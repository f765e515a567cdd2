"""Two centres, created once per run, and the cast of the first: nobody writes a world by hand.

Every test runs inside the first centre's schema under its own role, in a transaction that is rolled back. A test that
needs real commits (races, workers, browsers) asks for `fresh_centre`: a centre of its own, dropped afterwards.
"""

import uuid
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django_tenants.utils import schema_context, tenant_context

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.core.cache import ForgivingRedisCache
from apps.tenants import actions, directory, provisioning
from apps.tenants.models import Centre
from config.celery import app as celery_app  # noqa: F401  (tasks go to the configured app, as in every process)
from tests.factories import cast

CAST = {
    "alice": [Role.ADMIN],
    "bob": [Role.THERAPIST],
    "carol": [Role.PATIENT],
    "dana": [Role.PATIENT],
    "erin": [Role.ACCOUNTANT],
    "oscar": [Role.OPERATOR],
}


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker):
    """Migrate, make the template, open the two centres, bring in the cast. Committed, once."""
    with django_db_blocker.unblock():
        provisioning.migrate_public()
        provisioning.refresh_template()
        first = actions.open_centre(
            slug="sunrise",
            name="Sunrise Therapy",
            time_zone="America/New_York",
            currency="USD",
            country="US",
            status="active",
        )
        second = actions.open_centre(
            slug="harbour",
            name="Harbour Clinic",
            time_zone="Europe/London",
            currency="GBP",
            country="GB",
            status="active",
        )
        with tenant_context(first):
            cast.enter_first()
        with tenant_context(second):
            cast.enter_second()
        connection.close()
    yield
    with django_db_blocker.unblock():
        connection.close()


@pytest.fixture(autouse=True)
def _clean_cache():
    """No test finds what another left, nor notices later, in the middle of its counting, that it is gone."""
    cache.clear()
    connection.owner_mode = False
    directory._forget()
    directory._seen.update(version=0, looked=0.0)


@pytest.fixture
def db(db):
    """What a test left for its commit is checked as the owner, who sees every centre.

    Until PostgreSQL 17 a deferred trigger runs as the role of that moment, later as the one that changed the row.
    """
    yield
    connection.owner_mode = True


@pytest.fixture
def sunrise(db):
    """The first centre, entered for the whole test."""
    centre = Centre.objects.get(slug="sunrise")
    with tenant_context(centre):
        yield centre


@pytest.fixture
def harbour(db):
    """The second centre; not entered. Use `tenant_context(harbour)`."""
    with schema_context("public"):  # the first centre, when it is entered, may not look here
        return Centre.objects.get(slug="harbour")


@pytest.fixture
def people(sunrise):
    """Alice the admin, Bob the therapist, Carol the patient, Dana the guardian, Erin the accountant, Oscar the operator."""
    users = {user.given_name.lower(): user for user in User.objects.filter(email__endswith="@sunrise.example")}
    return SimpleNamespace(**users)


class CentreClient(Client):
    """A browser on one centre's host."""

    def __init__(self, slug="sunrise", **facts):
        super().__init__(HTTP_HOST=f"{slug}.localhost", **facts)


@pytest.fixture
def browser(sunrise):
    """Return a function: a browser on the first centre's host, signed in as the user given (or nobody)."""

    def open_browser(user=None, *, slug="sunrise", htmx=False):
        client = CentreClient(slug, **({"HTTP_HX_REQUEST": "true"} if htmx else {}))
        if user is not None:
            client.force_login(user)
        return client

    return open_browser


@pytest.fixture
def dead_redis(settings):
    """Nobody listens where the settings say Redis is."""
    before = ForgivingRedisCache.away_until
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    yield
    ForgivingRedisCache.away_until = before


@pytest.fixture
def fresh_centre(django_db_setup, django_db_blocker):
    """A centre of its own, really committed, entered for the test and dropped afterwards. No transaction around the test."""
    slug = f"race-{uuid.uuid4().hex[:8]}"
    with django_db_blocker.unblock():
        centre = actions.open_centre(
            slug=slug, name="Race Clinic", time_zone="America/New_York", country="US", status="active"
        )
        try:
            with tenant_context(centre):
                yield centre
        finally:
            provisioning.remove_centre(centre)
            connection.close()
