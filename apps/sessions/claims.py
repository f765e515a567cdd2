"""Taking time: the only writer of `Occupancy`.

The order is always the same, and it is what keeps racers from deadlocks: sorted advisory locks on everything that might
be claimed, then a look (what is free, how many on that day), then the insert. The exclusion constraint and the unique
day number stay behind it as the wall.
"""

import datetime as dt
import hashlib
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from apps.accounts import audit
from apps.accounts.models import User
from apps.core import clock, schema
from apps.sessions.errors import DailyCapReached, NoRoomFree
from apps.sessions.models import Hold, Occupancy, Resource, Room, TherapySession
from apps.sessions.models.session import Participant

BUFFERS = ("buffer_before_minutes", "buffer_after_minutes")
LONGEST = dt.timedelta(days=1)  # of any occupancy: lets a question about a moment use the index on the start


@dataclass(frozen=True, slots=True)
class Span:
    """The time of a session or hold and what is kept free around it."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0

    @property
    def wide(self) -> tuple[dt.datetime, dt.datetime]:
        """With its buffers: what a therapist and a room are taken for."""
        before, after = (
            dt.timedelta(minutes=self.buffer_before_minutes),
            dt.timedelta(minutes=self.buffer_after_minutes),
        )
        return self.starts_at - before, self.ends_at + after


@dataclass(frozen=True, slots=True)
class DayCount:
    """Toward which local day a therapist's session counts, and the cap that holds for it (None: none, or overridden)."""

    therapist: uuid.UUID
    day: dt.date
    cap: int | None


def lock(things: Iterable[uuid.UUID]) -> None:
    """Wait for, and keep until the transaction ends, the locks of these therapists, rooms and patients, in sorted order.

    Advisory locks are database-wide: the key carries the schema.
    """
    keys = sorted({_lock_key(thing) for thing in things})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(k) FROM unnest(%s::bigint[]) AS k", [keys])


