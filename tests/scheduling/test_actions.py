"""Booking, holding, moving and a session's life, from one connection. (Races: tests/concurrency.)"""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.accounts.models import AuditRecord
from apps.core.models import Mode
from apps.scheduling import actions, times, world
from apps.scheduling.availability import Rule
from apps.scheduling.errors import HoldGone, NotBookableForPatient, RuleBroken
from apps.sessions import actions as life
from apps.sessions.errors import (
    DailyCapReached,
    NoRoomFree,
    NoticeTooShort,
    PatientTaken,
    SlotTaken,
    StateNotPossible,
    TooEarly,
)
from apps.sessions.models import Hold, Occupancy, Participant, Resource, SessionEvent, State, TherapySession
from apps.sessions.signals import (
    session_booked,
    session_cancelled,
    session_completed,
    session_missed,
    session_moved,
)
from apps.therapists.models import Therapist
from tests.factories import OfferingFactory, PatientFactory, RoomFactory, UserFactory, cast
from tests.scheduling.conftest import MONDAY, TUESDAY, at

pytestmark = pytest.mark.usefixtures("monday")
EVENING = at(TUESDAY, "19:00")


@pytest.fixture(autouse=True)
def consistent(sunrise):
    """At the end of every test the deferred trigger agrees that occupancies equal what sessions claim."""
    yield
    if not connection.needs_rollback:
        check_at_once()


def check_at_once():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def heard():
    """What the signals said: (signal, session, event kind)."""
    said = []
    named = {
        "booked": session_booked,
        "moved": session_moved,
        "cancelled": session_cancelled,
        "completed": session_completed,
        "missed": session_missed,
    }
    listeners = {}
    for name, signal in named.items():
        listeners[name] = lambda session, event, name=name, **facts: said.append((name, session.pk, event.kind))
        signal.connect(listeners[name])
    yield said
    for name, signal in named.items():
        signal.disconnect(listeners[name])


@pytest.fixture
def noor(speech):
    return cast.working_therapist(UserFactory(given_name="Noor", roles=["therapist"]), speech)


def rows(session):
    """What a session has taken: kind and span."""
    taken = Occupancy.objects.filter(session=session).order_by("resource")
    return [(row.resource, row.starts_at, row.ends_at) for row in taken]


def steps(session):
    return [event.kind for event in session.events.all()]


# --- booking ---------------------------------------------------------------------------------------------------------


def test_book_session_takes_therapist_room_and_patient_and_writes_it_down(book, bob, room, carol, people, heard):
    session = book(mode=Mode.IN_PERSON, by=people.oscar, concerns="A stammer")
    quarter = at(TUESDAY, "11:00")
    assert rows(session) == [
        (Resource.THERAPIST, at(TUESDAY), quarter),
        (Resource.ROOM, at(TUESDAY), quarter),
        (Resource.PATIENT, at(TUESDAY), at(TUESDAY, "10:45")),
    ]
    assert (session.state, session.room, session.lead, session.booked_by) == (State.SCHEDULED, room, bob, people.oscar)
    assert session.participants.get().concerns == "A stammer" and session.patients == [carol]
    assert heard == [("booked", session.pk, "booked")]
    record = AuditRecord.objects.get(object_id=str(session.pk))
    assert (record.verb, record.by) == ("booked", people.oscar)


def test_book_session_by_video_takes_no_room(book):
    assert [kind for kind, *_ in rows(book())] == [Resource.THERAPIST, Resource.PATIENT]


def test_book_session_at_a_taken_time_is_refused_and_leaves_nothing(book):
    book()
    with pytest.raises(SlotTaken):
        book(at(TUESDAY, "10:30"), patient=PatientFactory())
    assert TherapySession.objects.count() == 1 and Participant.objects.count() == 1


def test_book_session_of_a_busy_patient_with_somebody_else(book, noor):
    book()
    with pytest.raises(PatientTaken):
        book(at(TUESDAY, "10:15"), therapist=noor)


