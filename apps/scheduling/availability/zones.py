"""Wall clocks laid on UTC by a zone's own rules (`zoneinfo`); epoch seconds out, no clock read.

One rule for the edges of hours, of days and of starts: a wall-clock time is the first instant at which that day's clock
shows it. A time that occurs twice is its first occurrence; a time that a clock change skips is, as an edge, the moment
of the change, and, as a start, nothing. Only timed time off ends at the last occurrence (`recurrence.py`).

A day of 24 hours is taken to have no clock change; no zone has had two in a day that cancel out.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

CHUNK = 32  # days whose midnights and starts are worked out together; ordinal // CHUNK names a chunk
DAY_SECONDS = 86_400


@lru_cache(maxsize=4096)
def midnights(zone: str, chunk: int) -> tuple[int, ...]:
    """The instants at which the chunk's days begin in the zone, and the instant at which the last one ends."""
    first = chunk * CHUNK
    return tuple(_instant(zone, ordinal, 0) for ordinal in range(first, first + CHUNK + 1))


def midnight(zone: str, ordinal: int) -> int:
    """The instant at which the local day begins."""
    return midnights(zone, ordinal // CHUNK)[ordinal % CHUNK]


def day_edges(zone: str, ordinal: int) -> tuple[int, int]:
    chunk, index = divmod(ordinal, CHUNK)
    edges = midnights(zone, chunk)
    return edges[index], edges[index + 1]


def local_ordinal(zone: str, instant: int) -> int:
    """The local day that an instant falls on."""
    return datetime.fromtimestamp(instant, ZoneInfo(zone)).toordinal()


def instant_of(zone: str, ordinal: int, minute: int) -> int:
    """The first instant at which the local day's clock shows the minute or has passed it (0 to 1440)."""
    start, end = day_edges(zone, ordinal)
    if end - start == DAY_SECONDS:
        return start + 60 * minute
    return _instant(zone, ordinal, minute)


def grid_starts(zone: str, ordinal: int, grid: int) -> Sequence[int]:
    """Every grid time that the local day's clock shows, once each, ascending."""
    start, end = day_edges(zone, ordinal)
    return range(start, end, 60 * grid) if end - start == DAY_SECONDS else _changed_grid(zone, ordinal, grid)


@lru_cache(maxsize=512)
def _changed_grid(zone: str, ordinal: int, grid: int) -> list[int]:
    walls = (_wall(ordinal, minute).replace(tzinfo=ZoneInfo(zone)) for minute in range(0, 1440, grid))
    return [int(wall.timestamp()) for wall in walls if _is_shown(wall)]


def shown_at(zone: str, wall: datetime, *, last: bool = False) -> int:
    """The instant at which the zone's clock first (or last) shows a naive time; the change itself, if it is skipped."""
    aware = wall.replace(tzinfo=ZoneInfo(zone), fold=int(last))
    if _is_shown(aware):
        return int(aware.timestamp())
    return _change_between(zone, int(aware.replace(fold=1).timestamp()), int(aware.replace(fold=0).timestamp()))


def _wall(ordinal: int, minute: int) -> datetime:
    return datetime.fromordinal(ordinal) + timedelta(minutes=minute)


def _instant(zone: str, ordinal: int, minute: int) -> int:
    return shown_at(zone, _wall(ordinal, minute))


def _is_shown(aware: datetime) -> bool:
    back = aware.astimezone(UTC).astimezone(aware.tzinfo)
    return back.replace(tzinfo=None) == aware.replace(tzinfo=None)


def _change_between(zone: str, before: int, after: int) -> int:
    """The moment of the one clock change in (before, after]: PEP 495 puts a skipped time's two readings around it."""
    info = ZoneInfo(zone)
    old = datetime.fromtimestamp(before, info).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if datetime.fromtimestamp(middle, info).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
