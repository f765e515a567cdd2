import uuid

import pytest
from django.urls import reverse

from apps.accounts.models import AuditRecord
from tests.therapists.views.test_therapy_type_create import FACTS


@pytest.fixture
def url(speech):
    return reverse("therapists:therapy-type-update", args=[speech.pk])


def test_changes_and_says_what(browser, people, speech, url):
    assert browser(people.alice).post(url, {**FACTS, "price": "90"}).status_code == 302
    record = AuditRecord.objects.about(speech).get()
    assert record.changes["price"] == ["85.00", "90"]
    assert record.changes["name"] == ["Speech therapy", "Music therapy"]


def test_switched_off_it_can_no_longer_be_booked(browser, people, speech, url):
    browser(people.alice).post(url, {name: value for name, value in FACTS.items() if name != "is_active"})
    speech.refresh_from_db()
    assert not speech.is_active


def test_invalid_keeps_what_was_typed_and_the_heading(browser, people, url):
    response = browser(people.alice).post(url, {**FACTS, "name": "Typed", "price": "x"})
    assert response.status_code == 422
    assert response.context["therapy_type"].name == "Speech therapy"
    assert b'value="Typed"' in response.content


def test_as_a_fragment(browser, people, url):
    assert browser(people.alice, htmx=True).get(url).content.strip().startswith(b"<form")


@pytest.mark.parametrize("who", ["oscar", "erin", "bob", "carol"])
def test_other_roles_are_refused(browser, people, url, who):
    assert browser(getattr(people, who)).post(url, FACTS).status_code == 403


def test_missing_is_404_and_wrong_method_405(browser, people, url):
    assert browser(people.alice).get(reverse("therapists:therapy-type-update", args=[uuid.uuid4()])).status_code == 404
    assert browser(people.alice).delete(url).status_code == 405