def _lock_key(thing: uuid.UUID) -> int:
    digest = hashlib.blake2b(thing.bytes, key=schema.current().encode()[:64], digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def things_of(holds: QuerySet[Hold]) -> list[uuid.UUID]:
    """The therapists and rooms that these holds keep: to be locked before they are deleted, or two who let go of what
    the other one wants wait for each other."""
    return [thing for pair in holds.values_list("therapist_id", "room_id") for thing in pair if thing]


def let_go(holds: QuerySet[Hold]) -> int:
    """Delete holds with what they still have; returns how many.

    By cause, not by key as `QuerySet.delete` does: a row that was handed over in the meantime is the session's and stays.
    """
    keys = list(holds.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM therapy_sessions_occupancy WHERE hold_id = ANY(%s)", [keys])
        cursor.execute("DELETE FROM therapy_sessions_hold WHERE id = ANY(%s)", [keys])
        return cursor.rowcount


def free_room(rooms: Sequence[Room], span: Span, *, besides: TherapySession | None = None) -> Room:
    """Return the first of `rooms` that is free for the span with its buffers. Raises NoRoomFree. Call under their locks."""
    starts_at, ends_at = span.wide
    rows = Occupancy.objects.standing().filter(
        what__in=[room.pk for room in rooms], starts_at__lt=ends_at, ends_at__gt=starts_at
    )
    taken = set((rows.exclude(session=besides) if besides else rows).values_list("what", flat=True))
    for room in rooms:
        if room.pk not in taken:
            return room
    raise NoRoomFree


def next_number(count: DayCount, used: Collection[int]) -> int:
    """Return the lowest unused number of the therapist's day. Raises DailyCapReached."""
    if count.cap is not None and len(used) >= count.cap:
        raise DailyCapReached
    return next(number for number in range(1, len(used) + 2) if number not in used)


CLEAR_AND_COUNT = """
WITH expired AS (DELETE FROM therapy_sessions_occupancy WHERE what = ANY(%(things)s) AND expires_at <= %(now)s)
SELECT what, counts_on, day_number FROM therapy_sessions_occupancy
 WHERE what = ANY(%(who)s) AND counts_on = ANY(%(days)s) AND (expires_at IS NULL OR expires_at > %(now)s)
"""  # one statement sees one moment: what it deletes it would still count


def clear_and_count(things: list[uuid.UUID], counts: Sequence[DayCount]) -> dict[tuple[uuid.UUID, dt.date], set[int]]:
    """Free what expired holds still have of these things; return the numbers used on each therapist's day."""
    used: dict[tuple[uuid.UUID, dt.date], set[int]] = defaultdict(set)
    who, days = [count.therapist for count in counts], [count.day for count in counts]
    with connection.cursor() as cursor:
        cursor.execute(CLEAR_AND_COUNT, {"things": things, "now": clock.now(), "who": who, "days": days})
        for what, day, number in cursor.fetchall():
            used[what, day].add(number)
    return used


def rows(
    *, span: Span, counts: Sequence[DayCount], room: uuid.UUID | None = None, patients: Iterable[uuid.UUID] = ()
) -> list[Occupancy]:
    """Return the unsaved rows that a session or hold claims, and free what expired holds still have of their things.

    Raises DailyCapReached. Call under the locks: whoever comes after may take what expired.
    """
    starts_at, ends_at = span.wide
    wide = {"starts_at": starts_at, "ends_at": ends_at}
    used = (
        clear_and_count([*(count.therapist for count in counts), *([room] if room else [])], counts) if counts else {}
    )
    made = [
        Occupancy(
            resource=Resource.THERAPIST,
            what=count.therapist,
            counts_on=count.day,
            day_number=next_number(count, used.get((count.therapist, count.day), ())),
            daily_cap=count.cap,
            **wide,
        )
        for count in counts
    ]
    if room is not None:
        made.append(Occupancy(resource=Resource.ROOM, what=room, **wide))
    made += [
        Occupancy(resource=Resource.PATIENT, what=patient, starts_at=span.starts_at, ends_at=span.ends_at)
        for patient in patients
    ]
    return made


def take(made: Sequence[Occupancy], *, session: TherapySession | None = None, hold: Hold | None = None) -> None:
    """Insert the rows for their session or hold. Raises IntegrityError when the wall says no."""
    for row in made:
        row.session, row.hold = session, hold
        row.expires_at = hold.expires_at if hold else None
    Occupancy.objects.bulk_create(made)


def hand_over(hold: Hold, session: TherapySession) -> int:
    """Turn the hold's rows into the session's without a gap; returns how many there were (none: they were taken away)."""
    return Occupancy.objects.filter(hold=hold).update(session=session, hold=None, expires_at=None)


def release(session: TherapySession) -> None:
    """Free everything the session has taken."""
    Occupancy.objects.filter(session=session).delete()


def is_taken(things: Sequence[uuid.UUID], span: Span, *, besides: TherapySession | None = None) -> bool:
    """Whether one of these things is taken at this time; for patients, around whom nothing is kept free."""
    near = {"starts_at__lt": span.ends_at, "starts_at__gt": span.starts_at - LONGEST, "ends_at__gt": span.starts_at}
    found = Occupancy.objects.standing().filter(what__in=things, **near)
    return (found.exclude(session=besides) if besides else found).exists()


def overlap_of_sessions(things: Sequence[uuid.UUID], span: Span, *, besides: TherapySession | None = None) -> bool:
    """Whether a session or a living hold (buffers left aside) has one of these things at this time."""
    meets = Q(session__starts_at__lt=span.ends_at, session__ends_at__gt=span.starts_at)
    meets |= Q(hold__starts_at__lt=span.ends_at, hold__ends_at__gt=span.starts_at)
    near = {"starts_at__lt": span.ends_at, "starts_at__gt": span.starts_at - LONGEST, "ends_at__gt": span.starts_at}
    found = Occupancy.objects.standing().filter(meets, what__in=things, **near)
    return (found.exclude(session=besides) if besides else found).exists()


def trim_neighbours(
    things: Sequence[uuid.UUID], span: Span, *, by: User | None, besides: TherapySession | None = None
) -> None:
    """For an override of buffers: shorten the buffers of neighbouring sessions that reach into the span.

    Their own times stay; only time kept free around them is given up, and written down. Call under the locks, after
    checking that no session overlaps.
    """
    starts_at, ends_at = span.wide
    near = Occupancy.objects.filter(
        what__in=things, starts_at__lt=ends_at, ends_at__gt=starts_at, session__isnull=False
    )
    keys = set(near.values_list("session_id", flat=True)) - {besides.pk if besides else None}
    for session in TherapySession.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"):
        before = span_of(session)
        _trim(session, starts_at, ends_at)
        changes = {
            name: [old, getattr(session, name)]
            for name in BUFFERS
            if (old := getattr(before, name)) != getattr(session, name)
        }
        audit.record(by=by, verb="changed", obj=session, changes=changes, reason=_("Given up for another session"))


def _trim(session: TherapySession, starts_at: dt.datetime, ends_at: dt.datetime) -> None:
    if session.ends_at <= starts_at:
        session.buffer_after_minutes = min(
            session.buffer_after_minutes, int((starts_at - session.ends_at).total_seconds() // 60)
        )
    else:
        session.buffer_before_minutes = min(
            session.buffer_before_minutes, int((session.starts_at - ends_at).total_seconds() // 60)
        )
    session.save(update_fields=BUFFERS)
    wide = span_of(session).wide
    mine = Occupancy.objects.filter(session=session, resource__in=[Resource.THERAPIST, Resource.ROOM])
    mine.update(starts_at=wide[0], ends_at=wide[1])


def span_of(thing: TherapySession | Hold) -> Span:
    return Span(thing.starts_at, thing.ends_at, thing.buffer_before_minutes, thing.buffer_after_minutes)


def staying_patients(session: TherapySession) -> list[uuid.UUID]:
    """The patients who still take part, by key."""
    staying = session.participants.exclude(state=Participant.State.CANCELLED)
    return list(staying.values_list("patient_id", flat=True))
