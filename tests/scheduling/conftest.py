"""A Monday at eight in New York, Bob's week of nine to five, and how to ask what is free."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine

from apps.core.models import Mode
from apps.patients.models import Patient
from apps.scheduling import actions, times, world
from apps.sessions.models import Room
from apps.therapists.models import Therapist, TherapyType

NEW_YORK = ZoneInfo("America/New_York")
MONDAY = dt.date(2026, 11, 23)
TUESDAY = dt.date(2026, 11, 24)


def at(day, clock="10:00", zone=NEW_YORK):
    """A wall-clock time of New York, unless told otherwise, in UTC."""
    hour, minute = map(int, clock.split(":"))
    return dt.datetime.combine(day, dt.time(hour, minute), zone).astimezone(dt.UTC)


def clocks(found, zone=NEW_YORK):
    """Free starts as wall-clock times."""
    return [f"{free.starts_at.astimezone(zone):%H:%M}" for free in found]


@pytest.fixture
def monday():
    """Monday the 23rd of November 2026, eight o'clock in New York: two hours of notice end at ten."""
    with time_machine.travel(at(MONDAY, "08:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def bob(people):
    return Therapist.objects.select_related("user").get(user=people.bob)


@pytest.fixture
def speech(sunrise):
    return TherapyType.objects.get(name="Speech therapy")


@pytest.fixture
def room(sunrise):
    return Room.objects.get()


@pytest.fixture
def carol(people):
    return Patient.objects.get(user=people.carol)


@pytest.fixture
def mia(sunrise):
    return Patient.objects.get(given_name="Mia")


@pytest.fixture
def want(speech, bob):
    """Return a function: what to ask for. Bob by video unless told otherwise."""

    def make(**facts):
        return times.Want(**{"therapy_type": speech, "mode": Mode.VIDEO, "therapists": [bob.pk], **facts})

    return make


@pytest.fixture
def free_on(sunrise, want):
    """Return a function: the wall-clock times at which Bob is free on a day."""

    def ask(day, **facts):
        return clocks(times.free_starts(sunrise, want(**facts), day, day))

    return ask


@pytest.fixture
def slot(bob, speech):
    """Return a function: a slot of Bob's by video, on Tuesday at ten unless told otherwise."""

    def make(starts_at=None, **facts):
        wanted = {"therapist": bob, "therapy_type": speech, "mode": Mode.VIDEO, **facts}
        return actions.Slot(starts_at=starts_at or at(TUESDAY), **wanted)

    return make


@pytest.fixture
def book(sunrise, slot, carol):
    """Return a function that books: Carol with Bob on Tuesday at ten, unless told otherwise."""

    def make(starts_at=None, patient=None, **facts):
        wanted = {name: facts.pop(name) for name in ("therapist", "therapy_type", "mode", "room") if name in facts}
        return actions.book_session(
            centre=sunrise, slot=slot(starts_at, **wanted), patient=patient or carol, **{"by": None, **facts}
        )

    return make


@pytest.fixture
def elsewhere():
    """Return a function that makes this process what another one is: with what it knew before `change()`."""

    def change_behind(change):
        known = dict(world._worlds)
        change()
        world._worlds.clear()
        world._worlds.update(known)

    return change_behind
