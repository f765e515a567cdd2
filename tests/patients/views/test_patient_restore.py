import datetime as dt
import uuid

import pytest
from django.urls import reverse

from apps.accounts.models import AuditRecord
from apps.patients.models import Patient
from tests.factories import PatientFactory


@pytest.fixture
def gone(people):
    return PatientFactory(status=Patient.Status.DECEASED, deceased_on=dt.date(2026, 1, 5))


@pytest.fixture
def url(gone):
    return reverse("patients:patient-restore", args=[gone.pk])


def test_restores(browser, people, gone, url):
    response = browser(people.oscar).post(url)
    assert response["Location"] == reverse("portal:patient-record", args=[gone.pk])
    gone.refresh_from_db()
    assert (gone.status, gone.deceased_on) == (Patient.Status.ACTIVE, None)
    assert AuditRecord.objects.about(gone).get().verb == "restored"


def test_as_a_fragment_it_tells_htmx_where_to_go(browser, people, url):
    assert "HX-Redirect" in browser(people.alice, htmx=True).post(url)


def test_twice_says_so_and_changes_nothing(browser, people, gone, url):
    client = browser(people.alice)
    client.post(url)
    client.post(url)
    assert AuditRecord.objects.about(gone).filter(verb="restored").count() == 1
    assert b"active already" in client.get(reverse("portal:patient-record", args=[gone.pk])).content


@pytest.mark.parametrize("who", ["erin", "bob", "carol"])
def test_other_roles_are_refused(browser, people, url, who):
    assert browser(getattr(people, who)).post(url).status_code == 403


def test_missing_is_404_and_wrong_method_405(browser, people, url):
    assert browser(people.alice).post(reverse("patients:patient-restore", args=[uuid.uuid4()])).status_code == 404
    assert browser(people.alice).get(url).status_code == 405
