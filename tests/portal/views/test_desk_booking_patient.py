"""Booking at the desk: finding the patient, or registering somebody new."""

import datetime as dt

import pytest

from apps.accounts.models import AuditRecord, PermissionSwitch
from apps.patients.models import Patient
from apps.sessions.models import TherapySession
from tests.factories import PatientFactory

pytestmark = pytest.mark.usefixtures("noon")
PAGE = "/desk/book/"


def sessions():
    return list(TherapySession.objects.order_by("starts_at"))


def test_desk_booking_finds_patients_as_one_types(browser, people, wanted):
    PatientFactory(given_name="Maria", family_name="Alvarez")
    PatientFactory(given_name="Marius", status="archived")
    answer = browser(people.oscar, htmx=True).post(f"{PAGE}?part=patients", {**wanted, "q": "mar", "do": "find"})
    assert answer.text.count('name="patient"') == 3  # the chosen one, Maria, somebody new
    assert "Maria Alvarez" in answer.text
    assert "<form" not in answer.text
    assert sessions() == []


def test_desk_booking_finds_patients_without_javascript(browser, people, wanted):
    answer = browser(people.oscar).post(PAGE, {**wanted, "q": "okafor", "do": "find", "patient": ""})
    assert answer.status_code == 200
    assert "Mia Okafor" in answer.text
    assert "Stammers when tired" in answer.text
    assert 'value="10:00" checked' in answer.text
    assert (
        "Nobody is found" in browser(people.oscar).post(PAGE, {**wanted, "patient": "", "q": "qqq", "do": "find"}).text
    )


def test_desk_booking_registers_somebody_new(browser, people, newcomer):
    browser(people.oscar).post(PAGE, newcomer)
    zoe = Patient.objects.get(given_name="Zoe")
    assert zoe.birth_on == dt.date(2015, 3, 4)
    assert zoe.phone == "+1 212-664-7665"
    assert sessions()[0].patients == [zoe]
    assert AuditRecord.objects.about(zoe).get().verb == "created"


def test_desk_booking_registers_a_guardian_too(browser, people, newcomer):
    guardian = {"new-guardian_given_name": "Uma", "new-guardian_family_name": "Zwick", "new-guardian_email": "u@z.org"}
    browser(people.oscar).post(PAGE, {**newcomer, **guardian})
    link = Patient.objects.get(given_name="Zoe").guardianships.get()
    assert (link.guardian.full_name, link.guardian.email, link.pays) == ("Uma Zwick", "u@z.org", True)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"new-given_name": ""}, "This field is required"),
        ({"new-birth_on": "2031-01-01"}, "This date lies in the future"),
        ({"new-birth_on": "0024-05-03"}, "Please check the year"),
        ({"new-email": "zoe@"}, "Enter a valid e-mail address"),
        ({"new-phone": "12"}, "does not look like a phone number"),
        ({"new-guardian_email": "u@z.org"}, "Write the guardian&#x27;s name"),
        (
            {"new-given_name": "Carol", "new-family_name": "Reyes", "new-birth_on": "1988-02-09"},
            "is registered: search",
        ),
    ],
)
def test_desk_booking_says_what_is_wrong_with_somebody_new(browser, people, newcomer, wrong, sentence):
    answer = browser(people.oscar).post(PAGE, {**newcomer, **wrong})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="Zwick"' in answer.text or "new-family_name" in wrong
    assert sessions() == []


def test_desk_booking_registers_nobody_when_the_time_is_refused(browser, people, newcomer):
    answer = browser(people.oscar).post(PAGE, {**newcomer, "on": "2026-11-28"})
    assert answer.status_code == 422
    assert 'value="Zwick"' in answer.text
    assert not Patient.objects.filter(given_name="Zoe").exists()


def test_desk_booking_registers_somebody_new_once(browser, people, newcomer):
    visitor = browser(people.oscar)
    del newcomer["new-birth_on"]  # or the second would be told that Zoe is registered
    first, second = visitor.post(PAGE, newcomer), visitor.post(PAGE, newcomer)
    assert first["Location"] == second["Location"]
    assert Patient.objects.filter(given_name="Zoe").count() == 1


def test_desk_booking_keeps_somebody_new_while_the_times_are_drawn_anew(browser, people, newcomer):
    text = browser(people.oscar).post(PAGE, {**newcomer, "do": "look"}).text
    assert 'value="Zwick"' in text
    assert 'value="new" checked' in text


def test_desk_booking_registers_nobody_for_whoever_may_not(browser, people, newcomer):
    PermissionSwitch.objects.create(role="operator", permission="patient.manage", is_on=False)
    answer = browser(people.oscar).post(PAGE, newcomer)
    assert answer.status_code == 422
    assert "Somebody new" not in answer.text
    assert not Patient.objects.filter(given_name="Zoe").exists()
