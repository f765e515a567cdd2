import datetime as dt
import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import AuditRecord, PermissionSwitch
from apps.core.models import Mode
from apps.portal import desk
from apps.scheduling import actions, world
from apps.scheduling.actions import Slot
from apps.scheduling.errors import ChoiceGone
from apps.sessions.models import Room, TherapySession
from apps.therapists.models import Therapist, TherapyType
from tests.factories import ClosureFactory, PatientFactory, RoomFactory
from tests.factories.world import another_therapist, at, booked

pytestmark = pytest.mark.usefixtures("noon")
PAGE = "/desk/book/"
NONSENSE = [
    "q=%00&slot=%00&therapist=%00&on=%00",
    "start=9999-12-31T10:00",
    "on=2199-01-01",
    "room=none",
    "start=x",
    "therapist=x&therapy_type=x&mode=x",
    "start=2026-11-24",
    "on=x",
]


def sessions():
    return list(TherapySession.objects.order_by("starts_at"))


# --- it works ----------------------------------------------------------------------------------------------------------


def test_desk_booking_books(browser, people, wanted, bob, carol):
    answer = browser(people.oscar).post(PAGE, wanted)
    (session,) = sessions()
    assert answer["Location"] == reverse("sessions:session-detail", args=[session.pk])
    assert session.starts_at == at(10, days=1)
    assert session.lead == bob
    assert session.patients == [carol]
    assert session.participants.get().concerns == "Stammers when tired"
    assert session.booked_by == people.oscar
    assert AuditRecord.objects.about(session).get().verb == "booked"


def test_desk_booking_page_and_fragment(browser, people, carol):
    page = browser(people.alice).get(f"{PAGE}?patient={carol.pk}")
    assert page.status_code == 200
    assert "Carol Reyes" in page.text
    fragment = browser(people.alice, htmx=True).get(PAGE)
    assert "<html" not in fragment.text
    assert 'name="key"' in fragment.text


def test_desk_booking_over_a_page_that_listens(browser, people, wanted):
    answer = browser(people.oscar, htmx=True).post(f"{PAGE}?stay=1", wanted)
    assert answer.status_code == 204
    assert "sessions-changed" in answer["HX-Trigger"]
    assert "Carol Reyes" in answer["HX-Trigger"]
    assert browser(people.oscar, htmx=True).post(PAGE, {**wanted, "key": uuid.uuid4(), "slot": "12:00"})["HX-Redirect"]


def test_desk_booking_is_filled_in_by_the_calendar(browser, people, bob):
    text = browser(people.oscar).get(f"{PAGE}?start=2026-11-24T10:15&therapist={bob.pk}").text
    assert re.search(r'name="slot" value="10:15" checked', text)
    assert re.search(rf'value="{bob.pk}" selected', text)
    text = browser(people.oscar).get(f"{PAGE}?start=2026-11-24T10:20").text
    assert re.search(r'name="slot" value="other" checked', text)
    assert 'value="10:20"' in text
    sunday = browser(people.oscar).get(f"{PAGE}?start=2026-11-29T10:00").text  # nothing is free: no lone chip to choose
    assert 'type="radio" name="slot"' not in sunday
    assert '<input type="hidden" name="slot" value="other">' in sunday
    room = RoomFactory()
    assert re.search(rf'value="{room.pk}" selected', browser(people.oscar).get(f"{PAGE}?room={room.pk}").text)
    for nonsense in NONSENSE:
        assert browser(people.oscar).get(f"{PAGE}?{nonsense}").status_code == 200


def test_desk_booking_books_one_request_once(browser, people, wanted):
    visitor = browser(people.oscar)
    first, second = visitor.post(PAGE, wanted), visitor.post(PAGE, wanted)
    assert first["Location"] == second["Location"]
    assert len(sessions()) == 1


def test_desk_booking_from_a_page_that_booked_already(browser, people, wanted):
    """The back button shows the page with its old key: another time on it is another booking, once it was looked at."""
    visitor = browser(people.oscar)
    visitor.post(PAGE, wanted)
    answer = visitor.post(PAGE, {**wanted, "slot": "14:00"})
    assert answer.status_code == 422 and "has booked another session already" in answer.text
    key = re.search(r'name="key" value="([^"]+)"', answer.text)[1]
    visitor.post(PAGE, {**wanted, "slot": "14:00", "key": key})
    assert [one.starts_at for one in sessions()] == [at(10, days=1), at(14, days=1)]


