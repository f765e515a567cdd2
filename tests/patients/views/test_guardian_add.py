import uuid

import pytest
from django.urls import reverse

from apps.accounts.models import AuditRecord
from apps.patients.models import Guardian
from tests.factories import ChildFactory, GuardianFactory, GuardianshipFactory

RIGHTS = {"relationship": "father", "may_book": "on", "is_told": "on"}
NEW = {
    **RIGHTS,
    "guardian": "",
    "given_name": "Sam",
    "family_name": "Okafor",
    "email": "sam@okafor.example",
    "phone": "",
}


@pytest.fixture
def url(mia):
    return reverse("patients:guardian-add", args=[mia.pk])


def test_adds_somebody_new(browser, people, mia, url):
    response = browser(people.oscar).post(url, NEW)
    assert response["Location"] == reverse("portal:patient-record", args=[mia.pk])
    link = mia.guardianships.get(guardian__given_name="Sam")
    assert (link.relationship, link.may_book, link.pays, link.is_told) == ("father", True, False, True)
    assert AuditRecord.objects.about(link.guardian).get().verb == "created"
    assert AuditRecord.objects.about(mia).get().verb == "guardian added"


def test_adds_somebody_who_is_a_guardian_already(browser, people, mia, url):
    known = GuardianFactory()
    assert browser(people.oscar).post(url, {**RIGHTS, "guardian": str(known.pk)}).status_code == 302
    assert mia.guardianships.filter(guardian=known).exists()
    assert Guardian.objects.filter(given_name="Sam").count() == 0


def test_relatives_are_offered_and_a_search_finds_others(browser, people, url):
    uncle = GuardianFactory(family_name="okafor", given_name="Uche")
    stranger = GuardianFactory(given_name="Zelda", family_name="Quill", email="z@quill.example")
    client = browser(people.oscar)
    assert list(client.get(url).context["candidates"]) == [uncle]
    assert list(client.get(url, {"q": "z@quill"}).context["candidates"]) == [stranger]
    assert b"No guardian here matches" in client.get(url, {"q": "nobody-at-all"}).content


def test_whoever_pays_takes_over(browser, people, mia, dana_for_mia, url):
    browser(people.oscar).post(url, {**NEW, "pays": "on"})
    dana_for_mia.refresh_from_db()
    assert not dana_for_mia.pays
    assert mia.guardianships.get(pays=True).guardian.given_name == "Sam"
    verbs = AuditRecord.objects.about(mia).values_list("verb", flat=True)
    assert set(verbs) == {"guardian added", "guardian changed"}


def test_the_first_guardian_pays_unless_said_otherwise(browser, people):
    url = reverse("patients:guardian-add", args=[ChildFactory().pk])
    assert browser(people.oscar).get(url).context["form"]["pays"].initial is True


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        ({"given_name": "", "family_name": ""}, ["given_name", "family_name"]),
        ({"email": "no one@example.com"}, ["email"]),
        ({"relationship": "boss"}, ["relationship"]),
        ({"guardian": "5"}, ["guardian"]),
    ],
)
def test_invalid_keeps_what_was_typed(browser, people, url, facts, fields):
    response = browser(people.oscar).post(url, {**NEW, "phone": "+44 20 7946 0018", **facts})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == fields
    assert b"+44 20 7946 0018" in response.content


def test_the_same_guardian_twice_is_refused(browser, people, mia, dana_for_mia, url):
    response = browser(people.oscar).post(url, {**RIGHTS, "guardian": str(dana_for_mia.guardian_id)})
    assert response.status_code == 422
    assert mia.guardianships.count() == 1


def test_a_twin_of_somebody_known_is_refused(browser, people, url):
    GuardianFactory(given_name="sam", family_name="Okafor", email="SAM@okafor.example")
    response = browser(people.oscar).post(url, NEW)
    assert list(response.context["form"].errors) == ["email"]


def test_as_a_fragment(browser, people, url):
    client = browser(people.alice, htmx=True)
    assert client.get(url).content.strip().startswith(b"<form")
    assert "HX-Redirect" in client.post(url, NEW)


@pytest.mark.parametrize("who", ["erin", "bob", "carol", "dana"])
def test_other_roles_are_refused(browser, people, mia, url, who):
    assert browser(getattr(people, who)).post(url, NEW).status_code == 403
    assert mia.guardianships.count() == 1


def test_missing_is_404_and_wrong_method_405(browser, people, url):
    assert browser(people.alice).get(reverse("patients:guardian-add", args=[uuid.uuid4()])).status_code == 404
    assert browser(people.alice).delete(url).status_code == 405


def test_queries_do_not_grow_with_candidates(browser, people, url, django_assert_max_num_queries):
    client = browser(people.alice)
    GuardianshipFactory(guardian__family_name="Okafor")
    client.get(url)
    with django_assert_max_num_queries(9) as few:
        client.get(url)
    GuardianshipFactory.create_batch(7, guardian__family_name="Okafor")
    with django_assert_max_num_queries(9) as many:
        client.get(url)
    assert len(few) == len(many)