def test_book_session_of_a_patient_right_after_another_needs_no_rest(book, noor):
    """Buffers are the therapist's and the room's, not the patient's."""
    book()
    assert book(at(TUESDAY, "10:45"), therapist=noor)


def test_book_session_over_the_cap(book):
    Therapist.objects.update(daily_cap=2)
    book(at(TUESDAY, "09:00"))
    book(at(TUESDAY, "11:00"))
    with pytest.raises(DailyCapReached):
        book(at(TUESDAY, "14:00"))
    assert book(at(TUESDAY + dt.timedelta(days=1), "14:00"))


def test_book_session_counts_by_the_therapists_day(book, bob):
    """Eight in the evening in New York is the next day in London, where this therapist lives."""
    bob.daily_cap, bob.time_zone = 1, "Europe/London"
    bob.save()
    book(at(TUESDAY, "09:00"))  # two in the afternoon in London
    book(at(TUESDAY, "20:00"), override_reason="An emergency")
    counted = Occupancy.objects.filter(resource=Resource.THERAPIST).order_by("starts_at")
    assert [row.counts_on.day for row in counted] == [24, 25]


def test_book_session_where_no_room_is_free(book, noor):
    book(mode=Mode.IN_PERSON, therapist=noor)
    with pytest.raises(RuleBroken) as refused:
        book(mode=Mode.IN_PERSON, patient=PatientFactory())
    assert refused.value.reason.rule == Rule.NO_ROOM and not refused.value.can_override


def test_book_session_takes_the_next_room(book, noor):
    book(mode=Mode.IN_PERSON, therapist=noor)
    second = RoomFactory(name="Zen room", modes=[Mode.IN_PERSON])
    assert book(mode=Mode.IN_PERSON, patient=PatientFactory()).room == second


def test_book_session_in_the_room_the_desk_insists_on(book, noor, room):
    RoomFactory(name="A room", modes=[Mode.IN_PERSON])
    assert book(mode=Mode.IN_PERSON, room=room).room == room
    with pytest.raises(NoRoomFree):
        book(mode=Mode.IN_PERSON, room=room, therapist=noor, patient=PatientFactory())


@pytest.mark.parametrize(
    ("starts_at", "rule"),
    [
        (EVENING, Rule.OUTSIDE_HOURS),
        (at(dt.date(2026, 11, 26)), Rule.CLOSED),
        (at(TUESDAY, "10:05"), Rule.OFF_GRID),
        (at(MONDAY, "09:00"), Rule.PAST_NOTICE),
        (at(dt.date(2027, 2, 1)), Rule.BEYOND_HORIZON),
    ],
)
def test_book_session_against_a_rule(book, starts_at, rule):
    with pytest.raises(RuleBroken) as refused:
        book(starts_at)
    assert refused.value.reason.rule == rule and refused.value.can_override


def test_book_session_by_staff_asks_neither_notice_nor_horizon(book):
    assert book(at(MONDAY, "09:00"), by_staff=True)
    assert book(at(dt.date(2027, 2, 1)), by_staff=True)


def test_book_session_of_an_archived_patient(book, carol):
    carol.status = "archived"
    with pytest.raises(NotBookableForPatient):
        book()
    assert not TherapySession.objects.exists()


# --- once, whatever the number of tries ------------------------------------------------------------------------------


def test_key_books_once_and_answers_the_first_session(book, heard):
    key = uuid.uuid4()
    first = book(key=key)
    assert book(key=key) == first
    assert TherapySession.objects.count() == 1 and len(heard) == 1


def test_key_of_a_hold_books_once(sunrise, slot, carol):
    key = uuid.uuid4()
    hold = actions.hold_slot(centre=sunrise, slot=slot(), token="mine")
    first = actions.book_held(centre=sunrise, hold=hold, patient=carol, by=None, key=key)
    assert actions.book_held(centre=sunrise, hold=hold, patient=carol, by=None, key=key) == first


# --- holds -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def hold(sunrise, slot):
    return actions.hold_slot(centre=sunrise, slot=slot(mode=Mode.IN_PERSON), token="mine")


