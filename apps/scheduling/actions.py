"""Keeping a time, booking it, moving it. The locking order is `claims`' and is the same everywhere:

1. sorted advisory locks on therapist, suitable rooms and patients,
2. the rules are checked against what is taken now,
3. what expired holds still had is freed,
4. rows are inserted, the exclusion constraint behind them.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction

from apps.accounts import audit
from apps.accounts.models import User
from apps.core import clock
from apps.patients.models import Patient
from apps.scheduling import slots
from apps.scheduling.errors import HoldGone, NotBookableForPatient, RequestReused
from apps.scheduling.slots import Claim, Slot
from apps.sessions import claims
from apps.sessions.claims import DayCount, Span
from apps.sessions.errors import PatientTaken, StateNotPossible
from apps.sessions.models import Hold, Room, SessionEvent, State, TherapySession
from apps.sessions.models.session import UPCOMING
from apps.sessions.signals import session_booked, session_moved
from apps.tenants.models import Centre
from apps.therapists.models import Therapist

# --- holds -----------------------------------------------------------------------------------------------------------


def hold_slot(*, centre: Centre, slot: Slot, token: str, by: User | None = None) -> Hold:
    """Keep a time for the centre's `hold_minutes`, at today's price; the browser's earlier hold is let go.

    Raises SlotTaken, DailyCapReached, NoRoomFree, RuleBroken or ChoiceGone.
    """
    with slots.walls_speak():
        rooms = slots.rooms_for(slot)
        earlier = Hold.objects.filter(token=token)
        slots.lock(slot, rooms, claims.things_of(earlier))
        claims.let_go(earlier)
        claim = slots.claim(centre, slot, rooms, override=False, by_staff=False)
        hold = Hold.objects.create(
            therapist=slot.therapist,
            therapy_type=slot.therapy_type,
            mode=slot.mode,
            room=claim.room,
            price=claim.price,
            token=token,
            made_by=by,
            expires_at=clock.now() + dt.timedelta(minutes=centre.hold_minutes),
            **_times(claim.span),
        )
        room = claim.room.pk if claim.room else None
        claims.take(claims.rows(span=claim.span, counts=[claim.count], room=room), hold=hold)
    return hold


@transaction.atomic
def release_hold(*, token: str) -> None:
    """Let go of whatever this browser keeps."""
    holds = Hold.objects.filter(token=token)
    claims.lock(claims.things_of(holds))
    claims.let_go(holds)


@transaction.atomic
def sweep_holds() -> int:
    """Delete expired holds; returns how many. They block nobody meanwhile."""
    holds = Hold.objects.filter(expires_at__lte=clock.now() - dt.timedelta(hours=1))
    claims.lock(claims.things_of(holds))
    return claims.let_go(holds)


def _times(span: Span) -> dict[str, object]:
    return {name: getattr(span, name) for name in Span.__slots__}


# --- booking ---------------------------------------------------------------------------------------------------------


def book_session(
    *,
    centre: Centre,
    slot: Slot,
    patient: Patient,
    by: User | None,
    concerns: str = "",
    by_staff: bool = False,
    override_reason: str = "",
    key: uuid.UUID | None = None,
) -> TherapySession:
    """Book one patient with one therapist, at the terms of that day, frozen on the session.

    Guarantees that therapist, room and patient are taken by nobody else at that time, and that the same `key` books once
    (a retry returns the first session). `override_reason` passes the rules, never an overlap; whoever calls has checked
    that `by` may override. Sends `session_booked`. Raises SlotTaken, PatientTaken, DailyCapReached, NoRoomFree,
    RuleBroken, NotBookableForPatient, RequestReused, ChoiceGone.
    """
    with slots.walls_speak():
        rooms = slots.rooms_for(slot)
        slots.lock(slot, rooms, [patient.pk, *_keys(key)])
        if earlier := _already_booked(key, slot, patient):
            return earlier
        _require_patient(patient)
        claim = slots.claim(centre, slot, rooms, override=bool(override_reason), by_staff=by_staff, by=by)
        _require_patient_free(patient, claim.span)
        session = _create(centre, slot, claim, by=by, override_reason=override_reason, key=key)
        _place(session, slot, patient, claim.price, concerns)
        room = claim.room.pk if claim.room else None
        claims.take(
            claims.rows(span=claim.span, counts=[claim.count], room=room, patients=[patient.pk]), session=session
        )
        return _booked(session, by=by, reason=override_reason)


def book_held(
    *, centre: Centre, hold: Hold, patient: Patient, by: User | None, concerns: str = "", key: uuid.UUID | None = None
) -> TherapySession:
    """Turn a hold into a session at the price promised when it was made; the time is never free in between.

    A hold that expired is booked all the same while nobody else took the time and no rule but the notice forbids it. The
    same `key` books once. Sends `session_booked`. Raises HoldGone, and (the hold stands then) PatientTaken,
    NotBookableForPatient, RuleBroken, RequestReused.
    """
    slot = Slot(hold.therapist, hold.therapy_type, hold.mode, hold.starts_at, hold.room)
    with slots.walls_speak():
        claims.lock([hold.therapist_id, *([hold.room_id] if hold.room_id else []), patient.pk, *_keys(key)])
        if earlier := _already_booked(key, slot, patient):
            return earlier
        _require_kept(centre, slot, hold)
        _require_patient(patient)
        span = claims.span_of(hold)
        _require_patient_free(patient, span)
        count = DayCount(hold.therapist_id, slots.day_of(centre, slot), hold.therapist.daily_cap)
        claim = Claim(span, hold.price, count, hold.room)
        session = _create(centre, slot, claim, by=by, key=key)
        _place(session, slot, patient, hold.price, concerns)
        if claims.hand_over(hold, session) != _size(hold):
            raise HoldGone
        claims.take(claims.rows(span=span, counts=[], patients=[patient.pk]), session=session)
        hold.delete()
        return _booked(session, by=by)


def _require_kept(centre: Centre, slot: Slot, hold: Hold) -> None:
    """Raises HoldGone when it is not there or its time has begun; of an expired one also what the rules say by now."""
    if slot.starts_at <= clock.now() or hold.occupancies.count() != _size(hold):
        raise HoldGone
    if not hold.is_alive:
        slots.require_free(centre, slot, slots.want_of(slot, by_staff=True, hold=hold))


def _size(hold: Hold) -> int:
    """How many rows a whole hold has: the therapist's, and the room's if it needs one."""
    return 1 + bool(hold.room_id)


def _keys(key: uuid.UUID | None) -> list[uuid.UUID]:
    """The request's key as something to lock: two requests with one key take turns, whatever they ask for."""
    return [key] if key else []