def test_desk_booking_takes_a_time_that_was_written(browser, people, wanted):
    browser(people.oscar).post(PAGE, {**wanted, "slot": "other", "at": "10:45"})
    assert sessions()[0].starts_at == at(10, 45, days=1)


def test_desk_booking_begins_on_the_minute(browser, people, wanted):
    """The engine counts whole seconds: a start between two would look free and be refused."""
    browser(people.oscar).post(PAGE, {**wanted, "slot": "other", "at": "10:45:00.4"})
    assert sessions()[0].starts_at == at(10, 45, days=1)


def test_desk_booking_takes_whoever_is_free(browser, people, sunrise, wanted, bob):
    tara = another_therapist()
    booked(sunrise, at(10, days=1), patient=PatientFactory())
    browser(people.oscar).post(PAGE, {**wanted, "therapist": ""})
    assert sessions()[1].lead == tara
    answer = browser(people.oscar).post(PAGE, {**wanted, "key": uuid.uuid4(), "therapist": ""})
    assert answer.status_code == 422
    assert "Nobody who offers this is free then" in answer.text


def test_desk_booking_takes_the_room_that_was_chosen(browser, people, wanted):
    room = RoomFactory(name="Zen room")
    browser(people.oscar).post(PAGE, {**wanted, "mode": "in_person", "room": str(room.pk)})
    assert sessions()[0].room == room


# --- free times --------------------------------------------------------------------------------------------------------


def test_desk_booking_offers_the_free_times_of_the_day(browser, people, sunrise, wanted):
    booked(sunrise, at(10, days=1), patient=PatientFactory())
    text = browser(people.oscar, htmx=True).post(f"{PAGE}?part=times", {**wanted, "do": "look"}).text
    assert text.lstrip().startswith('<div id="desk-times"')
    assert 'value="9:00"' not in text
    assert 'value="09:00"' in text
    assert 'name="slot" value="10:30"' not in text
    assert "45 minutes, $85.00" in text


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-11-28", "The therapist does not work on this day"),
        ("2026-11-26", "The centre is closed on this day"),
        ("2026-11-20", "This day is over"),
    ],
)
def test_desk_booking_says_why_a_day_has_nothing_and_what_is_next(browser, people, wanted, day, why):
    text = browser(people.oscar).post(PAGE, {**wanted, "on": day, "do": "look"}).text
    assert why in text
    assert "Next free:" in text
    following = re.search(r'name="look" value="([\d-]+)"', text)[1]
    text = browser(people.oscar).post(PAGE, {**wanted, "on": day, "look": following}).text
    assert f'value="{following}"' in text
    assert 'value="09:00"' in text


def test_desk_booking_marks_who_does_not_offer_it(browser, people, wanted):
    other = TherapyType.objects.create(name="Grief", price=1, modes=["video"])
    text = browser(people.oscar).post(PAGE, {**wanted, "therapy_type": str(other.pk), "do": "look"}).text
    assert "Does not offer this" in text
    assert "This therapist does not offer this in this way" in text


def test_desk_booking_of_a_centre_without_anything(browser, people):
    from apps.sessions.models import Room

    Room.objects.all().delete()
    Therapist.objects.update(status="inactive")
    TherapyType.objects.update(is_active=False)
    answer = browser(people.oscar, htmx=True).get(PAGE)
    assert "Nothing can be booked yet" in answer.text
    assert reverse("therapists:therapy-type-list") in answer.text


