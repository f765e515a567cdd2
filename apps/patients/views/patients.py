"""The list of patients, and what staff do with one record. The record's page stands in `portal`: it shows sessions."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from apps.accounts import audit
from apps.accounts.access import PermissionRequired, get_visible_or_404
from apps.accounts.editing import RowForm
from apps.accounts.roles import Permission
from apps.core.errors import DomainError
from apps.core.http import FormFlow, redirect_after
from apps.core.lists import Column, ListPage
from apps.patients import actions
from apps.patients.errors import PatientKnown
from apps.patients.forms.patients import ArchiveForm, PatientFilter, PatientForm
from apps.patients.models import Patient, PatientQuerySet


def record_url(patient: Patient) -> str:
    """The address of a patient's record."""
    return reverse("portal:patient-record", args=[patient.pk])


class PatientList(PermissionRequired, ListPage):
    permission = Permission.PATIENT_READ
    template_name = "patients/patient_list.html"
    filter_form_class = PatientFilter
    sorts = {
        "name": ("family_name", "given_name"),
        "born": ("birth_on", "family_name"),
        "registered": ("created_at",),
    }
    default_sort = "name"
    csv_name = "patients"
    columns = [
        Column(_("Given name"), "given_name"),
        Column(_("Family name"), "family_name"),
        Column(_("Date of birth"), "birth_on"),
        Column(_("E-mail"), "email"),
        Column(_("Phone"), "phone"),
        Column(_("Street"), "street"),
        Column(_("City"), "city"),
        Column(_("State or region"), "region"),
        Column(_("Postal code"), "postal_code"),
        Column(_("Country"), "country"),
        Column(_("Status"), "get_status_display"),
        Column(_("Needs a guardian"), "needs_guardian"),
        Column(_("Registered"), "created_at"),
    ]

    def get_rows(self) -> PatientQuerySet:
        return Patient.objects.visible_to(self.request.user).with_guardian_flag()

    def narrowed(self, rows: QuerySet[Patient]) -> QuerySet[Patient]:
        """Active patients, unless the filter says another status."""
        chosen = super().narrowed(rows)
        return chosen if "status" in self.filters else chosen.filter(status=Patient.Status.ACTIVE)

    def filter_status(self, rows: PatientQuerySet, status: str) -> PatientQuerySet:
        return rows if status == PatientFilter.EVERYBODY else rows.filter(status=status)

    def filter_needs(self, rows: PatientQuerySet, _what: str) -> PatientQuerySet:
        return rows.needing_guardian()

    def exported(self, rows: QuerySet[Patient]) -> Iterator[Patient]:
        """Personal data leaves the house in one file: that is written down first."""
        user = self.request.user
        audit.record(by=user, verb="exported patients", obj=user, changes={"patients": [None, rows.count()]})
        return super().exported(rows)


class PatientCreate(RowForm):
    permission = Permission.PATIENT_MANAGE
    form_class = PatientForm
    template_name = "patients/patient_create.html"
    success_message = _("The patient is registered.")

    def save(self, form: PatientForm) -> Patient:
        """Look once more now that it is this form's turn: it may have been sent twice."""
        Patient.objects.take_turns()
        if form.is_known(form.cleaned_data):
            raise PatientKnown
        patient: Patient = super().save(form)
        return patient

    def get_success_url(self) -> str:
        return record_url(self.result)


class OnePatient(PermissionRequired):
    """A page about one patient whom the signed-in person may see."""

    permission = Permission.PATIENT_MANAGE
    object_name = "patient"

    @cached_property
    def object(self) -> Patient:
        return get_visible_or_404(Patient, self.request.user, pk=self.kwargs["pk"])

    def get_success_url(self) -> str:
        return record_url(self.object)


class PatientUpdate(OnePatient, RowForm):
    form_class = PatientForm
    template_name = "patients/patient_update.html"
    success_message = _("The changes are saved.")

    @transaction.atomic
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form holds the whole record: who opens it reads it."""
        audit.read(by=self.user, obj=self.object)
        page: Any = super().get(request, *args, **kwargs)
        return page.render()


class PatientArchive(OnePatient, FormFlow):
    form_class = ArchiveForm
    template_name = "patients/patient_archive.html"
    fragment = "form"
    success_message = _("The record is archived. It can be restored at any time.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "patient": self.object}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(patient=self.object, **context)

    def act(self, form: ArchiveForm) -> Patient:
        return actions.archive_patient(patient=self.object, by=self.request.user, **form.cleaned_data)


class PatientRestore(OnePatient, View):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                actions.restore_patient(patient=self.object, by=self.request.user)
            messages.success(request, _("The record is active again."))
        except DomainError as refusal:
            messages.error(request, str(refusal))
        return redirect_after(request, record_url(self.object))