@pytest.fixture
def book_held(sunrise, carol):
    def make(hold, patient=None, **facts):
        return actions.book_held(centre=sunrise, hold=hold, patient=patient or carol, by=None, **facts)

    return make


def test_hold_keeps_the_time_and_its_price(hold, book, room):
    assert (hold.room, hold.price, hold.duration_minutes) == (room, Decimal("85.00"), 45)
    assert hold.expires_at == at(MONDAY, "08:10")
    with pytest.raises(SlotTaken):
        book()


def test_hold_becomes_the_session_with_nothing_left_of_it(hold, book_held, room):
    session = book_held(hold, concerns="A stammer")
    assert session.room == room and session.starts_at == at(TUESDAY)
    assert [kind for kind, *_ in rows(session)] == [Resource.THERAPIST, Resource.ROOM, Resource.PATIENT]
    assert not Hold.objects.exists() and not Occupancy.objects.filter(session=None).exists()


def test_hold_keeps_its_promise_when_prices_change_meanwhile(hold, book_held, speech):
    speech.price, speech.duration_minutes, speech.buffer_after_minutes = Decimal(999), 90, 60
    speech.save()
    session = book_held(hold)
    assert (session.price, session.duration_minutes, session.buffer_after_minutes) == (Decimal("85.00"), 45, 15)


def test_hold_of_the_same_browser_replaces_the_one_before(sunrise, hold, slot, free_on):
    other = actions.hold_slot(centre=sunrise, slot=slot(at(TUESDAY, "14:00")), token="mine")
    assert list(Hold.objects.all()) == [other]
    assert "10:00" in free_on(TUESDAY)


def test_hold_that_cannot_be_had_leaves_the_one_before(sunrise, hold, slot, book):
    book(at(TUESDAY, "14:00"), patient=PatientFactory())
    with pytest.raises(SlotTaken):
        actions.hold_slot(centre=sunrise, slot=slot(at(TUESDAY, "14:00")), token="mine")
    assert list(Hold.objects.all()) == [hold] and Occupancy.objects.filter(hold=hold).count() == 2


def test_hold_released_frees_the_time(hold, free_on):
    assert "10:00" not in free_on(TUESDAY)
    actions.release_hold(token="mine")
    assert "10:00" in free_on(TUESDAY)


def test_hold_for_a_busy_patient_stands(hold, book_held, book, noor):
    book(therapist=noor)
    with pytest.raises(PatientTaken):
        book_held(hold)
    assert Hold.objects.get() == hold and Occupancy.objects.filter(hold=hold).count() == 2


def test_hold_expired_and_untouched_is_booked_all_the_same(hold, book_held, monday):
    monday.shift(dt.timedelta(hours=1))
    assert book_held(hold).starts_at == at(TUESDAY)


def test_hold_expired_blocks_nobody_and_is_gone_for_its_owner(hold, book_held, book, monday):
    monday.shift(dt.timedelta(hours=1))
    assert book(patient=PatientFactory(), mode=Mode.IN_PERSON)
    with pytest.raises(HoldGone):
        book_held(hold)
    assert TherapySession.objects.count() == 1


def test_hold_expired_counts_toward_no_cap(hold, book, monday):
    Therapist.objects.update(daily_cap=1)
    monday.shift(dt.timedelta(hours=1))
    elsewhere = book(at(TUESDAY, "14:00"), patient=PatientFactory())
    assert elsewhere.occupancies.get(resource=Resource.THERAPIST).day_number == 1


def test_hold_expired_of_which_only_the_room_was_taken_is_gone(hold, book_held, book, noor, monday):
    """Another therapist took the room; the time of this one is still the hold's. Half a hold is none."""
    monday.shift(dt.timedelta(hours=1))
    book(patient=PatientFactory(), therapist=noor, mode=Mode.IN_PERSON)
    with pytest.raises(HoldGone):
        book_held(hold)


def test_hold_deleted_is_gone(hold, book_held):
    Hold.objects.all().delete()
    with pytest.raises(HoldGone):
        book_held(hold)


