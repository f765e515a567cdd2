"""The filters of the public list of therapists; every one of them stands in the address."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core import formats
from apps.core.models import Mode
from apps.therapists.models import Specialty, Therapist, TherapyType

GENDERS = [choice for choice in Therapist.Gender.choices if choice[0]]


class TherapistFilter(forms.Form):
    """Offers only what some public therapist has. Three queries."""

    type = forms.ModelChoiceField(
        label=_("Therapy"), queryset=TherapyType.objects.none(), required=False, empty_label=_("Every therapy")
    )
    mode = forms.ChoiceField(
        label=_("Way to meet"), choices=[("", _("Every way to meet")), *Mode.choices], required=False
    )
    specialty = forms.ModelChoiceField(
        label=_("Specialty"), queryset=Specialty.objects.none(), required=False, empty_label=_("Every specialty")
    )
    language = forms.ChoiceField(label=_("Language"), required=False)
    gender = forms.ChoiceField(label=_("Gender"), choices=[("", _("Every gender")), *GENDERS], required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        public = Therapist.objects.public()
        self.fields["type"].queryset = TherapyType.objects.bookable_online()  # type: ignore[attr-defined]
        self.fields["specialty"].queryset = Specialty.objects.filter(therapists__in=public).distinct()  # type: ignore[attr-defined]
        self.fields["language"].choices = [("", _("Every language")), *_languages()]  # type: ignore[attr-defined]


def _languages() -> list[tuple[str, str]]:
    spoken = {code for codes in Therapist.objects.public().values_list("languages", flat=True) for code in codes}
    return sorted(((code, formats.language_name(code)) for code in spoken), key=lambda pair: pair[1])
