"""The first centre with one of everything in it, and a way to tell whether anything of it was touched."""

import hashlib

import pytest
from django.db import connection
from django_tenants.utils import schema_context

from apps.core.postgresql import as_owner
from tests.isolation.routes import build_world


@pytest.fixture
def world(harbour, sunrise, people, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return build_world(sunrise, people)


@pytest.fixture
def fingerprint():
    """Return a function: {table: (rows, checksum over every row)} of a schema."""

    def of(schema="c_sunrise"):
        with as_owner(), schema_context("public"), connection.cursor() as cursor:
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [schema])
            return {table: _checksum(cursor, schema, table) for (table,) in cursor.fetchall()}

    return of


def _checksum(cursor, schema, table):
    cursor.execute(f'SELECT t::text FROM "{schema}"."{table}" t')
    rows = sorted(row for (row,) in cursor.fetchall())
    return len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest()
