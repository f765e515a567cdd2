"""How forms look and read: the renderer, widgets that browsers draw better than plain text boxes, fields of text."""

from __future__ import annotations

import datetime as dt
from pathlib import PurePosixPath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models.fields.files import FieldFile
from django.forms.models import BaseInlineFormSet
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from apps.core import clock, text

EARLIEST = dt.date(2000, 1, 1)
YEARS_AHEAD = 10
SANE_DATES = [MinValueValidator(dt.date(1900, 1, 1)), MaxValueValidator(dt.date(2200, 1, 1))]
"""Of filters: a calendar sum about one of these days does not overflow."""


class VerbenaRenderer(TemplatesSetting):
    """Renders through the project's own template engine, so that `templates/django/forms/` and its tags apply."""

    form_template_name = "django/forms/form.html"
    formset_template_name = "django/forms/formset.html"
    field_template_name = "django/forms/field.html"


class LineField(forms.CharField):
    """One line of text: a line break or tab that was pasted becomes a space, a control character is refused."""

    default_validators = [text.require_seen]

    def to_python(self, value: Any) -> Any:
        written = super().to_python(value)
        return text.joined(written) or self.empty_value if isinstance(written, str) else written


class DateInput(forms.DateInput):
    """A native date picker. Browsers send and want ISO dates whatever the locale."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """A native time picker, to the minute."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%H:%M")


class DateTimeInput(forms.DateTimeInput):
    """A native picker of local date and time, to the minute."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%dT%H:%M")


class SearchInput(forms.TextInput):
    input_type = "search"


class PhoneInput(forms.TextInput):
    input_type = "tel"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"autocomplete": "tel", "inputmode": "tel", **(attrs or {})})


class ColorInput(forms.TextInput):
    input_type = "color"


class SwitchInput(forms.CheckboxInput):
    """A checkbox that is drawn, and announced, as a switch."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"role": "switch", **(attrs or {})})


class StoredFileInput(forms.ClearableFileInput):
    """For files without an address of their own (`CentreStorage`): names what is stored, where Django would link to it."""

    def is_initial(self, value: Any) -> bool:
        return isinstance(value, FieldFile) and bool(value)

    def format_value(self, value: Any) -> Any:
        return PurePosixPath(value.name).name if self.is_initial(value) else None


class TextArea(forms.Textarea):
    """Text of several lines. Browsers send CR LF where LF was given: text that nobody touched must not count as changed."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        sent = super().value_from_datadict(data, files, name)
        return sent.replace("\r\n", "\n") if isinstance(sent, str) else sent


class LinesField(forms.CharField):
    """Text of several lines; a control character is refused."""

    widget = TextArea
    default_validators = [text.require_seen]

    def to_python(self, value: Any) -> Any:
        written = super().to_python(value)
        return text.unbroken(written) if isinstance(written, str) else written


class ChoiceCards(forms.RadioSelect):
    """Radio buttons as a row of large targets: for the few choices that a whole page is about."""

    template_name = "django/forms/widgets/choice_cards.html"


class CheckboxCards(forms.CheckboxSelectMultiple):
    """Checkboxes as a row of large targets."""

    template_name = "django/forms/widgets/choice_cards.html"


def sensible(day: dt.date) -> None:
    """A year typed wrong is a slip, and an absence repeated since the year 26 would be counted out day by day."""
    if not EARLIEST <= day <= clock.today() + dt.timedelta(days=366 * YEARS_AHEAD):
        raise ValidationError(_("Check the year."), code="far")


class SensibleDates(forms.BaseForm):
    """Every date of the form lies within reach."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.DateField):
                field.validators = [*field.validators, sensible]


class RowsBelow(BaseInlineFormSet):
    """Rows below the row of a form. One that somebody else has removed in the meantime is a new one: it can be saved."""

    @property
    def initial_forms(self) -> list[Any]:
        return [form for form in self.forms if not form.instance._state.adding]

    @property
    def extra_forms(self) -> list[Any]:
        return [form for form in self.forms if form.instance._state.adding]

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        if form.instance._state.adding:
            key = form.fields[form.instance._meta.pk.name]
            key.required, key.disabled = False, True  # of a row that is gone it names nothing
        return form