# --- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"patient": ""}, "Search for the patient"),
        ({"patient": str(uuid.uuid4())}, "Search for the patient"),
        ({"on": ""}, "This field is required"),
        ({"on": "24.11.2026"}, "Enter a valid date"),
        ({"on": "9999-12-31"}, "Check the year."),
        ({"on": "0001-01-01"}, "Check the year."),
        ({"on": "2199-12-31"}, "too far ahead"),
        ({"on": "1900-01-01"}, "This time is over"),
        ({"slot": ""}, "Choose a free time"),
        ({"slot": "x"}, "Choose a free time"),
        ({"slot": "other", "at": "25:00"}, "Enter a valid time"),
        ({"slot": "other", "at": "02:30", "on": "2027-03-14"}, "there is no such time"),
        ({"therapist": "x"}, "not a valid UUID"),
        ({"therapist": str(uuid.uuid4())}, "on the list. Please choose again"),
        ({"mode": "telepathy"}, "on the list. Please choose again"),
        ({"concerns": "x" * 2001}, "at most 2000 fit"),
    ],
)
def test_desk_booking_says_beside_the_field_what_is_wrong(browser, people, wanted, wrong, sentence):
    answer = browser(people.oscar).post(PAGE, {**wanted, **wrong})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Stammers when tired" in answer.text or "concerns" in wrong
    assert sessions() == []


def test_desk_booking_names_every_rule_and_goes_on_with_a_reason(browser, people, wanted):
    late = {**wanted, "slot": "other", "at": "20:10"}
    answer = browser(people.oscar).post(PAGE, late)
    assert answer.status_code == 422
    assert "Sessions do not begin at this minute" in answer.text
    assert "outside the therapist&#x27;s working hours" in answer.text
    accepted = re.search(r'name="accepted" value="([^"]+)"', answer.text)[1]
    answer = browser(people.oscar).post(PAGE, {**late, "accepted": accepted, "override_reason": "She travels"})
    assert answer.status_code == 302
    (session,) = sessions()
    assert session.override_reason == "She travels"
    assert session.starts_at == at(20, 10, days=1)


def test_desk_booking_asks_beside_the_field_for_a_reason_that_is_left_out(browser, people, wanted):
    late = {**wanted, "slot": "other", "at": "20:00"}
    ask = 'id="id_override_reason_error"><p>Write why'
    assert ask not in browser(people.oscar).post(PAGE, late).text  # not before it was asked for
    answer = browser(people.oscar).post(PAGE, {**late, "accepted": "outside_hours", "override_reason": " "})
    assert answer.status_code == 422
    assert ask in answer.text
    assert sessions() == []


def test_desk_booking_overrides_only_the_rules_that_were_seen(browser, people, wanted):
    late = {**wanted, "slot": "other", "at": "20:00", "accepted": "outside_hours", "override_reason": "She travels"}
    ClosureFactory(name="Team day", starts_on=dt.date(2026, 11, 24), ends_on=dt.date(2026, 11, 24))
    answer = browser(people.oscar).post(PAGE, late)
    assert answer.status_code == 422
    assert "(Team day)" in answer.text
    assert "She travels" in answer.text
    assert sessions() == []


def test_desk_booking_does_not_override_what_no_rule_forbids(browser, people, wanted):
    browser(people.oscar).post(PAGE, {**wanted, "accepted": "outside_hours", "override_reason": "Left over"})
    assert sessions()[0].override_reason == ""


def test_desk_booking_overrides_nothing_for_whoever_may_not(browser, people, wanted):
    PermissionSwitch.objects.create(role="operator", permission="session.override", is_on=False)
    late = {**wanted, "slot": "other", "at": "20:00", "accepted": "outside_hours", "override_reason": "She travels"}
    answer = browser(people.oscar).post(PAGE, late)
    assert answer.status_code == 422
    assert "outside the therapist" in answer.text
    assert "override_reason" not in answer.text
    assert sessions() == []


def test_desk_booking_passes_the_daily_cap_with_a_reason(browser, people, sunrise, wanted, bob):
    Therapist.objects.update(daily_cap=1)
    world.forget()
    booked(sunrise, at(14, days=1), patient=PatientFactory(), override_reason="")
    answer = browser(people.oscar).post(PAGE, wanted)
    assert "as many sessions on this day" in answer.text
    overridden = {**wanted, "accepted": "daily_cap", "override_reason": "Crisis"}
    assert browser(people.oscar).post(PAGE, overridden).status_code == 302


