"""Where the connection is, typed: django-tenants adds these attributes to Django's connection."""

from typing import Any

from django.db import connection


def current() -> str:
    """Return the name of the schema that the connection is in, `public` outside every centre."""
    return str(connection.schema_name)  # type: ignore[attr-defined]


def tenant() -> Any:
    """Return the centre that the connection is in; outside every centre a stand-in that knows only its schema."""
    return connection.tenant  # type: ignore[attr-defined]


def leave() -> None:
    """Go to the public schema. The connection itself follows with the next statement."""
    connection.set_schema_to_public()  # type: ignore[attr-defined]
