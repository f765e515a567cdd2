import pytest
from django.urls import reverse

from apps.patients.models import Guardianship, Patient
from apps.sessions.models import Occupancy, State
from tests.factories.world import at, booked


def address(session):
    return reverse("portal:my-session-cancel", args=[session.pk])


@pytest.fixture
def session(sunrise, noon, people):
    return booked(sunrise, at(10, days=3), patient=people.carol.patient, by=people.carol)


@pytest.fixture
def soon(sunrise, noon, people):
    return booked(sunrise, at(15), patient=people.carol.patient)


def test_within_the_policy_it_is_cancelled(browser, people, session):
    response = browser(people.carol).post(address(session), {"reason": "I am ill"})
    assert response["Location"] == reverse("portal:my-session", args=[session.pk])
    session.refresh_from_db()
    assert session.state == State.CANCELLED
    assert session.events.last().reason == "I am ill"
    assert not Occupancy.objects.filter(session=session).exists()


def test_it_asks_first(browser, people, session):
    page = browser(people.carol).get(address(session)).content.decode()
    assert "Cancel the session?" in page
    assert "Keep it" in page


def test_as_a_dialog(browser, people, session):
    client = browser(people.carol, htmx=True)
    assert client.get(address(session)).content.decode().strip().startswith("<form")
    response = client.post(address(session), {"reason": ""})
    assert response["HX-Redirect"] == reverse("portal:my-session", args=[session.pk])


def test_too_late_is_explained_with_the_phone(browser, people, soon, sunrise):
    page = browser(people.carol).get(address(soon)).content.decode()
    assert "Please call us to cancel" in page
    response = browser(people.carol).post(address(soon), {"reason": "Ill"})
    assert response.status_code == 422
    assert "too late to cancel" in response.content.decode()
    soon.refresh_from_db()
    assert soon.state == State.SCHEDULED


def test_cancelled_already(browser, people, session):
    browser(people.carol).post(address(session))
    response = browser(people.carol).post(address(session))
    assert response.status_code == 422
    assert "no longer" in response.content.decode()


def test_reason_too_long_is_kept(browser, people, session):
    response = browser(people.carol).post(address(session), {"reason": "x" * 301})
    assert response.status_code == 422
    assert "x" * 301 in response.content.decode()


def test_a_guardian_cancels_for_a_child_they_may_book_for(browser, people, sunrise, noon):
    mia = Patient.objects.get(given_name="Mia")
    session = booked(sunrise, at(10, days=3), patient=mia)
    Guardianship.objects.filter(patient=mia).update(may_book=False)
    assert browser(people.dana).post(address(session)).status_code == 404
    Guardianship.objects.filter(patient=mia).update(may_book=True)
    assert browser(people.dana).post(address(session)).status_code == 302


def test_nobody_cancels_a_group_for_all(browser, people, session, joins):
    joins(session)
    assert browser(people.carol).post(address(session)).status_code == 404


def test_strangers_and_the_team(browser, people, session):
    assert browser(people.dana).post(address(session)).status_code == 404
    assert browser(people.oscar).post(address(session)).status_code == 403
    assert browser(people.carol).delete(address(session)).status_code == 405
