"""Browsers that let go of times while others take them: nobody waits for the other in a circle."""

import datetime as dt
import threading

import pytest
from django.db import transaction

from apps.core import clock
from apps.core.models import Mode
from apps.scheduling import actions
from apps.scheduling.slots import Slot
from apps.sessions import claims
from apps.sessions.models import Hold, Occupancy, TherapySession
from apps.therapists.models import Therapist, TherapyType
from tests.concurrency.test_booking_races import outcome, working_day
from tests.factories import PatientFactory, UserFactory, cast

pytestmark = pytest.mark.race


@pytest.fixture
def swap(clinic, race, meet):
    """Each browser deletes the other's expired hold on the way to its time, and before that its own earlier one."""
    kind = TherapyType.objects.get()
    cast.working_therapist(UserFactory(given_name="Noor", roles=["therapist"]), kind)
    slots = [Slot(one, kind, Mode.VIDEO, working_day(clinic)) for one in Therapist.objects.order_by("pk")]
    for number, slot in enumerate(slots):
        actions.hold_slot(centre=clinic, slot=slot, token=f"browser {number}")
    past = {"expires_at": clock.now() - dt.timedelta(minutes=1)}
    with transaction.atomic():
        Hold.objects.update(**past)
        Occupancy.objects.update(**past)
    meet(claims, "let_go")
    return lambda: race(lambda n: actions.hold_slot(centre=clinic, slot=slots[1 - n], token=f"browser {n}"), 2)


def test_two_browsers_swap_their_expired_times(swap):
    assert outcome(swap()) == {"Hold": 2}
    assert Hold.objects.count() == 2


def test_control_without_the_locks_of_what_is_let_go_they_wait_for_each_other(swap, monkeypatch):
    monkeypatch.setattr(claims, "things_of", lambda holds: [])
    assert outcome(swap()) == {"Hold": 1, "OperationalError": 1}


@pytest.fixture
def hand_over_and_let_go(clinic, race, monkeypatch):
    """A browser's hold becomes a session while another request of it lets go of a hold it saw too late to lock."""
    slot = Slot(Therapist.objects.get(), TherapyType.objects.get(), Mode.VIDEO, working_day(clinic))
    hold = actions.hold_slot(centre=clinic, slot=slot, token="mine")
    patient, handed_over, let_go = PatientFactory(), threading.Barrier(2), threading.Event()
    monkeypatch.setattr(claims, "things_of", lambda holds: [])

    def work(number):
        if number == 0:
            with transaction.atomic():
                session = actions.book_held(centre=clinic, hold=hold, patient=patient, by=None)
                handed_over.wait(timeout=20)
                let_go.wait(timeout=1)
            return session
        handed_over.wait(timeout=20)
        actions.release_hold(token="mine")
        return let_go.set()

    return lambda: race(work, 2)


def test_what_was_handed_over_is_not_let_go(hand_over_and_let_go):
    assert outcome(hand_over_and_let_go()) == {"TherapySession": 1, "NoneType": 1}
    assert TherapySession.objects.get().occupancies.count() == 2


def test_control_let_go_by_key_it_would_be_taken_from_the_session(hand_over_and_let_go, monkeypatch):
    """Django collects the rows first and deletes them by key, whosever they have become. (The database refuses that.)"""
    monkeypatch.setattr(claims, "let_go", lambda holds: holds.delete())
    assert outcome(hand_over_and_let_go()) == {"TherapySession": 1, "IntegrityError": 1}
