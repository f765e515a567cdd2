"""What staff type about those who act for a patient."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.forms import PhoneInput
from apps.patients.forms.patients import ReachableForm
from apps.patients.models import Guardian, Guardianship

RIGHTS = ("relationship", "may_book", "pays", "is_told")
PERSON = ("given_name", "family_name", "email", "phone")


class GuardianForm(ReachableForm):
    """Change a guardian's contact details and what they may do for one patient."""

    relationship = Guardianship._meta.get_field("relationship").formfield()
    may_book = forms.BooleanField(label=_("May book and cancel sessions"), required=False)
    pays = forms.BooleanField(
        label=_("Pays"), required=False, help_text=_("One guardian pays: whoever paid before no longer does.")
    )
    is_told = forms.BooleanField(
        label=_("Gets the messages"), required=False, help_text=_("Confirmations, reminders and changes.")
    )

    class Meta:
        model = Guardian
        fields = PERSON
        widgets = {
            "given_name": forms.TextInput(attrs={"autocomplete": "off"}),
            "family_name": forms.TextInput(attrs={"autocomplete": "off"}),
            "email": forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email"}),
            "phone": PhoneInput(attrs={"autocomplete": "off"}),
        }

    @property
    def rights(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in RIGHTS}

    @property
    def person(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in PERSON}


class GuardianAddForm(GuardianForm):
    """Choose somebody who is a guardian here already, or write down somebody new."""

    guardian = forms.ModelChoiceField(queryset=Guardian.objects.all(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("given_name", "family_name"):
            self.fields[name].required = not self.data.get("guardian")
            needed = _("Write the name, or choose somebody from the list.")
            self.fields[name].error_messages["required"] = needed

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        if facts.get("guardian") is None and "guardian" not in self.errors:
            self._look_for_twin(facts)
        return facts

    def _look_for_twin(self, facts: dict[str, Any]) -> None:
        name = {"given_name__iexact": facts.get("given_name"), "family_name__iexact": facts.get("family_name")}
        if facts.get("email") and Guardian.objects.filter(email__iexact=facts["email"], **name).exists():
            twin = _("Somebody with this name and address is a guardian here already: search for them and choose them.")
            self.add_error("email", twin)

    def _post_clean(self) -> None:
        """An existing guardian is chosen, not changed: what stands in the fields of a new one does not matter."""
        if self.cleaned_data.get("guardian") is None:
            super()._post_clean()  # type: ignore[misc]
