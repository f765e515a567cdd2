"""Those who act for a patient: added, changed, removed on the patient's record."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.accounts.editing import SavesRow
from apps.core.http import FormFlow
from apps.patients import actions
from apps.patients.errors import GuardianGone
from apps.patients.forms.guardians import RIGHTS, GuardianAddForm, GuardianForm
from apps.patients.models import Guardian, Guardianship, Patient
from apps.patients.views.patients import OnePatient

CANDIDATES = 8  # guardians offered at once; a search narrows them


class GuardianAdd(OnePatient, FormFlow):
    """Find somebody who is a guardian here already (`?q=`; relatives of the same name are offered), or add somebody."""

    form_class = GuardianAddForm
    template_name = "patients/guardian_add.html"
    fragment = "form"
    success_message = _("The guardian is added.")

    def get_initial(self) -> dict[str, Any]:
        first = not self.object.guardianships.exists()
        return {"may_book": True, "is_told": True, "pays": first, "relationship": "parent", "guardian": ""}

    @property
    def query(self) -> str:
        return self.request.GET.get("q", "").replace("\0", "").strip()[:100]

    def candidates(self) -> QuerySet[Guardian]:
        others = Guardian.objects.exclude(guardianships__patient=self.object)
        relatives = others.filter(family_name__iexact=self.object.family_name)
        found = others.matching(self.query) if self.query else relatives
        return found.with_patients()[:CANDIDATES]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        facts = {"patient": self.object, "candidates": self.candidates(), "query": self.query}
        return super().get_context_data(**facts, **context)

    def act(self, form: GuardianAddForm) -> Guardianship:
        guardian = form.cleaned_data["guardian"]
        facts = {"guardian": guardian, "person": form.person, **form.rights}
        return actions.add_guardian(patient=self.object, by=self.request.user, **facts)


class OneGuardianship(OnePatient):
    """A page about one guardian of one visible patient."""

    @cached_property
    def guardianship(self) -> Guardianship:
        links = self.object.guardianships.select_related("guardian", "patient")
        found = links.filter(pk=self.kwargs["guardianship"]).first()
        if found is None:
            raise Http404
        return found

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(patient=self.object, guardianship=self.guardianship, **context)  # type: ignore[misc]


class GuardianUpdate(OneGuardianship, SavesRow):
    form_class = GuardianForm
    template_name = "patients/guardian_update.html"
    fragment = "form"
    success_message = _("The guardian is saved.")

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.guardianship, name) for name in RIGHTS}

    def get_form_kwargs(self) -> dict[str, Any]:
        instance = Guardian.objects.get(pk=self.guardianship.guardian_id)
        return {**super().get_form_kwargs(), "instance": instance}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        others = Patient.objects.filter(guardianships__guardian=self.guardianship.guardian).exclude(pk=self.object.pk)
        return super().get_context_data(other_patients=list(others), **context)

    def shown_besides(self) -> dict[str, Any]:
        if found := Guardianship.objects.filter(pk=self.guardianship.pk).values(*RIGHTS).first():
            return dict(found)
        raise GuardianGone

    def save(self, form: GuardianForm) -> Guardianship:
        facts = {"person": form.person, **form.rights}
        return actions.change_guardian(guardianship=self.guardianship, by=self.request.user, **facts)


class GuardianRemove(OneGuardianship, FormFlow):
    form_class = forms.Form
    template_name = "patients/guardian_remove.html"
    fragment = "form"
    success_message = _("The guardian is removed.")

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        last = not self.object.guardianships.exclude(pk=self.guardianship.pk).exists()
        return super().get_context_data(leaves_nobody=last and self.object.is_minor, **context)

    def act(self, form: forms.Form) -> Patient:
        return actions.remove_guardian(guardianship=self.guardianship, by=self.request.user)
