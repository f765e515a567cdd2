import uuid

import pytest
from django.urls import reverse

from apps.accounts.models import AuditRecord
from apps.therapists.models import Therapist
from apps.therapists.signals import therapist_approved


@pytest.fixture
def url(newcomer):
    return reverse("therapists:therapist-approve", args=[newcomer.pk])


@pytest.fixture
def heard():
    sent = []

    def hear(sender, **facts):
        sent.append((facts["therapist"].pk, facts["by"]))

    therapist_approved.connect(hear)
    yield sent
    therapist_approved.disconnect(hear)


def test_makes_public_and_tells(browser, people, newcomer, url, heard):
    response = browser(people.alice).post(url)
    assert response["Location"] == reverse("therapists:therapist-detail", args=[newcomer.pk])
    assert Therapist.objects.public().filter(pk=newcomer.pk).exists()
    assert heard == [(newcomer.pk, people.alice)]
    assert AuditRecord.objects.about(newcomer).get().changes == {"status": ["pending", "approved"]}


def test_twice_tells_once(browser, people, url, heard):
    client = browser(people.alice)
    client.post(url)
    client.post(url)
    assert len(heard) == 1


def test_a_login_that_is_off_is_said(browser, people, newcomer, url, heard):
    newcomer.user.is_active = False
    newcomer.user.save()
    client = browser(people.alice)
    client.post(url)
    newcomer.refresh_from_db()
    assert (newcomer.status, heard) == ("pending", [])
    page = client.get(reverse("therapists:therapist-detail", args=[newcomer.pk]))
    assert b"Switch it on first" in page.content


def test_as_a_fragment_it_tells_htmx_where_to_go(browser, people, url):
    assert "HX-Redirect" in browser(people.alice, htmx=True).post(url)


@pytest.mark.parametrize("who", ["oscar", "erin", "bob", "carol"])
def test_other_roles_are_refused(browser, people, newcomer, url, who):
    assert browser(getattr(people, who)).post(url).status_code == 403
    newcomer.refresh_from_db()
    assert newcomer.status == "pending"


def test_missing_is_404_and_wrong_method_405(browser, people, url):
    assert browser(people.alice).post(reverse("therapists:therapist-approve", args=[uuid.uuid4()])).status_code == 404
    assert browser(people.alice).get(url).status_code == 405
