"""A form sent twice at once: one record of oneself, one of a child."""

import datetime as dt

import pytest
from django.test import RequestFactory

from apps.accounts import staleness
from apps.accounts.models import User
from apps.patients.models import Guardian, Patient
from apps.portal import family
from apps.portal.family import Family
from apps.portal.views.my import MyDetailsUpdate
from tests.factories import GuardianFactory, PatientFactory, UserFactory

pytestmark = pytest.mark.race
DETAILS = {"given_name": "Ada", "family_name": "Late", "gender": "female", "phone": "212 664 7665"}
MIA = {"given_name": "Mia", "family_name": "Okafor", "birth_on": dt.date(2017, 5, 20), "relationship": "mother"}


def families(user, count=2):
    """Each request has asked who the person is before any of them writes."""
    found = [Family(User.objects.get(pk=user.pk)) for _ in range(count)]
    for one in found:
        assert (one.own, one.guardian, one.children) == (None, None, [])
    return found


@pytest.fixture
def open_twice(fresh_centre, race, meet):
    found = families(UserFactory(roles=["patient"]))
    meet(Family, "_person")
    return lambda: race(lambda n: found[n].open_own_record(phone="212 664 7665"), 2)


def test_own_record_is_opened_once(open_twice):
    results = open_twice()
    assert Patient.objects.count() == 1
    assert {result.pk for result in results} == set(Patient.objects.values_list("pk", flat=True))


def test_control_without_turns_the_second_own_record_fails(no_turns, open_twice):
    assert sorted(type(result).__name__ for result in open_twice()) == ["IntegrityError", "Patient"]


@pytest.fixture
def enter_twice(fresh_centre, race, meet):
    """Return a function: this person enters the same child from two windows."""

    def enter(user):
        found = [Family(User.objects.get(pk=user.pk)) for _ in range(2)]
        meet(Family, "_same_child")
        return race(lambda n: found[n].add_child(**MIA), 2)

    return enter


def test_child_is_entered_once(enter_twice):
    results = enter_twice(UserFactory(roles=["patient"]))
    assert (Patient.objects.count(), Guardian.objects.count()) == (1, 1)
    assert results[0] == results[1]


def test_control_without_turns_a_guardian_has_the_child_twice(no_turns, enter_twice):
    enter_twice(GuardianFactory(user=UserFactory(roles=["patient"])).user)
    assert Patient.objects.filter(given_name="Mia").count() == 2


# --- one's own details while a booking asks for them -------------------------------------------------------------------


@pytest.fixture
def save_both_ways(fresh_centre, race, meet):
    """The page of one's details and the booking write the same login and record at once, each from its own end."""
    user = UserFactory(roles=["patient"])
    PatientFactory(user=user)

    def details():
        view, request = MyDetailsUpdate(), RequestFactory().post("/", DETAILS)
        request.user = User.objects.get(pk=user.pk)
        view.setup(request)
        form = view.get_form()
        assert form.is_valid(), form.errors
        return view.act(form)

    def booking():
        return Family(User.objects.get(pk=user.pk)).tell(given_name="Ann", family_name="Early")

    met = meet(staleness, "require_as_read")
    meet(family, "change", meeting=met)
    return lambda: race(lambda n: (details, booking)[n](), 2)


def test_details_and_booking_write_one_after_the_other(save_both_ways):
    assert [type(result).__name__ for result in save_both_ways()] == ["Patient", "NoneType"]


def test_control_without_turns_they_wait_for_each_other(no_turns, save_both_ways):
    assert "OperationalError" in {type(result).__name__ for result in save_both_ways()}
