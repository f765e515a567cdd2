import uuid

import pytest
from django.urls import reverse

from apps.accounts.models import AuditRecord
from apps.therapists.models import TherapyType
from tests.factories import OfferingFactory, TherapySessionFactory, TherapyTypeFactory


@pytest.fixture
def kind(people):
    return TherapyTypeFactory(name="Unused")


@pytest.fixture
def url(kind):
    return reverse("therapists:therapy-type-delete", args=[kind.pk])


def test_deletes_what_nothing_hangs_on(browser, people, kind, url):
    assert browser(people.alice).post(url).status_code == 302
    assert not TherapyType.objects.filter(pk=kind.pk).exists()
    assert AuditRecord.objects.about(kind).get().verb == "deleted"


@pytest.mark.parametrize("needed_by", [TherapySessionFactory, OfferingFactory])
def test_retires_what_is_needed(browser, people, kind, url, needed_by):
    facts = {"state": "cancelled"} if needed_by is TherapySessionFactory else {}
    needed_by(therapy_type=kind, **facts)
    client = browser(people.alice)
    client.post(url)
    kind.refresh_from_db()
    assert not kind.is_active
    assert AuditRecord.objects.about(kind).get().verb == "deactivated"
    assert b"no longer offered" in client.get(reverse("therapists:therapy-type-list")).content


def test_in_a_dialog(browser, people, url):
    client = browser(people.alice, htmx=True)
    assert client.get(url).content.strip().startswith(b"<form")
    assert "HX-Redirect" in client.post(url)


@pytest.mark.parametrize("who", ["oscar", "erin", "bob", "carol"])
def test_other_roles_are_refused(browser, people, kind, url, who):
    assert browser(getattr(people, who)).post(url).status_code == 403
    assert TherapyType.objects.filter(pk=kind.pk).exists()


def test_missing_is_404_and_wrong_method_405(browser, people, url):
    missing = reverse("therapists:therapy-type-delete", args=[uuid.uuid4()])
    assert browser(people.alice).post(missing).status_code == 404
    assert browser(people.alice).delete(url).status_code == 405
