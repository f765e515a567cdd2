"""Two overrides squeeze in before and after one session: what it gives up to the one is not given back by the other."""

import datetime as dt

import pytest

from apps.accounts.models import AuditRecord
from apps.core.models import Mode
from apps.scheduling.slots import Slot
from apps.sessions import claims
from apps.sessions.models import Room
from apps.sessions.models.session import TherapySessionQuerySet
from apps.therapists.models import Therapist, TherapyType
from tests.concurrency.test_booking_races import book, outcome, overlaps, slot, working_day
from tests.factories import PatientFactory, RoomFactory, UserFactory, cast

pytestmark = pytest.mark.race
LENGTH = dt.timedelta(minutes=45)


@pytest.fixture
def neighbour(clinic):
    """A session in the only room, with a quarter of an hour before and after it."""
    TherapyType.objects.update(buffer_before_minutes=15)
    RoomFactory()
    return book(clinic, slot(working_day(clinic), Mode.IN_PERSON), PatientFactory())


@pytest.fixture
def squeezes(neighbour):
    """One wants the therapist just before it, the other the room just after it: no lock is theirs together."""
    kind, room = TherapyType.objects.get(), Room.objects.get()
    other = cast.working_therapist(UserFactory(given_name="Noor", roles=["therapist"]), kind)
    therapist = Therapist.objects.exclude(pk=other.pk).get()
    before = Slot(therapist, kind, Mode.VIDEO, neighbour.starts_at - LENGTH)
    return [before, Slot(other, kind, Mode.IN_PERSON, neighbour.ends_at, room)]


@pytest.fixture
def squeeze_in(clinic, race, meet, squeezes):
    patients = PatientFactory.create_batch(2)
    meet(claims, "_trim", before=True)
    return lambda: race(lambda n: book(clinic, squeezes[n], patients[n], override_reason="An emergency"), 2)


def test_both_sides_of_a_session_give_way_at_once(neighbour, squeeze_in):
    assert outcome(squeeze_in()) == {"TherapySession": 2}
    neighbour.refresh_from_db()
    assert (neighbour.buffer_before_minutes, neighbour.buffer_after_minutes) == (0, 0)
    given_up = AuditRecord.objects.about(neighbour).filter(verb="changed").values_list("changes", flat=True)
    names = ("buffer_after_minutes", "buffer_before_minutes")
    assert sorted(given_up, key=str) == [{name: [15, 0]} for name in names]
    assert overlaps() == 0


def test_control_without_the_neighbours_lock_only_one_gets_in(neighbour, squeeze_in, monkeypatch):
    """The second takes back what was given up to the first: the wall refuses it."""
    monkeypatch.setattr(TherapySessionQuerySet, "select_for_update", lambda rows, **facts: rows)
    assert outcome(squeeze_in()) == {"TherapySession": 1, "SlotTaken": 1}
