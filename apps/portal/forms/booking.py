"""What a visitor types on the way to a session."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core.forms import ChoiceCards, LineField, LinesField, PhoneInput, TextArea
from apps.patients.forms.patients import DayOfLifeInput
from apps.patients.models import Guardianship, Patient, within_a_life
from apps.portal import booking
from apps.portal.choosing import Choice
from apps.portal.family import Family, is_minor
from apps.scheduling.actions import Slot
from apps.therapists.models import Therapist

SELF, CHILD = "self", "child"
NEEDS_GUARDIAN = gettext_lazy(
    "Sessions for people under 18 are booked by a parent or guardian. Please ask them to sign up here and book for you."
)
LEAST_DIGITS = 6


def check_phone(text: str) -> None:
    if sum(char.isdigit() for char in text) < LEAST_DIGITS:
        raise ValidationError(_("Enter a phone number with at least %(count)d digits.") % {"count": LEAST_DIGITS})


def name_field(label: Any, autocomplete: str) -> LineField:
    return LineField(label=label, max_length=80, widget=forms.TextInput(attrs={"autocomplete": autocomplete}))


def birth_field(autocomplete: str) -> forms.DateField:
    return forms.DateField(
        label=gettext_lazy("Date of birth"),
        validators=[within_a_life],
        widget=DayOfLifeInput(attrs={"autocomplete": autocomplete}),
    )


class BookTimeForm(forms.Form):
    """The chosen time, as `booking.slot_value` names it. `quick`: everything else is known, go to the last step."""

    slot = forms.CharField(
        max_length=120, error_messages={"required": gettext_lazy("Please choose a time.")}, widget=forms.HiddenInput
    )
    quick = forms.BooleanField(required=False)

    def __init__(self, *args: Any, choice: Choice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice = choice

    def clean_slot(self) -> Slot:
        found = booking.read_slot(self.cleaned_data["slot"])
        if found is None:
            raise ValidationError(_("Please choose a time."))
        starts_at, slug = found
        therapist = Therapist.objects.public().select_related("user").filter(slug=slug).first()
        if therapist is None or self.choice.therapy_type is None:
            raise ValidationError(_("Please choose a time."))
        return Slot(therapist, self.choice.therapy_type, self.choice.mode, starts_at)


class BookDetailsForm(forms.Form):
    """For whom, how to reach them, what it is about. Asks only what the centre does not know yet."""

    MOST_CONCERNS = 2000  # characters

    who = forms.ChoiceField(
        label=gettext_lazy("Who is the session for?"),
        widget=ChoiceCards,
        error_messages={"required": gettext_lazy("Please choose who the session is for.")},
    )
    child_given_name = name_field(gettext_lazy("Child's given name"), "off")
    child_family_name = name_field(gettext_lazy("Child's family name"), "off")
    child_birth_on = birth_field("off")
    relationship = forms.ChoiceField(
        label=gettext_lazy("You are the child's"), choices=Guardianship.Relationship.choices
    )
    given_name = name_field(gettext_lazy("Your given name"), "given-name")
    family_name = name_field(gettext_lazy("Your family name"), "family-name")
    birth_on = birth_field("bday")
    phone = LineField(
        label=gettext_lazy("Your phone number"),
        max_length=40,
        validators=[check_phone],
        widget=PhoneInput,
        help_text=gettext_lazy("In case something changes at short notice."),
    )
    concerns = LinesField(
        label=gettext_lazy("What would you like help with?"),
        max_length=MOST_CONCERNS,
        required=False,
        widget=TextArea(attrs={"rows": 4}),
        help_text=gettext_lazy("A few words help the therapist to prepare. Only they and the centre read them."),
    )

    use_required_attribute = False  # what is not asked is hidden, and a hidden required field would stop the browser
    OWN = ("given_name", "family_name", "phone")
    OF_CHILD = ("child_given_name", "child_family_name", "child_birth_on", "relationship")

    def __init__(self, *args: Any, family: Family, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.family = family
        choices = self._choices()
        self.fields["who"].choices = choices  # type: ignore[attr-defined]
        self.fields["who"].initial = choices[0][0] if self._is_one_person(choices) else None
        for name in self.OWN:
            if name not in family.missing:
                del self.fields[name]
        if not (family.may_book_self and family.lacks_birthday):
            del self.fields["birth_on"]

    def _choices(self) -> list[tuple[str, str]]:
        """Whoever has a record first: oneself, or, for a parent who has none, the children."""
        own = [(SELF, _("Myself"))] if self.family.may_book_self else []
        children = [(str(child.pk), _named(child)) for child in self.family.children]
        other = [] if self.family.needs_guardian else [(CHILD, _("A child who is not listed"))]
        return [*own, *children, *other] if self.family.own else [*children, *own, *other]

    @staticmethod
    def _is_one_person(choices: list[tuple[str, str]]) -> bool:
        """Whether there is but one to choose: among several nobody is chosen beforehand, or the wrong child is booked."""
        return len([key for key, _label in choices if key != CHILD]) == 1

    @property
    def own_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.OWN if name in self.fields]

    @property
    def child_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.OF_CHILD]

    def clean(self) -> dict[str, Any]:
        """Complain of nothing about people whom the session is not for: the page hides what does not apply."""
        facts = super().clean() or self.cleaned_data
        who = facts.get("who")
        unasked = [*(() if who == CHILD else self.OF_CHILD), *(() if who == SELF else ("birth_on",))]
        for name in unasked:
            self.errors.pop(name, None)
        self._check_ages(facts)
        return facts

    def _check_ages(self, facts: dict[str, Any]) -> None:
        if facts.get("who") == SELF and is_minor(facts.get("birth_on")):
            self.add_error("birth_on", NEEDS_GUARDIAN)
        born = facts.get("child_birth_on")
        if facts.get("who") == CHILD and born and not is_minor(born):
            self.add_error("child_birth_on", _("People of 18 and over book for themselves."))

    def save(self) -> Patient:
        """Write what was new, and return who the session is for."""
        facts = self.cleaned_data
        own = {name: facts[name] for name in self.OWN if facts.get(name)}
        if facts["who"] == SELF:
            born = {"birth_on": facts["birth_on"]} if facts.get("birth_on") else {}
            self.family.tell(**own)
            return self.family.open_own_record(**own, **born)
        self.family.tell(**own)
        if facts["who"] == CHILD:
            child = {name.removeprefix("child_"): facts[name] for name in self.OF_CHILD}
            return self.family.add_child(phone=facts.get("phone", ""), **child)
        found = self.family.find(facts["who"])
        assert found is not None
        return found


def _named(child: Patient) -> str:
    age = child.age()
    if age is None:
        return child.full_name
    years = ngettext("%(count)d year", "%(count)d years", age) % {"count": age}
    return f"{child.full_name}, {years}"


class BookReviewForm(forms.Form):
    """The last word. `key` says which draft was read: another window may have changed it since."""

    key = forms.UUIDField(widget=forms.HiddenInput)
