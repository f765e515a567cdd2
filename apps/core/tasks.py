"""Background work inside a centre."""

import functools
import logging
from collections.abc import Callable
from typing import Any

from celery import shared_task
from django.db import transaction
from django_tenants.utils import get_tenant_model, schema_context, tenant_context

from apps.core import logs

log = logging.getLogger(__name__)


class UnknownCentre(Exception):
    """The message names a centre that does not exist or is closed; nothing ran."""


def centre_task(function: Callable[..., Any]) -> Any:
    """Make a Celery task whose first argument is a schema name and whose body runs inside that centre, under its role.

    Raises UnknownCentre before the body when the centre is missing or not open, so that no body ever runs in `public`.
    A task may run twice: its action must not mind.
    """

    @functools.wraps(function)
    def run(schema: str, *args: Any, **kwargs: Any) -> Any:
        with schema_context("public"):
            centre = get_tenant_model().objects.open().filter(schema_name=schema).first()
        if centre is None or not schema:
            raise UnknownCentre(schema)
        token = logs.centre.set(schema)
        try:
            with tenant_context(centre):
                return function(*args, **kwargs)
        finally:
            logs.centre.reset(token)

    return shared_task(run)


def after_commit(task: Any, schema: str, *args: Any) -> None:
    """Send the task when the transaction commits. A dead Redis is logged: the row waits for the minute's sweep."""

    def send() -> None:
        try:
            task.delay(schema, *args)
        except Exception:  # the broker's client raises its own, the socket's and kombu's errors
            log.warning("the broker is away; the sweep will find the row", extra={"task": task.name})

    transaction.on_commit(send)
