import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts import audit
from apps.accounts.models import AuditRecord
from apps.patients.models import Guardian, Patient
from tests.factories import ChildFactory, GuardianFactory, GuardianshipFactory, UserFactory

URL = "/my/details/"
EDIT = "/my/details/edit/"
READERS = "/my/details/readers/"
FACTS = {
    "given_name": "Carol",
    "family_name": "Reyes-Kim",
    "gender": "female",
    "phone": "+1 212 555 0199",
    "street": "1 Main Street",
    "postal_code": "10001",
    "city": "New York",
    "region": "NY",
}


@pytest.fixture
def mia(people):
    return Patient.objects.get(given_name="Mia")


def test_own_details_are_shown_and_the_reading_is_written_down(browser, people):
    page = browser(people.carol).get(URL).content.decode()
    assert "+1 212 555 0123" in page
    record = AuditRecord.objects.about(people.carol.patient).get()
    assert (record.verb, record.by) == ("read", people.carol)


def test_children_and_what_one_may(browser, people, mia):
    other = GuardianFactory(given_name="Obi")
    GuardianshipFactory(guardian=other, patient=mia)
    page = browser(people.dana).get(URL).content.decode()
    for words in ("Mia Okafor", "you book", "you pay", "Obi Example"):
        assert words in page


def test_who_opened_the_record_is_told(browser, people, mia):
    audit.read(by=people.oscar, obj=mia)
    audit.read(by=people.oscar, obj=mia)
    audit.read(by=people.dana, obj=mia)
    audit.read(by=people.oscar, obj=people.carol.patient)
    for url in (URL, READERS):
        page = browser(people.dana).get(url).content.decode()
        assert "Oscar Desk (Front desk) opened the record of Mia Okafor" in page
        assert "2 times" in page
        assert "Carol" not in page
        assert page.count("opened the record of") == 1


def test_nobody_opened_it(browser, people):
    assert "Nobody but you has opened it" in browser(people.carol).get(URL).content.decode()
    assert "Nobody but you has opened it" in browser(people.carol).get(READERS).content.decode()


@pytest.mark.parametrize("url", [URL, EDIT, READERS])
def test_the_team_has_other_pages(browser, people, url):
    assert browser(people.alice).get(url).status_code == 403
    assert browser().get(url).status_code == 302


@pytest.mark.parametrize("url", [URL, READERS])
def test_wrong_method(browser, people, url):
    assert browser(people.carol).post(url).status_code == 405


def test_readers_as_a_fragment(browser, people):
    page = browser(people.carol, htmx=True).get(READERS).content.decode().strip()
    assert page.startswith('<div id="list"')


def test_changing_keeps_every_record_of_the_person_alike(browser, people):
    Guardian.objects.create(user=people.carol, given_name="Carol", family_name="Reyes")
    response = browser(people.carol).post(EDIT, FACTS)
    assert response["Location"] == URL
    for record in (Patient.objects.get(user=people.carol), Guardian.objects.get(user=people.carol)):
        assert (record.family_name, record.phone) == ("Reyes-Kim", "+1 212 555 0199")
    people.carol.refresh_from_db()
    assert people.carol.family_name == "Reyes-Kim"
    changes = AuditRecord.objects.about(people.carol.patient).get(verb="changed").changes
    assert changes["family_name"] == ["Reyes", "Reyes-Kim"]


def test_a_known_birthday_stays(browser, people):
    browser(people.carol).post(EDIT, {**FACTS, "birth_on": "2015-01-01"})
    assert Patient.objects.get(user=people.carol).birth_on == dt.date(1988, 2, 9)


@pytest.mark.parametrize(("name", "value"), [("given_name", ""), ("phone", "12"), ("gender", "x")])
def test_invalid_details_are_kept_and_said(browser, people, name, value):
    response = browser(people.carol).post(EDIT, {**FACTS, name: value, "city": "Typed City"})
    assert response.status_code == 422
    assert name in response.context["form"].errors
    assert "Typed City" in response.content.decode()


def test_edit_in_a_dialog(browser, people):
    client = browser(people.carol, htmx=True)
    assert client.get(EDIT).content.decode().strip().startswith("<form")
    assert client.post(EDIT, FACTS)["HX-Redirect"] == URL


def test_a_guardian_without_a_patients_record(browser, people):
    browser(people.dana).post(EDIT, {"given_name": "Dana", "family_name": "Obi", "phone": "+1 212 555 0111"})
    guardian = Guardian.objects.get(user=people.dana)
    assert (guardian.family_name, guardian.phone) == ("Obi", "+1 212 555 0111")
    assert not Patient.objects.filter(user=people.dana).exists()


def test_a_year_typed_wrong_is_said_beside_it(browser, sunrise):
    user = UserFactory(given_name="New", roles=["patient"])
    answer = browser(user).post(EDIT, {**FACTS, "birth_on": "0090-01-01"})
    assert answer.context["form"].errors["birth_on"] == ["Please check the year."]


def test_a_login_without_any_record_gets_one(browser, sunrise):
    user = UserFactory(given_name="New", roles=["patient"])
    client = browser(user)
    assert client.get(URL).status_code == 200
    client.post(EDIT, {**FACTS, "birth_on": "1990-01-01"})
    assert Patient.objects.get(user=user).email == user.email


def test_first_record_sent_twice_is_one_and_the_second_is_told(browser, sunrise, monkeypatch):
    """The other request makes the record between this one's question and its answer."""
    user = UserFactory(given_name="New", roles=["patient"])
    real = audit.save_form

    def second(form, *, by):
        Patient.objects.create(user=user, given_name="New", family_name="One")
        return real(form, by=by)

    monkeypatch.setattr(audit, "save_form", second)
    answer = browser(user).post(EDIT, {**FACTS, "birth_on": "1990-01-02"})
    assert answer.status_code == 422 and b"at the same moment" in answer.content


def test_queries_are_the_same_for_1_child_and_30(browser, people, mia):
    client = browser(people.dana)
    client.get(URL)
    with CaptureQueriesContext(connection) as few:
        client.get(URL)
    guardian = Guardian.objects.get(user=people.dana)
    for child in ChildFactory.create_batch(30):
        GuardianshipFactory(guardian=guardian, patient=child)
        audit.read(by=people.oscar, obj=child)
    with CaptureQueriesContext(connection) as many:
        client.get(URL)
    assert len(few) == len(many) <= 20


def test_opening_the_form_of_the_own_record_is_written_down(browser, people):
    assert "+1 212 555 0123" in browser(people.carol).get(EDIT).content.decode()
    assert [record.verb for record in AuditRecord.objects.about(people.carol.patient)] == ["read"]


def test_no_trail_no_form_of_the_own_record(browser, people, monkeypatch):
    def broken(**facts):
        raise RuntimeError("the trail cannot be written")

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(RuntimeError):
        browser(people.carol).get(EDIT)
