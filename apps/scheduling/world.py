"""Everything the engine needs about a centre except what is taken, kept in the process under the schedule version.

`taken.read` fetches what is taken together with the current version in one query; when the version has moved on, the
world is built anew (a handful of queries, whatever the number of therapists) and the question is asked again.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import QuerySet

from apps.core import clock, schema
from apps.scheduling import holidays, recurrence
from apps.scheduling.availability import Block, Rules, Schedule
from apps.scheduling.availability import Span as Minutes
from apps.scheduling.models import (
    Closure,
    HoursException,
    OpenHoliday,
    ScheduleVersion,
    TimeOff,
    WorkingHours,
)
from apps.sessions.models import Room
from apps.tenants.models import Centre
from apps.therapists.models import Offering, Therapist, TherapyType

PAST_DAYS = 70  # how far back the month preview may look
FUTURE_DAYS = 430  # beyond every horizon a centre may set
MOST_WORLDS = 200  # centres kept per process


@dataclass(frozen=True, slots=True)
class Person:
    """A therapist, as far as choosing one needs."""

    id: uuid.UUID
    schedule: Schedule
    modes: frozenset[str]
    types: frozenset[uuid.UUID]


@dataclass(frozen=True, slots=True)
class Price:
    """An offering of one therapist for one type, with the days it holds."""

    minutes: int
    price: Decimal
    valid_from: dt.date
    valid_until: dt.date | None

    def holds_on(self, day: dt.date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Place:
    id: uuid.UUID
    modes: frozenset[str]
    types: frozenset[uuid.UUID]

    def suits(self, therapy_type: uuid.UUID, mode: str) -> bool:
        return mode in self.modes and (not self.types or therapy_type in self.types)


@dataclass(frozen=True)
class World:
    version: int
    built_on: dt.date
    place: tuple[str, str, str]
    closures: tuple[tuple[dt.date, str], ...]
    people: Mapping[uuid.UUID, Person]
    places: tuple[Place, ...]
    offerings: Mapping[tuple[uuid.UUID, uuid.UUID], tuple[Price, ...]] = field(default_factory=dict)

    def rules(self, centre: Centre, *, by_staff: bool = False) -> Rules:
        """The centre's rules; for staff, who book by phone, neither notice nor horizon."""
        notice, horizon = (0, FUTURE_DAYS - 10) if by_staff else (centre.notice_minutes, centre.horizon_days)
        return Rules(
            zone=centre.time_zone, grid=centre.grid_minutes, notice=notice, horizon=horizon, closures=self.closures
        )

    def terms(self, therapist: uuid.UUID, therapy_type: TherapyType, day: dt.date) -> tuple[int, Decimal]:
        """Minutes and price of this therapist for this type on a local day: their offering's, else the type's."""
        for price in self.offerings.get((therapist, therapy_type.pk), ()):
            if price.holds_on(day):
                return price.minutes, price.price
        return therapy_type.duration_minutes, therapy_type.price

    def offering(self, therapy_type: uuid.UUID, mode: str | None = None) -> list[Person]:
        """The therapists who can be booked for this type (in this mode)."""
        return [
            person
            for person in self.people.values()
            if therapy_type in person.types and (mode is None or mode in person.modes)
        ]

    def rooms(self, therapy_type: uuid.UUID, mode: str) -> list[uuid.UUID]:
        """The rooms that suit, in list order."""
        return [place.id for place in self.places if place.suits(therapy_type, mode)]


_worlds: dict[str, World] = {}


def current(centre: Centre, *, version: int | None = None) -> World:
    """Return the kept world of the centre, built anew when `version` is another one, a new day has begun, or the
    centre's zone or holidays changed: those stand in the public schema, where no trigger counts."""
    today = clock.now().date()
    world = _worlds.get(schema.current())
    is_same = world is not None and (world.built_on, world.place) == (today, place_of(centre))
    if world is None or not is_same or (version is not None and world.version != version):
        world = _build(centre, today)
        if len(_worlds) >= MOST_WORLDS:
            _worlds.clear()
        _worlds[schema.current()] = world
    return world


def place_of(centre: Centre) -> tuple[str, str, str]:
    """What schedules take from the centre's settings: its clock, and whose public holidays it keeps."""
    return centre.time_zone, centre.country, centre.subdivision


def version() -> int:
    """The schedule version that the database has now. One query."""
    return ScheduleVersion.objects.values_list("number", flat=True).first() or 0


def forget() -> None:
    """Drop every kept world of this process."""
    _worlds.clear()


def _build(centre: Centre, today: dt.date) -> World:
    number = version()
    span = (today - dt.timedelta(days=PAST_DAYS), today + dt.timedelta(days=FUTURE_DAYS))
    return World(
        version=number,
        built_on=today,
        place=place_of(centre),
        closures=closures(centre, *span),
        people=_people(centre, *span, Therapist.objects.public()),
        places=_places(),
        offerings=_offerings(),
    )


