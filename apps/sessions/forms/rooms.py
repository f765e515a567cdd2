"""What staff type about a room."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.forms import CheckboxCards, SwitchInput
from apps.core.models import Mode
from apps.sessions.models import Room
from apps.therapists.models import TherapyType


class RoomForm(forms.ModelForm):
    modes = forms.TypedMultipleChoiceField(
        label=_("Suits sessions held"),
        choices=Mode.choices,
        widget=CheckboxCards,
        help_text=_("In person, and by video where therapists sit here for it."),
    )

    class Meta:
        model = Room
        fields = ("name", "place", "modes", "therapy_types", "position", "is_active")
        error_messages = {"name": {"unique": _("There is a room of this name already.")}}
        widgets = {
            "therapy_types": CheckboxCards,
            "position": forms.NumberInput(attrs={"inputmode": "numeric"}),
            "is_active": SwitchInput,
        }
        help_texts = {
            "position": _("The first free room in this order is taken."),
            "is_active": _("Switched off, no new session gets it; sessions already booked stay."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        suited = TherapyType.objects.active() | TherapyType.objects.filter(rooms=self.instance)
        self.fields["therapy_types"].queryset = suited.distinct()  # type: ignore[attr-defined]


class RoomFilter(forms.Form):
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("In use or not")), ("active", _("In use")), ("inactive", _("Not in use"))],
    )
    mode = forms.ChoiceField(label=_("Way to meet"), required=False, choices=[("", _("Every way")), *Mode.choices])
