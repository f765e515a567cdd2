import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.core.models import Mode
from apps.scheduling import actions, world
from apps.scheduling.actions import Slot
from apps.sessions.actions import cancel_session
from apps.therapists.models import Therapist, TherapyType
from tests.factories import ClosureFactory, PatientFactory, TimeOffFactory
from tests.factories.world import another_therapist, at, booked, full_day

pytestmark = pytest.mark.usefixtures("noon")
PAGE = "/calendar/events/"
MONDAY = f"{PAGE}?start=2026-11-23T00:00&end=2026-11-24T00:00"


def of_kind(answer, kind):
    return [event for event in answer.json() if event["kind"] == kind]


def test_calendar_events_are_sessions_on_the_wall_of_the_centre(browser, people, sunrise):
    session = booked(sunrise, at(14), mode=Mode.IN_PERSON)
    booked(sunrise, at(9, days=1))
    (event,) = of_kind(browser(people.oscar).get(MONDAY), "session")
    assert (event["start"], event["end"]) == ("2026-11-23T14:00", "2026-11-23T14:45")
    assert (event["title"], event["subtitle"]) == ("Carol Reyes", "Speech therapy · Garden room")
    assert event["resourceIds"] == [str(Therapist.objects.get().pk)]
    assert event["url"] == reverse("sessions:session-detail", args=[session.pk])
    assert event["editable"] is True


def test_calendar_events_by_room(browser, people, sunrise):
    room = str(booked(sunrise, at(14), mode=Mode.IN_PERSON).room_id)
    booked(sunrise, at(15))
    events = of_kind(browser(people.oscar).get(f"{MONDAY}&by=room"), "session")
    assert [event["resourceIds"] for event in events] == [[room], ["none"]]
    assert events[0]["subtitle"] == "Speech therapy · Bob Chen"
    assert [event["who"] for event in events] == ["Garden room", "Video"]  # lists have no columns that would say it
    assert len(of_kind(browser(people.oscar).get(f"{MONDAY}&by=room&only={room}"), "session")) == 1


def test_calendar_events_of_one_therapist(browser, people, sunrise):
    other = another_therapist()
    booked(sunrise, at(14))
    booked(sunrise, at(14), therapist=other, patient=PatientFactory(given_name="Theirs"))
    answer = browser(people.oscar).get(f"{MONDAY}&only={other.pk}")
    assert [event["title"] for event in of_kind(answer, "session")] == ["Theirs Example"]
    assert {event["resourceIds"][0] for event in answer.json()} == {str(other.pk)}


def test_calendar_events_of_a_therapist_are_their_own(browser, people, sunrise):
    other = another_therapist()
    booked(sunrise, at(14), therapist=other)
    answer = browser(people.bob).get(f"{MONDAY}&only={other.pk}")
    assert answer.json() == []
    assert {event["resourceIds"][0] for event in browser(people.bob).get(MONDAY).json()} == {
        str(people.bob.therapist.pk)
    }


def test_calendar_events_are_moved_by_whoever_may_while_they_may(browser, people, sunrise):
    booked(sunrise, at(9))
    booked(sunrise, at(14))
    movable = [event["editable"] for event in of_kind(browser(people.oscar).get(MONDAY), "session")]
    assert movable == [False, True]
    assert not any(event["editable"] for event in of_kind(browser(people.erin).get(MONDAY), "session"))


def test_calendar_events_leave_out_what_was_cancelled(browser, people, sunrise):
    cancel_session(session=booked(sunrise, at(14)), by=people.oscar)
    assert of_kind(browser(people.oscar).get(MONDAY), "session") == []


def test_calendar_events_shade_what_is_outside_the_hours(browser, people):
    shut = of_kind(browser(people.oscar).get(MONDAY), "shut")
    spans = [(event["start"], event["end"]) for event in shut]
    assert spans == [("2026-11-23T00:00", "2026-11-23T09:00"), ("2026-11-23T17:00", "2026-11-24T00:00")]


