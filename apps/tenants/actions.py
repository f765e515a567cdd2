"""What may be done with centres: open, change, suspend, resume."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django_tenants.utils import schema_context

from apps.tenants import directory, provisioning
from apps.tenants.models import Centre, Domain, schema_for


def open_centre(*, slug: str, name: str, domain: str | None = None, **facts: Any) -> Centre:
    """Open a centre in about a quarter of a second; its host answers at once.

    Raises ValidationError (by field) for a bad or taken slug, host, zone or colour. All or nothing.
    """
    candidate = Centre(slug=slug, name=name, schema_name=schema_for(slug), **facts)
    host = domain or f"{slug}.{settings.PUBLIC_HOST}"
    with schema_context("public"):
        candidate.full_clean(exclude=["schema_name"])
        if Domain.objects.filter(domain=host.lower()).exists() or host.lower() == settings.PUBLIC_HOST:
            raise ValidationError({"domain": f"The host name {host} is taken."})
    centre = provisioning.create_centre(slug=slug, name=name, domain=host, **facts)
    directory.changed()
    return centre


def change_centre(centre: Centre, **facts: Any) -> Centre:
    """Change facts of a centre (its settings, its status) and tell every process. Raises ValidationError by field.

    The row lives in public: the connection leaves the centre's schema for this one write and returns.
    """
    with schema_context("public"), transaction.atomic():
        fresh = Centre.objects.select_for_update().get(pk=centre.pk)
        for name, value in facts.items():
            setattr(fresh, name, value)
        fresh.full_clean()
        fresh.save(update_fields=list(facts))
        transaction.on_commit(directory.changed)
    return fresh


def suspend(centre: Centre) -> Centre:
    """Close the doors: every page of the centre says it is suspended. Its data stays."""
    return change_centre(centre, status=Centre.Status.SUSPENDED)


def resume(centre: Centre) -> Centre:
    return change_centre(centre, status=Centre.Status.ACTIVE)


def address(centre: Centre, path: str = "/") -> str:
    """Return the absolute address of a path on the centre's primary host."""
    with schema_context("public"):
        host = Domain.objects.filter(tenant_id=centre.pk).order_by("-is_primary", "domain").values_list("domain", flat=True).first()
    port = f":{settings.SITE_PORT}" if settings.SITE_PORT else ""
    return f"{settings.SITE_SCHEME}://{host}{port}{path}"
