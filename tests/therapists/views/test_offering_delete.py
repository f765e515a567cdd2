import pytest
from django.urls import reverse

from apps.accounts.models import AuditRecord
from apps.therapists.models import Offering
from tests.factories import OfferingFactory


@pytest.fixture
def offering(bob, speech):
    return OfferingFactory(therapist=bob, therapy_type=speech, price=100)


@pytest.fixture
def url(bob, offering):
    return reverse("therapists:offering-delete", args=[bob.pk, offering.pk])


def test_asks_then_deletes(browser, people, bob, offering, url):
    client = browser(people.alice)
    assert b"$85.00 holds again" in client.get(url).content
    assert client.post(url).status_code == 302
    assert not bob.offerings.exists()
    assert AuditRecord.objects.about(offering).get().changes == {"price": ["100.00", None]}


def test_in_a_dialog(browser, people, url):
    client = browser(people.alice, htmx=True)
    assert client.get(url).content.strip().startswith(b"<form")
    assert "HX-Redirect" in client.post(url)


@pytest.mark.parametrize("who", ["oscar", "erin", "bob", "carol"])
def test_other_roles_are_refused(browser, people, url, who):
    assert browser(getattr(people, who)).post(url).status_code == 403
    assert Offering.objects.exists()


def test_another_therapists_price_is_404_and_wrong_method_405(browser, people, bob, url):
    theirs = reverse("therapists:offering-delete", args=[bob.pk, OfferingFactory().pk])
    assert browser(people.alice).post(theirs).status_code == 404
    assert browser(people.alice).delete(url).status_code == 405
