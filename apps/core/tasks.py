"""Background work inside a centre."""

import functools
import logging
from collections.abc import Callable
from typing import Any

from celery import shared_task
from celery.signals import before_task_publish, task_postrun, task_prerun
from django.db import transaction
from django_tenants.utils import get_tenant_model, schema_context, tenant_context

from apps.core import logs

log = logging.getLogger(__name__)


@before_task_publish.connect
def name_the_request(headers: dict[str, Any], **facts: Any) -> None:
    """Let the worker's lines carry the id of the request that asked for the work."""
    headers["verbena_request"] = logs.request_id.get()


@task_prerun.connect
def enter_logs(task: Any, args: Any, **facts: Any) -> None:
    """From here on lines say whose work it is, the worker's own "task done" included."""
    schema = args[0] if args and getattr(task, "of_centre", False) else ""
    task.request.tokens = [(logs.centre, logs.centre.set(schema))]
    if asked_by := task.request.get("verbena_request"):
        task.request.tokens.append((logs.request_id, logs.request_id.set(asked_by)))


@task_postrun.connect
def leave_logs(task: Any, **facts: Any) -> None:
    for variable, token in getattr(task.request, "tokens", ()):
        variable.reset(token)


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

    make: Any = shared_task  # an option that Celery does not know becomes an attribute of the task
    return make(run, of_centre=True)


def after_commit(task: Any, schema: str, *args: Any) -> None:
    """Send the task when the transaction commits. A dead Redis is logged: the row waits for the minute's sweep."""

    def send() -> None:
        try:
            task.delay(schema, *args)
        except Exception:  # the broker's client raises its own, the socket's and kombu's errors
            log.warning("the broker is away; the sweep will find the row", extra={"task": task.name})

    transaction.on_commit(send)
