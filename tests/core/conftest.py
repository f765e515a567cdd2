import pytest
from django.db import connection


@pytest.fixture
def dead_database(django_db_setup, django_db_blocker, monkeypatch):
    """Nobody listens where the settings say PostgreSQL is; an earlier connection is gone."""
    with django_db_blocker.unblock():
        connection.set_schema_to_public()
        connection.close()
        monkeypatch.setitem(connection.settings_dict, "PORT", "1")
        yield
        connection.close()


@pytest.fixture
def wire(django_db_setup, django_db_blocker):
    """The real connection, in public, without a transaction round the test."""
    with django_db_blocker.unblock():
        connection.set_schema_to_public()
        try:
            yield connection
        finally:
            connection.close()
