"""Which buttons a session's page, row or card offers now. Whether the viewer may press them is the matrix's to say."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from apps.core import clock
from apps.sessions.models import State, TherapySession

EARLY = dt.timedelta(minutes=15)  # how long before its time a session may be marked as begun


@dataclass(frozen=True, slots=True)
class Steps:
    confirm: bool
    start: bool
    complete: bool
    miss: bool
    cancel: bool
    move: bool

    @property
    def any_outcome(self) -> bool:
        """Whether something is to be said about how it went or goes."""
        return self.start or self.complete or self.miss


def steps_of(session: TherapySession, at: dt.datetime) -> Steps:
    """Say what may follow for this session at this moment, by its state and its times."""
    begun = session.starts_at <= at
    return Steps(
        confirm=session.can_become(State.CONFIRMED) and not begun,
        start=session.can_become(State.IN_PROGRESS) and session.starts_at - EARLY <= at < session.ends_at,
        complete=session.can_become(State.COMPLETED) and begun,
        miss=session.can_become(State.MISSED) and begun,
        cancel=session.can_be_cancelled(at=at),
        move=session.is_upcoming and not begun,
    )


def with_steps(sessions: Iterable[TherapySession]) -> list[TherapySession]:
    """Give each session its `steps` for a template."""
    now = clock.now()
    found = list(sessions)
    for session in found:
        session.steps = steps_of(session, now)  # type: ignore[attr-defined]
    return found