def test_hold_counts_toward_the_cap(sunrise, hold, slot):
    Therapist.objects.update(daily_cap=1)
    with pytest.raises(DailyCapReached):
        actions.hold_slot(centre=sunrise, slot=slot(at(TUESDAY, "14:00")), token="other")


def test_sweep_deletes_what_expired_an_hour_ago(hold, monday):
    monday.shift(dt.timedelta(minutes=30))
    assert actions.sweep_holds() == 0 and Hold.objects.exists()
    monday.shift(dt.timedelta(hours=1))
    assert actions.sweep_holds() > 0 and not Hold.objects.exists() and not Occupancy.objects.exists()


# --- overrides -------------------------------------------------------------------------------------------------------


def test_override_passes_every_rule_and_keeps_the_reason(book, people, bob):
    Therapist.objects.update(availability="on_leave", daily_cap=1)
    session = book(EVENING, by=people.oscar, by_staff=True, override_reason="An emergency")
    assert session.override_reason == "An emergency"
    assert session.events.get().reason == "An emergency"
    assert AuditRecord.objects.get(object_id=str(session.pk)).reason == "An emergency"
    assert book(at(TUESDAY, "14:00"), by_staff=True, override_reason="Another one")


def test_override_trims_the_buffers_of_neighbours(book):
    """Between 10:00-10:45 (and its quarter) and 11:30 there is no place for 45 minutes: the rest is given up."""
    before = book(at(TUESDAY))
    after = book(at(TUESDAY, "11:30"), patient=PatientFactory())
    squeezed = book(at(TUESDAY, "10:45"), patient=PatientFactory(), override_reason="An emergency")
    before.refresh_from_db()
    assert (before.buffer_after_minutes, squeezed.buffer_after_minutes) == (0, 0)
    assert (before.ends_at, after.starts_at) == (squeezed.starts_at, squeezed.ends_at)
    assert rows(before)[0] == (Resource.THERAPIST, at(TUESDAY), at(TUESDAY, "10:45"))


def test_cap_stands_on_the_row_and_an_override_passes_it(book):
    """The database holds the cap by what the row says: without it, only the code would."""
    Therapist.objects.update(daily_cap=1)
    bob = Therapist.objects.select_related("user").get(user__given_name="Bob")
    within = book(therapist=bob)
    with pytest.raises(DailyCapReached):
        book(at(TUESDAY, "14:00"), patient=PatientFactory(), therapist=bob)
    beyond = book(at(TUESDAY, "14:00"), patient=PatientFactory(), therapist=bob, override_reason="An emergency")
    taken = Occupancy.objects.filter(resource=Resource.THERAPIST).order_by("day_number")
    assert list(taken.values_list("session", "day_number", "daily_cap")) == [(within.pk, 1, 1), (beyond.pk, 2, None)]


def test_override_writes_down_what_a_neighbour_gave_up(book, people):
    before = book(at(TUESDAY))
    facts = {"patient": PatientFactory(), "override_reason": "An emergency", "by": people.oscar}
    squeezed = book(at(TUESDAY, "10:45"), **facts)
    record = AuditRecord.objects.about(before).get(verb="changed")
    assert (record.by, record.changes) == (people.oscar, {"buffer_after_minutes": [15, 0]})
    assert not AuditRecord.objects.about(squeezed).filter(verb="changed").exists()


def test_override_trims_what_is_kept_before_a_neighbour(book, speech):
    speech.buffer_before_minutes = 30
    speech.save()
    after = book(at(TUESDAY, "12:00"))
    book(at(TUESDAY, "11:00"), patient=PatientFactory(), override_reason="An emergency")
    after.refresh_from_db()
    assert (after.buffer_before_minutes, after.buffer_after_minutes) == (15, 15)


