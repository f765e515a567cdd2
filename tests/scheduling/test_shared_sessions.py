"""Sessions of two therapists and of several patients: everything that may happen to a session, happens to all of them."""

import datetime as dt

import pytest
from django.db import connection

from apps.core.models import Mode
from apps.notifications.models import Message
from apps.portal import desk
from apps.scheduling import actions, world
from apps.scheduling.availability import Rule
from apps.scheduling.errors import RuleBroken
from apps.sessions import actions as life
from apps.sessions import claims
from apps.sessions.errors import DailyCapReached, PatientTaken, SlotTaken
from apps.sessions.models import Occupancy, Resource, State
from apps.therapists.models import Therapist
from tests.factories import PatientFactory, TimeOffFactory, UserFactory, cast
from tests.factories.world import joined
from tests.scheduling.conftest import TUESDAY, at

pytestmark = pytest.mark.usefixtures("monday")
TWO = at(TUESDAY, "14:00")


@pytest.fixture(autouse=True)
def consistent(sunrise):
    """At the end of every test the deferred trigger agrees that occupancies equal what sessions claim."""
    yield
    if not connection.needs_rollback:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.fixture
def noor(speech):
    return cast.working_therapist(UserFactory(given_name="Noor", roles=["therapist"]), speech)


@pytest.fixture
def second():
    return PatientFactory(given_name="Theo")


@pytest.fixture
def session(book, noor, second):
    """Bob and Noor with Carol and Theo, on Tuesday at ten, in the garden room."""
    return joined(book(mode=Mode.IN_PERSON), therapist=noor, patient=second)


@pytest.fixture
def move(sunrise, people):
    def make(session, starts_at=TWO, **facts):
        return actions.move_session(centre=sunrise, session=session, starts_at=starts_at, by=people.oscar, **facts)

    return make