def _already_booked(key: uuid.UUID | None, slot: Slot, patient: Patient) -> TherapySession | None:
    """The session that this very request made before. Raises RequestReused when its key made another one."""
    earlier = TherapySession.objects.filter(idempotency_key=key).first() if key else None
    if earlier is None:
        return None
    first = earlier.events.filter(kind=SessionEvent.Kind.BOOKED, to_starts_at=slot.starts_at)
    if not first.exists() or not earlier.participants.filter(patient=patient).exists():
        raise RequestReused
    return earlier


def _require_patient(patient: Patient) -> None:
    if patient.status != Patient.Status.ACTIVE:
        raise NotBookableForPatient


def _require_patient_free(patient: Patient, span: Span, besides: TherapySession | None = None) -> None:
    if claims.is_taken([patient.pk], span, besides=besides):
        raise PatientTaken


def _create(
    centre: Centre,
    slot: Slot,
    claim: Claim,
    *,
    by: User | None,
    override_reason: str = "",
    key: uuid.UUID | None = None,
) -> TherapySession:
    return TherapySession.objects.create(
        therapy_type=slot.therapy_type,
        mode=slot.mode,
        room=claim.room,
        currency=centre.currency,
        cancel_notice_minutes=centre.cancel_notice_minutes,
        booked_by=by,
        override_reason=override_reason,
        idempotency_key=key,
        **_times(claim.span),
    )


def _place(session: TherapySession, slot: Slot, patient: Patient, price: Decimal, concerns: str) -> None:
    session.session_therapists.create(therapist=slot.therapist, is_lead=True)
    session.participants.create(patient=patient, price=price, concerns=concerns)


def _booked(session: TherapySession, *, by: User | None, reason: str = "") -> TherapySession:
    event = session.events.create(kind=SessionEvent.Kind.BOOKED, by=by, reason=reason, to_starts_at=session.starts_at)
    audit.record(by=by, verb="booked", obj=session, reason=reason)
    session_booked.send(TherapySession, session=session, event=event, by=by)
    return session


