"""The second wall: what a centre's role may not do even when the code asks it to.

It holds against a wrong search path, a qualified name, a careless query. It does not hold against whoever may run a
`SET ROLE` of their own: no code of ours builds SQL from what people type.
"""

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction
from django_tenants.utils import schema_context

from apps.core.postgresql import as_owner

OTHERS = {
    "read": "SELECT * FROM c_harbour.accounts_user",
    "read one column": "SELECT email FROM c_harbour.patients_patient LIMIT 1",
    "read by union": "SELECT email FROM accounts_user UNION ALL SELECT email FROM c_harbour.accounts_user",
    "read by join": "SELECT 1 FROM accounts_user a JOIN c_harbour.accounts_user b USING (email)",
    "read by subquery": "SELECT 1 FROM accounts_user WHERE id IN (SELECT id FROM c_harbour.accounts_user)",
    "count": "SELECT count(*) FROM c_harbour.therapy_sessions_therapysession",
    "insert": "INSERT INTO c_harbour.patients_guardian SELECT * FROM c_harbour.patients_guardian",
    "update": "UPDATE c_harbour.accounts_user SET is_active = false",
    "delete": "DELETE FROM c_harbour.django_session",
    "truncate": "TRUNCATE c_harbour.django_session",
    "lock": "LOCK TABLE c_harbour.accounts_user IN ACCESS SHARE MODE",
    "sequence": "SELECT nextval('c_harbour.accounts_auditrecord_id_seq')",
    "create table": "CREATE TABLE c_harbour.mine (id int)",
    "drop schema": "DROP SCHEMA c_harbour CASCADE",
}
SHARED = {
    "superusers": "SELECT * FROM public.accounts_user",
    "sessions of superusers": "SELECT * FROM public.django_session",
    "centres": "SELECT * FROM public.tenants_centre",
    "hosts": "SELECT * FROM public.tenants_domain",
    "template": "SELECT * FROM public.tenants_schematemplate",
    "migrations": "SELECT * FROM public.django_migrations",
    "resume oneself": "UPDATE public.tenants_centre SET status = 'active'",
    "take a host": "UPDATE public.tenants_domain SET tenant_id = 1",
    "create table": "CREATE TABLE public.mine (id int)",
}
OWN = {
    "rewrite the trail": "UPDATE accounts_auditrecord SET by_name = 'nobody'",
    "erase the trail": "DELETE FROM accounts_auditrecord",
    "empty the trail": "TRUNCATE accounts_auditrecord",
    "empty a table": "TRUNCATE therapy_sessions_occupancy",
    "create table": "CREATE TABLE c_sunrise.mine (id int)",
    "drop table": "DROP TABLE therapy_sessions_occupancy",
    "drop the overlap wall": "ALTER TABLE therapy_sessions_occupancy DROP CONSTRAINT occupancy_no_overlap",
    "disable triggers": "ALTER TABLE accounts_user DISABLE TRIGGER schedule_version",
    "drop a trigger": "DROP TRIGGER schedule_version ON accounts_user",
    "replace a function": "ALTER FUNCTION scheduling_version_bump() OWNER TO CURRENT_USER",
    "forge migrations": "DELETE FROM django_migrations",
    "drop schema": "DROP SCHEMA c_sunrise CASCADE",
    "rename schema": "ALTER SCHEMA c_sunrise RENAME TO c_elsewhere",
}
SERVER = {  # the owner may not either
    "skip triggers": "SET session_replication_role = replica",
    "create role": "CREATE ROLE c_mallory",
    "log in": "ALTER ROLE c_sunrise LOGIN",
    "join the other": "GRANT c_harbour TO c_sunrise",
    "password hashes": "SELECT * FROM pg_authid",
    "read a file": "SELECT pg_read_file('/etc/passwd')",
    "write a file": "COPY accounts_user TO '/tmp/stolen'",
    "run a program": "COPY accounts_user FROM PROGRAM 'id'",
    "become superuser": "ALTER ROLE verbena SUPERUSER",
    "install an extension": "CREATE EXTENSION dblink",
    "create schema": "CREATE SCHEMA c_mallory",
}
OWNERS = [*OTHERS.values(), *SHARED.values(), *OWN.values()]
FORBIDDEN = [*OWNERS, *SERVER.values()]


def run(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        raise Undone


class Undone(Exception):
    """The statement worked; its savepoint is rolled back."""


def test_there_are_thirty_of_them():
    assert len(set(FORBIDDEN)) >= 30


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_centre_may_not(sunrise, statement):
    with pytest.raises(ProgrammingError) as refused:
        run(statement)
    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege), refused.value


@pytest.mark.parametrize("statement", OWNERS)
def test_control_the_statement_works_for_the_owner(sunrise, statement):
    """Each is refused for want of a right, not for a slip of the pen."""
    with as_owner(), pytest.raises(Undone):
        run(statement)


@pytest.mark.parametrize("statement", ["SELECT * FROM accounts_user", "SELECT * FROM django_migrations"])
def test_control_own_rows_are_read(sunrise, statement):
    with pytest.raises(Undone):
        run(statement)


def test_wrong_path_shows_nothing_of_public(sunrise):
    """The trap: a centre's table is missing, and its name falls through to the superusers' table in public."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE c_sunrise.account_emailaddress CASCADE")
    with pytest.raises(ProgrammingError, match="permission denied"):
        run("SELECT * FROM account_emailaddress")


def test_no_role_of_a_centre_has_rights_in_another_or_in_public(sunrise, harbour):
    with as_owner(), schema_context("public"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.rolname, n.nspname, c.relname FROM pg_roles r CROSS JOIN pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE r.rolname LIKE 'c\\_%' AND c.relkind IN ('r', 'v', 'm', 'p')"
            " AND (n.nspname LIKE 'c\\_%' OR n.nspname = 'public') AND n.nspname <> r.rolname"
            " AND has_table_privilege(r.rolname, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')"
        )
        assert cursor.fetchall() == []
