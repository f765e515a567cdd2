"""What fields say when they refuse: Django's sentences of limits and choices, in the house's words.

Set on the classes themselves, so that every form says the same: ours, those of sign-in, and Django admin's.
"""

from typing import Any

from django import forms
from django.core import validators
from django.utils.translation import gettext_lazy as _

LIMITS: dict[Any, Any] = {
    validators.MinValueValidator: _("This must be %(limit_value)s or more."),
    validators.MaxValueValidator: _("This must be %(limit_value)s or less."),
    validators.MinLengthValidator: _("This is too short: it needs %(limit_value)d characters or more."),
    validators.MaxLengthValidator: _("This is too long: %(show_value)d characters, and at most %(limit_value)d fit."),
    validators.EmailValidator: _("Enter a valid e-mail address."),
    validators.FileExtensionValidator: _("A file that ends in “%(extension)s” cannot be used here."),
}
DIGITS: dict[str, Any] = {
    "max_digits": _("This number is too long: at most %(max)s digits."),
    "max_decimal_places": _("At most %(max)s digits after the point."),
    "max_whole_digits": _("This number is too long: at most %(max)s digits before the point."),
}
NOT_LISTED = {"invalid_choice": _("“%(value)s” is not on the list. Please choose again.")}
CHOICES: dict[type[forms.Field], dict[str, Any]] = {
    forms.ChoiceField: NOT_LISTED,
    forms.TypedChoiceField: NOT_LISTED,
    forms.MultipleChoiceField: NOT_LISTED,
    forms.ModelMultipleChoiceField: NOT_LISTED,
    forms.ModelChoiceField: {"invalid_choice": _("This is no longer on the list. Please choose again.")},
    forms.ImageField: {"invalid_image": _("This is not a picture we can read. Use a JPEG, PNG or WebP file.")},
}


def use() -> None:
    """Called once, when the apps are ready."""
    for validator, sentence in LIMITS.items():
        validator.message = sentence
    validators.DecimalValidator.messages |= DIGITS
    for field, sentences in CHOICES.items():
        field.default_error_messages = {**field.default_error_messages, **sentences}
