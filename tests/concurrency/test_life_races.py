"""Two people change one session at once: the steps happen one after the other, or one of them is told no."""

import datetime as dt
import threading

import pytest
from django.db import connection

from apps.core import clock
from apps.core.postgresql import as_owner
from apps.scheduling import actions
from apps.sessions import actions as life
from apps.sessions.models import State, TherapySession
from apps.sessions.models.session import TherapySessionQuerySet
from tests.concurrency.test_booking_races import book, outcome, overlaps, slot, working_day
from tests.factories import PatientFactory, UserFactory

pytestmark = pytest.mark.race
HOUR = dt.timedelta(hours=1)
ROUNDS = 5


@pytest.fixture
def desk(clinic):
    return UserFactory(roles=["operator"])


@pytest.fixture
def session(clinic):
    return book(clinic, slot(working_day(clinic)), PatientFactory())


@pytest.fixture
def begun(clinic):
    """A session of an hour ago that nobody has closed."""
    at = (clock.now() - HOUR).replace(minute=0, second=0, microsecond=0)
    return book(clinic, slot(at), PatientFactory(), by_staff=True, override_reason="Entered late")


def kinds(session):
    return list(session.events.values_list("kind", flat=True))


def test_move_against_cancel(clinic, race, desk):
    """Whoever comes first, it ends cancelled, with nothing taken and no move after the end."""
    for number in range(ROUNDS):
        begin = working_day(clinic, number + 1)
        session = book(clinic, slot(begin), PatientFactory())
        deeds = [
            lambda one=session: life.cancel_session(session=one, by=desk, reason="Ill"),
            lambda one=session, at=begin + HOUR: actions.move_session(
                centre=clinic, session=one, starts_at=at, by=desk
            ),
        ]
        results = race(lambda n, deeds=deeds: deeds[n](), 2)
        assert isinstance(results[0], TherapySession)
        session.refresh_from_db()
        assert (session.state, session.occupancies.count(), kinds(session)[-1]) == (State.CANCELLED, 0, "cancelled")
        assert len(kinds(session)) == 2 + isinstance(results[1], TherapySession)


def test_two_moves_of_one_session(clinic, race, session, desk):
    """Both arrive one after the other: each starts from where the other left it."""
    to = [session.starts_at + HOUR * (2 + n) for n in range(2)]
    results = race(lambda n: actions.move_session(centre=clinic, session=session, starts_at=to[n], by=desk), 2)
    assert outcome(results) == {"TherapySession": 2}
    first, second = session.events.filter(kind="moved")
    session.refresh_from_db()
    assert (second.from_starts_at, second.to_starts_at) == (first.to_starts_at, session.starts_at)
    assert session.occupancies.count() == 2 and overlaps() == 0


def test_two_cancel_at_once(race, session, desk):
    results = race(lambda n: life.cancel_session(session=session, by=desk, reason="Ill"), 2)
    assert outcome(results) == {"TherapySession": 1, "StateNotPossible": 1}
    assert kinds(session) == ["booked", "cancelled"]


def test_completed_against_missed(race, begun, desk):
    deeds = [life.complete_session, life.miss_session]
    results = race(lambda n: deeds[n](session=begun, by=desk), 2)
    assert outcome(results) == {"TherapySession": 1, "StateNotPossible": 1}
    assert len(kinds(begun)) == 2


@pytest.fixture
def unlocked(monkeypatch):
    """The look before a step takes no lock, and both have looked before either writes."""
    together = threading.Barrier(2)

    def not_locked(rows, pk):
        found = rows.get(pk=pk)
        together.wait(timeout=20)
        return found

    monkeypatch.setattr(TherapySessionQuerySet, "locked", not_locked)


def test_without_the_lock_the_database_refuses_the_second(race, begun, desk, unlocked):
    deeds = [life.complete_session, life.miss_session]
    results = race(lambda n: deeds[n](session=begun, by=desk), 2)
    assert outcome(results) == {"TherapySession": 1, "IntegrityError": 1}
    assert len(kinds(begun)) == 2


def test_control_without_lock_and_trigger_it_is_both_completed_and_missed(race, begun, desk, unlocked):
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER session_state_forward ON therapy_sessions_therapysession")
    deeds = [life.complete_session, life.miss_session]
    assert outcome(race(lambda n: deeds[n](session=begun, by=desk), 2)) == {"TherapySession": 2}
    assert sorted(kinds(begun)) == ["booked", "completed", "missed"]
