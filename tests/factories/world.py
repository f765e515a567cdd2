"""Whole sessions, booked as the desk books them: therapist, room and patient are taken."""

import datetime as dt
import zoneinfo

from django.db import transaction

from apps.core.models import Mode
from apps.patients.models import Patient
from apps.scheduling import world
from apps.scheduling.actions import Slot, book_session
from apps.sessions.claims import DayCount, rows, span_of, take
from apps.therapists.models import Therapist, TherapyType
from tests.factories import cast
from tests.factories.accounts import UserFactory
from tests.factories.patients import PatientFactory

NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
MONDAY_NOON = dt.datetime(2026, 11, 23, 12, 0, tzinfo=NEW_YORK)  # a working day that is not a holiday: a test's present


def at(hour, minute=0, *, days=0):
    """A time of day in New York on that Monday, or some days from it."""
    return MONDAY_NOON.replace(hour=hour, minute=minute) + dt.timedelta(days=days)


def booked(centre, starts_at, *, by=None, therapist=None, patient=None, mode=Mode.VIDEO, **facts):
    """One session with Bob and Carol unless told; rules are overridden, so that any time will do."""
    therapist = therapist or Therapist.objects.get(user__email="bob@sunrise.example")
    patient = patient or Patient.objects.get(given_name="Carol")
    kind = facts.pop("therapy_type", None) or TherapyType.objects.get(name="Speech therapy")
    slot = Slot(therapist, kind, mode, starts_at, facts.pop("room", None))
    facts = {"override_reason": "A test", **facts}
    return book_session(centre=centre, slot=slot, patient=patient, by=by, **facts)


def another_therapist(name="Tara", **facts):
    """A second therapist who offers what Bob offers."""
    user = UserFactory(given_name=name, family_name="Novak", roles=["therapist"])
    therapist = cast.working_therapist(user, TherapyType.objects.get(name="Speech therapy"), **facts)
    world.forget()
    return therapist


@transaction.atomic
def joined(session, *, therapist=None, patient=None):
    """The session with one more therapist or patient in it, all of it taken as by an action."""
    span, counts, patients = span_of(session), [], []
    if therapist:
        session.session_therapists.create(therapist=therapist, is_lead=False)
        counts = [DayCount(therapist.pk, session.starts_at.astimezone(NEW_YORK).date(), therapist.daily_cap)]
    if patient:
        session.participants.create(patient=patient, price=session.participants.first().price)
        patients = [patient.pk]
    take(rows(span=span, counts=counts, patients=patients), session=session)
    return session


def full_day(centre, number, *, day=0, **facts):
    """So many sessions on one day, each with a patient of their own: one after the other, a quarter of an hour each."""
    kind = TherapyType.objects.get(name="Speech therapy")
    TherapyType.objects.filter(pk=kind.pk).update(duration_minutes=15, buffer_after_minutes=0)
    world.forget()
    start = at(7, days=day)
    return [
        booked(centre, start + dt.timedelta(minutes=15 * turn), patient=PatientFactory(), **facts)
        for turn in range(number)
    ]
