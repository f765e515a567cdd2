"""Who is registered already: what the desk is asked before it makes a second record of one person."""

import datetime as dt

import pytest

from apps.patients.forms.patients import PatientForm
from apps.patients.models import Patient
from apps.portal.forms.newcomer import NewPatientForm
from tests.factories import PatientFactory

pytestmark = pytest.mark.usefixtures("sunrise")
BORN, LATER = dt.date(1990, 1, 2), dt.date(1991, 3, 4)
ANN = {"given_name": "Ann", "family_name": "Lee", "birth_on": BORN, "email": "ann@people.example"}


@pytest.mark.parametrize(
    ("there", "is_alike"),
    [
        ({}, True),
        ({"email": ""}, True),
        ({"given_name": "ANN", "email": ""}, True),
        ({"birth_on": None}, True),
        ({"birth_on": None, "email": "Ann@People.example"}, True),
        ({"birth_on": None, "email": "other@people.example"}, False),
        ({"birth_on": None, "email": ""}, False),
        ({"birth_on": LATER}, False),
        ({"given_name": "Amy"}, False),
    ],
)
def test_alike(there, is_alike):
    PatientFactory(**{**ANN, **there})
    assert Patient.objects.alike(**ANN).exists() == is_alike


@pytest.mark.parametrize(
    ("typed", "is_alike"), [({"birth_on": None}, True), ({"birth_on": None, "email": ""}, False), ({"email": ""}, True)]
)
def test_alike_when_less_is_known(typed, is_alike):
    PatientFactory(**ANN)
    assert Patient.objects.alike(**{**ANN, **typed}).exists() == is_alike


def test_who_signed_up_alone_and_told_no_birthday_is_known_by_the_address():
    PatientFactory(**{**ANN, "birth_on": None})
    typed = {**ANN, "gender": "unknown"}
    assert "sure" in PatientForm(typed).errors
    assert PatientForm({**typed, "sure": "on"}).is_valid()
    assert "family_name" in NewPatientForm({f"new-{name}": value for name, value in ANN.items()}).errors
