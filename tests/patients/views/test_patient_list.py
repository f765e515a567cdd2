import datetime as dt

import pytest
from django.urls import reverse

from apps.accounts.models import AuditRecord
from tests.factories import ChildFactory, GuardianshipFactory, PatientFactory

URL = reverse("patients:patient-list")


def names(response):
    return {row.given_name for row in response.context["page_obj"]}


@pytest.mark.parametrize("who", ["alice", "oscar", "erin"])
def test_the_desk_sees_every_active_patient(browser, people, who):
    PatientFactory(given_name="Gone", status="archived")
    response = browser(getattr(people, who)).get(URL)
    assert response.status_code == 200
    assert names(response) == {"Carol", "Mia"}


def test_a_therapist_sees_own_patients_only(browser, people, mia, treats):
    assert names(browser(people.bob).get(URL)) == set()
    treats(mia)
    assert names(browser(people.bob).get(URL)) == {"Mia"}


def test_a_patient_is_refused_and_a_stranger_asked_to_sign_in(browser, people):
    assert browser(people.carol).get(URL).status_code == 403
    assert browser().get(URL).status_code == 302


def test_as_a_fragment_it_is_the_list_alone(browser, people):
    response = browser(people.alice, htmx=True).get(URL)
    assert response.content.strip().startswith(b'<div id="list"')
    assert b"<html" not in response.content


def test_only_reading_is_allowed(browser, people):
    assert browser(people.alice).post(URL).status_code == 405


def test_search_looks_at_name_mail_and_phone(browser, people):
    PatientFactory(given_name="Zoë", family_name="Quill", email="z@quill.example", phone="+44 20 7946 0018")
    client = browser(people.alice)
    for text in ("quill zo", "z@quill", "7946"):
        assert names(client.get(URL, {"q": text})) == {"Zoë"}


@pytest.mark.parametrize(
    ("status", "expected"),
    [("", {"Now"}), ("archived", {"Past"}), ("deceased", {"Late"}), ("all", {"Now", "Past", "Late"}), ("x", {"Now"})],
)
def test_status_filter(browser, people, status, expected):
    for name, state in [("Now", "active"), ("Past", "archived"), ("Late", "deceased")]:
        PatientFactory(given_name=name, family_name="Filtered", status=state)
    assert names(browser(people.alice).get(URL, {"status": status, "q": "filtered"})) == expected


def test_needs_guardian_filter_and_flag(browser, people):
    ChildFactory(given_name="Alone")
    GuardianshipFactory(patient__given_name="Cared")
    ChildFactory(given_name="Dead", status="deceased")
    response = browser(people.alice).get(URL, {"needs": "guardian"})
    assert names(response) == {"Alone"}
    assert b"Needs a guardian" in response.content


def test_sort_by_birthday(browser, people):
    for name, year in [("Old", 1930), ("Young", 2000), ("Middle", 1970)]:
        PatientFactory(given_name=name, family_name="Sorted", birth_on=dt.date(year, 1, 1))
    page = browser(people.alice).get(URL, {"q": "sorted", "sort": "-born"}).context["page_obj"]
    assert [row.given_name for row in page] == ["Young", "Middle", "Old"]


def test_csv_holds_the_found_rows_no_formula_and_leaves_a_trace(browser, people):
    PatientFactory(given_name="=HYPERLINK(1)", family_name="Csv", phone="+1 212 555 0100")
    response = browser(people.erin).get(URL, {"q": "csv", "format": "csv"})
    text = response.content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    assert "'+1 212 555 0100" in text
    assert len(text.splitlines()) == 2
    record = AuditRecord.objects.get(verb="exported patients")
    assert (record.by, record.changes["patients"]) == (people.erin, [None, 1])


def test_empty_says_what_to_do_next(browser, people):
    nothing = browser(people.alice).get(URL, {"q": "nobody-at-all"})
    assert b"Search everybody" in nothing.content
    assert b"Whoever books a session with you" in browser(people.bob).get(URL).content


def test_queries_do_not_grow_with_rows(browser, people, django_assert_max_num_queries):
    client = browser(people.alice)
    client.get(URL)
    with django_assert_max_num_queries(5) as few:
        client.get(URL)
    ChildFactory.create_batch(15)
    PatientFactory.create_batch(15)
    with django_assert_max_num_queries(5) as many:
        client.get(URL)
    assert len(few) == len(many)
