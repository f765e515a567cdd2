"""The audit trail's only writer. Each call writes its row in the caller's transaction: both stand or both fall."""

from typing import Any, TypeVar

from django.db import models
from django.forms import ModelForm

from apps.accounts.errors import AlreadyGone
from apps.accounts.models import AuditRecord, User
from apps.core import logs

Row = TypeVar("Row", bound=models.Model)
SECRET_FIELDS = frozenset({"password"})


def record(
    *, by: User | None, verb: str, obj: models.Model, changes: dict[str, Any] | None = None, reason: str = ""
) -> AuditRecord:
    """Write that `by` (None: the system) did `verb` to `obj`. Secret fields are named, their values never kept."""
    author = by if by is not None and by.is_authenticated else None
    return AuditRecord.objects.create(
        by=author,
        by_name=author.get_full_name() if author else "",
        verb=verb,
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        object_name=str(obj)[:200],
        changes={name: _plain(name, change) for name, change in (changes or {}).items()},
        reason=reason,
        request_id=logs.request_id.get(),
    )


def read(*, by: User, obj: models.Model) -> AuditRecord:
    """Write that `by` opened `obj`'s record. Call it in the transaction that reads: no row, no page."""
    return record(by=by, verb="read", obj=obj)


def save_form(form: ModelForm, *, by: User | None) -> Any:
    """Save a one-row edit and its audit record with what changed. Call inside a transaction."""
    is_new = form.instance._state.adding
    before = {name: form.initial.get(name) for name in form.changed_data}
    obj = form.save()
    changes = {name: [None if is_new else before[name], form.cleaned_data.get(name)] for name in form.changed_data}
    if is_new or changes:
        record(by=by, verb="created" if is_new else "changed", obj=obj, changes=changes)
    return obj


def remove(obj: models.Model, *, by: User, changes: dict[str, Any] | None = None) -> None:
    """Delete one row, and write that. Of two who do so at once the second raises AlreadyGone. Call inside a transaction."""
    row = standing(obj)
    record(by=by, verb="deleted", obj=obj, changes=changes)
    row.delete()


def standing(obj: Row) -> Row:
    """The row as it is by now, locked until the transaction ends. Raises AlreadyGone."""
    row: Row | None = type(obj)._base_manager.select_for_update().filter(pk=obj.pk).first()
    if row is None:
        raise AlreadyGone
    return row


def _plain(name: str, change: Any) -> Any:
    if name in SECRET_FIELDS:
        return "changed"
    return [_text(value) for value in change] if isinstance(change, list | tuple) else _text(change)


def _text(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, models.QuerySet | list | tuple | set):
        return [_text(item) for item in value]
    return str(value)
