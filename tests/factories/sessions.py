import datetime as dt
import uuid
from decimal import Decimal

import factory

from apps.core.models import Mode
from apps.sessions.models import (
    Hold,
    Occupancy,
    Participant,
    Resource,
    Room,
    SessionEvent,
    SessionTherapist,
    TherapySession,
)
from tests.factories.patients import PatientFactory
from tests.factories.therapists import TherapistFactory, TherapyTypeFactory

MONDAY_TEN = dt.datetime(2030, 6, 3, 14, 0, tzinfo=dt.UTC)  # ten o'clock in New York, far from every test's present


class RoomFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Room

    name = factory.Sequence(lambda n: f"Room {n}")
    modes = factory.LazyFunction(lambda: list(Mode.values))


class TherapySessionFactory(factory.django.DjangoModelFactory):
    """The bare row: with no therapist, room or participant it claims nothing. For whole sessions use `tests.factories.world`."""

    class Meta:
        model = TherapySession

    therapy_type = factory.SubFactory(TherapyTypeFactory)
    mode = Mode.VIDEO
    starts_at = MONDAY_TEN
    ends_at = factory.LazyAttribute(lambda session: session.starts_at + dt.timedelta(minutes=45))
    currency = "USD"


class SessionTherapistFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SessionTherapist

    session = factory.SubFactory(TherapySessionFactory)
    therapist = factory.SubFactory(TherapistFactory)


class ParticipantFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Participant

    session = factory.SubFactory(TherapySessionFactory)
    patient = factory.SubFactory(PatientFactory)
    price = Decimal("85.00")


class SessionEventFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SessionEvent

    session = factory.SubFactory(TherapySessionFactory)
    kind = SessionEvent.Kind.BOOKED


class HoldFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Hold

    therapist = factory.SubFactory(TherapistFactory)
    therapy_type = factory.SubFactory(TherapyTypeFactory)
    mode = Mode.VIDEO
    starts_at = MONDAY_TEN
    ends_at = factory.LazyAttribute(lambda hold: hold.starts_at + dt.timedelta(minutes=45))
    price = Decimal("85.00")
    token = factory.LazyFunction(lambda: uuid.uuid4().hex)
    expires_at = MONDAY_TEN


class OccupancyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Occupancy

    resource = Resource.ROOM
    what = factory.LazyFunction(uuid.uuid4)
    starts_at = MONDAY_TEN
    ends_at = factory.LazyAttribute(lambda row: row.starts_at + dt.timedelta(minutes=45))
    hold = factory.SubFactory(HoldFactory)
    expires_at = MONDAY_TEN
