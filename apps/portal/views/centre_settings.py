"""The centre's settings: one page, one form, an audit record of what changed."""

import copy
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django_tenants.utils import schema_context

from apps.accounts import audit
from apps.accounts.access import PermissionRequired
from apps.accounts.editing import SavesRow
from apps.accounts.roles import Permission
from apps.portal.forms.centre import SECTIONS, CentreSettingsForm
from apps.tenants.actions import change_centre
from apps.tenants.models import Centre


class CentreSettings(PermissionRequired, SavesRow):
    permission = Permission.CENTRE_MANAGE
    form_class = CentreSettingsForm
    template_name = "portal/centre_settings.html"
    success_url = "portal:centre-settings"
    success_message = _("The settings are saved and hold at once.")

    @property
    def centre(self) -> Centre:
        return self.request.tenant

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form gets a copy: checking it writes into its instance, and the centre is shared by all requests."""
        return {**super().get_form_kwargs(), "instance": copy.copy(self.centre)}

    def form_valid(self, form: BaseForm) -> HttpResponse:
        try:
            return super().form_valid(form)
        except ValidationError as refusal:
            form.add_error(None, refusal)
            return self.form_invalid(form)

    def lock(self, form: CentreSettingsForm) -> None:
        with schema_context("public"):  # where the centre's row lives
            super().lock(form)

    def save(self, form: CentreSettingsForm) -> None:
        if not form.changes:
            return
        before = {name: getattr(self.centre, name) for name in form.changes}
        changed = change_centre(self.centre, **form.changes)
        changes = {name: [str(old), str(getattr(changed, name))] for name, old in before.items()}
        audit.record(by=self.user, verb="changed", obj=changed, changes=changes)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        parts = {key: [context["form"][name] for name in names] for key, names in SECTIONS.items()}
        return {**context, "parts": parts}
