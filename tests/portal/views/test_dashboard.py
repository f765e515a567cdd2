import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.core import clock
from apps.patients.models import Patient
from apps.scheduling.models import WorkingHours
from apps.sessions.actions import cancel_session
from apps.therapists.models import Therapist
from tests.factories import ClosureFactory, PatientFactory, RoomFactory
from tests.factories.world import another_therapist, at, booked, full_day

pytestmark = pytest.mark.usefixtures("noon")
PAGE = "/dashboard/"


def test_dashboard_shows_the_next_hours_with_what_may_be_done(browser, people, sunrise):
    later, over = booked(sunrise, at(14)), booked(sunrise, at(9), patient=PatientFactory(given_name="Overly"))
    text = browser(people.oscar).get(PAGE).text
    assert "Carol Reyes" in text
    assert "Overly" not in text
    assert reverse("sessions:session-cancel", args=[later.pk]) in text
    assert reverse("portal:session-move", args=[later.pk]) in text
    assert str(over.pk) not in text


def test_dashboard_as_a_fragment(browser, people):
    answer = browser(people.oscar, htmx=True).get(PAGE)
    assert answer.text.lstrip().startswith('<div id="board"')


def test_dashboard_counts_today_and_compares_with_a_week_ago(browser, people, sunrise):
    for hour in (9, 14, 15):
        booked(sunrise, at(hour))
    booked(sunrise, at(9, days=-7))
    cancel_session(session=booked(sunrise, at(16)), by=people.oscar)
    board = browser(people.alice).get(PAGE).context["board"]
    assert len(board.todays) == 3
    assert board.more_than_last_week == 2
    assert "+2 compared with last Monday" in browser(people.alice).get(PAGE).text


def test_dashboard_measures_what_is_free_in_seven_days(browser, people, sunrise):
    booked(sunrise, at(14, days=1))
    board = browser(people.alice).get(PAGE).context["board"]
    tuesday = board.capacity.days[1]
    assert (tuesday.offered, tuesday.booked) == (8 * 60, 45)  # an override claims no buffers
    assert [day.closed for day in board.capacity.days][3] == "Thanksgiving Day"
    assert board.capacity.offered == (5 + 3 * 8) * 60  # of today, what is left at noon
    assert board.capacity.share == 97


def test_dashboard_offers_no_hour_that_is_over(browser, people, sunrise, noon):
    hours = lambda: browser(people.alice).get(PAGE).context["board"].capacity.days[0]  # noqa: E731
    assert (hours().offered, hours().free) == (5 * 60, 5 * 60)
    booked(sunrise, at(14))
    noon.move_to(at(13, 30))
    assert (hours().offered, hours().free) == (3.5 * 60, 3.5 * 60 - 45)
    noon.move_to(at(20))
    assert (hours().offered, hours().free) == (0, 0)
    assert "Nothing more today" in browser(people.alice).get(PAGE).text


def test_dashboard_lets_overtime_take_nothing_from_a_colleague(browser, people, sunrise):
    another_therapist()
    Therapist.objects.filter(user=people.bob).get().working_hours.all().delete()
    booked(sunrise, at(14, days=1))
    board = browser(people.alice).get(PAGE).context["board"]
    assert board.capacity.days[1].free == 8 * 60


def test_dashboard_lets_overtime_take_nothing_from_ones_own_hours(browser, people, sunrise):
    booked(sunrise, at(19, days=1))
    tuesday = browser(people.alice).get(PAGE).context["board"].capacity.days[1]
    assert (tuesday.free, tuesday.booked) == (8 * 60, 0)


def test_dashboard_leaves_out_who_is_on_leave(browser, people, sunrise):
    Therapist.objects.update(availability=Therapist.Availability.ON_LEAVE)
    assert browser(people.alice).get(PAGE).context["board"].capacity.offered == 0


def test_dashboard_counts_new_patients(browser, people, sunrise):
    Patient.objects.update(created_at=clock.now() - dt.timedelta(days=60))
    PatientFactory()
    Patient.objects.filter(pk=PatientFactory().pk).update(created_at=clock.now() - dt.timedelta(days=10))
    assert browser(people.alice).get(PAGE).context["board"].new_patients == {"now": 1, "before": 1}


def test_dashboard_counts_what_is_left_to_close(browser, people, sunrise):
    booked(sunrise, at(9))
    booked(sunrise, at(9, days=-3))
    booked(sunrise, at(14))
    assert browser(people.alice).get(PAGE).context["board"].to_close == 2


def test_dashboard_of_an_empty_centre_says_what_is_next(browser, people, sunrise):
    WorkingHours.objects.all().delete()
    text = browser(people.alice).get(PAGE).text
    assert "No sessions today" in text
    assert "No hours are set" in text
    assert reverse("scheduling:hours-overview") in text


def test_dashboard_names_the_first_steps_until_they_are_done(browser, people, sunrise):
    assert "Before the first booking" not in browser(people.alice).get(PAGE).text
    WorkingHours.objects.all().delete()
    RoomFactory()
    page = browser(people.alice).get(PAGE)
    assert "Before the first booking" in page.text
    steps = [(str(step.label), step.is_done) for step in page.context["board"].first_steps]
    assert steps == [("Therapy types", True), ("Rooms", True), ("Therapists", True), ("Hours", False)]
    assert "Before the first booking" not in browser(people.erin).get(PAGE).text


def test_dashboard_says_why_a_day_offers_nothing(browser, people, sunrise):
    ClosureFactory(name="Team day", starts_on=at(0, days=1).date(), ends_on=at(0, days=1).date())
    text = browser(people.alice).get(PAGE).text
    assert "Closed: Team day" in text
    assert "Nobody works" in text  # the weekend


def test_dashboard_offers_an_accountant_nothing_to_do(browser, people, sunrise):
    later = booked(sunrise, at(14))
    text = browser(people.erin).get(PAGE).text
    assert "Carol Reyes" in text
    assert reverse("portal:desk-booking") not in text
    assert reverse("sessions:session-cancel", args=[later.pk]) not in text


@pytest.mark.parametrize("name", ["bob", "carol", "dana"])
def test_dashboard_is_the_desk_s(browser, people, name):
    assert browser(getattr(people, name)).get(PAGE).status_code == 403


def test_dashboard_asks_for_a_login_and_refuses_post(browser, people):
    assert browser().get(PAGE).status_code == 302
    assert browser(people.alice).post(PAGE).status_code == 405


def test_dashboard_costs_the_same_for_one_row_and_thirty(browser, people, sunrise):
    full_day(sunrise, 1, day=0, therapist=another_therapist())
    visitor = browser(people.oscar)
    visitor.get(PAGE)
    with CaptureQueriesContext(connection) as one:
        visitor.get(PAGE)
    full_day(sunrise, 30)
    visitor.get(PAGE)
    with CaptureQueriesContext(connection) as many:
        visitor.get(PAGE)
    assert len(many) == len(one) <= 20
