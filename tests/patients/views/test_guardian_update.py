import pytest
from django.urls import reverse

from apps.accounts.models import AuditRecord
from tests.factories import ChildFactory, GuardianshipFactory

FACTS = {"given_name": "Dana", "family_name": "Okafor", "email": "dana@sunrise.example", "relationship": "guardian"}


@pytest.fixture
def url(mia, dana_for_mia):
    return reverse("patients:guardian-update", args=[mia.pk, dana_for_mia.pk])


def test_form_shows_the_rights_as_they_are(browser, people, url):
    form = browser(people.oscar).get(url).context["form"]
    assert [form[name].initial for name in ("relationship", "may_book", "pays", "is_told")] == [
        "mother",
        True,
        True,
        True,
    ]


def test_changes_rights_and_contact(browser, people, mia, dana_for_mia, url):
    response = browser(people.oscar).post(url, {**FACTS, "phone": "212 664 7665", "is_told": "on"})
    assert response["Location"] == reverse("portal:patient-record", args=[mia.pk])
    dana_for_mia.refresh_from_db()
    assert (dana_for_mia.relationship, dana_for_mia.may_book, dana_for_mia.pays) == ("guardian", False, False)
    assert dana_for_mia.guardian.phone == "+1 212-664-7665"
    record = AuditRecord.objects.about(mia).get()
    assert record.changes["may_book"] == [True, False]
    assert AuditRecord.objects.about(dana_for_mia.guardian).get().changes == {"phone": ["", "+1 212-664-7665"]}


def test_paying_moves_from_one_to_the_other(browser, people, mia, dana_for_mia):
    other = GuardianshipFactory(patient=mia)
    url = reverse("patients:guardian-update", args=[mia.pk, other.pk])
    browser(people.oscar).post(url, {**FACTS, "given_name": "Uche", "pays": "on"})
    assert mia.guardianships.get(pays=True) == other


def test_the_other_children_are_named(browser, people, dana_for_mia, url):
    GuardianshipFactory(guardian=dana_for_mia.guardian, patient=ChildFactory(given_name="Leo"))
    assert b"also count for Leo" in browser(people.oscar).get(url).content


def test_invalid_keeps_what_was_typed(browser, people, url):
    response = browser(people.oscar).post(url, {**FACTS, "family_name": "", "phone": "+44 20 7946 0018"})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["family_name"]
    assert b"+44 20 7946 0018" in response.content


def test_as_a_fragment(browser, people, url):
    client = browser(people.alice, htmx=True)
    assert client.get(url).content.strip().startswith(b"<form")
    assert "HX-Redirect" in client.post(url, FACTS)


@pytest.mark.parametrize("who", ["erin", "bob", "carol", "dana"])
def test_other_roles_are_refused(browser, people, dana_for_mia, url, who):
    assert browser(getattr(people, who)).post(url, FACTS).status_code == 403
    dana_for_mia.refresh_from_db()
    assert dana_for_mia.may_book


def test_a_guardian_of_another_patient_is_404_and_wrong_method_405(browser, people, dana_for_mia, url):
    other = reverse("patients:guardian-update", args=[ChildFactory().pk, dana_for_mia.pk])
    assert browser(people.alice).post(other, FACTS).status_code == 404
    assert browser(people.alice).delete(url).status_code == 405
