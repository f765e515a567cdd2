"""The database backend: role and search path together, sent once, forgotten when PostgreSQL may have undone them."""

from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DataError, ProgrammingError, connection, transaction
from django.db.utils import InternalError
from django.test.utils import CaptureQueriesContext
from django_tenants.utils import schema_context

from apps.core.postgresql import as_owner
from apps.core.postgresql.base import refuse_transaction_pooler


def where():
    """Who and where the server says we are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_schema()")
        return cursor.fetchone()


def sets(captured):
    return [query["sql"] for query in captured if query["sql"].startswith("SET ")]


def test_role_and_path_go_in_one_statement(wire):
    with schema_context("c_sunrise"), CaptureQueriesContext(wire) as captured:
        assert where() == ("c_sunrise", "c_sunrise")
    assert sets(captured) == ['SET ROLE "c_sunrise"; SET search_path = "c_sunrise","public"']


def test_statement_is_not_repeated_while_the_connection_has_it(wire):
    with CaptureQueriesContext(wire) as captured:
        for _request in range(5):
            with schema_context("c_sunrise"):
                where()
                where()
    assert len(sets(captured)) == 1


def test_public_runs_as_the_login_role(wire):
    with schema_context("c_sunrise"):
        where()
    assert where() == ("verbena", "public")


def test_owner_mode_nests_and_ends(wire):
    with schema_context("c_sunrise"):
        with as_owner():
            with as_owner():
                assert where() == ("verbena_owner", "c_sunrise")
            assert where() == ("verbena_owner", "c_sunrise")
        assert where() == ("c_sunrise", "c_sunrise")


def test_rollback_forgets(wire):
    where()
    with schema_context("c_sunrise"):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            assert where()[0] == "c_sunrise"
            raise ZeroDivisionError
        assert where() == ("c_sunrise", "c_sunrise")


def test_savepoint_rollback_forgets(wire):
    with transaction.atomic():
        where()
        with schema_context("c_sunrise"):
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                assert where()[0] == "c_sunrise"
                raise ZeroDivisionError
            assert where() == ("c_sunrise", "c_sunrise")


def test_failed_statement_forgets(wire):
    with schema_context("c_sunrise"), transaction.atomic():
        with pytest.raises(ProgrammingError), transaction.atomic(), wire.cursor() as cursor:
            cursor.execute("SELECT * FROM no_such_table")
        assert where() == ("c_sunrise", "c_sunrise")


def test_reconnect_forgets(wire):
    with schema_context("c_sunrise"):
        where()
        wire.close()
        assert where() == ("c_sunrise", "c_sunrise")


def test_broken_transaction_says_its_own_error(wire):
    """Switching inside a failed transaction stays out of the way: the first error is the one to read."""
    with pytest.raises(InternalError, match="current transaction is aborted"), transaction.atomic():
        with pytest.raises(ProgrammingError), wire.cursor() as cursor:
            cursor.execute("SELECT * FROM no_such_table")
        with schema_context("c_sunrise"):
            where()


def test_schema_without_a_role_fails_closed(wire):
    where()
    with schema_context("c_nobody"), CaptureQueriesContext(wire) as captured:
        with pytest.raises(DataError, match="c_nobody"):
            where()
        with pytest.raises(DataError, match="c_nobody"):
            where()
    assert not [query for query in captured if query["sql"].startswith("SELECT")]
    assert where() == ("verbena", "public")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM c_harbour.patients_patient",
        "SELECT given_name FROM patients_patient UNION SELECT given_name FROM c_harbour.patients_patient",
        "SELECT * FROM public.accounts_user",
        "SELECT * FROM public.tenants_centre",
        "INSERT INTO c_harbour.therapists_specialty (name) VALUES ('x')",
        "CREATE TABLE mine (id int)",
    ],
)
def test_wrong_path_fails_closed(sunrise, statement):
    """The search path alone is no wall; the role is. (Many more statements: tests/isolation.)"""
    refused = pytest.raises(ProgrammingError, match="permission denied")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def pooled(*, pooler, backend, seen):
    """A connection behind something that answers with a backend number of its own."""

    class Cursor:
        def __enter__(self):
            return self

        def __exit__(self, *args):
            pass

        def execute(self, statement):
            return self

        def fetchone(self):
            return (seen,)

    raw = SimpleNamespace(cursor=Cursor, info=SimpleNamespace(backend_pid=backend))
    return SimpleNamespace(settings_dict={"POOLER": pooler}, connection=raw)


def test_pooler_in_transaction_mode_is_refused():
    with pytest.raises(ImproperlyConfigured, match="session mode"):
        refuse_transaction_pooler(pooled(pooler="", backend=1, seen=2))


def test_pooler_that_is_told_to_be_in_session_mode_is_accepted():
    refuse_transaction_pooler(pooled(pooler="session", backend=1, seen=2))


def test_no_pooler_is_accepted(wire):
    where()
    refuse_transaction_pooler(wire)
