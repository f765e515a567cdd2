import pytest

from apps.therapists.models import TherapyType
from tests.factories import TherapistFactory


@pytest.fixture
def bob(people):
    """Bob's profile: approved."""
    return people.bob.therapist


@pytest.fixture
def newcomer(people):
    """A profile that waits for approval."""
    return TherapistFactory(user__given_name="Nina", user__family_name="New", slug="nina-new", status="pending")


@pytest.fixture
def speech(people):
    return TherapyType.objects.get(name="Speech therapy")
