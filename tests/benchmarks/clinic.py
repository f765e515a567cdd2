"""The clinic of the speed table, in a real database: 50 therapists, a month around a clock change, two years behind it."""

import contextlib
import datetime as dt
import random
import uuid

from django.db import connection

from apps.accounts.models import User
from apps.core.models import Mode
from apps.core.postgresql import as_owner
from apps.patients.models import Patient
from apps.scheduling.models import WorkingHours
from apps.sessions.models import Occupancy, Resource, SessionTherapist, TherapySession
from apps.therapists.models import Therapist, TherapyType

THERAPISTS = 50
MINUTES = 45
HISTORY_MONTHS = 24
PER_MONTH = 200
WEEK = range(6)
OPENS, CLOSES = 9 * 60, 18 * 60


def build(zone, today: dt.date) -> tuple[TherapyType, list[Therapist]]:
    """Fill the current centre; answers the type and the therapists."""
    kind = TherapyType.objects.create(
        name="Speech", duration_minutes=MINUTES, price=85, buffer_after_minutes=0, modes=["video"]
    )
    users = User.objects.bulk_create(
        User(email=f"t{n}@bench.example", given_name=f"T{n}", family_name="Bench", roles=["therapist"])
        for n in range(THERAPISTS)
    )
    people = Therapist.objects.bulk_create(
        Therapist(user=user, slug=f"t{n}", modes=list(Mode.values), status="approved") for n, user in enumerate(users)
    )
    for person in people:
        person.therapy_types.add(kind)
    WorkingHours.objects.bulk_create(
        WorkingHours(therapist=person, weekday=day, starts_minute=OPENS, ends_minute=CLOSES)
        for person in people
        for day in WEEK
    )
    Patient.objects.bulk_create(Patient(given_name=f"P{n}", family_name="Bench") for n in range(500))
    with unchecked():
        _sessions(zone, today, kind, people)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE therapy_sessions_occupancy")
    return kind, people


@contextlib.contextmanager
def unchecked():
    """Fill history fast: a quarter of a million sessions without the check at every commit."""
    tables = ("therapysession", "sessiontherapist", "occupancy")
    with as_owner(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE therapy_sessions_{table} DISABLE TRIGGER USER")
    yield
    with as_owner(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE therapy_sessions_{table} ENABLE TRIGGER USER")


def _sessions(zone, today, kind, people):
    """Two years of sessions and a month to come, eight a day; no participants: the slot question never reads them."""
    dice = random.Random(4)
    first = today - dt.timedelta(days=30 * HISTORY_MONTHS)
    for person in people:
        days = [first + dt.timedelta(days=n) for n in range(30 * HISTORY_MONTHS + 30)]
        _month_rows(dice, zone, kind, person, [day for day in days if day.weekday() in WEEK])


def _month_rows(dice, zone, kind, person, days):
    starts = [
        dt.datetime.combine(day, dt.time(), zone) + dt.timedelta(minutes=OPENS + MINUTES * n)
        for day in days
        for n in sorted(dice.sample(range(12), 8))
    ]
    length = dt.timedelta(minutes=MINUTES)
    sessions = [
        TherapySession(
            therapy_type=kind, mode="video", starts_at=at, ends_at=at + length, currency="USD", state="completed"
        )
        for at in starts
    ]
    TherapySession.objects.bulk_create(sessions, batch_size=2000)
    SessionTherapist.objects.bulk_create(
        [SessionTherapist(session=s, therapist=person) for s in sessions], batch_size=4000
    )
    rows = [_taken(s, person.pk, number) for number, s in enumerate(sessions)]
    Occupancy.objects.bulk_create(rows, batch_size=4000)


def _taken(session, therapist: uuid.UUID, number: int) -> Occupancy:
    return Occupancy(
        resource=Resource.THERAPIST,
        what=therapist,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        session=session,
        counts_on=session.starts_at.date(),
        day_number=number % 8 + 1,
    )
