"""Which schemas have migrations to run, found by one query over all of them."""

from dataclasses import dataclass

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django_tenants.utils import schema_context
from psycopg import sql

from apps.core.postgresql import as_owner
from apps.tenants.models import Centre


@dataclass(frozen=True)
class Expected:
    """The migrations of the code that is running."""

    names: list[str]

    @classmethod
    def of_this_code(cls) -> "Expected":
        return cls(sorted(f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations))


def stale_schemas() -> list[str]:
    """Return the schemas of centres that lack a migration of this code, by name. One UNION query.

    Closed centres are among them, for one day they may be opened again. A centre whose schema is gone is not: it must
    not keep the others from being brought up to date.
    """
    with as_owner(), schema_context("public"):
        schemas = list(
            Centre.objects.with_schema()
            .filter(schema_there=True)
            .order_by("schema_name")
            .values_list("schema_name", flat=True)
        )
        return _lacking(schemas, Expected.of_this_code().names) if schemas else []


def _lacking(schemas: list[str], names: list[str]) -> list[str]:
    one = sql.SQL(
        "SELECT {name} WHERE (SELECT count(DISTINCT app || '.' || name) FROM {schema}.django_migrations"
        " WHERE app || '.' || name = ANY(%(names)s)) < %(wanted)s"
    )
    parts = [one.format(name=sql.Literal(schema), schema=sql.Identifier(schema)) for schema in schemas]
    with connection.cursor() as cursor:
        query = sql.SQL(" UNION ALL ").join(parts).as_string(cursor.connection)
        cursor.execute(query, {"names": names, "wanted": len(names)})
        return sorted(row[0] for row in cursor.fetchall())
