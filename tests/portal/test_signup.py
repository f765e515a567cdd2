import datetime as dt

import pytest

from apps.accounts.models import AuditRecord, User
from apps.accounts.signals import patient_signed_up
from apps.patients.models import Patient
from tests.factories import GuardianFactory, PatientFactory, UserFactory


@pytest.fixture
def nadia(sunrise):
    return UserFactory(given_name="Nadia", family_name="Newman", email="nadia@new.example", roles=["patient"])


def welcome(user):
    patient_signed_up.send(User, user=user)


def test_whoever_signs_up_becomes_a_patient_once(nadia):
    welcome(nadia)
    welcome(nadia)
    record = Patient.objects.get(user=nadia)
    assert (record.full_name, record.email) == ("Nadia Newman", "nadia@new.example")
    assert AuditRecord.objects.about(record).get().verb == "created"


def test_a_patient_whom_the_centre_knows_keeps_the_record(nadia):
    known = PatientFactory(given_name="nadia", family_name="NEWMAN", email="Nadia@New.example")
    welcome(nadia)
    assert nadia.patient == known
    assert AuditRecord.objects.about(known).get().changes == {"user": [None, nadia.email]}


def test_a_guardian_whom_the_centre_knows_is_no_patient(nadia):
    known = GuardianFactory(given_name="Nadia", family_name="Newman", email=nadia.email)
    welcome(nadia)
    assert nadia.guardian == known
    assert not Patient.objects.filter(user=nadia).exists()


@pytest.mark.parametrize(
    "facts",
    [
        {"given_name": "Another"},
        {"email": "other@new.example"},
        {"birth_on": dt.date(2015, 1, 1)},
        {"status": "archived"},
    ],
)
def test_another_ones_record_stays_theirs(nadia, facts):
    record = PatientFactory(**{"given_name": "Nadia", "family_name": "Newman", "email": nadia.email, **facts})
    welcome(nadia)
    record.refresh_from_db()
    assert record.user is None
    assert Patient.objects.filter(user=nadia).exists()


@pytest.mark.parametrize(
    ("known", "proven"), [("nadia@gmail.com", "nadia@gmaıl.com"), ("nadia@gmaıl.com", "nadia@gmail.com")]
)
def test_an_address_that_only_looks_alike_is_another_ones(nadia, known, proven):
    """PostgreSQL's capital of a dotless i is I: compared by capitals, the two are one address."""
    record = PatientFactory(given_name="Nadia", family_name="Newman", email=known)
    assert Patient.objects.filter(email__iexact=proven, pk=record.pk).exists()
    User.objects.filter(pk=nadia.pk).update(email=proven)
    nadia.refresh_from_db()
    welcome(nadia)
    record.refresh_from_db()
    assert record.user is None


def test_of_two_that_fit_neither_is_taken(nadia):
    PatientFactory.create_batch(2, given_name="Nadia", family_name="Newman", email=nadia.email)
    welcome(nadia)
    assert Patient.objects.filter(given_name="Nadia").count() == 3