def test_override_trims_the_rest_of_the_room_as_well(book, noor, room):
    """The room's quarter after another therapist's session is no reason to send an emergency away."""
    before = book(mode=Mode.IN_PERSON, therapist=noor)
    squeezed = book(at(TUESDAY, "10:45"), patient=PatientFactory(), mode=Mode.IN_PERSON, override_reason="An emergency")
    before.refresh_from_db()
    assert squeezed.room == room and before.buffer_after_minutes == 0


def test_override_prefers_a_room_that_is_free_to_trimming(book, noor):
    before = book(mode=Mode.IN_PERSON, therapist=noor)
    second = RoomFactory(name="Zen room", modes=[Mode.IN_PERSON])
    facts = {"patient": PatientFactory(), "mode": Mode.IN_PERSON, "override_reason": "An emergency"}
    assert book(at(TUESDAY, "10:45"), **facts).room == second
    before.refresh_from_db()
    assert before.buffer_after_minutes == 15


@pytest.mark.parametrize("clock", ["09:30", "10:00", "10:30"])
def test_override_never_overlaps_a_session(book, clock):
    book()
    with pytest.raises(SlotTaken):
        book(at(TUESDAY, clock), patient=PatientFactory(), override_reason="An emergency")


def test_override_never_takes_a_live_hold(sunrise, slot, book):
    actions.hold_slot(centre=sunrise, slot=slot(), token="mine")
    with pytest.raises(SlotTaken):
        book(override_reason="An emergency")


def test_override_never_puts_a_patient_in_two_places(book, noor):
    book()
    with pytest.raises(PatientTaken):
        book(therapist=noor, override_reason="An emergency")


def test_override_never_shares_a_room(book, noor):
    book(mode=Mode.IN_PERSON, therapist=noor)
    with pytest.raises((SlotTaken, NoRoomFree)):
        book(mode=Mode.IN_PERSON, patient=PatientFactory(), override_reason="An emergency")


# --- what is promised is kept ----------------------------------------------------------------------------------------


def test_terms_are_those_of_the_day_of_the_session(book, bob, speech):
    wednesday = TUESDAY + dt.timedelta(days=1)
    facts = {"duration_minutes": 60, "price": Decimal(120), "valid_from": wednesday}
    OfferingFactory(therapist=bob, therapy_type=speech, **facts)
    first, second = book(), book(at(wednesday))
    assert [(one.duration_minutes, one.price) for one in (first, second)] == [(45, Decimal(85)), (60, Decimal(120))]


def test_terms_stay_when_type_and_centre_change_later(sunrise, book, speech):
    session = book()
    speech.price, speech.duration_minutes, speech.buffer_after_minutes = Decimal(1), 10, 0
    speech.save()
    sunrise.currency, sunrise.cancel_notice_minutes = "EUR", 0
    session = TherapySession.objects.get(pk=session.pk)
    assert (session.price, session.currency, session.duration_minutes) == (Decimal("85.00"), "USD", 45)
    assert (session.buffer_after_minutes, session.cancel_notice_minutes) == (15, 24 * 60)
    assert rows(session)[0][2] == at(TUESDAY, "11:00")


# --- moving ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def move(sunrise, people):
    def make(session, starts_at, **facts):
        return actions.move_session(
            centre=sunrise, session=session, starts_at=starts_at, **{"by": people.oscar, **facts}
        )

    return make


def test_move_keeps_length_price_policy_and_history(book, move, speech, people, heard, free_on):
    session = book()
    speech.price, speech.duration_minutes, speech.buffer_after_minutes = Decimal(1), 10, 0
    speech.save()
    moved = move(session, at(TUESDAY, "14:00"), reason="A dentist")
    assert moved.pk == session.pk and moved.price == Decimal("85.00") and moved.duration_minutes == 45
    assert rows(moved)[0][1:] == (at(TUESDAY, "14:00"), at(TUESDAY, "15:00"))
    assert steps(moved) == ["booked", "moved"]
    event = moved.events.last()
    assert (event.from_starts_at, event.to_starts_at, event.by, event.reason) == (
        at(TUESDAY),
        at(TUESDAY, "14:00"),
        people.oscar,
        "A dentist",
    )
    assert heard[-1] == ("moved", session.pk, "moved")
    assert AuditRecord.objects.filter(object_id=str(session.pk), verb="moved", reason="A dentist").exists()
    assert "10:00" in free_on(TUESDAY)


