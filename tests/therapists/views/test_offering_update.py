import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from apps.accounts.models import AuditRecord
from tests.factories import OfferingFactory


@pytest.fixture
def offering(bob, speech):
    return OfferingFactory(therapist=bob, therapy_type=speech, price=100, duration_minutes=60)


@pytest.fixture
def url(bob, offering):
    return reverse("therapists:offering-update", args=[bob.pk, offering.pk])


@pytest.fixture
def facts(speech):
    return {"therapy_type": speech.pk, "price": "110", "duration_minutes": "60", "valid_from": "2020-01-01"}


def test_changes_and_says_what(browser, people, offering, url, facts):
    assert browser(people.alice).post(url, facts).status_code == 302
    offering.refresh_from_db()
    assert offering.price == Decimal("110")
    assert AuditRecord.objects.about(offering).get().changes == {"price": ["100.00", "110"]}


def test_it_is_not_in_its_own_way_but_in_anothers(browser, people, bob, speech, url, facts):
    OfferingFactory(
        therapist=bob, therapy_type=speech, valid_from=dt.date(2010, 1, 1), valid_until=dt.date(2019, 12, 31)
    )
    client = browser(people.alice)
    assert client.post(url, {**facts, "valid_from": "2020-02-01"}).status_code == 302
    refused = client.post(url, {**facts, "valid_from": "2019-12-31"})
    assert refused.status_code == 422
    assert "from Jan 1, 2010 to Dec 31, 2019" in refused.context["form"].errors["valid_from"][0]


def test_in_a_dialog(browser, people, url, facts):
    client = browser(people.alice, htmx=True)
    assert client.get(url).content.strip().startswith(b"<form")
    assert "HX-Redirect" in client.post(url, facts)


@pytest.mark.parametrize("who", ["oscar", "erin", "bob", "carol"])
def test_other_roles_are_refused(browser, people, offering, url, facts, who):
    assert browser(getattr(people, who)).post(url, facts).status_code == 403
    offering.refresh_from_db()
    assert offering.price == Decimal("100")


def test_another_therapists_price_is_404_and_wrong_method_405(browser, people, bob, url, facts):
    theirs = reverse("therapists:offering-update", args=[bob.pk, OfferingFactory().pk])
    assert browser(people.alice).post(theirs, facts).status_code == 404
    assert browser(people.alice).delete(url).status_code == 405
