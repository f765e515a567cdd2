"""A slot, the time that is wanted, and whether and how it may be taken: locks, rules, terms, room."""

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import IntegrityError, transaction
from psycopg.errors import ForeignKeyViolation

from apps.accounts.models import User
from apps.core.models import Mode
from apps.scheduling import times, world
from apps.scheduling.availability import Rule
from apps.scheduling.errors import ChoiceGone, RuleBroken
from apps.sessions import claims
from apps.sessions.claims import DayCount, Span
from apps.sessions.errors import DailyCapReached, NoRoomFree, SlotTaken
from apps.sessions.models import Hold, Room, TherapySession
from apps.tenants.models import Centre
from apps.therapists.models import Therapist, TherapyType

WALLS = {
    "occupancy_no_overlap": SlotTaken,
    "occupancy_day_number_once": DailyCapReached,
    "occupancy_within_daily_cap": DailyCapReached,
}


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
def walls_speak() -> Iterator[None]:
    """Turn the database's no into the domain's: the constraint is the wall behind the locks."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if isinstance(error.__cause__, ForeignKeyViolation):
            raise ChoiceGone from error
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        if name in WALLS:
            raise WALLS[name] from error
        raise


def rooms_for(slot: Slot) -> list[Room]:
    if slot.mode != Mode.IN_PERSON:
        return []
    return [slot.room] if slot.room else list(Room.objects.suitable_for(slot.therapy_type, slot.mode))


def lock(slot: Slot, rooms: Sequence[Room], others: Sequence[uuid.UUID] = ()) -> None:
    """Lock the therapist, the rooms and whatever else is touched."""
    claims.lock([slot.therapist.pk, *(room.pk for room in rooms), *others])


def day_of(centre: Centre, slot: Slot) -> dt.date:
    return slot.starts_at.astimezone(zoneinfo.ZoneInfo(slot.therapist.time_zone or centre.time_zone)).date()


def terms_of(centre: Centre, slot: Slot) -> tuple[int, Decimal]:
    """Minutes and price of the day; whoever calls has just compared the schedule version."""
    return world.current(centre).terms(slot.therapist.pk, slot.therapy_type, day_of(centre, slot))


def buffers_of(kind: TherapyType, kept: TherapySession | Hold | None = None) -> tuple[int, int]:
    """Minutes before and after: as promised to a session or hold, else as the type has them today.

    A session without any was squeezed in by an override: where it moves within the rules, it gets the type's.
    """
    own = (kept.buffer_before_minutes, kept.buffer_after_minutes) if kept else (0, 0)
    return own if any(own) else (kind.buffer_before_minutes, kind.buffer_after_minutes)


def span_of(slot: Slot, minutes: int, kept: TherapySession | None = None) -> Span:
    ends_at = slot.starts_at + dt.timedelta(minutes=minutes)
    return Span(slot.starts_at, ends_at, *buffers_of(slot.therapy_type, kept))


def want_of(
    slot: Slot, *, by_staff: bool, session: TherapySession | None = None, hold: Hold | None = None
) -> times.Want:
    """The question to the engine. The `session` being moved or one's own `hold` keeps its length and is not in the way."""
    kept = session or hold
    return times.Want(
        therapy_type=slot.therapy_type,
        mode=slot.mode,
        therapists=[slot.therapist.pk],
        by_staff=by_staff,
        session=session.pk if session else None,
        hold=hold.pk if hold else None,
        minutes=kept.duration_minutes if kept else None,
        buffers=buffers_of(slot.therapy_type, kept),
    )


def require_free(centre: Centre, slot: Slot, want: times.Want) -> None:
    """Hold the centre's rules. Raises SlotTaken, DailyCapReached or RuleBroken."""
    reason = times.why_not(centre, want, slot.starts_at)
    if reason is None:
        return
    if reason.rule == Rule.TAKEN:
        raise SlotTaken
    if reason.rule == Rule.DAILY_CAP:
        raise DailyCapReached
    raise RuleBroken(reason)


def _give_way(slot: Slot, room: Room | None, span: Span, besides: TherapySession | None, by: User | None) -> None:
    """What no override passes: two sessions at one time. Neighbours' buffers give way."""
    things = [slot.therapist.pk, *([room.pk] if room else [])]
    if claims.overlap_of_sessions(things, span, besides=besides):
        raise SlotTaken
    claims.trim_neighbours(things, span, by=by, besides=besides)


def _room_despite_buffers(rooms: Sequence[Room], span: Span, *, besides: TherapySession | None = None) -> Room:
    """A room that is free, else one that only the time kept free around its sessions would shut. Raises NoRoomFree."""
    try:
        return claims.free_room(rooms, span, besides=besides)
    except NoRoomFree:
        for room in rooms:
            if not claims.overlap_of_sessions([room.pk], span, besides=besides):
                return room
        raise


def claim(
    centre: Centre,
    slot: Slot,
    rooms: Sequence[Room],
    *,
    override: bool,
    by_staff: bool,
    session: TherapySession | None = None,
    by: User | None = None,
) -> Claim:
    """Decide, under the locks, whether and how the slot may be taken.

    `session` is the one being moved. Whoever comes too late is told so by one question, before anything is written.
    """
    if override:
        world.current(centre, version=world.version())
    else:
        require_free(centre, slot, want_of(slot, by_staff=by_staff, session=session))
    minutes, price = (session.duration_minutes, session.price) if session else terms_of(centre, slot)
    span = span_of(slot, minutes, session)
    find_room = claims.free_room
    if override:
        span, find_room = Span(span.starts_at, span.ends_at), _room_despite_buffers
    room = find_room(rooms, span, besides=session) if slot.mode == Mode.IN_PERSON else None
    if override:
        _give_way(slot, room, span, session, by)
    cap = None if override else slot.therapist.daily_cap
    return Claim(span, price, DayCount(slot.therapist.pk, day_of(centre, slot), cap), room)


def bring_along(
    centre: Centre,
    slot: Slot,
    beside: Sequence[Therapist],
    span: Span,
    *,
    override: bool,
    session: TherapySession,
    by: User,
) -> list[DayCount]:
    """Decide, under the locks, whether the therapists beside the one who leads can come to the slot as well.

    Raises as `claim` does. Whoever was asked to join need not offer the type themselves.
    """
    found = []
    for one in beside:
        theirs = replace(slot, therapist=one)
        if one == slot.therapist:
            raise SlotTaken
        if override:
            _give_way(theirs, None, span, session, by)
        else:
            _require_free_beside(centre, theirs, session)
        found.append(DayCount(one.pk, day_of(centre, theirs), None if override else one.daily_cap))
    return found


def _require_free_beside(centre: Centre, slot: Slot, session: TherapySession) -> None:
    try:
        require_free(centre, slot, want_of(slot, by_staff=True, session=session))
    except RuleBroken as refusal:
        if refusal.reason.rule != Rule.NOT_BOOKABLE:
            raise
