"""A copied schema is the migrated one, and its role may do in it what the rules say."""

import re
from contextlib import closing

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django_tenants.utils import schema_context, tenant_context

from apps.core.postgresql import as_owner
from apps.tenants import provisioning
from apps.tenants.models import SchemaTemplate

THINGS = {
    "tables and columns": """
        SELECT c.relname, c.relkind, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
               pg_get_expr(d.adbin, d.adrelid)
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = %s::regnamespace""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, contype, pg_get_constraintdef(oid), condeferrable, convalidated
        FROM pg_constraint WHERE connamespace = %s::regnamespace""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = %s",
    "triggers": """
        SELECT t.tgrelid::regclass::text, t.tgname, pg_get_triggerdef(t.oid), t.tgenabled
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND c.relnamespace = %s::regnamespace""",
    "functions": "SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = %s::regnamespace",
    "sequences": """
        SELECT sequencename, data_type, start_value, increment_by, cycle FROM pg_sequences WHERE schemaname = %s""",
    "views and types": "SELECT typname, typtype FROM pg_type WHERE typnamespace = %s::regnamespace",
}
ROWS = {
    "migrations": "SELECT app, name FROM {}.django_migrations",
    "content types": "SELECT id, app_label, model FROM {}.django_content_type",
}


CASTS = re.compile(
    r"::(character varying|text)(\[\])?|[()]"
)  # PostgreSQL words them otherwise when it reads its own text


def catalogue(query, schema):
    """The rows about a schema, its own name taken out, every other name written in full."""
    with as_owner(), schema_context("public"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path = ''")
        cursor.execute(query, [schema] if "%s" in query else None)
        rows = [
            tuple(CASTS.sub("", str(value).replace(schema, "<schema>")) for value in row) for row in cursor.fetchall()
        ]
        cursor.execute("SET LOCAL search_path = public")
    return sorted(rows)


@pytest.mark.parametrize("thing", THINGS)
def test_copied_and_migrated_schema_have_the_same(db, thing):
    migrated = catalogue(THINGS[thing], settings.TEMPLATE_SCHEMA)
    assert catalogue(THINGS[thing], "c_sunrise") == migrated
    assert migrated or thing == "views and types"


def test_migrations_lead_back_to_the_first_and_forward_again(fresh_centre):
    schema = fresh_centre.schema_name
    before = {thing: catalogue(query, schema) for thing, query in THINGS.items()}
    first = dict(sorted(MigrationLoader(None).disk_migrations, reverse=True))
    centres = [config for config in apps.get_app_configs() if config.name in settings.TENANT_APPS]
    ours = [config.label for config in centres if config.name.startswith("apps.")]
    with as_owner(), schema_context(schema):
        for app in filter(first.get, ours):
            call_command("migrate_schemas", app, first[app], schema_name=schema, verbosity=0)
    assert catalogue(THINGS["constraints"], schema) != before["constraints"]
    provisioning.migrate_schema(schema)
    assert {thing: catalogue(query, schema) for thing, query in THINGS.items()} == before


@pytest.mark.parametrize("thing", ROWS)
def test_copied_schema_has_the_reference_rows(db, thing):
    migrated = catalogue(ROWS[thing].format(settings.TEMPLATE_SCHEMA), settings.TEMPLATE_SCHEMA)
    assert catalogue(ROWS[thing].format("c_harbour"), "c_harbour") == migrated
    assert migrated


def test_sequences_of_reference_rows_go_on_where_the_template_stopped(db):
    def last(schema):
        return catalogue(f"SELECT last_value FROM {schema}.django_migrations_id_seq", schema)

    assert last("c_harbour") == last(settings.TEMPLATE_SCHEMA)


def test_template_holds_no_people(db):
    """A copied reset token or session of somebody would open the copy."""
    text = SchemaTemplate.objects.get().sql
    inserted = {line.split()[2].split(".")[1] for line in text.splitlines() if line.startswith("INSERT INTO")}
    assert inserted == set(provisioning.REFERENCE_TABLES)


def test_no_function_trusts_the_callers_search_path(db):
    """A function with an unqualified table and no path of its own would write one centre's rows into another's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'c_sunrise'::regnamespace"
            " AND NOT coalesce(array_to_string(proconfig, ','), '') LIKE '%%search_path=%%'"
        )
        loose = [name for (name,) in cursor.fetchall()]
    assert not [name for name in loose if not qualified(name)]


