"""Questions about free time, asked of a centre: a day, a range, the first free across therapists, and why not.

Each answers with one query over what is taken (plus a handful when schedules changed since this process last looked).
Moments are aware UTC datetimes; days are local dates of each therapist's zone.
"""

import datetime as dt
import itertools
import uuid
import zoneinfo
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from apps.core import clock
from apps.core.models import Mode
from apps.scheduling import availability, taken, world
from apps.scheduling.availability import Ask, Busy, DayLoad, Reason, Rules, Schedule
from apps.scheduling.availability.zones import grid_starts
from apps.scheduling.world import Person, World
from apps.tenants.models import Centre
from apps.therapists.models import TherapyType


@dataclass(frozen=True, slots=True)
class Want:
    """What somebody would like to book. `therapists` empty: whoever offers it.

    A `session` being moved and one's own `hold` do not block.
    """

    therapy_type: TherapyType
    mode: str
    therapists: Sequence[uuid.UUID] = ()
    by_staff: bool = False
    session: uuid.UUID | None = None
    hold: uuid.UUID | None = None
    minutes: int | None = None  # of a session that keeps its length; else each therapist's own
    buffers: tuple[int, int] | None = None  # before and after, of one that keeps them; else the type's


@dataclass(frozen=True, slots=True)
class Free:
    """One start that can be booked."""

    starts_at: dt.datetime
    therapist: uuid.UUID


Span: TypeAlias = tuple[dt.datetime, dt.datetime]  # begins, ends
NEAR_DAYS = 14  # how far on a time still counts as near


