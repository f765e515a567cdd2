"""Keeping a time, booking it, moving it. The locking order is `claims`' and is the same everywhere:

1. sorted advisory locks on therapist, suitable rooms and patients,
2. what expired holds still had is freed,
3. the rules are checked against what is taken now,
4. rows are inserted, the exclusion constraint behind them.
"""

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from apps.accounts import audit
from apps.accounts.models import User
from apps.core import clock
from apps.core.models import Mode
from apps.patients.models import Patient
from apps.scheduling import times, world
from apps.scheduling.availability import Rule
from apps.scheduling.errors import HoldGone, NotBookableForPatient, RuleBroken
from apps.sessions import claims
from apps.sessions.claims import DayCount, Span
from apps.sessions.errors import DailyCapReached, NoRoomFree, PatientTaken, SlotTaken, StateNotPossible
from apps.sessions.models import Hold, Room, SessionEvent, SessionTherapist, State, TherapySession
from apps.sessions.models.session import UPCOMING
from apps.sessions.signals import session_booked, session_moved
from apps.tenants.models import Centre
from apps.therapists.models import Therapist, TherapyType

WALLS = {"occupancy_no_overlap": SlotTaken, "occupancy_day_number_once": DailyCapReached}


@dataclass(frozen=True, slots=True)
class Slot:
    """The time that is wanted: whose, for what, how, when. `room` is named only when the desk insists on one."""

    therapist: Therapist
    therapy_type: TherapyType
    mode: str
    starts_at: dt.datetime
    room: Room | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A slot with everything that was promised or found for it, ready to be taken."""

    span: Span
    price: Decimal
    count: DayCount
    room: Room | None


@contextmanager
def _walls_speak() -> Iterator[None]:
    """Turn the database's no into the domain's: the constraint is the wall behind the locks."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        if name in WALLS:
            raise WALLS[name] from error
        raise


def _rooms_for(slot: Slot) -> list[Room]:
    if slot.mode != Mode.IN_PERSON:
        return []
    return [slot.room] if slot.room else list(Room.objects.suitable_for(slot.therapy_type, slot.mode))


def _lock(slot: Slot, rooms: Sequence[Room], patients: Sequence[uuid.UUID] = ()) -> None:
    things = [slot.therapist.pk, *(room.pk for room in rooms), *patients]
    claims.lock(things)
    claims.drop_expired(things)


def _day_of(centre: Centre, slot: Slot) -> dt.date:
    return slot.starts_at.astimezone(zoneinfo.ZoneInfo(slot.therapist.time_zone or centre.time_zone)).date()


def _terms(centre: Centre, slot: Slot) -> tuple[int, Decimal]:
    """Minutes and price of the day; whoever calls has just compared the schedule version."""
    return world.current(centre).terms(slot.therapist.pk, slot.therapy_type, _day_of(centre, slot))


def _span(slot: Slot, minutes: int) -> Span:
    kind = slot.therapy_type
    ends_at = slot.starts_at + dt.timedelta(minutes=minutes)
    return Span(slot.starts_at, ends_at, kind.buffer_before_minutes, kind.buffer_after_minutes)


def _want(slot: Slot, *, by_staff: bool, session: TherapySession | None) -> times.Want:
    return times.Want(
        therapy_type=slot.therapy_type,
        mode=slot.mode,
        therapists=[slot.therapist.pk],
        by_staff=by_staff,
        session=session.pk if session else None,
        minutes=session.duration_minutes if session else None,
    )


def _require_free(centre: Centre, slot: Slot, want: times.Want) -> None:
    """Hold the centre's rules. Raises SlotTaken, DailyCapReached or RuleBroken."""
    reason = times.why_not(centre, want, slot.starts_at)
    if reason is None:
        return
    if reason.rule == Rule.TAKEN:
        raise SlotTaken
    if reason.rule == Rule.DAILY_CAP:
        raise DailyCapReached
    raise RuleBroken(reason)


def _give_way(slot: Slot, room: Room | None, span: Span, besides: TherapySession | None) -> None:
    """What no override passes: two sessions at one time. Neighbours' buffers give way."""
    things = [slot.therapist.pk, *([room.pk] if room else [])]
    if claims.overlap_of_sessions(things, span, besides=besides):
        raise SlotTaken
    claims.trim_neighbours(things, span, besides=besides)


def _room_despite_buffers(rooms: Sequence[Room], span: Span, *, besides: TherapySession | None = None) -> Room:
    """A room that is free, else one that only the time kept free around its sessions would shut. Raises NoRoomFree."""
    try:
        return claims.free_room(rooms, span, besides=besides)
    except NoRoomFree:
        for room in rooms:
            if not claims.overlap_of_sessions([room.pk], span, besides=besides):
                return room
        raise


def _claim(
    centre: Centre,
    slot: Slot,
    rooms: Sequence[Room],
    *,
    override: bool,
    by_staff: bool,
    session: TherapySession | None = None,
) -> Claim:
    """Decide, under the locks, whether and how the slot may be taken. `session` is the one being moved."""
    if override:
        world.current(centre, version=world.version())
    else:
        _require_free(centre, slot, _want(slot, by_staff=by_staff, session=session))
    minutes, price = (session.duration_minutes, session.price) if session else _terms(centre, slot)
    span = _span(slot, minutes)
    find_room = claims.free_room
    if override:
        span, find_room = Span(span.starts_at, span.ends_at), _room_despite_buffers
    room = find_room(rooms, span, besides=session) if slot.mode == Mode.IN_PERSON else None
    if override:
        _give_way(slot, room, span, session)
    cap = None if override else slot.therapist.daily_cap
    return Claim(span, price, DayCount(slot.therapist.pk, _day_of(centre, slot), cap), room)


