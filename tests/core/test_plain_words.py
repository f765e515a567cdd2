"""What fields say when they refuse: in the house's words, whichever form they stand in."""

import pytest
from django import forms
from django.contrib.auth.forms import PasswordResetForm
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.validators import FileExtensionValidator


def complaints(field, value):
    with pytest.raises(forms.ValidationError) as refused:
        field.clean(value)
    return refused.value.messages


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        (forms.IntegerField(min_value=0), "-5", "This must be 0 or more."),
        (forms.IntegerField(max_value=480), "999", "This must be 480 or less."),
        (forms.CharField(max_length=3), "Adam", "This is too long: 4 characters, and at most 3 fit."),
        (forms.CharField(min_length=3), "Al", "This is too short: it needs 3 characters or more."),
        (forms.DecimalField(max_digits=5), "123456", "This number is too long: at most 5 digits."),
        (forms.DecimalField(max_digits=5, decimal_places=2), "1.234", "At most 2 digits after the point."),
        (forms.ChoiceField(choices=[("a", "A")]), "b", "“b” is not on the list. Please choose again."),
        (forms.TypedMultipleChoiceField(choices=[("a", "A")]), ["b"], "“b” is not on the list. Please choose again."),
        (forms.EmailField(), "nope", "Enter a valid e-mail address."),
        (
            forms.ImageField(),
            SimpleUploadedFile("logo.png", b"no picture", "image/png"),
            "This is not a picture we can read. Use a JPEG, PNG or WebP file.",
        ),
        (
            forms.FileField(validators=[FileExtensionValidator(["png"])]),
            SimpleUploadedFile("logo.exe", b"x"),
            "A file that ends in “exe” cannot be used here.",
        ),
    ],
)
def test_field_refuses_in_plain_words(field, value, sentence):
    assert complaints(field, value) == [sentence]


def test_forms_of_others_speak_so_too():
    form = PasswordResetForm({"email": "nope"})
    assert form.errors["email"] == ["Enter a valid e-mail address."]