def test_desk_booking_offers_the_nearest_times_when_it_is_taken(browser, people, sunrise, wanted):
    booked(sunrise, at(10, days=1), patient=PatientFactory())
    answer = browser(people.oscar).post(PAGE, wanted)
    assert answer.status_code == 422
    assert "This time has just been taken" in answer.text
    assert "Stammers when tired" in answer.text
    near = re.findall(r'name="take" value="([^"]+)"', answer.text)
    assert [value[:16] for value in near] == ["2026-11-24T09:00", "2026-11-24T10:45", "2026-11-24T11:00"]
    answer = browser(people.oscar).post(PAGE, {**wanted, "take": near[1]})
    assert answer.status_code == 302
    assert sessions()[1].starts_at == at(10, 45, days=1)


def test_desk_booking_gives_up_buffers_but_never_an_overlap(browser, people, sunrise, wanted, bob, speech, carol):
    slot = Slot(bob, speech, Mode.VIDEO, at(10, days=1))
    actions.book_session(centre=sunrise, slot=slot, patient=PatientFactory(), by=None)
    answer = browser(people.oscar).post(PAGE, {**wanted, "slot": "10:45"})
    assert "Another session is too near" in answer.text
    answer = browser(people.oscar).post(
        PAGE, {**wanted, "slot": "10:45", "accepted": "taken", "override_reason": "Crisis"}
    )
    assert answer.status_code == 302
    both = {**wanted, "key": uuid.uuid4(), "slot": "10:30", "accepted": "taken,off_grid", "override_reason": "Crisis"}
    assert "has just been taken" in browser(people.oscar).post(PAGE, both).text
    assert len(sessions()) == 2


def test_desk_booking_says_that_the_patient_is_taken(browser, people, sunrise, wanted):
    booked(sunrise, at(10, days=1), therapist=another_therapist())
    answer = browser(people.oscar).post(PAGE, wanted)
    assert answer.status_code == 422
    assert "The patient already has a session at this time" in answer.text


def test_desk_booking_says_that_no_room_is_free(browser, people, sunrise, wanted):
    booked(sunrise, at(10, days=1), therapist=another_therapist(), patient=PatientFactory(), mode=Mode.IN_PERSON)
    answer = browser(people.oscar).post(PAGE, {**wanted, "mode": "in_person"})
    assert answer.status_code == 422
    assert "No suitable room is free" in answer.text
    assert "override_reason" not in answer.text


def test_desk_booking_refuses_an_archived_patient(browser, people, wanted):
    gone = PatientFactory(status="archived")
    answer = browser(people.oscar).post(PAGE, {**wanted, "patient": str(gone.pk)})
    assert answer.status_code == 422
    assert "the record is archived" in answer.text


# --- who may -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bob", "erin", "carol", "dana"])
def test_desk_booking_needs_the_permission(browser, people, wanted, name):
    assert browser(getattr(people, name)).get(PAGE).status_code == 403
    assert browser(getattr(people, name)).post(PAGE, wanted).status_code == 403
    assert sessions() == []


def test_desk_booking_asks_for_a_login_and_refuses_other_methods(browser, people):
    assert browser().get(PAGE).status_code == 302
    assert browser(people.oscar).delete(PAGE).status_code == 405


def test_desk_booking_costs_the_same_for_one_patient_and_thirty(browser, people, wanted):
    visitor = browser(people.oscar, htmx=True)
    visitor.get(PAGE)
    PatientFactory(family_name="Many")
    with CaptureQueriesContext(connection) as one:
        visitor.post(f"{PAGE}?part=patients", {"q": "Many", "do": "find"})
    PatientFactory.create_batch(30, family_name="Many")
    with CaptureQueriesContext(connection) as many:
        visitor.post(f"{PAGE}?part=patients", {"q": "Many", "do": "find"})
    assert len(many) == len(one)


@pytest.mark.parametrize("model", [TherapyType, Room])
def test_desk_booking_of_what_was_removed_keeps_what_was_typed(browser, people, wanted, monkeypatch, model):
    def gone(**facts):
        model.objects.all().delete()
        raise ChoiceGone

    monkeypatch.setattr(desk, "book_at_desk", gone)
    answer = browser(people.oscar).post(PAGE, wanted)
    assert answer.status_code == 422
    assert str(ChoiceGone.message) in answer.text
    assert "Stammers when tired" in answer.text
