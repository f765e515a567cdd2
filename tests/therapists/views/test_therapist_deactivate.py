import uuid

import pytest
from django.urls import reverse

from apps.accounts.models import AuditRecord
from apps.therapists.models import Therapist


@pytest.fixture
def url(bob):
    return reverse("therapists:therapist-deactivate", args=[bob.pk])


def test_takes_off_the_public_pages(browser, people, bob, url):
    assert browser(people.alice).post(url, {"reason": "Moved away"}).status_code == 302
    assert not Therapist.objects.public().filter(pk=bob.pk).exists()
    record = AuditRecord.objects.about(bob).get()
    assert (record.verb, record.reason) == ("deactivated", "Moved away")


def test_twice_leaves_one_record(browser, people, bob, url):
    client = browser(people.alice)
    client.post(url)
    client.post(url)
    assert AuditRecord.objects.about(bob).count() == 1


def test_in_a_dialog(browser, people, url):
    client = browser(people.alice, htmx=True)
    assert client.get(url).content.strip().startswith(b"<form")
    assert "HX-Redirect" in client.post(url)


def test_a_note_that_is_too_long_is_kept_and_refused(browser, people, bob, url):
    response = browser(people.alice).post(url, {"reason": "x" * 301})
    assert response.status_code == 422
    assert b"x" * 301 in response.content


@pytest.mark.parametrize("who", ["oscar", "erin", "bob", "carol"])
def test_other_roles_are_refused(browser, people, bob, url, who):
    assert browser(getattr(people, who)).post(url).status_code == 403
    bob.refresh_from_db()
    assert bob.is_public


def test_missing_is_404_and_wrong_method_405(browser, people, url):
    missing = reverse("therapists:therapist-deactivate", args=[uuid.uuid4()])
    assert browser(people.alice).post(missing).status_code == 404
    assert browser(people.alice).delete(url).status_code == 405