def test_move_gives_a_session_squeezed_in_its_buffers_again(book, move):
    session = book(EVENING, override_reason="An emergency")
    assert session.buffer_after_minutes == 0
    assert rows(move(session, at(TUESDAY, "14:00")))[0][1:] == (at(TUESDAY, "14:00"), at(TUESDAY, "15:00"))


def test_move_to_where_it_is_tells_nobody(book, move, people, heard):
    session = life.confirm_session(session=book(mode=Mode.IN_PERSON), by=people.oscar)
    moved = move(session, session.starts_at, therapist=session.lead, room=session.room)
    assert (moved.state, steps(moved)) == (State.CONFIRMED, ["booked", "confirmed"])
    assert [name for name, *_ in heard] == ["booked"]


def test_move_by_a_quarter_is_not_blocked_by_itself(book, move):
    session = book(mode=Mode.IN_PERSON)
    assert move(session, at(TUESDAY, "10:15")).starts_at == at(TUESDAY, "10:15")


def test_move_stays_in_its_room_if_it_can(book, move, noor, room):
    other = RoomFactory(name="Zen room", modes=[Mode.IN_PERSON])
    book(mode=Mode.IN_PERSON, therapist=noor)
    session = book(mode=Mode.IN_PERSON, patient=PatientFactory())
    assert session.room == other
    assert move(session, at(TUESDAY, "14:00")).room == other
    book(at(TUESDAY, "15:00"), mode=Mode.IN_PERSON, therapist=noor, room=other)
    assert move(session, at(TUESDAY, "15:00")).room == room


def test_move_of_a_confirmed_session_asks_for_confirmation_again(book, move, people):
    session = life.confirm_session(session=book(), by=people.oscar)
    assert move(session, at(TUESDAY, "14:00")).state == State.SCHEDULED


def test_move_to_another_therapist_and_room(book, move, noor, bob):
    session = book(mode=Mode.IN_PERSON)
    other = RoomFactory(modes=[Mode.IN_PERSON])
    moved = move(session, at(TUESDAY), therapist=noor, room=other)
    assert (moved.lead, moved.room) == (noor, other)
    assert {row.what for row in moved.occupancies.all()} >= {noor.pk, other.pk}
    assert not Occupancy.objects.filter(what=bob.pk).exists()


def test_move_onto_another_session_is_refused_and_changes_nothing(book, move):
    session, other = book(), book(at(TUESDAY, "14:00"), patient=PatientFactory())
    with pytest.raises(SlotTaken):
        move(session, other.starts_at)
    session.refresh_from_db()
    assert session.starts_at == at(TUESDAY) and steps(session) == ["booked"] and len(rows(session)) == 2


def test_move_of_a_patient_who_is_elsewhere_then(book, move, noor):
    session = book()
    book(at(TUESDAY, "14:00"), therapist=noor)
    with pytest.raises(PatientTaken):
        move(session, at(TUESDAY, "14:00"))


def test_move_within_a_full_day_is_possible(book, move):
    Therapist.objects.update(daily_cap=1)
    assert move(book(), at(TUESDAY, "14:00"))


def test_move_into_a_full_day_is_not(book, move):
    Therapist.objects.update(daily_cap=1)
    session = book()
    book(at(TUESDAY + dt.timedelta(days=1)), patient=PatientFactory())
    with pytest.raises(DailyCapReached):
        move(session, at(TUESDAY + dt.timedelta(days=1), "14:00"))


def test_move_against_a_rule_needs_a_reason_that_overrides(book, move):
    session = book()
    with pytest.raises(RuleBroken):
        move(session, EVENING)
    moved = move(session, EVENING, override_reason="An emergency")
    assert moved.events.last().reason == "An emergency" and moved.buffer_after_minutes == 0


