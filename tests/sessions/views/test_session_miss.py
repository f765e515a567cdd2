import uuid

import pytest
from django.urls import reverse

from tests.factories.world import another_therapist


@pytest.fixture
def url(earlier):
    return reverse("sessions:session-miss", args=[earlier.pk])


def test_session_miss_keeps_the_session_and_the_reason(browser, people, earlier, url):
    assert browser(people.bob).get(url).status_code == 200
    assert browser(people.bob).post(url, {"reason": "No call"}).status_code == 302
    earlier.refresh_from_db()
    assert earlier.state == "missed"
    assert earlier.participants.get().state == "missed"
    assert earlier.events.last().reason == "No call"


def test_session_miss_needs_no_reason_and_works_in_a_dialog(browser, people, earlier, url):
    visitor = browser(people.bob, htmx=True)
    assert "<html" not in visitor.get(url).text
    assert visitor.post(f"{url}?stay=1", {"reason": ""}).status_code == 204


def test_session_miss_before_it_began_is_refused_with_what_was_typed(browser, people, later):
    answer = browser(people.bob).post(reverse("sessions:session-miss", args=[later.pk]), {"reason": "Called in"})
    assert answer.status_code == 422
    assert "has not begun yet" in answer.text
    assert "Called in" in answer.text


@pytest.mark.parametrize("name", ["erin", "carol", "dana"])
def test_session_miss_needs_the_permission(browser, people, url, name):
    assert browser(getattr(people, name)).post(url).status_code == 403


def test_session_miss_of_a_colleague_or_a_stranger_is_404(browser, people, earlier, url):
    assert browser(another_therapist().user).post(url).status_code == 404
    assert browser(people.oscar).get(url.replace(str(earlier.pk), str(uuid.uuid4()))).status_code == 404


def test_session_miss_wrong_method(browser, people, url):
    assert browser(people.bob).delete(url).status_code == 405