def spans(session):
    """Every span the session has taken, in minutes from its beginning, by kind."""
    taken = Occupancy.objects.filter(session=session).order_by("resource")
    begin = session.starts_at
    return [(row.resource, (row.starts_at - begin).seconds // 60, (row.ends_at - begin).seconds // 60) for row in taken]


ALL_OF_IT = [(Resource.THERAPIST, 0, 60)] * 2 + [(Resource.ROOM, 0, 60)] + [(Resource.PATIENT, 0, 45)] * 2


def test_move_takes_everybody_along(session, move, noor, bob, free_on):
    moved = move(session)
    assert moved.starts_at == TWO and spans(moved) == ALL_OF_IT
    assert "10:00" in free_on(TUESDAY, therapists=[noor.pk]) and "14:00" not in free_on(TUESDAY, therapists=[noor.pk])
    assert list(moved.session_therapists.values_list("therapist", "is_lead").order_by("-is_lead")) == [
        (bob.pk, True),
        (noor.pk, False),
    ]


def test_move_to_another_lead_keeps_who_sits_beside(session, move, noor, speech):
    tara = cast.working_therapist(UserFactory(given_name="Tara", roles=["therapist"]), speech)
    moved = move(session, therapist=tara)
    assert moved.lead == tara and set(moved.therapists.all()) == {tara, noor}
    assert spans(moved) == ALL_OF_IT


def test_move_to_whom_sits_beside_already_is_refused(session, move, noor):
    with pytest.raises(SlotTaken):
        move(session, therapist=noor)


def test_move_is_refused_while_any_of_them_is_elsewhere(session, move, book, noor, second, speech):
    book(TWO, therapist=noor, patient=PatientFactory())
    with pytest.raises(SlotTaken):
        move(session)
    with pytest.raises(SlotTaken):
        move(session, override_reason="An emergency")
    tara = cast.working_therapist(UserFactory(given_name="Tara", roles=["therapist"]), speech)
    book(at(TUESDAY, "12:00"), therapist=tara, patient=second)
    with pytest.raises(PatientTaken):
        move(session, at(TUESDAY, "12:00"), override_reason="An emergency")


def test_move_holds_the_rules_of_everybody(session, move, noor):
    TimeOffFactory(therapist=noor, starts_on=TUESDAY, ends_on=TUESDAY, starts_time=dt.time(13), ends_time=dt.time(16))
    with pytest.raises(RuleBroken) as refusal:
        move(session)
    assert refusal.value.reason.rule == Rule.TIME_OFF
    moved = move(session, override_reason="An emergency")
    assert spans(moved) == [(kind, 0, 45) for kind, *_ in ALL_OF_IT]


def test_move_holds_the_daily_cap_of_everybody(session, move, book, noor):
    Therapist.objects.filter(pk=noor.pk).update(daily_cap=1)
    assert move(session).starts_at == TWO  # its own place in the day is not in its way
    wednesday = TUESDAY + dt.timedelta(days=1)
    book(at(wednesday, "09:00"), therapist=noor, patient=PatientFactory())
    with pytest.raises(DailyCapReached):
        move(session, at(wednesday, "14:00"))


def test_move_asks_nobody_beside_whether_they_offer_the_type(session, move, noor):
    noor.therapy_types.clear()
    world.forget()
    assert move(session).starts_at == TWO


@pytest.mark.parametrize("looks_first", [True, False], ids=["the action", "the wall behind it"])
def test_move_holds_the_cap_of_somebody_beside_who_does_not_offer_the_type(
    session, move, book, noor, monkeypatch, looks_first
):
    wednesday = TUESDAY + dt.timedelta(days=1)
    book(at(wednesday, "09:00"), therapist=noor, patient=PatientFactory())
    Therapist.objects.filter(pk=noor.pk).update(daily_cap=1)
    noor.therapy_types.clear()
    world.forget()
    if not looks_first:
        monkeypatch.setattr(claims, "next_number", lambda count, used: 2)
    with pytest.raises(DailyCapReached):
        move(session, at(wednesday, "14:00"))


def test_desk_is_told_what_stands_in_anybodys_way_and_may_go_on(sunrise, people, session, noor, bob):
    TimeOffFactory(therapist=noor, kind="training", starts_on=TUESDAY, ends_on=TUESDAY)
    facts = {"centre": sunrise, "session": session, "by": people.oscar, "starts_at": TWO, "therapist": bob}
    with pytest.raises(desk.Objected) as refusal:
        desk.move_at_desk(**facts)
    assert [(reason.rule, reason.detail) for reason in refusal.value.reasons] == [(Rule.TIME_OFF, "training")]
    override = desk.Override("An emergency", frozenset({"time_off"}))
    assert desk.move_at_desk(**facts, override=override).starts_at == TWO


def test_cancel_frees_everybody(session, people, noor, free_on):
    life.cancel_session(session=session, by=people.oscar, reason="Ill")
    assert not Occupancy.objects.filter(session=session).exists()
    assert "10:00" in free_on(TUESDAY) and "10:00" in free_on(TUESDAY, therapists=[noor.pk])


@pytest.mark.parametrize(("act", "state"), [(life.complete_session, "attended"), (life.miss_session, "missed")])
def test_complete_and_miss_say_it_of_everybody(session, people, monday, act, state):
    monday.move_to(at(TUESDAY, "11:00"))
    assert act(session=session, by=people.bob).state in (State.COMPLETED, State.MISSED)
    assert set(session.participants.values_list("state", flat=True)) == {state}
    assert spans(session) == ALL_OF_IT


def test_everybody_is_told_of_a_move_and_a_cancellation(session, move, people, noor, second):
    move(session)
    life.cancel_session(session=session, by=people.oscar, reason="Ill")
    for kind in (Message.Kind.SESSION_MOVED, Message.Kind.SESSION_CANCELLED):
        told = set(Message.objects.filter(session=session, kind=kind).values_list("to_address", flat=True))
        assert told >= {people.bob.email, noor.user.email, people.carol.email, second.email} - {""}
