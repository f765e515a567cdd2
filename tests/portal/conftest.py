"""Bookings as visitors make them: a Monday noon that stays, speech therapy with Bob by video, and its addresses."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from apps.portal.booking import slot_value
from apps.scheduling import world
from apps.sessions import claims
from apps.therapists.models import Therapist, TherapyType
from tests.factories import ParticipantFactory
from tests.factories.world import MONDAY_NOON, another_therapist, at


@pytest.fixture
def noon(sunrise):
    """It is Monday noon in New York and stays so."""
    world.forget()
    with time_machine.travel(MONDAY_NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def speech(sunrise):
    return TherapyType.objects.get(name="Speech therapy")


@pytest.fixture
def bob(people):
    return Therapist.objects.get(user=people.bob)


@pytest.fixture
def times_url(speech, noon):
    """Return a function: the address of the times of speech therapy."""

    def make(therapist="bob-chen", mode="video", **more):
        query = {"type": str(speech.pk), "mode": mode, "therapist": therapist, **more}
        return reverse("portal:book-time") + "?" + "&".join(f"{key}={value}" for key, value in query.items())

    return make


@pytest.fixture
def ten():
    """Tomorrow at ten with Bob, as the form names it."""
    return slot_value(at(10, days=1).astimezone(dt.UTC), "bob-chen")


@pytest.fixture
def choose(times_url, ten):
    """Return a function: this browser chooses tomorrow at ten, or another time."""

    def post(client, slot=None, therapist="bob-chen", **more):
        return client.post(times_url(therapist), {"slot": slot or ten, **more})

    return post


@pytest.fixture
def tara(noon):
    """A second therapist, who meets by video alone."""
    found = another_therapist(gender="woman")
    Therapist.objects.filter(pk=found.pk).update(modes=["video"], languages=["es"])
    world.forget()
    return Therapist.objects.get(pk=found.pk)


@pytest.fixture
def joins():
    """Return a function: one more patient takes part in a session, and is taken for its time."""

    def join(session, **facts):
        place = ParticipantFactory(session=session, **facts)
        claims.take(claims.rows(span=claims.span_of(session), counts=[], patients=[place.patient_id]), session=session)
        return place

    return join
