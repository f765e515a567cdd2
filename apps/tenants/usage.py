"""How much each centre uses, for the superuser's list: counts only, never contents."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django_tenants.utils import schema_context
from psycopg import sql

from apps.core import clock
from apps.core.postgresql import as_owner
from apps.tenants.models import Centre


@dataclass(frozen=True)
class Counter:
    """One number per centre: the rows of `table` for which `where` (SQL, fixed text) holds.

    In it `{begins}` and `{ends}` stand for the present month, as the centre's own clock counts it.
    """

    label: str
    table: str
    where: str = "TRUE"


COUNTERS: list[Counter] = []


def register(counter: Counter) -> None:
    """Called from an app's `ready`; registering twice changes nothing."""
    if counter not in COUNTERS:
        COUNTERS.append(counter)


def usage(centres: Iterable[Centre]) -> dict[str, dict[str, int]]:
    """Return {schema: {label: count}} by one query over all the centres' schemas."""
    parts = [_count(centre, counter) for centre in centres for counter in COUNTERS]
    result: dict[str, dict[str, int]] = {}
    if not parts:
        return result
    with as_owner(), schema_context("public"), connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(parts).as_string(cursor.connection))
        for schema, label, count in cursor.fetchall():
            result.setdefault(schema, {})[label] = count
    return result


def month_of(moment: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """Return the first moments of the month and of the next one, in the zone of `moment`."""
    begins = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)
    return begins, (begins + dt.timedelta(days=32)).replace(day=1)


def _count(centre: Centre, counter: Counter) -> sql.Composed:
    begins, ends = month_of(clock.now().astimezone(centre.zone))
    count = f"(SELECT count(*) FROM {{table}} WHERE {counter.where})"  # noqa: S608  (fixed text of an app's own)
    return sql.SQL("SELECT {schema}, {label}, " + count).format(
        schema=sql.Literal(centre.schema_name),
        label=sql.Literal(counter.label),
        table=sql.Identifier(centre.schema_name, counter.table),
        begins=sql.Literal(begins),
        ends=sql.Literal(ends),
    )
