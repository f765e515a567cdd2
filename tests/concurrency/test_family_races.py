"""A form sent twice at once: one record of oneself, one of a child."""

import datetime as dt

import pytest

from apps.accounts.models import User
from apps.patients.models import Guardian, Patient
from apps.portal.family import Family
from tests.factories import UserFactory

pytestmark = pytest.mark.race
MIA = {"given_name": "Mia", "family_name": "Okafor", "birth_on": dt.date(2017, 5, 20), "relationship": "mother"}


def families(user, count=2):
    """Each request has asked who the person is before any of them writes."""
    found = [Family(User.objects.get(pk=user.pk)) for _ in range(count)]
    for family in found:
        assert (family.own, family.guardian, family.children) == (None, None, [])
    return found


def test_own_record_is_opened_once(fresh_centre, race):
    found = families(UserFactory(roles=["patient"]))
    results = race(lambda n: found[n].open_own_record(phone="212 664 7665"), 2)
    assert Patient.objects.count() == 1
    assert {result.pk for result in results} == set(Patient.objects.values_list("pk", flat=True))


def test_child_is_entered_once(fresh_centre, race):
    found = families(UserFactory(roles=["patient"]))
    results = race(lambda n: found[n].add_child(**MIA), 2)
    assert (Patient.objects.count(), Guardian.objects.count()) == (1, 1)
    assert results[0] == results[1]
