"""The steps of one button: confirm, start, complete."""

import uuid

import pytest
from django.urls import reverse

from apps.accounts.models import AuditRecord
from tests.factories.world import another_therapist, at, booked

STEPS = {
    "session-confirm": ("later", "confirmed"),
    "session-start": ("earlier", "in_progress"),
    "session-complete": ("earlier", "completed"),
}


@pytest.fixture(params=STEPS)
def step(request):
    which, state = STEPS[request.param]
    session = request.getfixturevalue(which)
    return session, reverse(f"sessions:{request.param}", args=[session.pk]), state


def test_session_step_works(browser, people, step):
    session, url, state = step
    answer = browser(people.oscar).post(url)
    assert answer.status_code == 302
    assert answer["Location"] == reverse("sessions:session-detail", args=[session.pk])
    session.refresh_from_db()
    assert session.state == state
    assert AuditRecord.objects.about(session).first().by == people.oscar


def test_session_step_returns_to_where_one_was_but_never_to_another_host(browser, people, step):
    _session, url, _state = step
    assert browser(people.oscar).post(url, {"next": "/sessions/?q=x"})["Location"] == "/sessions/?q=x"
    answer = browser(people.oscar).post(url, {"next": "https://evil.example/"})
    assert answer["Location"].startswith("/sessions/")


def test_session_step_from_a_dialog_tells_the_page_behind(browser, people, step):
    _session, url, _state = step
    answer = browser(people.oscar, htmx=True).post(f"{url}?stay=1")
    assert answer.status_code == 204
    assert "sessions-changed" in answer["HX-Trigger"]
    assert "success" in answer["HX-Trigger"]


def test_session_step_refused_says_why_and_changes_nothing(browser, people, step):
    session, url, state = step
    browser(people.oscar).post(url)
    answer = browser(people.oscar).post(url, follow=True)
    assert "no longer possible" in answer.text
    answer = browser(people.oscar, htmx=True).post(f"{url}?stay=1")
    assert '"level": "error"' in answer["HX-Trigger"]
    session.refresh_from_db()
    assert session.state == state


@pytest.mark.parametrize("name", ["erin", "carol", "dana"])
def test_session_step_needs_the_permission(browser, people, step, name):
    assert browser(getattr(people, name)).post(step[1]).status_code == 403


def test_session_step_of_a_stranger_is_404(browser, people, step):
    assert browser(people.oscar).post(step[1].replace(str(step[0].pk), str(uuid.uuid4()))).status_code == 404


def test_session_step_is_not_read(browser, people, step):
    assert browser(people.oscar).get(step[1]).status_code == 405


def test_session_complete_belongs_to_the_therapist_and_confirm_to_the_desk(browser, people, earlier, later):
    assert browser(people.bob).post(reverse("sessions:session-confirm", args=[later.pk])).status_code == 403
    other = another_therapist().user
    complete = reverse("sessions:session-complete", args=[earlier.pk])
    assert browser(other).post(complete).status_code == 404
    assert browser(people.bob).post(complete).status_code == 302


def test_session_complete_waits_for_the_session(browser, people, later):
    answer = browser(people.bob).post(reverse("sessions:session-complete", args=[later.pk]), follow=True)
    assert "has not begun yet" in answer.text
    later.refresh_from_db()
    assert later.state == "scheduled"


def test_session_complete_marks_who_came(browser, people, sunrise):
    session = booked(sunrise, at(11))
    browser(people.bob).post(reverse("sessions:session-complete", args=[session.pk]))
    assert session.participants.get().state == "attended"
