"""What the desk types when it books."""

import uuid

import pytest


@pytest.fixture
def carol(people):
    return people.carol.patient


@pytest.fixture
def wanted(speech, bob, carol):
    """What the desk has typed: Carol with Bob by video, tomorrow at ten."""
    return {
        "patient": str(carol.pk),
        "therapy_type": str(speech.pk),
        "mode": "video",
        "therapist": str(bob.pk),
        "on": "2026-11-24",
        "slot": "10:00",
        "concerns": "Stammers when tired",
        "key": str(uuid.uuid4()),
    }


@pytest.fixture
def newcomer(wanted):
    names = {"given_name": "Zoe", "family_name": "Zwick", "birth_on": "2015-03-04", "phone": "212 664 7665"}
    return {**wanted, "patient": "new", **{f"new-{name}": value for name, value in names.items()}}
