"""A therapy type or room is removed while the first booking that needs it is on its way: whoever comes second is told.

What refers to them is checked when it is written (migration 0006), not when it is committed. The controls put that back:
there a booking whose rows were all written fails at its end.
"""

import threading
from importlib import import_module

import pytest
from django.db import connection, transaction

from apps.accounts.editing import remove_or_retire
from apps.accounts.roles import Role
from apps.core import clock
from apps.core.models import Mode
from apps.core.postgresql import as_owner
from apps.scheduling import actions
from apps.scheduling.slots import Slot
from apps.sessions.models import Hold, Room, TherapySession
from apps.therapists import actions as therapist_actions
from apps.therapists.models import Offering, Therapist, TherapyType
from tests.concurrency.test_booking_races import working_day
from tests.factories import PatientFactory, UserFactory

pytestmark = pytest.mark.race
BACKWARDS = import_module("apps.sessions.migrations.0006_references_checked_at_once").BACKWARDS


def book(clinic, slot):
    return actions.book_session(centre=clinic, slot=slot, patient=PatientFactory(), by=None)


def hold(clinic, slot):
    return actions.hold_slot(centre=clinic, slot=slot, token="a browser")


def price(clinic, slot):
    facts = {"price": 90, "duration_minutes": 45, "valid_from": clock.today()}
    offering = Offering(therapist=slot.therapist, therapy_type=slot.therapy_type, **facts)
    return therapist_actions.save_offering(offering=offering, by=None, changes={})


NEEDS = {"book": book, "hold": hold, "price": price}
GONE = {"type": TherapyType, "room": Room}


@pytest.fixture
def slot(clinic):
    Room.objects.create(name="Blue", modes=[Mode.IN_PERSON])
    kind = TherapyType.objects.get()
    return Slot(Therapist.objects.select_related("user").get(), kind, Mode.IN_PERSON, working_day(clinic))


@pytest.fixture
def one_after_the_other(clinic, slot, race):
    """Return a function: `first` has written and is about to commit when `second` begins."""
    alice = UserFactory(roles=[Role.ADMIN])

    def run(need, gone, *, removed_first):
        row, prices = GONE[gone].objects.get(), Offering.objects.filter(therapy_type=slot.therapy_type)
        written, over = threading.Event(), threading.Event()
        deeds = [lambda: NEEDS[need](clinic, slot), lambda: remove_or_retire(obj=row, by=alice, needed_by=prices)]

        def work(number):
            if number == removed_first:
                with transaction.atomic():
                    found = deeds[number]()
                    written.set()
                    over.wait(timeout=1)
                return found
            written.wait(timeout=20)
            try:
                with transaction.atomic():
                    return deeds[number]()
            finally:
                over.set()

        return [result if isinstance(result, bool) else type(result).__name__ for result in race(work, 2)]

    return run


TAKEN = [(need, made, gone) for need, made in (("book", "TherapySession"), ("hold", "Hold")) for gone in GONE]


@pytest.mark.parametrize(("need", "made", "gone"), [*TAKEN, ("price", "Offering", "type")])
def test_what_is_being_taken_stands_and_the_other_is_told(one_after_the_other, need, made, gone):
    assert one_after_the_other(need, gone, removed_first=False) == [made, False]
    assert sum(model.objects.count() for model in (TherapySession, Hold, Offering)) == 1
    assert not GONE[gone].objects.get().is_active


@pytest.mark.parametrize("gone", GONE)
@pytest.mark.parametrize("need", ["book", "hold"])
def test_what_is_removed_cannot_be_taken_and_that_is_said(one_after_the_other, need, gone):
    assert one_after_the_other(need, gone, removed_first=True) == ["ChoiceGone", True]
    assert sum(model.objects.count() for model in (TherapySession, Hold, Offering)) == 0


def test_price_of_a_type_that_is_removed_is_refused(one_after_the_other):
    """Not as one that overlaps another: the page says that somebody else was faster."""
    assert one_after_the_other("price", "type", removed_first=True) == ["IntegrityError", True]


@pytest.fixture
def checked_late(clinic):
    """Every reference is checked at the commit, as Django makes them."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(BACKWARDS)


@pytest.mark.parametrize("removed_first", [False, True])
@pytest.mark.parametrize("gone", GONE)
def test_control_checked_at_the_commit_the_booking_fails_there(checked_late, one_after_the_other, gone, removed_first):
    assert one_after_the_other("book", gone, removed_first=removed_first) == ["IntegrityError", True]
