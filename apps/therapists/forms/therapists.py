"""What staff type about a therapist."""

import zoneinfo
from typing import Any

from django import forms
from django.db import transaction
from django.forms.models import inlineformset_factory
from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core import clock, formats
from apps.core.forms import CheckboxCards, LineField, LinesField, RowsBelow, TextArea
from apps.core.models import Mode
from apps.therapists import photos
from apps.therapists.models import Education, Experience, Specialty, Therapist, TherapyType

FIRST_YEAR = 1940
ROWS = 20  # of education, and of experience


def _parts(text: str | None) -> list[str]:
    """What stands between commas or semicolons."""
    return (text or "").replace(";", ",").split(",")


class LanguagesField(forms.CharField):
    """Languages by name, separated by commas, kept as codes: "English, Spanish" is ["en", "es"]."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(formats.language_name(code) for code in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        if isinstance(value, list):
            return value
        names = [name.strip() for name in _parts(super().to_python(value))]
        return list(dict.fromkeys(self._code(name) for name in names if name))

    def _code(self, name: str) -> str:
        known = formats.locale().languages
        if name.lower() in known and len(name) <= 3:
            return name.lower()
        code = next((code for code, called in known.items() if called.casefold() == name.casefold()), "")
        if not 0 < len(code) <= 8:
            raise forms.ValidationError(_("We do not know the language “%(name)s”.") % {"name": name})
        return code

    def validate(self, value: Any) -> None:
        """An empty list is as good as an empty text."""
        if self.required and not value:
            raise forms.ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """None of a text's length rules is meant for a list of codes."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return list(initial or []) != self.to_python(data or "")
        except forms.ValidationError:
            return True


class SpecialtiesField(LineField):
    """Specialties by name, separated by commas; a new one joins the centre's vocabulary when the form is saved."""

    MOST = 20

    def to_python(self, value: Any) -> Any:
        names = [" ".join(name.split()) for name in _parts(super().to_python(value))]
        unique = list({name.casefold(): name for name in names if name}.values())
        if len(unique) > self.MOST:
            raise forms.ValidationError(_("Name at most %(most)d specialties.") % {"most": self.MOST})
        if any(len(name) > 60 for name in unique):
            raise forms.ValidationError(_("A specialty has at most 60 letters. Are they separated by commas?"))
        return ", ".join(unique)


def zone_choices() -> list[tuple[str, Any]]:
    """Every place of the IANA list."""
    zones = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return [("", _("The centre's")), *((zone, zone.replace("_", " ")) for zone in zones)]


def modes_field() -> forms.TypedMultipleChoiceField:
    return forms.TypedMultipleChoiceField(label=_("Ways to meet"), choices=Mode.choices, widget=CheckboxCards)