def test_move_of_what_has_begun_or_ended(book, move, people, monday):
    session = book()
    monday.move_to(at(TUESDAY, "10:00"))
    with pytest.raises(StateNotPossible):
        move(session, at(TUESDAY, "14:00"))
    cancelled = life.cancel_session(session=book(at(TUESDAY, "15:00")), by=people.oscar)
    with pytest.raises(StateNotPossible):
        move(cancelled, at(TUESDAY, "14:00"))


# --- a session's life ------------------------------------------------------------------------------------------------


def test_cancel_frees_the_time_and_keeps_the_row(book, people, free_on, heard):
    session = life.cancel_session(session=book(), by=people.oscar, reason="Ill")
    assert (session.state, rows(session)) == (State.CANCELLED, [])
    assert session.events.last().reason == "Ill" and heard[-1] == ("cancelled", session.pk, "cancelled")
    assert "10:00" in free_on(TUESDAY)
    assert AuditRecord.objects.filter(object_id=str(session.pk), verb="cancelled", reason="Ill").exists()


def test_cancel_lets_another_session_count_in_its_place(book, people):
    Therapist.objects.update(daily_cap=2)
    first, second = book(at(TUESDAY, "09:00")), book(at(TUESDAY, "11:00"))
    life.cancel_session(session=first, by=people.oscar)
    third = book(at(TUESDAY, "14:00"))
    numbers = Occupancy.objects.filter(resource=Resource.THERAPIST, session__in=[second, third])
    assert sorted(numbers.values_list("day_number", flat=True)) == [1, 2]


def test_cancel_as_patient_holds_the_policy_frozen_at_booking(sunrise, book, people, monday):
    session = book(at(TUESDAY, "14:00"))
    sunrise.cancel_notice_minutes = 0
    monday.move_to(at(MONDAY, "14:01"))
    with pytest.raises(NoticeTooShort):
        life.cancel_session(session=session, by=people.carol, as_patient=True)
    monday.move_to(at(MONDAY, "14:00"))
    assert life.cancel_session(session=session, by=people.carol, as_patient=True).state == State.CANCELLED


def test_cancel_by_staff_needs_no_notice_but_must_be_before_it_begins(book, people, monday):
    first, second = book(), book(at(TUESDAY, "12:00"))
    monday.move_to(at(TUESDAY, "09:59"))
    assert life.cancel_session(session=first, by=people.oscar)
    monday.move_to(at(TUESDAY, "12:00"))
    with pytest.raises(StateNotPossible):
        life.cancel_session(session=second, by=people.oscar)


def test_complete_and_miss_only_once_it_has_begun(book, people, monday, heard):
    first, second = book(), book(at(TUESDAY, "11:00"))
    for act in (life.complete_session, life.miss_session):
        with pytest.raises(TooEarly):
            act(session=first, by=people.bob)
    monday.move_to(at(TUESDAY, "11:00"))
    assert life.complete_session(session=first, by=people.bob).state == State.COMPLETED
    assert life.miss_session(session=second, by=people.bob, reason="Nobody came").state == State.MISSED
    states = Participant.objects.order_by("session__starts_at").values_list("state", flat=True)
    assert list(states) == ["attended", "missed"]
    assert [name for name, *_ in heard[-2:]] == ["completed", "missed"]
    assert len(rows(first)) == len(rows(second)) == 2  # they took place: the time stays taken


def test_start_a_little_before_its_time_but_no_earlier(book, people, monday):
    """Begun a week ahead, it could neither be cancelled nor moved any more."""
    session = book()
    monday.move_to(at(TUESDAY, "09:44"))
    with pytest.raises(TooEarly):
        life.start_session(session=session, by=people.bob)
    monday.move_to(at(TUESDAY, "09:45"))
    assert life.start_session(session=session, by=people.bob).state == State.IN_PROGRESS


STEPS = {
    "confirm": life.confirm_session,
    "start": life.start_session,
    "complete": life.complete_session,
    "miss": life.miss_session,
    "cancel": life.cancel_session,
}
POSSIBLE = {
    State.SCHEDULED: {"confirm", "start", "complete", "miss"},
    State.CONFIRMED: {"start", "complete", "miss"},
    State.IN_PROGRESS: {"complete"},
    State.COMPLETED: set(),
    State.MISSED: set(),
    State.CANCELLED: set(),
}


