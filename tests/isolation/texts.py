"""Where text is kept: every text column of a centre, found by walking the models, and which of them hold people's words.

A column that nobody classified fails a test. `LineField` and `LinesField` classify themselves; so does a column with
choices. Everything else has a line here.
"""

import itertools

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django_tenants.utils import schema_context

from apps.core.models import LineField, LinesField
from apps.core.postgresql import as_owner
from apps.tenants import directory
from apps.tenants.models import Centre
from tests.architecture import lives_in
from tests.isolation.hostile import TAIL

WRITTEN = {  # words of people, other systems or browsers
    "accounts.User.email",
    "accounts.AuditRecord.by_name",
    "accounts.AuditRecord.object_name",
    "accounts.AuditRecord.changes",
    "accounts.AuditRecord.reason",
    "account.EmailAddress.email",
    "usersessions.UserSession.user_agent",
    "mfa.Authenticator.data",
    "patients.Patient.email",
    "patients.PatientIdentifier.system",
    "patients.PatientIdentifier.value",
    "patients.Guardian.email",
    "therapy_sessions.TherapySession.override_reason",
    "therapy_sessions.SessionEvent.reason",
    "therapy_sessions.SessionEvent.details",
    "notifications.Message.to_name",
    "notifications.Message.to_address",
    "notifications.Message.subject",
    "notifications.Message.text",
    "notifications.Message.error",
    "tenants.Centre.email",
}
NOT_TEXT = {  # ours, or checked against a list or a pattern before it is kept
    "accounts.User.password": "a digest",
    "accounts.AuditRecord.verb": "our words",
    "accounts.AuditRecord.object_type": "a model's name",
    "accounts.AuditRecord.object_id": "a key",
    "accounts.AuditRecord.request_id": "made by us",
    "account.EmailConfirmation.key": "made by allauth",
    "auth.Group.name": "unused",
    "auth.Permission.name": "Django's words",
    "auth.Permission.codename": "Django's words",
    "contenttypes.ContentType.app_label": "Django's words",
    "contenttypes.ContentType.model": "Django's words",
    "sessions.Session.session_key": "made by Django",
    "sessions.Session.session_data": "signed by Django",
    "usersessions.UserSession.session_key": "made by Django",
    "usersessions.UserSession.data": "unused",
    "patients.Patient.country": "a code of ISO 3166",
    "patients.Patient.language": "a code",
    "therapists.Therapist.slug": "a slug",
    "therapists.Therapist.languages": "codes of Babel's list",
    "therapists.Therapist.time_zone": "a name of the IANA list",
    "therapists.FormerSlug.slug": "a slug",
    "therapy_sessions.TherapySession.currency": "a code of ISO 4217",
    "therapy_sessions.Hold.token": "made by us",
    "scheduling.OpenHoliday.key": "a name of the holidays' library",
    "notifications.Message.key": "made by us",
    "notifications.Message.channel": "our word",
    "notifications.Message.html": "rendered by us",
    "notifications.Message.calendar": "written by us",
    "notifications.Message.calendar_method": "our word",
    "tenants.Centre.schema_name": "made of the slug",
    "tenants.Centre.slug": "a slug",
    "tenants.Centre.resumes_as": "a status that it had",
    "tenants.Centre.time_zone": "a name of the IANA list",
    "tenants.Centre.currency": "a code of ISO 4217",
    "tenants.Centre.locale": "a locale of Babel's",
    "tenants.Centre.country": "a code of ISO 3166",
    "tenants.Centre.brand_colour": "#rrggbb",
}


def columns():
    """Every text column of a centre's tables and of the centre itself, but those with choices: (name, model, field)."""
    found = [model for model in apps.get_models() if model._meta.managed and lives_in(model, "centres")]
    for model in [*found, Centre]:
        for field in model._meta.concrete_fields:
            base = field.base_field if isinstance(field, ArrayField) else field
            if isinstance(base, models.CharField | models.TextField | models.JSONField) and not base.choices:
                yield f"{model._meta.label}.{field.name}", model, field


def written():
    return [row for row in columns() if isinstance(row[2], LineField | LinesField) or row[0] in WRITTEN]


def fill(payloads):
    """Put a payload into every written column of every row there is, past every form: as rows from before may hold it."""
    supply = itertools.cycle(payloads)
    with as_owner():
        for model, rows in itertools.groupby(written(), key=lambda row: row[1]):
            fields = [field for _name, _model, field in rows]
            _fill_table(model, fields, supply)
    directory._forget()


def _fill_table(model, fields, supply):
    def write():
        for pk in list(model._default_manager.values_list("pk", flat=True)):
            facts = {field.name: storable(_tailed(next(supply), field), field, model, pk) for field in fields}
            model._default_manager.filter(pk=pk).update(**facts)

    if model is Centre:
        with schema_context("public"):
            write()
    else:
        write()


def _tailed(payload, field):
    """With the plainest of attacks behind it where there is room: then it matters in no column which payload it got."""
    longest = field.max_length or 1000
    return payload + TAIL if len(payload + TAIL) < longest - 8 else payload


def storable(payload, field, model, pk):
    """As much of it as the database can hold in that column."""
    text = payload.replace("\0", "").encode("utf-8", "ignore").decode()
    if isinstance(field, models.JSONField):
        return {text or "x": [text, [text, {"deep": text}]], "name": text}
    if isinstance(field, models.EmailField):
        text = text.lower()
    if field.unique or model._meta.label == "account.EmailAddress":
        return f"{text[: (field.max_length or 90) - 8]}{str(pk)[:8]}"
    return text[: field.max_length]
