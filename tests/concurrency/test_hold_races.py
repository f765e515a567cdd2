"""Browsers that let go of times while others take them: nobody waits for the other in a circle."""

import datetime as dt
import threading
from contextlib import suppress

import pytest

from apps.core import clock
from apps.core.models import Mode
from apps.scheduling import actions
from apps.scheduling.slots import Slot
from apps.sessions import claims
from apps.sessions.models import Hold, Occupancy
from apps.therapists.models import Therapist, TherapyType
from tests.concurrency.test_booking_races import outcome, working_day
from tests.factories import UserFactory, cast

pytestmark = pytest.mark.race


def test_two_browsers_swap_their_expired_times(clinic, race, monkeypatch):
    """Each deletes the other's expired hold on the way to its time, and then its own earlier one."""
    kind = TherapyType.objects.get()
    cast.working_therapist(UserFactory(given_name="Noor", roles=["therapist"]), kind)
    slots = [Slot(one, kind, Mode.VIDEO, working_day(clinic)) for one in Therapist.objects.order_by("pk")]
    for number, slot in enumerate(slots):
        actions.hold_slot(centre=clinic, slot=slot, token=f"browser {number}")
    past = {"expires_at": clock.now() - dt.timedelta(minutes=1)}
    Hold.objects.update(**past)
    Occupancy.objects.update(**past)
    together, drop = threading.Barrier(2), claims.drop_expired

    def drop_and_wait(things):
        drop(things)
        with suppress(threading.BrokenBarrierError):
            together.wait(timeout=1)

    monkeypatch.setattr(claims, "drop_expired", drop_and_wait)
    results = race(lambda n: actions.hold_slot(centre=clinic, slot=slots[1 - n], token=f"browser {n}"), 2)
    assert outcome(results) == {"Hold": 2}
    assert Hold.objects.count() == 2