# --- holds -----------------------------------------------------------------------------------------------------------


def hold_slot(*, centre: Centre, slot: Slot, token: str, by: User | None = None) -> Hold:
    """Keep a time for the centre's `hold_minutes`, at today's price; the browser's earlier hold is let go.

    Raises SlotTaken, DailyCapReached, NoRoomFree or RuleBroken.
    """
    with _walls_speak():
        rooms = _rooms_for(slot)
        _lock(slot, rooms)
        Hold.objects.filter(token=token).delete()
        claim = _claim(centre, slot, rooms, override=False, by_staff=False)
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


def release_hold(*, token: str) -> None:
    """Let go of whatever this browser keeps."""
    Hold.objects.filter(token=token).delete()


def sweep_holds() -> int:
    """Delete expired holds; returns how many. They block nobody meanwhile."""
    return Hold.objects.filter(expires_at__lte=clock.now() - dt.timedelta(hours=1)).delete()[0]


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
    RuleBroken, NotBookableForPatient.
    """
    with _walls_speak():
        rooms = _rooms_for(slot)
        _lock(slot, rooms, [patient.pk])
        if earlier := _already_booked(key):
            return earlier
        _require_patient(patient)
        claim = _claim(centre, slot, rooms, override=bool(override_reason), by_staff=by_staff)
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

    A hold that expired is booked all the same while nobody else took the time. The same `key` books once. Sends
    `session_booked`. Raises HoldGone, PatientTaken, NotBookableForPatient (the hold stands then).
    """
    slot = Slot(hold.therapist, hold.therapy_type, hold.mode, hold.starts_at, hold.room)
    with _walls_speak():
        claims.lock([hold.therapist_id, *([hold.room_id] if hold.room_id else []), patient.pk])
        if earlier := _already_booked(key):
            return earlier
        if not Hold.objects.filter(pk=hold.pk).exists():
            raise HoldGone
        _require_patient(patient)
        span = claims.span_of(hold)
        _require_patient_free(patient, span)
        claim = Claim(
            span, hold.price, DayCount(hold.therapist_id, _day_of(centre, slot), hold.therapist.daily_cap), hold.room
        )
        session = _create(centre, slot, claim, by=by, key=key)
        _place(session, slot, patient, hold.price, concerns)
        if claims.hand_over(hold, session) != 1 + bool(hold.room_id):
            raise HoldGone
        claims.take(claims.rows(span=span, counts=[], patients=[patient.pk]), session=session)
        hold.delete()
        return _booked(session, by=by)


def _already_booked(key: uuid.UUID | None) -> TherapySession | None:
    return TherapySession.objects.filter(idempotency_key=key).first() if key else None


def _require_patient(patient: Patient) -> None:
    if patient.status != Patient.Status.ACTIVE:
        raise NotBookableForPatient


def _require_patient_free(patient: Patient, span: Span, besides: TherapySession | None = None) -> None:
    if claims.overlap_of_sessions([patient.pk], span, besides=besides):
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
    """Move a session that has not begun to another time, therapist or room, keeping its length, price and policy.

    Its own time does not stand in its way. Sends `session_moved`. Raises StateNotPossible, SlotTaken, PatientTaken,
    DailyCapReached, NoRoomFree, RuleBroken.
    """
    with _walls_speak():
        lead = session.session_therapists.select_related("therapist__user").get(is_lead=True)
        slot = Slot(therapist or lead.therapist, session.therapy_type, session.mode, starts_at, room)
        rooms, patients = _rooms_for(slot), claims.staying_patients(session)
        rooms.sort(key=lambda room: room.pk != session.room_id)  # it stays where it is, if it can
        _lock(slot, rooms, [lead.therapist_id, *patients])
        session = TherapySession.objects.locked(session.pk)  # after the advisory locks: the other order deadlocks
        _require_movable(session, lead)
        claim = _claim(centre, slot, rooms, override=bool(override_reason), by_staff=True, session=session)
        if claims.overlap_of_sessions(patients, claim.span, besides=session):
            raise PatientTaken
        before = _whereabouts(session, lead.therapist)
        _settle(session, slot, claim, patients)
        return _moved(session, slot.therapist, before, by=by, reason=override_reason or reason)


def _require_movable(session: TherapySession, lead: SessionTherapist) -> None:
    """Raises StateNotPossible when it began, ended, or changed hands while we waited for the locks."""
    unchanged = session.session_therapists.filter(is_lead=True, therapist=lead.therapist_id).exists()
    if session.state not in UPCOMING or session.starts_at <= clock.now() or not unchanged:
        raise StateNotPossible


def _settle(session: TherapySession, slot: Slot, claim: Claim, patients: Sequence[uuid.UUID]) -> None:
    claims.release(session)
    for name, value in _times(claim.span).items():
        setattr(session, name, value)
    session.room = claim.room
    session.state = State.SCHEDULED
    session.save(update_fields=[*Span.__slots__, "room", "state"])
    session.session_therapists.filter(is_lead=True).update(therapist=slot.therapist)
    room = claim.room.pk if claim.room else None
    claims.take(claims.rows(span=claim.span, counts=[claim.count], room=room, patients=patients), session=session)


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
