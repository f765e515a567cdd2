"""Somebody new, registered while a session is booked for them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core import phones
from apps.core.forms import PhoneInput
from apps.patients.forms.patients import DayOfLifeInput, ReachableForm, centre_country
from apps.patients.models import Guardian, Patient

KNOWN = _("Somebody of this name and date of birth, or mail address, is registered: search for them above.")
GUARDIAN = ("given_name", "family_name", "email", "phone")


class NewPatientForm(ReachableForm):
    """What one asks on the phone; everything else is added to the record later."""

    guardian_given_name = Guardian._meta.get_field("given_name").formfield(required=False)
    guardian_family_name = Guardian._meta.get_field("family_name").formfield(required=False)
    guardian_email = Guardian._meta.get_field("email").formfield(required=False)
    guardian_phone = Guardian._meta.get_field("phone").formfield(required=False)

    class Meta:
        model = Patient
        fields = ("given_name", "family_name", "birth_on", "email", "phone")
        widgets = {"birth_on": DayOfLifeInput, "phone": PhoneInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "prefix": "new"})
        for name, field in self.fields.items():
            field.widget.attrs["autocomplete"] = "off"  # the person typing is staff
            if name.startswith("guardian_"):
                field.label = str(getattr(Guardian._meta.get_field(name.removeprefix("guardian_")), "verbose_name", ""))

    def clean_guardian_phone(self) -> str:
        written = str(self.cleaned_data["guardian_phone"]).strip()
        number = phones.international(written, centre_country())
        if written and not number and not phones.could_be_dialled(written, centre_country()):
            raise forms.ValidationError(
                _("This does not look like a phone number. Add the country code, as in +44 20 …")
            )
        return number or written

    @property
    def shows_guardian(self) -> bool:
        """Whether anything about a guardian was typed."""
        return any(self[f"guardian_{name}"].value() for name in GUARDIAN)

    @property
    def guardian(self) -> dict[str, str]:
        """Who came along, as the facts of a guardian; empty when nobody did."""
        facts = {name: self.cleaned_data.get(f"guardian_{name}") or "" for name in GUARDIAN}
        return facts if any(facts.values()) else {}

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        for name in ("given_name", "family_name"):
            if self.guardian and not facts.get(f"guardian_{name}"):
                self.add_error(f"guardian_{name}", _("Write the guardian's name, or leave the guardian out."))
        if not self.errors and self.is_known(facts):
            self.add_error("family_name", KNOWN)
        return facts

    def is_known(self, facts: dict[str, Any]) -> bool:
        """Whether this very person is registered."""
        return Patient.objects.alike(**facts).exists()
