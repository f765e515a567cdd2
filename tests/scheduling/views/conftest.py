import pytest

from tests.factories import TherapistFactory


@pytest.fixture(autouse=True)
def _monday(monday):
    """Every page of these tests is asked for on Monday, 23 November 2026, at eight in New York."""


@pytest.fixture
def noor(sunrise):
    """Another therapist: not Bob's business."""
    return TherapistFactory(user__given_name="Noor", user__family_name="Haddad")


@pytest.fixture
def address(bob):
    """Return a function: an address about Bob (or another therapist) below `/schedule/`."""

    def make(text, therapist=None):
        return "/schedule/" + text.replace("BOB", str((therapist or bob).pk))

    return make
