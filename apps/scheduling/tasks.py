"""Background work of scheduling."""

from celery import shared_task
from django_tenants.utils import get_tenant_model, tenant_context

from apps.scheduling import actions


@shared_task
def sweep_holds() -> None:
    """Delete the expired holds of every open centre: tidying only, they block nobody."""
    for centre in get_tenant_model().objects.open():
        with tenant_context(centre):
            actions.sweep_holds()
