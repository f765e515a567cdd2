"""What the engine is asked with and answers in: plain values, no rows of the database.

Times are UTC epoch seconds (int) and spans are half-open. Days are `datetime.date` outside and proleptic ordinals
(`date.toordinal()`) inside. Minutes of a day are wall-clock minutes, 0 to 1440. Zones are IANA names.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, TypeAlias

Id: TypeAlias = Hashable  # of a therapist or a room; `str` and `int` group several times faster than `UUID`
Span: TypeAlias = tuple[int, int]  # wall-clock minutes of a local day, the end may be 1440
Block: TypeAlias = tuple[int, int, str]  # (starts, ends, kind or name), UTC epoch seconds
Row: TypeAlias = tuple[Id, int, int, int | None]  # (what, starts, ends, counts_on), one occupancy
Busy: TypeAlias = Mapping[Id, Sequence[Row]]  # what is taken, by therapist and room, each sorted by start

DAY_MINUTES = 1440


@dataclass(frozen=True, slots=True)
class Schedule:
    """When one therapist works, whatever is booked.

    `weekly` is Monday to Sunday, each a tuple of wall-clock spans in `zone`; a date in `exceptions` replaces its
    weekday (an empty tuple: off that date). `away` is time off as sorted epoch blocks
    (`recurrence.expand_all`), and must reach as far as one asks. `bookable` means approved and active and offering the
    therapy type asked for.

    Keep one object per therapist for as long as its facts hold: what the engine works out from it (`memo`) lives and
    dies with the object, so a changed schedule is a new object and can never be answered from an old one's work.
    """

    id: Id
    zone: str
    weekly: tuple[tuple[Span, ...], ...]
    exceptions: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    away: tuple[Block, ...] = ()
    daily_cap: int | None = None
    bookable: bool = True
    on_leave: bool = False
    memo: dict[Hashable, Any] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.weekly) != 7:
            raise ValueError("weekly hours need seven days, Monday first")
        for spans in (*self.weekly, *self.exceptions.values()):
            if any(not 0 <= start < end <= DAY_MINUTES for start, end in spans):
                raise ValueError(f"not spans of a day: {spans}")


@dataclass(frozen=True, slots=True)
class Rules:
    """The centre's: `zone` is the centre's, and closures are whole local days there, as (date, name).

    The first bookable instant is `notice` minutes after now; the last bookable day is `horizon` days after the centre's
    today. `grid` is the step of starts in wall-clock minutes from local midnight.
    """

    zone: str
    grid: int = 15
    notice: int = 0
    horizon: int = 365
    closures: tuple[tuple[date, str], ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.grid <= DAY_MINUTES:
            raise ValueError("the grid is 1 to 1440 minutes")


@dataclass(frozen=True, slots=True)
class Ask:
    """One question. `first` to `last` (inclusive) are local dates of each therapist's own zone; `now` is epoch seconds.

    `minutes` is the session's real elapsed length and `own_minutes` what single therapists offer instead, by id.
    With `needs_room`, one of `rooms` must be free (no rooms: nothing is offered). Buffers are minutes.
    """

    minutes: int
    first: date
    last: date
    now: int
    buffer_before: int = 0
    buffer_after: int = 0
    needs_room: bool = False
    rooms: tuple[Id, ...] = ()
    own_minutes: Mapping[Id, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if any(not 1 <= minutes <= DAY_MINUTES for minutes in (self.minutes, *self.own_minutes.values())):
            raise ValueError("a session lasts 1 to 1440 minutes")
        if self.buffer_before < 0 or self.buffer_after < 0:
            raise ValueError("buffers are not negative")

    def minutes_with(self, therapist: Id) -> int:
        return self.own_minutes.get(therapist, self.minutes)


class Rule(StrEnum):
    """Why a start is not offered, in the order in which the reasons are named."""

    NOT_BOOKABLE = "not_bookable"
    ON_LEAVE = "on_leave"
    OFF_GRID = "off_grid"
    PAST_NOTICE = "past_notice"
    BEYOND_HORIZON = "beyond_horizon"
    CLOSED = "closed"
    OUTSIDE_HOURS = "outside_hours"
    TIME_OFF = "time_off"
    TAKEN = "taken"
    DAILY_CAP = "daily_cap"
    NO_ROOM = "no_room"


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule and its detail: the closure's name for CLOSED, the kind for TIME_OFF, else nothing."""

    rule: Rule
    detail: str = ""


@dataclass(frozen=True, slots=True)
class DayLoad:
    """One local day of the month preview; `offered`, `booked` and `free` are real elapsed minutes."""

    day: date
    offered: int
    booked: int
    free: int
    away: tuple[str, ...]
    closed: str | None


def gather(rows: Iterable[Row]) -> dict[Id, list[Row]]:
    """Group the rows of the one occupancy query by what they take. The query orders by `what, starts_at`."""
    busy: dict[Id, list[Row]] = {}
    last, mine = None, []
    for row in rows:
        if row[0] != last:
            last = row[0]
            mine = busy.setdefault(last, [])
        mine.append(row)
    return busy
