"""How much each centre uses, for the superuser's list: counts only, never contents."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django_tenants.utils import schema_context
from psycopg import sql

from apps.core.postgresql import as_owner


@dataclass(frozen=True)
class Counter:
    """One number per centre: the rows of `table` for which `where` (SQL, fixed text) holds."""

    label: str
    table: str
    where: str = "TRUE"


COUNTERS: list[Counter] = []


def register(counter: Counter) -> None:
    """Called from an app's `ready`; registering twice changes nothing."""
    if counter not in COUNTERS:
        COUNTERS.append(counter)


def usage(schemas: Iterable[str]) -> dict[str, dict[str, int]]:
    """Return {schema: {label: count}} by one query over all the schemas."""
    parts = [_count(schema, counter) for schema in schemas for counter in COUNTERS]
    result: dict[str, dict[str, int]] = {}
    if not parts:
        return result
    with as_owner(), schema_context("public"), connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(parts).as_string(cursor.connection))
        for schema, label, count in cursor.fetchall():
            result.setdefault(schema, {})[label] = count
    return result


def _count(schema: str, counter: Counter) -> sql.Composed:
    count = f"(SELECT count(*) FROM {{table}} WHERE {counter.where})"  # noqa: S608  (fixed text of an app's own)
    return sql.SQL("SELECT {schema}, {label}, " + count).format(
        schema=sql.Literal(schema), label=sql.Literal(counter.label), table=sql.Identifier(schema, counter.table)
    )
