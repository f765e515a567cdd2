import uuid

import pytest
import time_machine
from django.urls import reverse

from apps.accounts import audit
from apps.accounts.models import AuditRecord
from apps.patients.models import Patient
from apps.sessions.actions import cancel_session
from tests.factories import ChildFactory, GuardianshipFactory, PatientIdentifierFactory
from tests.factories.world import MONDAY_NOON, at, booked


@pytest.fixture
def mia(people):
    return Patient.objects.get(given_name="Mia")


@pytest.fixture
def url(mia):
    return reverse("portal:patient-record", args=[mia.pk])


@pytest.fixture
def meets(sunrise, people):
    """Return a function: Bob meets the patient some days after a Monday noon that is now."""

    def book(patient, days):
        return booked(sunrise, at(10, days=days), by=people.oscar, patient=patient)

    with time_machine.travel(MONDAY_NOON, tick=False):
        yield book


@pytest.mark.parametrize("who", ["alice", "oscar", "erin"])
def test_the_desk_opens_it_and_leaves_a_trace(browser, people, mia, url, who):
    reader = getattr(people, who)
    response = browser(reader).get(url)
    assert response.status_code == 200
    assert b"Dana Okafor" in response.content
    record = AuditRecord.objects.about(mia).get()
    assert (record.verb, record.by) == ("read", reader)


def test_a_therapist_opens_own_patients_only(browser, people, mia, url, meets):
    assert browser(people.bob).get(url).status_code == 404
    assert not AuditRecord.objects.about(mia).exists()
    meets(mia, days=1)
    assert browser(people.bob).get(url).status_code == 200


def test_a_cancelled_session_opens_no_record(browser, people, mia, url, meets):
    session = meets(mia, days=1)
    cancel_session(session=session, by=people.oscar)
    assert browser(people.bob).get(url).status_code == 404
    assert url not in browser(people.bob).get(reverse("sessions:session-detail", args=[session.pk])).text
    again = meets(mia, days=2)
    assert browser(people.bob).get(url).status_code == 200
    assert url in browser(people.bob).get(reverse("sessions:session-detail", args=[again.pk])).text


@pytest.mark.parametrize("who", ["carol", "dana"])
def test_patients_and_guardians_have_pages_of_their_own(browser, people, url, who):
    assert browser(getattr(people, who)).get(url).status_code == 403


def test_missing_is_404_and_wrong_method_405(browser, people, url):
    assert browser(people.alice).get(reverse("portal:patient-record", args=[uuid.uuid4()])).status_code == 404
    assert browser(people.alice).post(url).status_code == 405


def test_as_a_fragment(browser, people, url):
    assert browser(people.alice, htmx=True).get(url).content.strip().startswith(b'<div id="record"')


def test_no_audit_record_no_page(browser, people, url, monkeypatch):
    def broken(**facts):
        raise RuntimeError("the trail cannot be written")

    monkeypatch.setattr(audit, "read", broken)
    with pytest.raises(RuntimeError):
        browser(people.alice).get(url)


def test_a_page_that_breaks_leaves_no_trace(browser, people, mia, url, monkeypatch):
    monkeypatch.setattr("apps.portal.views.patient_record.PatientRecord.template_name", "no/such/page.html")
    with pytest.raises(Exception, match="no/such/page"):
        browser(people.alice).get(url)
    assert not AuditRecord.objects.about(mia).exists()


def test_who_opened_it_is_for_those_who_see_the_trail(browser, people, url):
    browser(people.oscar).get(url)
    shown = browser(people.alice).get(url)
    assert b"Who opened this record" in shown.content
    assert [reading["by_name"] for reading in shown.context["readers"]] == ["Alice Admin", "Oscar Desk"]
    assert b"Who opened this record" not in browser(people.oscar).get(url).content


def test_sessions_to_come_and_past(browser, people, mia, url, meets):
    coming, gone = meets(mia, days=1), meets(mia, days=-1)
    response = browser(people.oscar).get(url)
    assert list(response.context["upcoming"]) == [coming]
    assert response.context["past"] == [gone]


def test_a_child_without_guardian_is_flagged(browser, people):
    child = ChildFactory(given_name="Alone")
    page = browser(people.oscar).get(reverse("portal:patient-record", args=[child.pk]))
    assert b"Needs a guardian" in page.content


def test_buttons_follow_the_permission(browser, people, mia, url):
    change = reverse("patients:patient-update", args=[mia.pk]).encode()
    assert change in browser(people.oscar).get(url).content
    assert change not in browser(people.erin).get(url).content


def test_of_a_social_security_number_only_the_end_is_shown(browser, people, mia, url):
    PatientIdentifierFactory(patient=mia, system="http://hl7.org/fhir/sid/us-ssn", value="999-78-8135")
    page = browser(people.alice).get(url).content.decode()
    assert "8135" in page
    assert "999-78" not in page


def test_queries_do_not_grow(browser, people, mia, url, meets, django_assert_max_num_queries):
    client = browser(people.alice)
    meets(mia, days=1)
    client.get(url)
    with django_assert_max_num_queries(20) as few:
        client.get(url)
    for day in (2, 3, 4, 7, 8):
        meets(mia, days=day)
    GuardianshipFactory.create_batch(4, patient=mia)
    PatientIdentifierFactory.create_batch(4, patient=mia)
    with django_assert_max_num_queries(20) as many:
        client.get(url)
    assert len(few) == len(many)
