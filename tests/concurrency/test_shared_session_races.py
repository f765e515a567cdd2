"""A session of two therapists is moved while somebody books the one beside at that time: one of the two is told."""

import datetime as dt

import pytest

from apps.scheduling import actions
from apps.sessions import claims
from apps.sessions.models import TherapySession
from tests.concurrency.test_booking_races import book, outcome, overlaps, slot, without, working_day
from tests.factories import PatientFactory, UserFactory
from tests.factories.world import another_therapist, joined

pytestmark = pytest.mark.race


@pytest.fixture
def move_and_book(clinic, race, meet):
    """Bob leads and Noor sits beside: moved to the time at which somebody wants Noor alone."""
    noor, oscar = another_therapist("Noor"), UserFactory(roles=["operator"])
    wanted = slot(working_day(clinic) + dt.timedelta(hours=3), therapist=noor)
    session = book(clinic, slot(working_day(clinic)), PatientFactory())
    joined(session, therapist=noor)
    patient = PatientFactory()
    meet(claims, "take", before=True)
    deeds = [
        lambda: actions.move_session(centre=clinic, session=session, starts_at=wanted.starts_at, by=oscar),
        lambda: book(clinic, wanted, patient),
    ]
    return lambda: race(lambda n: deeds[n](), 2)


def test_who_sits_beside_is_taken_once(move_and_book):
    assert outcome(move_and_book()) == {"TherapySession": 1, "SlotTaken": 1}
    assert overlaps() == 0


def test_control_without_locks_the_wall_refuses_one(move_and_book, monkeypatch):
    monkeypatch.setattr(claims, "lock", lambda things: None)
    assert outcome(move_and_book())["TherapySession"] == 1
    assert overlaps() == 0


def test_control_without_locks_and_wall_who_sits_beside_is_taken_twice(move_and_book, monkeypatch):
    without("occupancy_no_overlap", "occupancy_day_number_once")
    monkeypatch.setattr(claims, "lock", lambda things: None)
    assert outcome(move_and_book()) == {"TherapySession": 2}
    assert overlaps() == 1 and TherapySession.objects.count() == 2
