"""Two people change one row: whoever saves second is told what the first changed, instead of undoing it unseen.

A form carries a digest of each value that it showed. When it is sent, the row is locked and held against them. What was
typed stays; sent once more, it is saved: then knowingly. What the form does not show of the row is not written by it.
"""

import datetime as dt
import hashlib
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import ModelForm
from django.forms.models import model_to_dict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import formats
from apps.core.errors import DomainError

NAME = "as_read"
SHORT = 60  # characters: a value that is told beside its field
Besides = Callable[[], dict[str, Any]]


class ChangedByAnother(DomainError):
    """`facts["now"]` tells by field what stands there now, where that is short."""

    code = "changed_by_another"
    message = gettext_lazy(
        "Somebody else has changed this since you opened it. Save once more to keep what stands here."
    )


class RemovedByAnother(DomainError):
    code = "removed_by_another"
    message = gettext_lazy("Somebody else has removed this since you opened it: it cannot be saved any more.")


class AsRead(forms.CharField):
    """The digests, hidden in the form. No change of it is a change of the row."""

    widget = forms.HiddenInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


def nothing() -> dict[str, Any]:
    return {}


def digest(value: Any) -> str:
    text = ",".join(sorted(str(one) for one in value)) if isinstance(value, list) else str(value)
    return hashlib.blake2s(text.encode(), digest_size=6).hexdigest()


def stamp(form: ModelForm, row: Any, besides: Besides = nothing) -> str:
    """Each field of the form that is a field of the row, and what it shows besides, with the digest of what stands there."""
    values = {**model_to_dict(row, fields=form._meta.fields), **besides()}
    return " ".join(f"{name}:{digest(value)}" for name, value in sorted(values.items()))


def remember(form: ModelForm, besides: Besides = nothing) -> None:
    """Let the form of a row that is there carry what it shows of it; `besides` reads what is no field of the row."""
    if not form.instance._state.adding:
        shown = "" if form.is_bound else stamp(form, form.instance, besides)
        form.fields[NAME] = AsRead(required=False, initial=shown)


def require_as_read(form: ModelForm, besides: Besides = nothing) -> None:
    """Raise ChangedByAnother when the row is no longer as the form showed it, RemovedByAnother when it is gone.

    Locks the row: call inside a transaction.
    """
    if form.instance._state.adding:
        return
    row = form._meta.model._base_manager.select_for_update(no_key=True).filter(pk=form.instance.pk).first()
    if row is None:
        raise RemovedByAnother
    _take_over(form, row)
    shown = form.cleaned_data.get(NAME)
    if not shown:
        return
    now = stamp(form, row, besides)
    changed = [part.partition(":")[0] for part in now.split() if part not in shown.split()]
    if changed:
        read_anew(form, now)
        raise _told(form, row, changed)


def say(form: Any, refusal: DomainError) -> None:
    """Say beside each field what another wrote there."""
    told: Any = refusal.facts.get("now", {})
    for name, sentence in told.items():
        form.add_error(name, sentence)


def read_anew(form: Any, now: str) -> None:
    """Let a form that is refused carry what stands there now: sent once more, it is sent knowingly."""
    form.data = form.data.copy()
    form.data[form.add_prefix(NAME)] = now


def _take_over(form: ModelForm, row: Any) -> None:
    """What the form cannot change stays as it is now: a record archived a moment ago does not come back."""
    open_fields = {name for name in form._meta.fields or () if name in form.fields and not form.fields[name].disabled}
    for field in row._meta.concrete_fields:
        if field.name not in open_fields:
            setattr(form.instance, field.attname, getattr(row, field.attname))


def _told(form: ModelForm, row: Any, changed: list[str]) -> ChangedByAnother:
    facts = {"message": ChangedByAnother.message, "fields": ", ".join(_label(form, name) for name in changed)}
    now = {name: said for name in changed if name in form.fields and (said := _said(row, name))}
    return ChangedByAnother(_("%(message)s Changed: %(fields)s.") % facts, now=now)


def _label(form: Any, name: str) -> str:
    """The field's, or that of the rows below the form."""
    words = form.fields[name].label if name in form.fields else getattr(form, name).model._meta.verbose_name_plural
    return str(capfirst(words))


def _said(row: Any, name: str) -> str:
    """What stands in the row, where a few words say it."""
    shown = getattr(row, f"get_{name}_display", None)
    value = shown() if shown else getattr(row, name, False)
    if value in ("", None):
        return _("It is empty now.")
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal | dt.date):
        return ""
    words = formats.day(value) if isinstance(value, dt.date) else str(value)
    return _("It says “%(value)s” now.") % {"value": words} if len(words) <= SHORT else ""