def closures(centre: Centre, first: dt.date, last: dt.date) -> tuple[tuple[dt.date, str], ...]:
    """The days on which the centre is closed, with names: its own closures, and the public holidays it keeps."""
    days: dict[dt.date, str] = {}
    for closure in Closure.objects.filter(starts_on__lte=last, ends_on__gte=first):
        length = (min(closure.ends_on, last) - max(closure.starts_on, first)).days
        days.update({max(closure.starts_on, first) + dt.timedelta(days=n): closure.name for n in range(length + 1)})
    working = set(OpenHoliday.objects.values_list("key", flat=True))
    for holiday in public_holidays(centre, first, last):
        if holiday.key not in working:
            days.setdefault(holiday.on, holiday.name)
    return tuple(sorted(days.items()))


def public_holidays(centre: Centre, first: dt.date, last: dt.date) -> list["holidays.Holiday"]:
    """The public holidays of the centre's country and region between two days; none when it names no country."""
    if not centre.country:
        return []
    found = holidays.public_holidays(centre.country, range(first.year, last.year + 1), centre.subdivision or None)
    return [holiday for holiday in found if first <= holiday.on <= last]


def unlisted(centre: Centre, therapists: Set[uuid.UUID]) -> Mapping[uuid.UUID, Person]:
    """Therapists whom nobody can book (not approved yet, no longer active), read anew: only previews ask for them."""
    today = clock.now().date()
    span = (today - dt.timedelta(days=PAST_DAYS), today + dt.timedelta(days=FUTURE_DAYS))
    return _people(centre, *span, Therapist.objects.filter(pk__in=therapists)) if therapists else {}


def _people(centre: Centre, first: dt.date, last: dt.date, therapists: QuerySet[Therapist]) -> dict[uuid.UUID, Person]:
    weekly, exceptions, away = _weekly(), _exceptions(), _time_off()
    rows = therapists.prefetch_related("therapy_types")
    return {
        row.pk: Person(
            id=row.pk,
            schedule=Schedule(
                id=str(row.pk),
                zone=row.time_zone or centre.time_zone,
                weekly=tuple(tuple(spans) for spans in weekly[row.pk]),
                exceptions=exceptions[row.pk],
                away=_blocks(away[row.pk], row.time_zone or centre.time_zone, first, last),
                daily_cap=row.daily_cap,
                on_leave=row.availability == Therapist.Availability.ON_LEAVE,
            ),
            modes=frozenset(row.modes),
            types=frozenset(kind.pk for kind in row.therapy_types.all()),
        )
        for row in rows
    }


def _weekly() -> dict[uuid.UUID, list[list[Minutes]]]:
    found: dict[uuid.UUID, list[list[Minutes]]] = defaultdict(lambda: [[] for _ in range(7)])
    for row in WorkingHours.objects.order_by("weekday", "starts_minute"):
        found[row.therapist_id][row.weekday].append((row.starts_minute, row.ends_minute))
    return found


def _exceptions() -> dict[uuid.UUID, dict[dt.date, tuple[Minutes, ...]]]:
    found: dict[uuid.UUID, dict[dt.date, tuple[Minutes, ...]]] = defaultdict(dict)
    for row in HoursException.objects.prefetch_related("spans"):
        spans = sorted((span.starts_minute, span.ends_minute) for span in row.spans.all())
        found[row.therapist_id][row.on] = tuple(spans)
    return found


def _time_off() -> dict[uuid.UUID, list[TimeOff]]:
    found: dict[uuid.UUID, list[TimeOff]] = defaultdict(list)
    for row in TimeOff.objects.all():
        found[row.therapist_id].append(row)
    return found


def _blocks(rows: list[TimeOff], zone: str, first: dt.date, last: dt.date) -> tuple[Block, ...]:
    return recurrence.expand_all([absence(row) for row in rows], zone, first, last)


def absence(row: TimeOff) -> "recurrence.Absence":
    """The row as the pure module's value."""
    return recurrence.Absence(
        kind=row.kind,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        starts_time=row.starts_time,
        ends_time=row.ends_time,
        rule=row.rule,
    )


def _places() -> tuple[Place, ...]:
    rows = Room.objects.filter(is_active=True).prefetch_related("therapy_types")
    return tuple(
        Place(row.pk, frozenset(row.modes), frozenset(kind.pk for kind in row.therapy_types.all())) for row in rows
    )


def _offerings() -> dict[tuple[uuid.UUID, uuid.UUID], tuple[Price, ...]]:
    found: dict[tuple[uuid.UUID, uuid.UUID], list[Price]] = defaultdict(list)
    for row in Offering.objects.all():
        price = Price(row.duration_minutes, row.price, row.valid_from, row.valid_until)
        found[row.therapist_id, row.therapy_type_id].append(price)
    return {key: tuple(prices) for key, prices in found.items()}