def qualified(function):
    """Whether the function names its tables through TG_TABLE_SCHEMA or touches none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT prosrc FROM pg_proc WHERE pronamespace = 'c_sunrise'::regnamespace AND proname = %s", [function]
        )
        source = cursor.fetchone()[0]
    touches = any(word in source.upper() for word in (" FROM ", "INSERT ", "UPDATE ", "DELETE "))
    return not touches or "TG_TABLE_SCHEMA" in source


@pytest.mark.parametrize("table", provisioning.append_only_tables(shared=False))
@pytest.mark.parametrize(
    "statement", ["UPDATE {0} SET id = id", "DELETE FROM {0}", "TRUNCATE {0}", "ALTER TABLE {0} DISABLE TRIGGER ALL"]
)
def test_append_only_table_is_only_appended_to(sunrise, table, statement):
    refused = pytest.raises(ProgrammingError, match=r"permission denied|must be owner")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


@pytest.mark.parametrize("table", provisioning.append_only_tables(shared=True))
def test_append_only_table_of_public_is_only_appended_to(db, table):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"DELETE FROM public.{table}")


def test_centre_cannot_forge_its_migrations(sunrise):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM django_migrations")


def test_table_of_a_later_migration_is_granted(db, harbour):
    with as_owner(), schema_context(harbour.schema_name), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE c_harbour.later (id bigint GENERATED BY DEFAULT AS IDENTITY, word text)")
    with tenant_context(harbour), connection.cursor() as cursor:
        cursor.execute("INSERT INTO later (word) VALUES ('x')")
        cursor.execute("SELECT count(*) FROM later")
        assert cursor.fetchone() == (1,)


def test_fingerprint_follows_the_migrations(db, monkeypatch):
    before = provisioning.fingerprint()
    loader = provisioning.MigrationLoader(None)
    loader.disk_migrations["portal", "9999_new"] = None
    monkeypatch.setattr(provisioning, "MigrationLoader", lambda connection: loader)
    assert provisioning.fingerprint() != before
    with pytest.raises(provisioning.TemplateMissing):
        provisioning.current_template()


def test_refresh_template_does_nothing_when_it_is_up_to_date(db):
    assert provisioning.refresh_template() is False


@pytest.mark.parametrize("last_step", ["grant_rights", "dump_template"])
def test_who_migrates_keeps_the_turn_to_the_last_step(two_more, monkeypatch, last_step):
    """django-tenants closes the connection that it has migrated on, and a lock of that connection is gone with it."""
    own, free = getattr(provisioning, last_step), []

    def step(*args):
        with closing(connection.copy()) as other, other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [f"verbena migrates {turn}"])
            free.append(cursor.fetchone()[0])
        return own(*args)

    monkeypatch.setattr(provisioning, last_step, step)
    if last_step == "grant_rights":
        turn = two_more[0].schema_name
        provisioning.migrate_schema(turn)
    else:
        turn = "the template's text"
        monkeypatch.setattr(provisioning, "schema_exists", lambda schema: False)
        assert provisioning.refresh_template()
    assert free == [False]


def test_pg_dump_that_is_too_old_is_named(db, monkeypatch):
    monkeypatch.setattr(provisioning, "_pg_dumps", lambda: iter(()))
    with pytest.raises(RuntimeError, match="install postgresql-client-"):
        provisioning._pg_dump()


def test_pg_dump_connects_as_safely_as_we_do_and_shows_no_password(db, monkeypatch):
    facts = {"host": "db", "dbname": "verbena", "sslmode": "verify-full", "password": "hush", "cursor_factory": object}
    monkeypatch.setattr(connection, "get_connection_params", lambda: facts)
    assert provisioning._target() == "host=db dbname=verbena sslmode=verify-full"
    assert provisioning._secrets()["PGPASSWORD"] == "hush"


def test_remove_centre_leaves_nothing(wire, settings, tmp_path):
    from apps.tenants import actions, directory
    from apps.tenants.models import Centre, Domain

    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "c_gone" / "photos").mkdir(parents=True)
    centre = actions.open_centre(slug="gone", name="Gone", status="active")
    assert directory.find("gone.localhost") == centre
    provisioning.remove_centre(centre)
    assert directory.find("gone.localhost") is None
    assert list(tmp_path.iterdir()) == []
    assert not Centre.objects.filter(slug="gone").exists()
    assert not Domain.objects.filter(domain="gone.localhost").exists()
    with wire.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_roles WHERE rolname = 'c_gone' UNION SELECT 1 FROM pg_namespace WHERE nspname = 'c_gone'"
        )
        assert cursor.fetchone() is None
