"""Who the connection is: a centre's role, the login role, or (for migrations and provisioning only) the owner."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection

OWNER = "owner"


@contextmanager
def as_owner() -> Iterator[None]:
    """Run the block under the role that owns the tables. For migrations and provisioning; never around a request's work.

    Nests. The next statement after the block runs under the connection's former role again.
    """
    live: Any = connection  # our own backend's attribute
    before, live.owner_mode = live.owner_mode, True
    try:
        yield
    finally:
        live.owner_mode = before


def role_for(schema: str, *, owner: bool) -> str:
    """Return the role for work in `schema`: the owner's in owner mode, `none` (the login role) in public, else the centre's."""
    if owner:
        return str(settings.OWNER_ROLE)
    return "none" if schema == "public" else schema
