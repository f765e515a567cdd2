"""The database backend: django-tenants' schemas plus a second wall, a PostgreSQL role per centre."""

from apps.core.postgresql.roles import OWNER, as_owner

__all__ = ["OWNER", "as_owner"]
