import uuid

import pytest
from django.urls import reverse

from apps.accounts.models import AuditRecord
from tests.factories import PatientFactory

FACTS = {"given_name": "Mia", "family_name": "Okafor", "gender": "female", "birth_on": "2017-05-20", "city": "Boston"}


@pytest.fixture
def url(mia):
    return reverse("patients:patient-update", args=[mia.pk])


def test_changes_and_says_what_changed(browser, people, mia, url):
    response = browser(people.oscar).post(url, FACTS)
    assert response["Location"] == reverse("portal:patient-record", args=[mia.pk])
    mia.refresh_from_db()
    assert (mia.city, mia.gender) == ("Boston", "female")
    record = AuditRecord.objects.about(mia).get(verb="changed")
    assert record.changes == {"gender": ["unknown", "female"], "city": ["", "Boston"]}


def test_saving_without_a_change_leaves_no_record(browser, people, mia, url):
    client = browser(people.oscar)
    client.post(url, FACTS)
    client.post(url, FACTS)
    assert AuditRecord.objects.about(mia).filter(verb="changed").count() == 1


def test_opening_the_form_is_reading_the_record(browser, people, mia, url):
    browser(people.oscar).get(url)
    assert AuditRecord.objects.about(mia).get().verb == "read"


def test_as_a_fragment(browser, people, url):
    assert browser(people.alice, htmx=True).get(url).content.strip().startswith(b"<form")


@pytest.mark.parametrize("who", ["erin", "bob", "carol", "dana"])
def test_other_roles_are_refused(browser, people, url, who):
    assert browser(getattr(people, who)).post(url, FACTS).status_code == 403


def test_missing_is_404_and_wrong_method_405(browser, people, url):
    assert browser(people.alice).get(reverse("patients:patient-update", args=[uuid.uuid4()])).status_code == 404
    assert browser(people.alice).delete(url).status_code == 405


def test_invalid_keeps_what_was_typed_and_the_heading(browser, people, mia, url):
    response = browser(people.alice).post(url, {**FACTS, "given_name": "", "city": "Typed Town"})
    assert response.status_code == 422
    assert b"Typed Town" in response.content
    assert response.context["patient"].given_name == "Mia"
    mia.refresh_from_db()
    assert mia.city == ""


def test_imported_values_that_no_list_knows_survive(browser, people):
    patient = PatientFactory(language="tlh", country="XX", phone="555-552-2010")
    facts = {"given_name": "A", "family_name": "B", "gender": "other", "language": "tlh", "country": "XX"}
    response = browser(people.alice).post(
        reverse("patients:patient-update", args=[patient.pk]), {**facts, "phone": "555-552-2010"}
    )
    assert response.status_code == 302
    patient.refresh_from_db()
    assert (patient.language, patient.country, patient.phone) == ("tlh", "XX", "555-552-2010")