def moment(epoch: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(epoch, dt.UTC)


class Asked:
    """The engine's question put together and answered from one reading: world, people, ask, busy."""

    def __init__(self, centre: Centre, want: Want, first: dt.date, last: dt.date) -> None:
        self.centre, self.want, self.first, self.last = centre, want, first, last
        self._prepare(world.current(centre))
        version, rows = self._read()
        while version != self.world.version:
            self._prepare(world.current(centre, version=version))
            version, rows = self._read()
        self.busy: Busy = availability.gather(rows)

    def _prepare(self, kept: World) -> None:
        self.world = kept
        self.people = chosen(kept, self.want)
        self.rules: Rules = kept.rules(self.centre, by_staff=self.want.by_staff)
        self.ask = self._ask()

    def _ask(self) -> Ask:
        want = self.want
        needs_room = want.mode == Mode.IN_PERSON
        rooms = self.world.rooms(want.therapy_type.pk, want.mode) if needs_room else []
        before, after = want.buffers or (
            want.therapy_type.buffer_before_minutes,
            want.therapy_type.buffer_after_minutes,
        )
        own = {person.schedule.id: self._minutes(person) for person in self.people}
        return Ask(
            minutes=want.minutes or want.therapy_type.duration_minutes,
            own_minutes=own,
            first=self.first,
            last=self.last,
            now=int(clock.now().timestamp()),
            buffer_before=before,
            buffer_after=after,
            needs_room=needs_room,
            rooms=tuple(str(room) for room in rooms),
        )

    def _minutes(self, person: Person) -> int:
        return self.want.minutes or self.world.terms(person.id, self.want.therapy_type, self.first)[0]

    def _read(self) -> tuple[int, list[availability.Row]]:
        if not self.people:
            return world.version(), []  # somebody may have begun to offer it since
        what = [person.id for person in self.people] + [uuid.UUID(str(room)) for room in self.ask.rooms]
        since, until = availability.window(self.schedules, self.ask)
        return taken.read(what, since, until, session=self.want.session, hold=self.want.hold)

    @property
    def schedules(self) -> list[Schedule]:
        return [person.schedule for person in self.people]


def chosen(kept: World, want: Want) -> list[Person]:
    """The people who can be asked: those named, or everybody, as far as they offer the type in the mode."""
    offering = kept.offering(want.therapy_type.pk, want.mode)
    return [person for person in offering if not want.therapists or person.id in want.therapists]


def _pieces(kept: World, want: Want, first: dt.date, last: dt.date) -> list[tuple[dt.date, dt.date]]:
    """Cut a range where an offering begins or ends, so that each piece has one length per therapist."""
    cuts = set()
    for (_, kind), prices in kept.offerings.items():
        if kind == want.therapy_type.pk:
            cuts |= {price.valid_from for price in prices}
            cuts |= {price.valid_until + dt.timedelta(days=1) for price in prices if price.valid_until}
    edges = [first, *sorted(cut for cut in cuts if first < cut <= last), last + dt.timedelta(days=1)]
    return [(start, end - dt.timedelta(days=1)) for start, end in itertools.pairwise(edges)]


def _asked(centre: Centre, want: Want, first: dt.date, last: dt.date) -> list[Asked]:
    """The question for each piece of the range, all of one world: cut again when it turns out to have changed."""
    while True:
        kept = world.current(centre)
        asked = [Asked(centre, want, start, end) for start, end in _pieces(kept, want, first, last)]
        if all(piece.world is kept for piece in asked):
            return asked


def free_epochs(centre: Centre, want: Want, first: dt.date, last: dt.date) -> dict[uuid.UUID, list[int]]:
    """`free_starts` by therapist, in the engine's own seconds: an object for each start costs more than finding it."""
    found: dict[uuid.UUID, list[int]] = {}
    for asked in _asked(centre, want, first, last):
        answer = availability.across(asked.schedules, asked.rules, asked.ask, asked.busy)
        for person in asked.people:
            if starts := answer[person.schedule.id]:
                found.setdefault(person.id, []).extend(starts)
    return found


def free_starts(centre: Centre, want: Want, first: dt.date, last: dt.date) -> list[Free]:
    """Every start that can be booked from `first` to `last`, by time, then therapist."""
    found = free_epochs(centre, want, first, last)
    moments = {at: moment(at) for starts in found.values() for at in starts}
    by_name = sorted(found.items(), key=lambda one: str(one[0]))
    pairs = ((at, who) for who, starts in by_name for at in starts)
    return [Free(moments[at], who) for at, who in sorted(pairs, key=lambda pair: pair[0])]


def first_free(centre: Centre, want: Want, first: dt.date, last: dt.date) -> Free | None:
    """The earliest start of all; among therapists free then, the least booked that day."""
    for asked in _asked(centre, want, first, last):
        if answer := availability.first_free(asked.schedules, asked.rules, asked.ask, asked.busy):
            return Free(moment(answer[0]), uuid.UUID(str(answer[1])))
    return None


def nearest(
    centre: Centre, want: Want, starts_at: dt.datetime, *, besides: Sequence[Span] = (), count: int = 3
) -> list[Free]:
    """The `count` free starts nearest to a moment, in order of time: what the loser of a race is offered.

    None of them meets one of the spans `besides`: what the patient has already.
    """
    day = starts_at.astimezone(centre.zone).date()
    near = free_starts(centre, want, day - dt.timedelta(days=2), day + dt.timedelta(days=NEAR_DAYS))
    apart = [free for free in near if not _meets(centre, want, free, besides)] if besides else near
    closest = sorted(apart, key=lambda free: abs(free.starts_at - starts_at))[:count]
    return sorted(closest, key=lambda free: free.starts_at)


def _meets(centre: Centre, want: Want, free: Free, spans: Sequence[Span]) -> bool:
    kept = world.current(centre)
    zone = zone_of(centre, kept.people.get(free.therapist))
    minutes, _price = kept.terms(free.therapist, want.therapy_type, free.starts_at.astimezone(zone).date())
    ends_at = free.starts_at + dt.timedelta(minutes=want.minutes or minutes)
    return any(free.starts_at < span[1] and span[0] < ends_at for span in spans)


def why_not(centre: Centre, want: Want, starts_at: dt.datetime) -> Reason | None:
    """Say which rule removes this start for the one therapist wanted; None when it is free."""
    asked = _asked_at(centre, want, starts_at)
    if not asked.people:
        return Reason(availability.Rule.NOT_BOOKABLE)
    return availability.explain(
        asked.people[0].schedule, asked.rules, asked.ask, asked.busy, int(starts_at.timestamp())
    )


def _asked_at(centre: Centre, want: Want, starts_at: dt.datetime) -> Asked:
    """The question for the local day of one moment; the therapist's zone may have changed as well."""
    while True:
        kept = world.current(centre)
        day = starts_at.astimezone(zone_of(centre, kept.people.get(want.therapists[0]))).date()
        asked = Asked(centre, want, day, day)
        if asked.world is kept:
            return asked


def explained_day(centre: Centre, want: Want, day: dt.date) -> list[tuple[dt.datetime, Reason | None]]:
    """Every start of the grid on one day of the one therapist wanted, with what removes it (None: free)."""
    asked = Asked(centre, want, day, day)
    if not asked.people:
        zone = zone_of(centre, asked.world.people.get(want.therapists[0]))
        starts = grid_starts(str(zone), day.toordinal(), centre.grid_minutes)
        return [(moment(start), Reason(availability.Rule.NOT_BOOKABLE)) for start in starts]
    answer = availability.explained_day(asked.people[0].schedule, asked.rules, asked.ask, asked.busy, day)
    return [(moment(start), reason) for start, reason in answer]


def load(centre: Centre, therapist: uuid.UUID, first: dt.date, last: dt.date) -> list[DayLoad]:
    """Per local day: minutes offered and booked, time off and closures. For the month preview and the dashboard."""
    return loads(centre, [therapist], first, last).get(therapist, [])


def loads(
    centre: Centre,
    therapists: Sequence[uuid.UUID],
    first: dt.date,
    last: dt.date,
    *,
    swap: Callable[[Schedule], Schedule] | None = None,
    since: dt.datetime | None = None,
) -> dict[uuid.UUID, list[DayLoad]]:
    """`load` of several therapists from one query. `swap` answers with other hours instead: what-if, nothing saved.

    With `since`, what is offered and free counts from that moment on.
    """
    margin = dt.timedelta(days=2)
    noon = dt.time(12, tzinfo=dt.UTC)
    edges = (int(dt.datetime.combine(day, noon).timestamp()) for day in (first - margin, last + margin))
    version, rows = taken.read(therapists, *edges)
    kept = world.current(centre, version=version)
    busy = availability.gather(rows)
    people = {**kept.people, **world.unlisted(centre, set(therapists) - set(kept.people))}
    rules = kept.rules(centre)
    schedules = {who: people[who].schedule for who in therapists if who in people}
    if swap:
        schedules = {who: swap(schedule) for who, schedule in schedules.items()}
    begin = int(since.timestamp()) if since else 0
    return {
        who: list(availability.day_load(schedule, rules, first, last, busy, since=begin))
        for who, schedule in schedules.items()
    }


def schedule(centre: Centre, therapist: uuid.UUID) -> Schedule:
    """What the engine knows of one therapist's hours and time off now, bookable or not."""
    people = world.current(centre, version=world.version()).people
    return (people if therapist in people else world.unlisted(centre, {therapist}))[therapist].schedule


def zone_of(centre: Centre, person: Person | None) -> dt.tzinfo:
    return zoneinfo.ZoneInfo(person.schedule.zone) if person else centre.zone
