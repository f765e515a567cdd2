"""What staff type about a patient."""

from typing import Any

from django import forms
from django.db import connection
from django.utils.translation import gettext_lazy as _

from apps.core import clock, formats, phones
from apps.core.forms import ChoiceCards, DateInput, LinesField, PhoneInput, TextArea
from apps.patients.errors import PatientKnown
from apps.patients.models import FIRST_DAY, Patient, within_a_life


def country_choices() -> list[tuple[str, str]]:
    """Every country by its name in the centre's locale."""
    names = [(code, name) for code, name in formats.locale().territories.items() if len(code) == 2 and code.isalpha()]
    return sorted(names, key=lambda pair: pair[1].casefold())


def language_choices() -> list[tuple[str, str]]:
    """Every language with a two-letter code, by its name in the centre's locale."""
    names = [(code, name) for code, name in formats.locale().languages.items() if len(code) == 2]
    return sorted(names, key=lambda pair: pair[1].casefold())


def centre_country() -> str:
    return str(getattr(getattr(connection, "tenant", None), "country", ""))


class DayOfLifeInput(DateInput):
    """A date picker for days of birth or death."""

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        bounds = {"min": FIRST_DAY.isoformat(), "max": clock.today().isoformat()}
        return {**bounds, **super().build_attrs(base_attrs, extra_attrs)}


class ReachableForm(forms.ModelForm):
    """A person with a phone number: written as the world dials it, or kept as typed when nobody has it yet."""

    def clean_phone(self) -> str:
        written = self.cleaned_data["phone"].strip()
        if not written or "phone" not in self.changed_data:
            return written
        region = self.data.get(self.add_prefix("country")) or centre_country()
        if number := phones.international(written, region):
            return number
        if not phones.could_be_dialled(written, region):
            raise forms.ValidationError(
                _("This does not look like a phone number. Is a digit or the country code missing?")
            )
        return written


class PatientForm(ReachableForm):
    """Register a patient, or change one. Somebody with the same name and birthday is named before a second is made."""

    sure = forms.BooleanField(label=_("This is somebody else: register them as well"), required=False)
    duplicates: list[Patient]

    class Meta:
        model = Patient
        fields = (
            "given_name", "family_name", "birth_on", "gender", "language",
            "email", "phone", "street", "city", "region", "postal_code", "country",
        )  # fmt: skip
        # the person typing is staff: the browser must not offer their own details
        widgets = {
            "given_name": forms.TextInput(attrs={"autocomplete": "off"}),
            "family_name": forms.TextInput(attrs={"autocomplete": "off"}),
            "birth_on": DayOfLifeInput(attrs={"autocomplete": "off"}),
            "email": forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email"}),
            "phone": PhoneInput(attrs={"autocomplete": "off"}),
            "street": forms.TextInput(attrs={"autocomplete": "off"}),
            "postal_code": forms.TextInput(attrs={"autocomplete": "off"}),
        }
        help_texts = {"phone": _("With the country code when it is another country's.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.duplicates = []
        if self.instance._state.adding:
            self.initial.setdefault("country", centre_country())
        self._choices("country", country_choices())
        self._choices("language", language_choices())

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        """Draw a text field as a list; what the row holds stays possible though the list does not know it."""
        held = getattr(self.instance, name)
        if held and held not in dict(choices):
            choices = [(held, held), *choices]
        label = self.fields[name].label
        self.fields[name] = forms.ChoiceField(label=label, choices=[("", _("Not stated")), *choices], required=False)

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        if self.instance._state.adding and not self.errors and self.is_known(facts):
            self.add_error("sure", str(PatientKnown.message))
        return facts

    def is_known(self, facts: dict[str, Any]) -> bool:
        """Whether somebody may be registered already, and nobody said that this is somebody else."""
        same = Patient.objects.named(facts["given_name"], facts["family_name"]).filter(birth_on=facts["birth_on"])
        found = same | Patient.objects.alike(**facts)
        self.duplicates = [] if facts.get("sure") else list(found[:5])
        return bool(self.duplicates)


class PatientFilter(forms.Form):
    """Active patients unless another status is chosen."""

    EVERYBODY = "all"
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[
            ("", _("Active")),
            ("archived", _("Archived")),
            ("deceased", _("Deceased")),
            (EVERYBODY, _("Everybody")),
        ],
    )
    needs = forms.ChoiceField(
        label=_("Guardians"),
        required=False,
        choices=[("", _("With and without guardian")), ("guardian", _("Needs a guardian"))],
    )


class ArchiveForm(forms.Form):
    """Why a record goes out of use."""

    status = forms.ChoiceField(
        label=_("Why?"),
        choices=[("archived", _("No longer comes here")), ("deceased", _("Has died"))],
        initial="archived",
        widget=ChoiceCards,
    )
    deceased_on = forms.DateField(
        label=_("Died on"),
        required=False,
        validators=[within_a_life],
        widget=DayOfLifeInput,
        help_text=_("Only when they have died, and if known."),
    )
    reason = LinesField(
        label=_("Note for the audit trail"), required=False, max_length=300, widget=TextArea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.patient = patient

    def clean_deceased_on(self) -> Any:
        day = self.cleaned_data["deceased_on"]
        if day and self.patient.birth_on and day < self.patient.birth_on:
            raise forms.ValidationError(_("This date lies before the date of birth."))
        return day
