"""Browsers that let go of times while others take them: nobody waits for the other in a circle."""

import datetime as dt
import threading
from contextlib import suppress

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


def test_two_browsers_swap_their_expired_times(clinic, race, monkeypatch):
    """Each deletes the other's expired hold on the way to its time, and then its own earlier one."""
    kind = TherapyType.objects.get()
    cast.working_therapist(UserFactory(given_name="Noor", roles=["therapist"]), kind)
    slots = [Slot(one, kind, Mode.VIDEO, working_day(clinic)) for one in Therapist.objects.order_by("pk")]
    for number, slot in enumerate(slots):
        actions.hold_slot(centre=clinic, slot=slot, token=f"browser {number}")
    past = {"expires_at": clock.now() - dt.timedelta(minutes=1)}
    with transaction.atomic():
        Hold.objects.update(**past)
        Occupancy.objects.update(**past)
    together, drop = threading.Barrier(2), claims.clear_and_count

    def drop_and_wait(*facts):
        used = drop(*facts)
        with suppress(threading.BrokenBarrierError):
            together.wait(timeout=1)
        return used

    monkeypatch.setattr(claims, "clear_and_count", drop_and_wait)
    results = race(lambda n: actions.hold_slot(centre=clinic, slot=slots[1 - n], token=f"browser {n}"), 2)
    assert outcome(results) == {"Hold": 2}
    assert Hold.objects.count() == 2


def test_what_was_handed_over_is_not_let_go(clinic, race, monkeypatch):
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

    assert outcome(race(work, 2)) == {"TherapySession": 1, "NoneType": 1}
    assert TherapySession.objects.get().occupancies.count() == 2
