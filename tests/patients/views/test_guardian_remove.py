import pytest
from django.urls import reverse

from apps.accounts.models import AuditRecord
from apps.patients.models import Guardian
from tests.factories import ChildFactory, GuardianshipFactory


@pytest.fixture
def url(mia, dana_for_mia):
    return reverse("patients:guardian-remove", args=[mia.pk, dana_for_mia.pk])


def test_removes_the_right_and_keeps_the_person(browser, people, mia, dana_for_mia, url):
    response = browser(people.oscar).post(url)
    assert response["Location"] == reverse("portal:patient-record", args=[mia.pk])
    assert not mia.guardianships.exists()
    assert Guardian.objects.filter(pk=dana_for_mia.guardian_id).exists()
    record = AuditRecord.objects.about(mia).get()
    assert (record.verb, record.changes) == ("guardian removed", {"guardian": ["Dana Okafor", None]})


def test_asks_first_and_warns_when_nobody_would_be_left(browser, people, mia, url):
    assert b"Nobody would act for this child" in browser(people.oscar).get(url).content
    GuardianshipFactory(patient=mia)
    assert b"Nobody would act for this child" not in browser(people.oscar).get(url).content


def test_in_a_dialog(browser, people, url):
    client = browser(people.alice, htmx=True)
    assert client.get(url).content.strip().startswith(b"<form")
    assert "HX-Redirect" in client.post(url)


@pytest.mark.parametrize("who", ["erin", "bob", "carol", "dana"])
def test_other_roles_are_refused(browser, people, mia, url, who):
    assert browser(getattr(people, who)).post(url).status_code == 403
    assert mia.guardianships.exists()


def test_a_guardian_of_another_patient_is_404_and_wrong_method_405(browser, people, mia, dana_for_mia, url):
    other = reverse("patients:guardian-remove", args=[ChildFactory().pk, dana_for_mia.pk])
    assert browser(people.alice).post(other).status_code == 404
    assert browser(people.alice).delete(url).status_code == 405
    assert mia.guardianships.exists()
