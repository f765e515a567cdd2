"""What must hold before the site may run."""

from typing import Any

from django.core.checks import Error, Tags, register
from django.db import connection
from django_tenants.utils import schema_context

from apps.tenants.models import Centre

EXTENSIONS = ("btree_gist", "pg_trgm")


@register(Tags.database)
def extensions_live_in_public(databases: Any = None, **kwargs: Any) -> list[Error]:
    """An extension in a centre's schema goes with that centre and takes every other centre's constraints along."""
    if not databases:
        return []
    with schema_context("public"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT extname, nspname FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace"
            " WHERE extname = ANY(%s)",
            [list(EXTENSIONS)],
        )
        strays = [f"{name} in {schema}" for name, schema in cursor.fetchall() if schema != "public"]
    return [Error(f"Extension {stray}: it must be in public.", id="verbena.E001") for stray in strays]


@register(Tags.database)
def every_schema_has_its_wall(databases: Any = None, **kwargs: Any) -> list[Error]:
    """Every open centre's schema has the exclusion constraint that keeps bookings from colliding."""
    if not databases:
        return []
    with schema_context("public"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace"
            " WHERE c.conname = 'occupancy_no_overlap'"
        )
        walled = {row[0] for row in cursor.fetchall()}
        open_schemas = Centre.objects.open().values_list("schema_name", flat=True)
        bare = sorted(set(open_schemas) - walled)
    return [Error(f"{schema} lacks occupancy_no_overlap.", id="verbena.E002") for schema in bare]
