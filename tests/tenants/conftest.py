import pytest
from django.db import connection
from django_tenants.utils import schema_context

from apps.tenants import actions, provisioning


@pytest.fixture
def wire(django_db_setup, django_db_blocker):
    """The real connection, in public, without a transaction round the test. Whoever commits cleans up."""
    with django_db_blocker.unblock():
        connection.set_schema_to_public()
        try:
            yield connection
        finally:
            connection.close()


@pytest.fixture
def two_more(wire):
    """Two centres of their own, really committed, dropped afterwards."""
    with schema_context("public"):
        centres = [actions.open_centre(slug=slug, name=slug, status="active") for slug in ("stale-one", "stale-two")]
        try:
            yield centres
        finally:
            for centre in centres:
                provisioning.remove_centre(centre)