def test_calendar_events_name_time_off_and_closures(browser, people):
    bob = Therapist.objects.get()
    TimeOffFactory(therapist=bob, kind="sick", starts_on=dt.date(2026, 11, 23), ends_on=dt.date(2026, 11, 23))
    ClosureFactory(name="Team day", starts_on=dt.date(2026, 11, 24), ends_on=dt.date(2026, 11, 24))
    answer = browser(people.oscar).get(f"{PAGE}?start=2026-11-23T00:00&end=2026-11-25T00:00")
    assert [event["title"] for event in of_kind(answer, "off")] == ["Sick leave"]
    (closed,) = of_kind(answer, "closed")
    assert (closed["title"], closed["start"], closed["end"]) == ("Team day", "2026-11-24T00:00", "2026-11-25T00:00")


def test_calendar_events_of_a_month_draw_nothing_behind(browser, people, sunrise):
    booked(sunrise, at(14))
    events = browser(people.oscar).get(f"{PAGE}?start=2026-11-01T00:00&end=2026-12-06T00:00").json()
    assert [event["kind"] for event in events] == ["session"]


def test_calendar_events_show_the_desk_what_is_being_booked(browser, people, sunrise):
    bob, speech = Therapist.objects.get(), TherapyType.objects.get()
    actions.hold_slot(centre=sunrise, slot=Slot(bob, speech, Mode.VIDEO, at(15)), token="browser")
    (event,) = of_kind(browser(people.oscar).get(MONDAY), "session")
    assert (event["state"], event["url"]) == ("held", "")
    assert of_kind(browser(people.bob).get(MONDAY), "session") == []


@pytest.mark.parametrize(
    ("moment", "start", "end"),
    [
        (
            dt.datetime(2026, 11, 1, 5, 30, tzinfo=dt.UTC),
            "2026-11-01T01:30",
            "2026-11-01T02:15",
        ),  # the hour that repeats
        (
            dt.datetime(2026, 3, 8, 6, 30, tzinfo=dt.UTC),
            "2026-03-08T01:30",
            "2026-03-08T03:15",
        ),  # the hour that is skipped
    ],
)
def test_calendar_events_keep_their_ends_in_order_when_clocks_change(browser, people, sunrise, moment, start, end):
    with time_machine.travel(moment - dt.timedelta(days=2), tick=False):
        world.forget()
        booked(sunrise, moment)
        day = start[:10]
        (event,) = of_kind(browser(people.oscar).get(f"{PAGE}?start={day}T00:00&end={day}T23:00"), "session")
    assert (event["start"], event["end"]) == (start, end)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "start=2026-11-23T00:00",
        "start=x&end=y",
        "start=2026-11-24T00:00&end=2026-11-23T00:00",
        "start=2026-01-01T00:00&end=2026-12-31T00:00",
        "start=2026-11-23T00:00Z&end=2026-11-24T00:00Z",
        "start=9999-12-30T00:00&end=9999-12-31T00:00",
    ],
)
def test_calendar_events_want_a_sensible_range(browser, people, query):
    assert browser(people.oscar).get(f"{PAGE}?{query}").status_code == 400


def test_calendar_events_do_not_know_a_column_that_is_none(browser, people, sunrise):
    booked(sunrise, at(14))
    assert browser(people.oscar).get(f"{MONDAY}&only=nonsense").json() == []


def test_calendar_events_refuse_patients_and_other_methods(browser, people):
    assert browser(people.carol).get(MONDAY).status_code == 403
    assert browser().get(MONDAY).status_code == 302
    assert browser(people.oscar).post(MONDAY).status_code == 405


def test_calendar_events_cost_the_same_for_one_and_thirty(browser, people, sunrise):
    full_day(sunrise, 1, day=1)
    visitor, url = browser(people.oscar), f"{PAGE}?start=2026-11-23T00:00&end=2026-11-30T00:00"
    visitor.get(url)
    with CaptureQueriesContext(connection) as one:
        visitor.get(url)
    full_day(sunrise, 30)
    visitor.get(url)
    with CaptureQueriesContext(connection) as many:
        visitor.get(url)
    assert len(many) == len(one)
