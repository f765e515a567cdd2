import pytest

from apps.patients.models import Patient
from apps.sessions import claims
from tests.factories import ParticipantFactory, SessionTherapistFactory, TherapySessionFactory


@pytest.fixture
def mia(people):
    """Dana's child."""
    return Patient.objects.get(given_name="Mia")


@pytest.fixture
def dana_for_mia(mia):
    return mia.guardianships.get()


@pytest.fixture
def treats(people):
    """Return a function: Bob has had a session with this patient, who is his own from then on."""

    def meet(patient):
        session = TherapySessionFactory(state="completed")
        ParticipantFactory(session=session, patient=patient)
        SessionTherapistFactory(session=session, therapist=people.bob.therapist)
        count = claims.DayCount(people.bob.therapist.pk, session.starts_at.date(), None)
        rows = claims.rows(span=claims.span_of(session), counts=[count], patients=[patient.pk])
        claims.take(rows, session=session)

    return meet
