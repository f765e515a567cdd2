"""What one line is: pasted line breaks become spaces, characters that nobody sees are refused, nothing else is touched."""

import importlib
import pkgutil

import pytest
from django import forms
from django.core.exceptions import ValidationError

import apps
from apps.core import text
from apps.core.forms import LineField, LinesField
from apps.patients.models import Patient
from tests.isolation.hostile import PAYLOADS

OTHER = {  # one line each: text fields that keep no words
    ("AuditFilter", "object"): "a key that a row's link holds",
    ("BookTimeForm", "slot"): "a time as we wrote it",
    ("DeskBookingForm", "slot"): "a time as we wrote it",
    ("DeskBookingForm", "accepted"): "names of rules",
    ("DeskBookingForm", "patient"): "a key",
    ("SessionMoveForm", "slot"): "a time as we wrote it",
    ("SessionMoveForm", "accepted"): "names of rules",
    ("TimeForm", "slot"): "a time as we wrote it",
    ("TimeForm", "accepted"): "names of rules",
    ("TherapistForm", "languages"): "looked up in a list",
    **{(form, "as_read"): "digests as we wrote them" for form in ("CentreForm", "ExceptionForm", "OpeningForm")},
    **{(form, "slug"): "checked against a pattern" for form in ("CentreForm", "OpeningForm")},
    **{
        (form, name): "checked against a list or a pattern"
        for form in ("CentreForm", "OpeningForm", "CentreSettingsForm")
        for name in ("time_zone", "currency", "locale", "country", "brand_colour")
    },
    **{("PatientForm", name): "chosen from a list" for name in ("country", "language")},
    **{(f"Passkey{name}", "credential"): "read as JSON" for name in ("Add", "Answer", "OnceMore", "SignIn", "Step")},
}
CHECKED = (LineField, LinesField, forms.EmailField, forms.SlugField, forms.UUIDField, forms.URLField)


def our_forms():
    for module in pkgutil.walk_packages(apps.__path__, "apps."):
        if ".migrations" not in module.name:
            importlib.import_module(module.name)
    waiting, seen = [forms.BaseForm], set()
    while waiting:
        found = waiting.pop()
        seen.add(found)
        waiting += [one for one in found.__subclasses__() if one not in seen]
    return sorted((one for one in seen if one.__module__.startswith("apps.")), key=lambda form: form.__qualname__)


def text_fields():
    for form in our_forms():
        for name, field in getattr(form, "base_fields", {}).items():
            is_secret = isinstance(field.widget, forms.PasswordInput)
            if isinstance(field, forms.CharField) and not is_secret and form.__module__.startswith("apps."):
                yield form, name, field


def test_every_field_of_text_says_whether_it_holds_lines():
    plain = {(form.__name__, name) for form, name, field in text_fields() if not isinstance(field, CHECKED)}
    ours = {pair for pair in plain if pair[1] not in ("code", "username")}  # fields of allauth and Django
    assert ours == OTHER.keys()


LINES = [(form, name) for form, name, field in text_fields() if isinstance(field, LineField | LinesField)]


@pytest.mark.parametrize(("form", "name"), LINES, ids=lambda value: getattr(value, "__name__", value))
def test_field_takes_a_payload_as_it_is_or_says_why_not(form, name):
    field, taken = form.base_fields[name], 0
    refuse = text.require_line if isinstance(field, LineField) else text.require_seen
    for payload in PAYLOADS:
        try:
            value = field.clean(payload)
        except ValidationError:
            continue
        refuse(value)
        taken += 1
        if name != "specialty_names":  # a list, which may be typed with semicolons
            assert "".join(text.NOTHING.sub("", value).split()) == "".join(text.NOTHING.sub("", payload).split())
    assert taken or name.endswith(("email", "phone"))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Anna\nMaria", "Anna Maria"),
        ("Anna\r\n\tMaria ", "Anna Maria"),
        ("Anna\u2028Maria", "Anna Maria"),
        ("An\u200bna\ufeff", "Anna"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("Jos\u00e9 O'Brien <3", "Jos\u00e9 O'Brien <3"),
    ],
)
def test_line_is_joined(written, kept):
    assert LineField().clean(written) == kept
    assert text.one_line(written) == kept


@pytest.mark.parametrize("written", ["a\0b", "a\x1b[31mb", "a\u202eb", "a\x7fb"])
@pytest.mark.parametrize("field", [LineField(), LinesField()], ids=["line", "lines"])
def test_character_that_nobody_sees_is_refused_with_a_sentence(field, written):
    with pytest.raises(ValidationError) as refused:
        field.clean(written)
    assert len(refused.value.messages) == 1
    assert "\0" in written or f"U+{ord(written[1]):04X}" in refused.value.messages[0]


def test_lines_stay_lines():
    assert LinesField().clean("one\r\ntwo\x0bthree\tfour") == "one\r\ntwo\nthree\tfour"


@pytest.mark.parametrize("name", ["given_name", "street", "postal_code"])
def test_model_refuses_what_no_form_has_joined(sunrise, name):
    patient = Patient(given_name="Ann", family_name="Lee")
    setattr(patient, name, "a\nb")
    with pytest.raises(ValidationError) as refused:
        patient.full_clean()
    assert set(refused.value.message_dict) == {name}


def test_what_leaves_the_house_is_one_line_whatever_comes():
    for payload in PAYLOADS:
        text.require_line(text.one_line(payload))
        assert "\0" not in text.one_line(payload)
