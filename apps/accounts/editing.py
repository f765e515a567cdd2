"""One row, one form: the flow of pages that create or change a row and leave an audit record with what changed."""

import copy
from typing import Any, ClassVar

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, QuerySet, RestrictedError
from django.forms import BaseForm
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from apps.accounts import audit, staleness
from apps.accounts.access import PermissionRequired
from apps.accounts.models import User
from apps.core.errors import DomainError
from apps.core.http import FormFlow


class ChangedMeanwhile(DomainError):
    """The database refused what the form had found good a moment before: somebody else was faster."""

    code = "changed_meanwhile"
    message = _("Somebody saved something like this at the same moment. Look at it once more and save again.")


@transaction.atomic
def remove_or_retire(*, obj: Any, by: User, needed_by: QuerySet[Any] | None = None) -> bool:
    """Delete a row, or switch its `is_active` off when other rows need it. Returns whether it was deleted.

    What is protected needs it, and what `needed_by` finds. Raises AlreadyGone.
    """
    row = audit.standing(obj)
    if needed_by is None or not needed_by.exists():
        try:
            with transaction.atomic():
                audit.remove(row, by=by)
        except (ProtectedError, RestrictedError):
            pass
        else:
            return True
    if row.is_active:
        row.is_active = False
        row.save(update_fields=["is_active"])
        audit.record(by=by, verb="deactivated", obj=row, changes={"is_active": [True, False]})
    return False


class SavesRow(FormFlow):
    """Save one row and its audit record, all or nothing. Whoever saves what another has changed meanwhile is told."""

    request: Any  # only who is signed in comes this far

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        staleness.remember(form, self.shown_besides)
        return form

    def shown_besides(self) -> dict[str, Any]:
        """What the form shows that is no field of its row, by name. Asked again under the row's lock: read it anew."""
        return {}

    def act(self, form: Any) -> Any:
        try:
            with transaction.atomic():
                self.lock(form)
                return self.save(form)
        except IntegrityError as error:
            raise ChangedMeanwhile from error

    def lock(self, form: Any) -> None:
        """Lock the row, and hold it against what the form showed of it. Called in the transaction that saves.

        What others lock before this row is to be locked before it here as well, the other order waits in a circle:
        override, take that lock, then call this.
        """
        staleness.require_as_read(form, self.shown_besides)

    def save(self, form: Any) -> Any:
        return audit.save_form(form, by=self.request.user)

    def refused(self, form: BaseForm, refusal: DomainError) -> HttpResponse:
        staleness.say(form, refusal)
        return super().refused(form, refusal)


class RowForm(PermissionRequired, SavesRow):
    """Create a row (`object` is None) or change one. `object` stays as it was stored, whatever was typed."""

    fragment = "form"
    object: Any = None
    object_name: ClassVar[str] = "object"

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        return kwargs if self.object is None else {**kwargs, "instance": copy.copy(self.object)}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(**{self.object_name: self.object}, **context)
