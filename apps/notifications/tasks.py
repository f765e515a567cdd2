"""Sending, in the worker. Each task may run twice: a row that was sent is not due any more."""

import logging

from celery import shared_task
from django_tenants.utils import schema_context, tenant_context

from apps.core.tasks import centre_task
from apps.notifications import outbox
from apps.notifications.models import Message
from apps.tenants.models import Centre

log = logging.getLogger(__name__)
SWEEP_SECONDS = 60


@centre_task
def deliver(*message_ids: str) -> None:
    """Send these messages now; whatever does not succeed waits for the sweep."""
    for message_id in message_ids:
        if outbox.deliver_message(message_id) is outbox.Outcome.AWAY:
            return


@centre_task
def deliver_due() -> None:
    """Send everything of this centre that is due."""
    outbox.deliver_due()


@shared_task
def sweep_centres() -> None:
    """Find the centres where something is due and have it sent, each by a task of its own: none waits for another."""
    with schema_context("public"):
        centres = list(Centre.objects.open())
    for centre in centres:
        try:
            _sweep(centre)
        except Exception:  # one centre's trouble is not the others'
            log.exception("a centre could not be swept", extra={"centre": centre.schema_name})


def _sweep(centre: Centre) -> None:
    with tenant_context(centre):
        is_due = Message.objects.due().exists()
    if not is_due:
        return
    try:
        deliver_due.apply_async([centre.schema_name], expires=SWEEP_SECONDS)
    except Exception:  # the broker's client raises its own, the socket's and kombu's errors
        log.warning("the broker is away; sending from the sweep itself")
        with tenant_context(centre):
            outbox.deliver_due()
