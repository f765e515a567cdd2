"""What the centre offers."""

from typing import Any

from django import forms
from django.db import models
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import PermissionRequired
from apps.accounts.editing import RowForm, remove_or_retire
from apps.accounts.roles import Permission
from apps.core.formats import mode_names
from apps.core.http import FormFlow
from apps.core.lists import Column, ListPage
from apps.core.models import Mode
from apps.therapists.forms.catalogue import TherapyTypeFilter, TherapyTypeForm
from apps.therapists.models import TherapyType, TherapyTypeQuerySet


class TherapyTypeList(PermissionRequired, ListPage):
    permission = Permission.SETUP_READ
    template_name = "therapists/therapy_type_list.html"
    filter_form_class = TherapyTypeFilter
    sorts = {
        "position": ("position", "name"),
        "name": ("name",),
        "duration": ("duration_minutes", "name"),
        "price": ("price", "name"),
    }
    default_sort = "position"
    csv_name = "therapy-types"
    columns = [
        Column(_("Name"), "name"),
        Column(_("Format"), "get_format_display"),
        Column(_("Duration (minutes)"), "duration_minutes"),
        Column(_("Price"), "price"),
        Column(_("Kept free before (minutes)"), "buffer_before_minutes"),
        Column(_("Kept free after (minutes)"), "buffer_after_minutes"),
        Column(_("Ways to meet"), lambda kind: mode_names(kind.modes)),
        Column(_("Therapists"), "therapist_count"),
        Column(_("Offered"), "is_active"),
    ]

    def get_rows(self) -> TherapyTypeQuerySet:
        return TherapyType.objects.annotate(therapist_count=models.Count("therapists"))

    def filter_state(self, rows: TherapyTypeQuerySet, state: str) -> models.QuerySet[TherapyType]:
        return rows.filter(is_active=state == "active")


class TherapyTypeCreate(RowForm):
    permission = Permission.SETUP_MANAGE
    form_class = TherapyTypeForm
    template_name = "therapists/therapy_type_create.html"
    success_url = "therapists:therapy-type-list"
    success_message = _("The therapy type is made. Choose who offers it on the therapists' pages.")

    def get_initial(self) -> dict[str, Any]:
        used = set(TherapyType.objects.values_list("colour", flat=True))
        free = next((number for number in range(8) if number not in used), 0)
        return {"modes": [Mode.IN_PERSON, Mode.VIDEO], "colour": free, "position": TherapyType.objects.count()}


class OneTherapyType(PermissionRequired):
    permission = Permission.SETUP_MANAGE
    object_name = "therapy_type"

    @cached_property
    def object(self) -> TherapyType:
        return get_object_or_404(TherapyType, pk=self.kwargs["pk"])


class TherapyTypeUpdate(OneTherapyType, RowForm):
    form_class = TherapyTypeForm
    template_name = "therapists/therapy_type_update.html"
    success_url = "therapists:therapy-type-list"
    success_message = _("The therapy type is saved. Bookings already made keep what they were promised.")


class TherapyTypeDelete(OneTherapyType, FormFlow):
    """Delete, or retire what sessions or prices hang on."""

    form_class = forms.Form
    template_name = "therapists/therapy_type_delete.html"
    fragment = "form"
    success_url = "therapists:therapy-type-list"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(therapy_type=self.object, **context)

    def act(self, form: forms.Form) -> bool:
        kind = self.object
        gone = remove_or_retire(obj=kind, by=self.request.user, needed_by=kind.offerings.all())
        retired = _("Sessions or prices use this therapy type: it is no longer offered, and stays in what was booked.")
        self.success_message = _("The therapy type is deleted.") if gone else retired
        return gone
