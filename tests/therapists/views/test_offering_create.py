import datetime as dt
import uuid
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from apps.accounts.models import AuditRecord
from apps.therapists.models import Offering
from tests.factories import OfferingFactory, TherapyTypeFactory


@pytest.fixture
def url(bob):
    return reverse("therapists:offering-create", args=[bob.pk])


@pytest.fixture
def facts(speech):
    return {"therapy_type": speech.pk, "price": "120.50", "duration_minutes": "60", "valid_from": "2027-01-01"}


@pytest.fixture
def running(bob, speech):
    return OfferingFactory(therapist=bob, therapy_type=speech, price=100, valid_from=dt.date(2020, 1, 1))


def test_makes_a_price_from_a_day_on(browser, people, bob, speech, url, facts):
    assert browser(people.alice).post(url, facts).status_code == 302
    terms = Offering.objects.terms(bob, speech, dt.date(2027, 1, 1))
    assert (terms.price, terms.duration_minutes) == (Decimal("120.50"), 60)
    assert Offering.objects.terms(bob, speech, dt.date(2026, 12, 31)).price == Decimal("85.00")
    assert AuditRecord.objects.about(bob.offerings.get()).get().changes["price"] == [None, "120.50"]


def test_begins_with_the_types_own_price_and_today(browser, people, speech, url):
    with time_machine.travel("2027-02-03T03:00:00Z", tick=False):  # still the evening before in New York
        initial = browser(people.alice).get(url, {"type": speech.pk}).context["form"].initial
    assert (initial["price"], initial["valid_from"]) == (Decimal("85.00"), dt.date(2027, 2, 2))
    assert browser(people.alice).get(url, {"type": "nonsense"}).status_code == 200


@pytest.mark.parametrize(
    ("name", "day"), [("valid_from", "0001-01-01"), ("valid_from", "9999-12-31"), ("valid_until", "2926-01-01")]
)
def test_a_year_typed_wrong_is_said_beside_the_day(browser, people, url, facts, name, day):
    response = browser(people.alice).post(url, {**facts, name: day})
    assert response.status_code == 422
    assert response.context["form"].errors == {name: ["Check the year."]}
    assert day.encode() in response.content


def test_a_price_that_overlaps_is_refused_beside_the_day_naming_the_other(browser, people, url, facts, running):
    response = browser(people.alice).post(url, facts)
    assert response.status_code == 422
    (sentence,) = response.context["form"].errors["valid_from"]
    assert "$100.00" in sentence
    assert "from Jan 1, 2020 on" in sentence
    assert b"120.50" in response.content


def test_the_running_price_can_end_the_day_before(browser, people, bob, url, facts, running):
    assert browser(people.alice).post(url, {**facts, "ends_running": "on"}).status_code == 302
    running.refresh_from_db()
    assert running.valid_until == dt.date(2026, 12, 31)
    assert bob.offerings.count() == 2
    assert AuditRecord.objects.about(running).get().changes == {"valid_until": [None, "2026-12-31"]}


def test_a_later_price_is_not_ended_by_an_earlier_one(browser, people, bob, speech, url, facts):
    OfferingFactory(therapist=bob, therapy_type=speech, valid_from=dt.date(2028, 1, 1))
    response = browser(people.alice).post(url, {**facts, "ends_running": "on"})
    assert response.status_code == 422
    assert browser(people.alice).post(url, {**facts, "valid_until": "2027-12-31"}).status_code == 302


def test_the_price_of_another_type_is_not_in_the_way(browser, people, bob, url, facts, running):
    other = TherapyTypeFactory()
    bob.therapy_types.add(other)
    assert browser(people.alice).post(url, {**facts, "therapy_type": other.pk}).status_code == 302


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"price": "-1"}, "price"),
        ({"price": "abc"}, "price"),
        ({"duration_minutes": "3"}, "duration_minutes"),
        ({"valid_from": ""}, "valid_from"),
        ({"valid_until": "2026-12-31"}, "valid_until"),
        ({"therapy_type": str(uuid.UUID(int=0))}, "therapy_type"),
    ],
)
def test_invalid_keeps_what_was_typed(browser, people, bob, url, facts, wrong, field):
    response = browser(people.alice).post(url, {**facts, **wrong})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not bob.offerings.exists()


def test_a_type_that_the_therapist_does_not_offer_is_refused(browser, people, url, facts):
    response = browser(people.alice).post(url, {**facts, "therapy_type": TherapyTypeFactory().pk})
    assert list(response.context["form"].errors) == ["therapy_type"]


def test_in_a_dialog(browser, people, url, facts):
    client = browser(people.alice, htmx=True)
    assert client.get(url).content.strip().startswith(b"<form")
    assert "HX-Redirect" in client.post(url, facts)


@pytest.mark.parametrize("who", ["oscar", "erin", "bob", "carol"])
def test_other_roles_are_refused(browser, people, bob, url, facts, who):
    assert browser(getattr(people, who)).post(url, facts).status_code == 403
    assert not bob.offerings.exists()


def test_missing_is_404_and_wrong_method_405(browser, people, url):
    assert browser(people.alice).get(reverse("therapists:offering-create", args=[uuid.uuid4()])).status_code == 404
    assert browser(people.alice).delete(url).status_code == 405
