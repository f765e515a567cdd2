import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.sessions.actions import complete_session
from tests.factories import PatientFactory, UserFactory
from tests.factories.world import another_therapist, at, booked, full_day

pytestmark = pytest.mark.usefixtures("noon")
PAGE = "/today/"


def test_today_begins_with_the_next_session(browser, people, sunrise):
    booked(sunrise, at(15), patient=PatientFactory(given_name="Later"))
    session = booked(sunrise, at(14), concerns="Stammers when tired")
    answer = browser(people.bob).get(PAGE)
    assert answer.context["next"] == session
    assert "Stammers when tired" in answer.text
    assert [row.patients[0].given_name for row in answer.context["others"]] == ["Later"]


def test_today_as_a_fragment(browser, people):
    answer = browser(people.bob, htmx=True).get(PAGE)
    assert answer.text.lstrip().startswith('<div id="day"')


@pytest.mark.parametrize(
    ("minute", "offered"),
    [
        (45, {"session-start": False, "session-complete": False, "session-miss": False}),
        (12, {"session-start": True, "session-complete": False, "session-miss": False}),
        (-10, {"session-start": True, "session-complete": True, "session-miss": True}),
    ],
)
def test_today_offers_each_button_when_it_is_due(browser, people, sunrise, minute, offered):
    import datetime as dt

    session = booked(sunrise, at(12) + dt.timedelta(minutes=minute))
    text = browser(people.bob).get(PAGE).text
    for name, is_offered in offered.items():
        assert (reverse(f"sessions:{name}", args=[session.pk]) in text) == is_offered
    assert ('<footer class="grid!' in text) == any(offered.values())


def test_today_asks_about_what_is_over(browser, people, sunrise):
    waiting = booked(sunrise, at(10))
    booked(sunrise, at(10, days=-3))
    complete_session(session=booked(sunrise, at(8)), by=people.bob)
    answer = browser(people.bob).get(PAGE)
    assert answer.context["waiting"] == [waiting]
    assert answer.context["left_to_close"] == 1
    assert "1 from earlier days" in answer.text
    assert answer.context["next"] is None
    row = answer.text[answer.text.index("waiting-title") : answer.text.index("rest-title")]
    assert reverse("sessions:session-complete", args=[waiting.pk]) in row
    assert reverse("sessions:session-miss", args=[waiting.pk]) in row
    assert "data-menu" not in row  # both answers are in sight


def test_today_lets_an_open_row_s_menu_lie_over_the_next_row(browser, people, sunrise):
    complete_session(session=booked(sunrise, at(8)), by=people.bob)
    text = browser(people.bob).get(PAGE).text
    assert '<aside class="relative z-[1] has-[details[open]]:z-10' in text


def test_today_looks_at_tomorrow(browser, people, sunrise):
    text = browser(people.bob).get(PAGE).text
    assert "No sessions today" in text
    assert "Nothing is booked for tomorrow either" in text
    booked(sunrise, at(9, days=1))
    booked(sunrise, at(11, days=1))
    text = browser(people.bob).get(PAGE).text
    assert "Tomorrow: 2 sessions, the first at 9:00" in text


def test_today_leads_somebody_new_to_their_hours(browser, people, bob):
    lead = f'<a class="btn" href="{reverse("scheduling:my-hours")}">'
    assert lead not in browser(people.bob).get(PAGE).text
    bob.working_hours.all().delete()
    text = browser(people.bob).get(PAGE).text
    assert lead in text
    assert "once your hours are set" in text


def test_today_leads_nobody_without_a_profile_to_hours_of_nobody(browser):
    text = browser(UserFactory(roles=["therapist"])).get(PAGE).text
    assert "You have no profile as a therapist yet" in text
    assert f'<a class="btn" href="{reverse("scheduling:my-hours")}">' not in text


def test_today_holds_one_s_own_sessions_only(browser, people, sunrise):
    theirs = booked(sunrise, at(14), therapist=another_therapist())
    assert str(theirs.pk) not in browser(people.bob).get(PAGE).text


def test_today_completes_and_comes_back(browser, people, sunrise):
    session = booked(sunrise, at(11, 30))
    answer = browser(people.bob).post(
        reverse("sessions:session-complete", args=[session.pk]), {"next": PAGE}, follow=True
    )
    assert answer.redirect_chain == [(PAGE, 302)]
    assert "The session is completed" in answer.text


@pytest.mark.parametrize("name", ["alice", "oscar", "erin", "carol", "dana"])
def test_today_is_the_therapists(browser, people, name):
    assert browser(getattr(people, name)).get(PAGE).status_code == 403


def test_today_asks_for_a_login_and_refuses_post(browser, people):
    assert browser().get(PAGE).status_code == 302
    assert browser(people.bob).post(PAGE).status_code == 405


def test_today_costs_the_same_for_one_row_and_thirty(browser, people, sunrise):
    full_day(sunrise, 1, day=1)
    booked(sunrise, at(19))
    visitor = browser(people.bob)
    visitor.get(PAGE)
    with CaptureQueriesContext(connection) as one:
        visitor.get(PAGE)
    full_day(sunrise, 30)
    with CaptureQueriesContext(connection) as many:
        visitor.get(PAGE)
    assert len(many) == len(one)
