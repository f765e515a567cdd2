"""What patients and guardians change about themselves and their children."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.forms import LinesField, PhoneInput, TextArea
from apps.patients.forms.patients import DayOfLifeInput
from apps.patients.models import Guardian, Guardianship, Patient, within_a_life
from apps.portal.family import is_minor
from apps.portal.forms.booking import check_phone


class MySessionCancelForm(forms.Form):
    reason = LinesField(
        label=gettext_lazy("Why do you cancel?"),
        max_length=300,
        required=False,
        widget=TextArea(attrs={"rows": 3}),
        help_text=gettext_lazy("The therapist and the front desk read this."),
    )


class RecordForm(forms.ModelForm):
    """A record of a person: names are needed, a date of birth that is known stays as it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        born = self.fields.get("birth_on")
        if born and self.instance.pk and self.initial.get("birth_on"):
            born.disabled = born.required = True
            born.help_text = _("Please call us if this is wrong.")
        elif born:
            born.validators.append(within_a_life)
        if "phone" in self.fields:
            self.fields["phone"].validators.append(check_phone)


class MyDetailsForm(RecordForm):
    """One's own record as a patient."""

    class Meta:
        model = Patient
        fields = (
            "given_name", "family_name", "birth_on", "gender", "phone", "street", "postal_code", "city", "region",
        )  # fmt: skip
        widgets = {
            "given_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "family_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
            "birth_on": DayOfLifeInput(attrs={"autocomplete": "bday"}),
            "phone": PhoneInput,
            "street": forms.TextInput(attrs={"autocomplete": "street-address"}),
            "postal_code": forms.TextInput(attrs={"autocomplete": "postal-code"}),
            "city": forms.TextInput(attrs={"autocomplete": "address-level2"}),
            "region": forms.TextInput(attrs={"autocomplete": "address-level1"}),
        }


class MyGuardianForm(RecordForm):
    """One's own record as a guardian who is no patient."""

    class Meta:
        model = Guardian
        fields = ("given_name", "family_name", "phone")
        widgets = {
            "given_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "family_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
            "phone": PhoneInput,
        }


class MyChildForm(RecordForm):
    """A child's record, and what this guardian is to the child."""

    relationship = forms.ChoiceField(
        label=gettext_lazy("You are the child's"), choices=Guardianship.Relationship.choices
    )
    is_told = forms.BooleanField(
        label=gettext_lazy("Send me the messages about this child's sessions"), required=False, initial=True
    )

    class Meta:
        model = Patient
        fields = ("given_name", "family_name", "birth_on", "gender")
        widgets = {
            "given_name": forms.TextInput(attrs={"autocomplete": "off"}),
            "family_name": forms.TextInput(attrs={"autocomplete": "off"}),
            "birth_on": DayOfLifeInput(attrs={"autocomplete": "off"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["birth_on"].required = True

    def clean_birth_on(self) -> Any:
        born = self.cleaned_data["birth_on"]
        if born and "birth_on" in self.changed_data and not is_minor(born):
            raise ValidationError(_("People of 18 and over book for themselves."))
        return born
