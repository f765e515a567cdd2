import pytest
from django.urls import reverse

from apps.accounts.models import AuditRecord, User
from apps.accounts.roles import Role
from apps.accounts.signals import user_invited
from apps.therapists.models import FormerSlug, Therapist
from tests.factories import TherapistFactory, UserFactory

URL = reverse("therapists:therapist-create")
NEW = {
    "given_name": "Ida",
    "family_name": "Låst",
    "email": "ida@sunrise.example",
    "title": "Music therapist",
    "modes": ["video"],
}


@pytest.fixture
def invited():
    sent = []

    def hear(sender, **facts):
        sent.append(facts["user"].email)

    user_invited.connect(hear)
    yield sent
    user_invited.disconnect(hear)


def test_somebody_new_is_invited_and_waits_for_approval(browser, people, speech, invited):
    response = browser(people.alice).post(URL, {**NEW, "user": "", "therapy_types": [speech.pk]})
    therapist = Therapist.objects.get(user__email="ida@sunrise.example")
    assert response["Location"] == reverse("therapists:therapist-update", args=[therapist.pk])
    assert (therapist.status, therapist.slug, therapist.modes) == ("pending", "ida-last", ["video"])
    assert therapist.user.roles == [Role.THERAPIST]
    assert list(therapist.therapy_types.all()) == [speech]
    assert invited == ["ida@sunrise.example"]
    assert AuditRecord.objects.about(therapist).get().verb == "created"


def test_somebody_with_a_login_gets_the_role_as_well(browser, people, invited):
    browser(people.alice).post(URL, {"user": str(people.oscar.pk), "modes": ["in_person"]})
    people.oscar.refresh_from_db()
    assert set(people.oscar.roles) == {Role.OPERATOR, Role.THERAPIST}
    assert people.oscar.therapist.status == "pending"
    assert invited == []


def test_a_name_taken_by_a_present_or_former_profile_gets_a_number(browser, people):
    FormerSlug.objects.create(therapist=TherapistFactory(slug="ida-last"), slug="ida-last-2")
    browser(people.alice).post(URL, NEW)
    assert Therapist.objects.get(user__given_name="Ida").slug == "ida-last-3"


def test_a_user_with_a_profile_cannot_be_chosen(browser, people):
    response = browser(people.alice).post(URL, {"user": str(people.bob.pk), "modes": ["video"]})
    assert list(response.context["form"].errors) == ["user"]


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        ({"given_name": "", "family_name": "", "email": ""}, ["given_name", "family_name", "email"]),
        ({"modes": []}, ["modes"]),
        ({"email": "not an address"}, ["email"]),
        ({"user": "7"}, ["user"]),
    ],
)
def test_invalid_keeps_what_was_typed(browser, people, facts, fields):
    response = browser(people.alice).post(URL, {**NEW, **facts})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == fields
    assert b"Music therapist" in response.content


def test_a_taken_address_is_said_beside_the_field(browser, people):
    UserFactory(email="ida@sunrise.example")
    response = browser(people.alice).post(URL, NEW)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["email"]
    assert User.objects.filter(email="ida@sunrise.example").count() == 1


def test_as_a_fragment(browser, people):
    client = browser(people.alice, htmx=True)
    assert client.get(URL).content.strip().startswith(b"<form")
    assert "HX-Redirect" in client.post(URL, NEW)


@pytest.mark.parametrize("who", ["oscar", "erin", "bob", "carol"])
def test_other_roles_are_refused_and_delete_is_no_method(browser, people, who):
    assert browser(getattr(people, who)).post(URL, NEW).status_code == 403
    assert browser(people.alice).delete(URL).status_code == 405