# --- moving ----------------------------------------------------------------------------------------------------------


def move_session(
    *,
    centre: Centre,
    session: TherapySession,
    starts_at: dt.datetime,
    by: User,
    therapist: Therapist | None = None,
    room: Room | None = None,
    reason: str = "",
    override_reason: str = "",
) -> TherapySession:
    """Move a session that has not begun to another time, therapist or room, keeping its length, buffers, price and policy.

    Everybody who takes part moves along; `therapist` replaces the one who leads. Its own time does not stand in its way.
    Told to stay as it is, it does, and nobody is told. Sends `session_moved`. Raises StateNotPossible, SlotTaken,
    PatientTaken, DailyCapReached, NoRoomFree, RuleBroken, ChoiceGone.
    """
    with slots.walls_speak():
        lead, beside = _led_and_joined_by(session)
        slot = Slot(therapist or lead, session.therapy_type, session.mode, starts_at, room)
        rooms, patients = slots.rooms_for(slot), claims.staying_patients(session)
        rooms.sort(key=lambda room: room.pk != session.room_id)  # it stays where it is, if it can
        slots.lock(slot, rooms, [lead.pk, *(one.pk for one in beside), *patients])
        session = TherapySession.objects.locked(session.pk)  # after the advisory locks: the other order deadlocks
        _require_movable(session, [lead, *beside])
        facts: dict[str, Any] = {"override": bool(override_reason), "session": session, "by": by}
        claim = slots.claim(centre, slot, rooms, by_staff=True, **facts)
        along = slots.bring_along(centre, slot, beside, claim.span, **facts)
        if claims.is_taken(patients, claim.span, besides=session):
            raise PatientTaken
        if (slot.starts_at, slot.therapist, claim.room) == (session.starts_at, lead, session.room):
            return session
        before = _whereabouts(session, lead)
        _settle(session, slot, claim, along, patients)
        return _moved(session, slot.therapist, before, by=by, reason=override_reason or reason)


def _led_and_joined_by(session: TherapySession) -> tuple[Therapist, list[Therapist]]:
    """Who leads, and the therapists beside them. One query."""
    rows = session.session_therapists.select_related("therapist__user").order_by("-is_lead", "pk")
    lead, *beside = [row.therapist for row in rows]
    return lead, beside


def _require_movable(session: TherapySession, therapists: Sequence[Therapist]) -> None:
    """Raises StateNotPossible when it began, ended, or changed hands while we waited for the locks."""
    lead, beside = _led_and_joined_by(session)
    unchanged = [lead, *beside] == list(therapists)
    if session.state not in UPCOMING or session.starts_at <= clock.now() or not unchanged:
        raise StateNotPossible


def _settle(
    session: TherapySession, slot: Slot, claim: Claim, along: Sequence[DayCount], patients: Sequence[uuid.UUID]
) -> None:
    claims.release(session)
    for name, value in _times(claim.span).items():
        setattr(session, name, value)
    session.room = claim.room
    session.state = State.SCHEDULED
    session.save(update_fields=[*Span.__slots__, "room", "state"])
    session.session_therapists.filter(is_lead=True).update(therapist=slot.therapist)
    room = claim.room.pk if claim.room else None
    counts = [claim.count, *along]
    claims.take(claims.rows(span=claim.span, counts=counts, room=room, patients=patients), session=session)


def _whereabouts(session: TherapySession, therapist: Therapist) -> dict[str, Any]:
    """When, with whom and where: what a move may change."""
    return {"starts_at": session.starts_at, "therapist": str(therapist), "room": str(session.room or "")}


def _moved(
    session: TherapySession, therapist: Therapist, before: dict[str, Any], *, by: User, reason: str
) -> TherapySession:
    after = _whereabouts(session, therapist)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    other = [" → ".join(str(one or "–") for one in changes[name]) for name in ("therapist", "room") if name in changes]
    event = session.events.create(
        kind=SessionEvent.Kind.MOVED,
        by=by,
        reason=reason,
        details=", ".join(other)[:300],
        from_starts_at=before["starts_at"],
        to_starts_at=session.starts_at,
    )
    audit.record(by=by, verb="moved", obj=session, changes=changes, reason=reason)
    session_moved.send(TherapySession, session=session, event=event, by=by)
    return session