@pytest.mark.parametrize("state", POSSIBLE)
@pytest.mark.parametrize("step", STEPS)
def test_steps_lead_only_where_they_may(book, people, monday, state, step):
    """During the session: nothing can be cancelled any more."""
    session = book()
    if state == State.CANCELLED:
        life.cancel_session(session=session, by=people.oscar)
    TherapySession.objects.filter(pk=session.pk).update(state=state)
    monday.move_to(at(TUESDAY, "10:30"))
    if step in POSSIBLE[state]:
        assert STEPS[step](session=session, by=people.bob)
        return
    with pytest.raises(StateNotPossible):
        STEPS[step](session=session, by=people.bob)
    assert TherapySession.objects.get(pk=session.pk).state == state


# --- the walls behind the actions ------------------------------------------------------------------------------------


def _forget(session):
    session.occupancies.all().delete()


def _shorten(session):
    Occupancy.objects.filter(session=session, resource=Resource.THERAPIST).update(ends_at=at(TUESDAY, "10:30"))


def _free_by_state(session):
    TherapySession.objects.filter(pk=session.pk).update(state=State.CANCELLED)


def _move_silently(session):
    TherapySession.objects.filter(pk=session.pk).update(starts_at=at(TUESDAY, "09:45"))


def _add_a_patient(session):
    session.participants.create(patient=PatientFactory(), price=0)


def _change_hands(session):
    session.session_therapists.update(therapist=cast.working_therapist(UserFactory(roles=["therapist"])))


def _keep_too_much(session):
    facts = {"resource": Resource.ROOM, "what": uuid.uuid4(), "session": session}
    Occupancy.objects.create(starts_at=session.starts_at, ends_at=session.ends_at, **facts)


TAMPERING = [_forget, _shorten, _free_by_state, _move_silently, _add_a_patient, _change_hands, _keep_too_much]


@pytest.mark.parametrize("tamper", TAMPERING)
def test_trigger_refuses_occupancies_that_disagree_with_the_session(book, tamper):
    session = book()
    check_at_once()
    with pytest.raises(IntegrityError, match="occupancies disagree"), transaction.atomic():
        tamper(session)
        check_at_once()


def test_wall_refuses_an_overlap_that_no_action_made(book, bob):
    book()
    facts = {"resource": Resource.THERAPIST, "what": bob.pk, "counts_on": TUESDAY, "day_number": 2}
    span = {"starts_at": at(TUESDAY, "10:59"), "ends_at": at(TUESDAY, "12:00")}
    session = TherapySession.objects.get()
    with pytest.raises(IntegrityError, match="occupancy_no_overlap"), transaction.atomic():
        Occupancy.objects.create(session=session, **facts, **span)


@pytest.mark.parametrize("deed", ["update", "delete"])
def test_history_is_append_only(book, deed):
    book()
    rows = SessionEvent.objects.all()
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        rows.update(reason="It was never so") if deed == "update" else rows.delete()
    assert SessionEvent.objects.get().reason == ""


def test_signal_that_fails_takes_the_booking_with_it(book):
    """Whoever owes a row writes it in the booking's transaction: both stand or both fall."""

    def fail(**facts):
        raise RuntimeError("no letter could be written")

    session_booked.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            book()
    finally:
        session_booked.disconnect(fail)
    assert not TherapySession.objects.exists() and not Occupancy.objects.exists()


def test_terms_follow_a_change_elsewhere(book, elsewhere, bob, speech, sunrise, want):
    times.free_starts(sunrise, want(), TUESDAY, TUESDAY)
    elsewhere(lambda: OfferingFactory(therapist=bob, therapy_type=speech, price=Decimal(120), duration_minutes=60))
    assert book().price == Decimal(120)
    assert world.current(sunrise).version == world.version()
