import pytest

from apps.patients.models import Patient
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
        session = TherapySessionFactory(state="cancelled")  # of the past, and claims nobody's time
        ParticipantFactory(session=session, patient=patient)
        SessionTherapistFactory(session=session, therapist=people.bob.therapist)

    return meet
