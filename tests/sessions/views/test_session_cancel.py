import uuid

import pytest
from django.urls import reverse

from apps.sessions.models import Occupancy
from tests.factories.world import another_therapist


@pytest.fixture
def url(later):
    return reverse("sessions:session-cancel", args=[later.pk])


def test_session_cancel_frees_the_time_and_keeps_the_reason(browser, people, later, url):
    assert browser(people.oscar).get(url).status_code == 200
    answer = browser(people.oscar).post(url, {"reason": "Snow"})
    assert answer["Location"] == reverse("sessions:session-detail", args=[later.pk])
    later.refresh_from_db()
    assert later.state == "cancelled"
    assert later.events.last().reason == "Snow"
    assert not Occupancy.objects.filter(session=later).exists()


def test_session_cancel_in_a_dialog(browser, people, url):
    visitor = browser(people.oscar, htmx=True)
    assert "<html" not in visitor.get(url).text
    assert visitor.post(url, {"reason": "Snow"})["HX-Redirect"]


def test_session_cancel_over_a_page_that_listens(browser, people, url):
    answer = browser(people.oscar, htmx=True).post(f"{url}?stay=1&next=/sessions/", {"reason": "Snow"})
    assert answer.status_code == 204
    assert "sessions-changed" in answer["HX-Trigger"]


def test_session_cancel_without_script_returns_to_where_one_was(browser, people, url):
    assert browser(people.oscar).post(f"{url}?stay=1&next=/sessions/", {"reason": "Snow"})["Location"] == "/sessions/"


def test_session_cancel_wants_a_reason_and_keeps_what_was_typed(browser, people, later, url):
    answer = browser(people.oscar).post(url, {"reason": ""})
    assert answer.status_code == 422
    assert "This field is required" in answer.text
    answer = browser(people.oscar).post(url, {"reason": "Snow " * 100})
    assert answer.status_code == 422
    assert "Snow Snow" in answer.text
    later.refresh_from_db()
    assert later.state == "scheduled"


def test_session_cancel_too_late_says_so(browser, people, earlier):
    answer = browser(people.oscar).post(reverse("sessions:session-cancel", args=[earlier.pk]), {"reason": "Snow"})
    assert answer.status_code == 422
    assert "no longer possible" in answer.text


@pytest.mark.parametrize("name", ["bob", "erin", "carol", "dana"])
def test_session_cancel_needs_the_permission(browser, people, url, name):
    assert browser(getattr(people, name)).get(url).status_code == 403
    assert browser(getattr(people, name)).post(url, {"reason": "x"}).status_code == 403


def test_session_cancel_of_a_stranger_is_404(browser, people, url, later):
    wrong = url.replace(str(later.pk), str(uuid.uuid4()))
    assert browser(people.oscar).get(wrong).status_code == 404
    assert browser(people.oscar).post(wrong, {"reason": "x"}).status_code == 404
    assert browser(another_therapist().user).get(url).status_code == 403


def test_session_cancel_wrong_method(browser, people, url):
    assert browser(people.oscar).delete(url).status_code == 405
