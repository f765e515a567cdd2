import datetime as dt
import uuid

import pytest
from django.urls import reverse

from apps.accounts.models import AuditRecord
from apps.patients.models import Patient


@pytest.fixture
def url(mia):
    return reverse("patients:patient-archive", args=[mia.pk])


def test_archives_with_a_note(browser, people, mia, url):
    assert browser(people.alice).post(url, {"status": "archived", "reason": "moved away"}).status_code == 302
    mia.refresh_from_db()
    assert mia.status == Patient.Status.ARCHIVED
    record = AuditRecord.objects.about(mia).get(verb="archived")
    assert (record.reason, record.changes) == ("moved away", {"status": ["active", "archived"]})


def test_a_death_has_its_day_and_ends_booking(browser, people, mia, url):
    browser(people.alice).post(url, {"status": "deceased", "deceased_on": "2026-01-05"})
    mia.refresh_from_db()
    assert (mia.status, mia.deceased_on) == (Patient.Status.DECEASED, dt.date(2026, 1, 5))
    assert not Patient.objects.bookable_by(people.dana).exists()


@pytest.mark.parametrize("day", ["2999-01-01", "2010-01-01", "0024-05-03", "soon"])
def test_an_impossible_day_is_refused_beside_the_field(browser, people, mia, url, day):
    response = browser(people.alice).post(url, {"status": "deceased", "deceased_on": day, "reason": "typed words"})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["deceased_on"]
    assert b"typed words" in response.content
    mia.refresh_from_db()
    assert mia.status == Patient.Status.ACTIVE


def test_twice_is_refused_with_a_sentence(browser, people, url):
    client = browser(people.alice)
    client.post(url, {"status": "archived"})
    second = client.post(url, {"status": "archived"})
    assert second.status_code == 422
    assert b"not active" in second.content


def test_in_a_dialog(browser, people, url):
    client = browser(people.oscar, htmx=True)
    assert client.get(url).content.strip().startswith(b"<form")
    assert "HX-Redirect" in client.post(url, {"status": "archived"})


@pytest.mark.parametrize("who", ["erin", "bob", "carol", "dana"])
def test_other_roles_are_refused(browser, people, mia, url, who):
    assert browser(getattr(people, who)).post(url, {"status": "archived"}).status_code == 403
    mia.refresh_from_db()
    assert mia.status == Patient.Status.ACTIVE


def test_missing_is_404_and_wrong_method_405(browser, people, url):
    missing = reverse("patients:patient-archive", args=[uuid.uuid4()])
    assert browser(people.alice).post(missing, {"status": "archived"}).status_code == 404
    assert browser(people.alice).delete(url).status_code == 405
