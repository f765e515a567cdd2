"""A session's life after it is booked: confirmed, begun, completed, missed, cancelled. (Booking and moving: scheduling.)"""

from django.db import transaction

from apps.accounts import audit
from apps.accounts.models import User
from apps.core import clock
from apps.sessions import claims
from apps.sessions.errors import NoticeTooShort, StateNotPossible, TooEarly
from apps.sessions.models import Participant, SessionEvent, State, TherapySession
from apps.sessions.signals import session_cancelled, session_completed, session_missed
from apps.sessions.steps import EARLY

Kind = SessionEvent.Kind
KIND_OF = {
    State.CONFIRMED: Kind.CONFIRMED,
    State.IN_PROGRESS: Kind.STARTED,
    State.COMPLETED: Kind.COMPLETED,
    State.MISSED: Kind.MISSED,
    State.CANCELLED: Kind.CANCELLED,
}


def _step(session: TherapySession, to: State, *, by: User | None, reason: str = "") -> SessionEvent:
    """Change the state of a locked session, with its step and its audit record. Raises StateNotPossible."""
    if not session.can_become(to):
        raise StateNotPossible
    before, session.state = session.state, to
    session.save(update_fields=["state"])
    event = session.events.create(kind=KIND_OF[to], by=by, reason=reason)
    audit.record(by=by, verb=KIND_OF[to], obj=session, changes={"state": [before, to]}, reason=reason)
    return event


@transaction.atomic
def confirm_session(*, session: TherapySession, by: User) -> TherapySession:
    """Note that the patient confirmed. Raises StateNotPossible."""
    session = TherapySession.objects.locked(session.pk)
    _step(session, State.CONFIRMED, by=by)
    return session


@transaction.atomic
def start_session(*, session: TherapySession, by: User) -> TherapySession:
    """Note that the session has begun, at most `EARLY` before its time. Raises TooEarly, StateNotPossible."""
    session = TherapySession.objects.locked(session.pk)
    if clock.now() < session.starts_at - EARLY:
        raise TooEarly
    _step(session, State.IN_PROGRESS, by=by)
    return session


@transaction.atomic
def complete_session(*, session: TherapySession, by: User) -> TherapySession:
    """Say that it took place. Sends `session_completed`. Raises TooEarly before its start, StateNotPossible."""
    session = TherapySession.objects.locked(session.pk)
    _require_begun(session)
    event = _step(session, State.COMPLETED, by=by)
    session.participants.filter(state=Participant.State.BOOKED).update(state=Participant.State.ATTENDED)
    session_completed.send(TherapySession, session=session, event=event, by=by)
    return session


@transaction.atomic
def miss_session(*, session: TherapySession, by: User, reason: str = "") -> TherapySession:
    """Say that nobody came. Sends `session_missed`. Raises TooEarly before its start, StateNotPossible."""
    session = TherapySession.objects.locked(session.pk)
    _require_begun(session)
    event = _step(session, State.MISSED, by=by, reason=reason)
    session.participants.filter(state=Participant.State.BOOKED).update(state=Participant.State.MISSED)
    session_missed.send(TherapySession, session=session, event=event, by=by)
    return session


@transaction.atomic
def cancel_session(
    *, session: TherapySession, by: User | None, reason: str = "", as_patient: bool = False
) -> TherapySession:
    """Cancel before it begins and free everything it had taken. Sends `session_cancelled`.

    `as_patient` holds the policy that was frozen at booking. Raises NoticeTooShort, StateNotPossible.
    """
    session = TherapySession.objects.locked(session.pk)
    if not session.can_be_cancelled(at=clock.now()):
        raise StateNotPossible
    if as_patient and not session.can_be_cancelled_by_patient(at=clock.now()):
        raise NoticeTooShort
    event = _step(session, State.CANCELLED, by=by, reason=reason)
    claims.release(session)
    session_cancelled.send(TherapySession, session=session, event=event, by=by)
    return session


def _require_begun(session: TherapySession) -> None:
    if clock.now() < session.starts_at:
        raise TooEarly
