"""What staff type about therapy types and the prices of single therapists."""

from typing import Any

from django import forms
from django.db import connection
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from apps.core import formats
from apps.core.forms import ChoiceCards, DateInput, SensibleDates, SwitchInput, TextArea
from apps.therapists import actions
from apps.therapists.forms.therapists import modes_field
from apps.therapists.models import Offering, Therapist, TherapyType

HUES = (_("Teal"), _("Blue"), _("Violet"), _("Pink"), _("Orange"), _("Yellow"), _("Green"), _("Sky"))
MONEY = {"inputmode": "decimal"}
NUMBER = {"inputmode": "numeric"}


def currency() -> str:
    return str(getattr(getattr(connection, "tenant", None), "currency", ""))


def _colours() -> list[tuple[int, Any]]:
    dot = '<span class="dot" data-hue="{}" aria-hidden="true"></span> {}'
    return [(number, format_html(dot, number + 1, name)) for number, name in enumerate(HUES)]


class TherapyTypeForm(forms.ModelForm):
    modes = modes_field()
    colour = forms.TypedChoiceField(label=_("Colour in the calendar"), coerce=int, widget=ChoiceCards)

    class Meta:
        model = TherapyType
        fields = (
            "name", "description", "format", "duration_minutes", "price", "buffer_before_minutes",
            "buffer_after_minutes", "modes", "colour", "position", "is_active",
        )  # fmt: skip
        error_messages = {"name": {"unique": _("There is a therapy type of this name already.")}}
        widgets = {
            "description": TextArea(attrs={"rows": 3}),
            "format": ChoiceCards,
            "duration_minutes": forms.NumberInput(attrs=NUMBER),
            "price": forms.NumberInput(attrs=MONEY),
            "buffer_before_minutes": forms.NumberInput(attrs=NUMBER),
            "buffer_after_minutes": forms.NumberInput(attrs=NUMBER),
            "position": forms.NumberInput(attrs=NUMBER),
            "is_active": SwitchInput,
        }
        help_texts = {
            "description": _("Shown to patients who choose what to book."),
            "buffer_after_minutes": _("For notes and airing: nobody is booked then."),
            "position": _("Lists show small numbers first."),
            "is_active": _("Switched off, nobody can book it; sessions already booked stay."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["colour"].choices = _colours()  # type: ignore[attr-defined]
        self.fields["price"].label = _("Price (%(currency)s)") % {"currency": currency()}


class TherapyTypeFilter(forms.Form):
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Offered or not")), ("active", _("Offered")), ("inactive", _("Not offered"))],
    )
    format = forms.ChoiceField(
        label=_("Format"), required=False, choices=[("", _("Every format")), *TherapyType.Format.choices]
    )


class OfferingForm(SensibleDates, forms.ModelForm):
    """A therapist's own price and duration. `ends_running` is asked only where a price runs already."""

    ends_running = forms.BooleanField(
        label=_("End the price that holds until then"),
        required=False,
        help_text=_("It ends on the day before this one begins."),
    )

    class Meta:
        model = Offering
        fields = ("therapy_type", "duration_minutes", "price", "valid_from", "valid_until")
        widgets = {
            "duration_minutes": forms.NumberInput(attrs=NUMBER),
            "price": forms.NumberInput(attrs=MONEY),
            "valid_from": DateInput,
            "valid_until": DateInput,
        }
        help_texts = {"valid_until": _("Empty: until further notice.")}

    def __init__(self, *args: Any, therapist: Therapist, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.therapist = therapist
        offered = TherapyType.objects.filter(therapists=therapist)
        if not self.instance._state.adding:
            offered = offered | TherapyType.objects.filter(pk=self.instance.therapy_type_id)
        self.fields["therapy_type"].queryset = offered.distinct()  # type: ignore[attr-defined]
        self.fields["price"].label = _("Price (%(currency)s)") % {"currency": currency()}

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        begins, ends = facts.get("valid_from"), facts.get("valid_until")
        if begins and ends and ends < begins:
            self.add_error("valid_until", _("It ends before it begins."))
        return facts

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            self._look_for_another()

    def _look_for_another(self) -> None:
        """Name the price that is in the way, beside the day that meets it."""
        others = actions.overlapping(self.instance)
        if self.cleaned_data["ends_running"]:
            others = others.filter(valid_from__gte=self.instance.valid_from)
        if other := others.first():
            self.add_error("valid_from", overlap_sentence(other))


def overlap_sentence(other: Offering) -> str:
    """Say which price holds already, and when."""
    facts = {
        "price": formats.money(other.price),
        "minutes": other.duration_minutes,
        "first": formats.day(other.valid_from, skeleton="yMMMd"),
    }
    if other.valid_until is None:
        return _("%(price)s for %(minutes)d minutes holds from %(first)s on. Let one of the two end before.") % facts
    facts["last"] = formats.day(other.valid_until, skeleton="yMMMd")
    return _("%(price)s for %(minutes)d minutes holds from %(first)s to %(last)s. Choose days beside it.") % facts
