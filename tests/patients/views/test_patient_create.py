import datetime as dt

import pytest
from django.urls import reverse

from apps.accounts.models import AuditRecord
from apps.patients.models import Patient
from tests.factories import PatientFactory

URL = reverse("patients:patient-create")
FACTS = {"given_name": "Nora", "family_name": "Fresh", "gender": "unknown", "country": "US"}


def test_form_offers_the_centres_country(browser, people):
    form = browser(people.oscar).get(URL).context["form"]
    assert form["country"].initial == "US"


def test_creates_with_an_audit_record(browser, people):
    facts = {
        **FACTS,
        "birth_on": "1990-02-03",
        "phone": "212 664 7665",
        "email": "nöra@fresh.example",
        "language": "es",
    }
    response = browser(people.oscar).post(URL, facts)
    patient = Patient.objects.get(family_name="Fresh")
    assert response["Location"] == reverse("portal:patient-record", args=[patient.pk])
    assert (patient.birth_on, patient.phone) == (dt.date(1990, 2, 3), "+1 212-664-7665")
    assert (patient.email, patient.language) == ("nöra@fresh.example", "es")
    record = AuditRecord.objects.about(patient).get()
    assert (record.verb, record.by) == ("created", people.oscar)


def test_as_a_fragment_it_is_the_form_and_goes_to_the_record(browser, people):
    client = browser(people.alice, htmx=True)
    assert client.get(URL).content.strip().startswith(b"<form")
    assert client.post(URL, FACTS)["HX-Redirect"].startswith("/patients/")


@pytest.mark.parametrize("who", ["erin", "bob", "carol", "dana"])
def test_other_roles_are_refused(browser, people, who):
    assert browser(getattr(people, who)).get(URL).status_code == 403
    assert browser(getattr(people, who)).post(URL, FACTS).status_code == 403
    assert not Patient.objects.filter(family_name="Fresh").exists()


def test_wrong_method(browser, people):
    assert browser(people.alice).delete(URL).status_code == 405


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"given_name": ""}, "given_name"),
        ({"family_name": "x" * 81}, "family_name"),
        ({"birth_on": "2999-01-01"}, "birth_on"),
        ({"birth_on": "0024-05-03"}, "birth_on"),
        ({"birth_on": "yesterday"}, "birth_on"),
        ({"email": "no one@example.com"}, "email"),
        ({"phone": "12"}, "phone"),
        ({"country": "ZZZ"}, "country"),
        ({"language": "xx-very-long"}, "language"),
    ],
)
def test_invalid_keeps_what_was_typed(browser, people, facts, field):
    response = browser(people.alice).post(URL, {**FACTS, "city": "Typed Town", **facts})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert b"Typed Town" in response.content


def test_a_number_nobody_has_yet_is_kept_as_written(browser, people):
    browser(people.alice).post(URL, {**FACTS, "phone": "555-552-2010"})
    assert Patient.objects.get(family_name="Fresh").phone == "555-552-2010"


def test_a_namesake_of_the_same_birthday_is_named_first(browser, people):
    other = PatientFactory(given_name="nora", family_name="FRESH", birth_on=dt.date(1990, 2, 3))
    client, facts = browser(people.alice), {**FACTS, "birth_on": "1990-02-03"}
    refused = client.post(URL, facts)
    assert refused.status_code == 422
    assert reverse("portal:patient-record", args=[other.pk]).encode() in refused.content
    assert client.post(URL, {**facts, "sure": "on"}).status_code == 302
    assert Patient.objects.named("Nora", "Fresh").count() == 2
