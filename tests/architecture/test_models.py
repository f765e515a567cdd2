import pytest
from django.apps import apps
from django.conf import settings
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection
from django.db.models import ForeignKey, ManyToManyField
from django_tenants.utils import schema_context

from apps.core.postgresql import as_owner
from apps.sessions.models import Room
from apps.tenants.checks import EXTENSIONS
from apps.tenants.models import Centre
from apps.therapists.models import TherapyType
from tests import factories
from tests.architecture import app_of, lives_in, our_models, rank

MADE_BY_ACTIONS = {"Centre", "Domain", "SchemaTemplate"}  # a centre has a schema and a role: never a row alone


def relations(model):
    return [field for field in model._meta.get_fields() if isinstance(field, ForeignKey | ManyToManyField)]


def ask(query, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(query, parameters or None)
        return cursor.fetchall()


@pytest.fixture
def schemas(db):
    """Every schema of a centre that is there, and the template."""
    return [*Centre.objects.open().values_list("schema_name", flat=True), settings.TEMPLATE_SCHEMA]


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_no_foreign_key_points_upward_or_sideways(model):
    for field in relations(model):
        target = field.remote_field.model
        if target.__module__.startswith("apps."):
            same = app_of(target) == app_of(model)
            assert same or rank(target) < rank(model), f"{model._meta.label}.{field.name} -> {target._meta.label}"


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_no_table_of_a_centre_references_a_shared_one(model):
    if lives_in(model, "centres"):
        for field in relations(model):
            assert lives_in(field.remote_field.model, "centres"), f"{model._meta.label}.{field.name}"


def test_no_foreign_key_leaves_its_schema(schemas):
    """The same question asked of the database: a dump of one schema must stand alone."""
    strays = ask(
        "SELECT c.connamespace::regnamespace, c.conname FROM pg_constraint c JOIN pg_class t ON t.oid = c.confrelid"
        " WHERE c.contype = 'f' AND t.relnamespace <> c.connamespace"
    )
    assert strays == []


def test_what_needs_a_row_that_may_be_deleted_is_checked_when_it_is_written(schemas):
    """Checked at the commit, a booking of what is being deleted fails after everything was said and done."""
    late = (
        "SELECT connamespace::regnamespace, conname FROM pg_constraint WHERE contype = 'f' AND condeferred"
        " AND confrelid IN (SELECT oid FROM pg_class WHERE relname = ANY(%s))"
    )
    assert ask(late, [TherapyType._meta.db_table, Room._meta.db_table]) == []


def test_every_model_has_a_factory():
    made = {getattr(factories, name)._meta.model for name in factories.__all__}
    wanted = {model for model in our_models() if model._meta.managed and not model._meta.auto_created}
    missing = {model.__name__ for model in wanted - made}
    assert missing == MADE_BY_ACTIONS


def test_every_table_exists_where_it_should(schemas):
    """Moving an app between shared and tenant makes no table and no error: this notices."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    tables = set(ask("SELECT schemaname, tablename FROM pg_tables"))
    for schema, kind in [("public", "public"), *((schema, "centres") for schema in schemas)]:
        wanted = {model._meta.db_table for model in models if lives_in(model, kind)}
        there = {table for found, table in tables if found == schema} - {"django_migrations"}
        assert there == wanted, schema


def test_extensions_live_in_public(db):
    found = dict(ask("SELECT extname, extnamespace::regnamespace::text FROM pg_extension WHERE extname <> 'plpgsql'"))
    assert set(EXTENSIONS) <= set(found)
    assert set(found.values()) == {"public"}


def test_every_constraint_and_index_exists_in_every_centre(schemas):
    there = set(ask("SELECT connamespace::regnamespace::text, conname FROM pg_constraint"))
    there |= set(ask("SELECT schemaname::text, indexname FROM pg_indexes"))
    for schema in schemas:
        for model in our_models():
            if lives_in(model, "centres") and model._meta.managed:
                names = [thing.name for thing in [*model._meta.constraints, *model._meta.indexes]]
                assert {(schema, name) for name in names} <= there, f"{schema}: {model._meta.label}"


def test_every_trigger_exists_in_every_centre(schemas):
    by_schema = {schema: set() for schema in schemas}
    rows = ask(
        "SELECT c.relnamespace::regnamespace::text, c.relname, t.tgname, t.tgenabled FROM pg_trigger t"
        " JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal"
    )
    for schema, *trigger in rows:
        if schema in by_schema:
            by_schema[schema].add(tuple(trigger))
    wanted = by_schema[settings.TEMPLATE_SCHEMA]
    assert {name for _table, name, _on in wanted} >= {"occupancy_agrees"} or wanted
    assert all(found == wanted for found in by_schema.values())


def test_the_start_up_check_sees_a_missing_wall(db):
    def problems():
        with schema_context("public"):
            return [error.id for error in run_checks(tags=["database"], databases=["default"])]

    assert problems() == []
    with as_owner(), schema_context("public"), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE c_harbour.therapy_sessions_occupancy DROP CONSTRAINT occupancy_no_overlap")
    assert problems() == ["verbena.E002"]


def test_no_migration_is_missing(db):
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
