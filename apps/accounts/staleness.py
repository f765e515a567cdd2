"""Two people change one row: whoever saves second is told what the first changed, instead of undoing it unseen.

A form carries a digest of each value that it showed. When it is sent, the row is locked and held against them. What was
typed stays; sent once more, it is saved: then knowingly.
"""

import hashlib
from typing import Any

from django import forms
from django.forms import ModelForm
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.errors import DomainError

NAME = "as_read"


class ChangedByAnother(DomainError):
    code = "changed_by_another"
    message = gettext_lazy(
        "Somebody else has changed this since you opened it. Save once more to keep what stands here."
    )


class AsRead(forms.CharField):
    """The digests, hidden in the form. No change of it is a change of the row."""

    widget = forms.HiddenInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


def digest(value: Any) -> str:
    text = ",".join(sorted(str(one) for one in value)) if isinstance(value, list) else str(value)
    return hashlib.blake2s(text.encode(), digest_size=6).hexdigest()


def stamp(form: ModelForm, row: Any) -> str:
    """Each field of the form that is a field of the row, with the digest of what stands there."""
    values = model_to_dict(row, fields=form._meta.fields)
    return " ".join(f"{name}:{digest(value)}" for name, value in sorted(values.items()))


def remember(form: ModelForm) -> None:
    """Let the form of a row that is there carry what it shows of it."""
    if not form.instance._state.adding:
        form.fields[NAME] = AsRead(required=False, initial=stamp(form, form.instance))


def require_as_read(form: ModelForm) -> None:
    """Raise ChangedByAnother when the row is no longer as the form showed it. Locks the row: call inside a transaction."""
    shown = form.cleaned_data.get(NAME)
    if not shown:
        return
    row = form._meta.model._base_manager.select_for_update().get(pk=form.instance.pk)
    now = stamp(form, row)
    changed = [part.partition(":")[0] for part in now.split() if part not in shown.split()]
    if changed:
        data: Any = form.data
        form.data = data.copy()
        form.data[NAME] = now  # type: ignore[index]
        labels = ", ".join(str(form.fields[name].label) for name in changed if name in form.fields)
        raise ChangedByAnother(
            _("%(message)s Changed: %(fields)s.") % {"message": ChangedByAnother.message, "fields": labels}
        )
