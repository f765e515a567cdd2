"""What may be done with centres: open, change, suspend, resume."""

from typing import Any

from babel.localedata import exists
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import FileField
from django.utils.translation import gettext_lazy as _
from django_tenants.utils import schema_context

from apps.tenants import directory, provisioning
from apps.tenants.models import Centre, Domain, schema_for, validate_host


def open_centre(*, slug: str, name: str, domain: str | None = None, **facts: Any) -> Centre:
    """Open a centre in about a quarter of a second; its host answers as soon as the transaction commits.

    Raises ValidationError (by field) for a bad or taken slug, host, zone or colour, TemplateMissing when migrations
    changed since `manage.py prepare`. All or nothing. Without a locale it writes dates and money as its country does.
    """
    facts["locale"] = facts.get("locale") or usual_locale(facts.get("country", ""))
    host = (domain or f"{slug}.{settings.PUBLIC_HOST}").strip().lower()
    with schema_context("public"):
        candidate = Centre(slug=slug, name=name, schema_name=schema_for(slug), **facts)
        _check(candidate, host)
        try:
            centre = provisioning.create_centre(slug=slug, name=candidate.name, domain=host, **facts)
        except IntegrityError as race:
            raise ValidationError(_("Somebody has just taken this short name or host name.")) from race
        transaction.on_commit(directory.changed)
    return centre


def usual_locale(country: str) -> str:
    """Return English as it is written in a country, where CLDR knows that: en-NO for NO; otherwise en-US.

    The pages are in English: another language's names of days and months would stand in the middle of its sentences.
    """
    return f"en-{country}" if exists(f"en_{country}") else "en-US"


def _check(candidate: Centre, host: str) -> None:
    errors: dict[str, Any] = {}
    for check in (lambda: candidate.full_clean(exclude=["schema_name"]), lambda: check_host(host)):
        try:
            check()
        except ValidationError as error:
            errors = error.update_error_dict(errors)
    if "slug" not in errors and provisioning.schema_exists(candidate.schema_name):
        left = _("A schema %(schema)s is left from an earlier centre: drop or rename it, or take another short name.")
        errors["slug"] = ValidationError(left % {"schema": candidate.schema_name})
    if errors:
        raise ValidationError(errors)


def check_host(host: str) -> None:
    """Raise ValidationError (field `domain`) unless the host name is well formed and free. One query."""
    try:
        validate_host(host)
    except ValidationError as error:
        raise ValidationError({"domain": error}) from error
    if Domain.objects.filter(domain=host).exists():
        raise ValidationError({"domain": _("The host name %(host)s is taken.") % {"host": host}})


def change_centre(centre: Centre, **facts: Any) -> Centre:
    """Change facts of a centre (its settings, its status) and tell every process. Raises ValidationError by field.

    The row lives in public: the connection leaves the centre's schema for this one write and returns. A new file goes
    to the centre's own folder; the one it replaces is deleted once the change is committed. Only what changes is checked:
    a zone that has gone out of use must not keep anybody from suspending the centre. One that is suspended keeps in mind
    what it was, for `resume`.
    """
    with schema_context("public"), transaction.atomic():
        fresh = Centre.objects.select_for_update().get(pk=centre.pk)
        if facts.get("status") == Centre.Status.SUSPENDED and fresh.is_open:
            facts["resumes_as"] = fresh.status
        before = {field.name: getattr(fresh, field.name).name for field in _file_fields(facts)}
        for name, value in facts.items():
            Centre._meta.get_field(name).save_form_data(fresh, value)
        fresh.full_clean(exclude=[field.name for field in Centre._meta.fields if field.name not in facts])
        _store_files(fresh, facts)
        fresh.save(update_fields=list(facts))
        transaction.on_commit(lambda: _drop_files(fresh, before))
        transaction.on_commit(directory.changed)
    return fresh


def _file_fields(facts: dict[str, Any]) -> list[FileField]:
    fields = (Centre._meta.get_field(name) for name in facts)
    return [field for field in fields if isinstance(field, FileField)]


def _store_files(centre: Centre, facts: dict[str, Any]) -> None:
    """Write new files now, in the centre's folder: the storage goes by the connection's schema."""
    with schema_context(centre.schema_name):
        for field in _file_fields(facts):
            file = getattr(centre, field.name)
            if file and not file._committed:
                file.save(file.name, file.file, save=False)


def _drop_files(centre: Centre, before: dict[str, str]) -> None:
    with schema_context(centre.schema_name):
        for name, old in before.items():
            if old and old != getattr(centre, name).name:
                getattr(centre, name).storage.delete(old)


def suspend(centre: Centre) -> Centre:
    """Close the doors: every page of the centre says it is suspended. Its data stays."""
    return change_centre(centre, status=Centre.Status.SUSPENDED)


def resume(centre: Centre) -> Centre:
    """Open the doors again: on trial or active, as it was before."""
    with schema_context("public"):
        was = Centre.objects.values_list("resumes_as", flat=True).get(pk=centre.pk)
    return change_centre(centre, status=was or Centre.Status.ACTIVE)


def address(centre: Centre, path: str = "/") -> str:
    """Return the absolute address of a path on the centre's primary host."""
    return site(directory.primary_host(centre), path)


def site(host: str, path: str = "/") -> str:
    """Return the absolute address of a path on a host of this installation."""
    port = f":{settings.SITE_PORT}" if settings.SITE_PORT else ""
    return f"{settings.SITE_SCHEME}://{host}{port}{path}"