class TherapistForm(forms.ModelForm):
    """Everything about a therapist but name and login (the user's), photo, prices and hours, which have pages."""

    specialty_names = SpecialtiesField(
        label=_("Specialties"), required=False, help_text=_("Separated by commas: Stuttering, Voice disorders.")
    )
    languages = LanguagesField(
        label=_("Languages"), required=False, help_text=_("Separated by commas: English, Spanish.")
    )
    modes = modes_field()
    practising_since = forms.IntegerField(
        label=_("Practising since (year)"),
        required=False,
        min_value=FIRST_YEAR,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "placeholder": "2010"}),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), required=False, help_text=_("In which the working hours are meant.")
    )

    class Meta:
        model = Therapist
        fields = (
            "title", "licence_number", "bio", "gender", "location", "practising_since", "languages", "modes",
            "therapy_types", "time_zone", "daily_cap",
        )  # fmt: skip
        widgets = {
            "bio": TextArea(attrs={"rows": 6}),
            "therapy_types": CheckboxCards,
            "daily_cap": forms.NumberInput(attrs={"inputmode": "numeric"}),
        }
        help_texts = {
            "bio": _("Shown on the public page. An empty line begins a new paragraph."),
            "location": _("Where they work, in a few words: “Downtown, 2nd floor”."),
            "daily_cap": _("Nobody is booked beyond it. Empty: no limit."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = zone_choices()  # type: ignore[attr-defined]
        self.initial["specialty_names"] = ", ".join(str(name) for name in self.instance.specialties.all())
        offered = TherapyType.objects.active() | TherapyType.objects.filter(therapists=self.instance)
        self.fields["therapy_types"].queryset = offered.distinct()  # type: ignore[attr-defined]

    def clean_practising_since(self) -> int | None:
        year = self.cleaned_data["practising_since"]
        if year and year > clock.now().year:
            raise forms.ValidationError(_("This year lies in the future."))
        return year

    @cached_property
    def education(self) -> Any:
        return EducationRows(self.data or None, instance=self.instance, prefix="education")

    @cached_property
    def experience(self) -> Any:
        return ExperienceRows(self.data or None, instance=self.instance, prefix="experience")

    def is_valid(self) -> bool:
        """The fields and every row, all looked at, so that all errors show at once."""
        return all([super().is_valid(), self.education.is_valid(), self.experience.is_valid()])

    def save(self, commit: bool = True) -> Therapist:
        with transaction.atomic():
            therapist = super().save(commit)
            if "specialty_names" in self.changed_data:
                therapist.specialties.set(self._specialties())
                Specialty.objects.filter(therapists__isnull=True).delete()
        return therapist

    def _specialties(self) -> list[Specialty]:
        names = [name for name in self.cleaned_data["specialty_names"].split(", ") if name]
        known = {one.name.casefold(): one for one in Specialty.objects.all()}
        return [known.get(name.casefold()) or Specialty.objects.create(name=name) for name in names]


class EducationForm(forms.ModelForm):
    class Meta:
        model = Education
        fields = ("degree", "institution", "year")
        widgets = {"year": forms.NumberInput(attrs={"inputmode": "numeric"})}

    def clean_year(self) -> int | None:
        return _past_year(self.cleaned_data["year"])


class ExperienceForm(forms.ModelForm):
    class Meta:
        model = Experience
        fields = ("position", "place", "from_year", "until_year")
        widgets = {
            "from_year": forms.NumberInput(attrs={"inputmode": "numeric"}),
            "until_year": forms.NumberInput(attrs={"inputmode": "numeric"}),
        }
        labels = {"until_year": _("Until"), "from_year": _("From")}

    def clean_from_year(self) -> int:
        return _past_year(self.cleaned_data["from_year"]) or 0

    def clean_until_year(self) -> int | None:
        until, begun = self.cleaned_data["until_year"], self.cleaned_data.get("from_year")
        if until and begun and until < begun:
            raise forms.ValidationError(_("It ends before it begins."))
        return until


def _past_year(year: int | None) -> int | None:
    if year and not FIRST_YEAR <= year <= clock.now().year:
        message = _("Write a year from %(first)d until now.")
        raise forms.ValidationError(message % {"first": FIRST_YEAR})
    return year


class Rows(RowsBelow):
    """Rows under a therapist: those there are, and an empty one; a ticked row goes."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = _("Remove this row")


_ROWS: dict[str, Any] = {"formset": Rows, "extra": 1, "max_num": ROWS, "absolute_max": ROWS + 5, "validate_max": True}
EducationRows = inlineformset_factory(Therapist, Education, form=EducationForm, **_ROWS)
ExperienceRows = inlineformset_factory(Therapist, Experience, form=ExperienceForm, **_ROWS)


class TherapistCreateForm(forms.Form):
    """Somebody who works here already, or somebody new who is invited."""

    user = forms.ModelChoiceField(
        label=_("Somebody who has a login here"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody: invite somebody new"),
    )
    given_name = LineField(label=_("Given name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    family_name = LineField(
        label=_("Family name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email"}),
        help_text=_("The invitation goes there; it is also how they sign in."),
    )
    title = LineField(
        label=_("Title"), max_length=80, required=False, help_text=_("Clinical psychologist, for instance.")
    )
    modes = modes_field()
    therapy_types = forms.ModelMultipleChoiceField(
        label=_("Therapy types"), queryset=TherapyType.objects.active(), required=False, widget=CheckboxCards
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team = User.objects.active().team().filter(therapist__isnull=True)
        self.fields["user"].queryset = team  # type: ignore[attr-defined]
        for name in ("given_name", "family_name", "email"):  # needed only for somebody new
            self.fields[name].required = not self.data.get("user")
            self.fields[name].error_messages["required"] = _("Needed to invite somebody new.")


class TherapistFilter(forms.Form):
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("Every status")), *Therapist.Status.choices]
    )
    therapy_type = forms.ModelChoiceField(
        label=_("Therapy type"),
        required=False,
        queryset=TherapyType.objects.all(),
        empty_label=_("Every therapy type"),
    )


class PhotoForm(forms.Form):
    """A photo, or none any more."""

    photo = forms.FileField(
        label=_("Photo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=_("JPEG, PNG or WebP, at most 5 MB. It is cut to a square; place and camera are removed."),
    )
    no_photo = forms.BooleanField(
        label=_("Remove the photo"), required=False
    )  # a field called "remove" hides form.remove()

    def clean_photo(self) -> bytes | None:
        upload = self.cleaned_data["photo"]
        if upload is None:
            return None
        if upload.size > photos.MAX_BYTES:
            raise forms.ValidationError(_("This file is larger than 5 MB."))
        try:
            return photos.square(upload)
        except photos.NotAPhoto:
            raise forms.ValidationError(_("This is not a photo we can read. Use a JPEG, PNG or WebP file.")) from None

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        if not self.errors and not facts.get("photo") and not facts.get("no_photo"):
            self.add_error("photo", _("Choose a file."))
        return facts


class RenameForm(forms.Form):
    slug = forms.SlugField(
        label=_("Address of the profile"),
        max_length=80,
        help_text=_("Small letters, digits and hyphens. The former address keeps leading here."),
        error_messages={"invalid": _("Use only letters from a to z, digits and hyphens, without spaces.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_slug(self) -> str:
        slug = slugify(self.cleaned_data["slug"])
        if not slug:
            raise forms.ValidationError(_("Use at least one letter or digit."))
        return slug


class DeactivateForm(forms.Form):
    reason = LinesField(
        label=_("Note for the audit trail"), required=False, max_length=300, widget=TextArea(attrs={"rows": 2})
    )
