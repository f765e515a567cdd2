"""What happens: sessions, who takes part, where, what is taken, and what became of it."""

from apps.sessions.models.occupancy import Hold, Occupancy, Resource
from apps.sessions.models.room import Room
from apps.sessions.models.session import (
    Participant,
    SessionEvent,
    SessionTherapist,
    State,
    TherapySession,
    patients_seen_by,
)

__all__ = [
    "Hold",
    "Occupancy",
    "Participant",
    "Resource",
    "Room",
    "SessionEvent",
    "SessionTherapist",
    "State",
    "TherapySession",
    "patients_seen_by",
]
