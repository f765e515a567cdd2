"""Local days of the centre: read from an address, and as the two moments between which a day lies."""

import datetime as dt

from apps.core import clock
from apps.tenants.models import Centre

FIRST, LAST = dt.date(1900, 1, 1), dt.date(2200, 1, 1)  # beyond these an address is nonsense, or an attack


def today(centre: Centre) -> dt.date:
    return clock.now().astimezone(centre.zone).date()


def edges(centre: Centre, first: dt.date, last: dt.date | None = None) -> tuple[dt.datetime, dt.datetime]:
    """The moments at which the first day begins and the last one ends, by the centre's clock."""
    after = (last or first) + dt.timedelta(days=1)
    return dt.datetime.combine(first, dt.time(), centre.zone), dt.datetime.combine(after, dt.time(), centre.zone)


def read_day(text: str | None) -> dt.date | None:
    """An ISO date of this or a neighbouring century; anything else is None."""
    try:
        day = dt.date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
    return day if FIRST <= day <= LAST else None


def read_wall(text: str | None) -> dt.datetime | None:
    """A naive wall-clock moment such as 2026-11-24T10:30, or None."""
    try:
        moment = dt.datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo is None and FIRST <= moment.date() <= LAST else None


def on_clock(centre: Centre, day: dt.date, time: dt.time) -> dt.datetime | None:
    """The moment at which the centre's clock first shows this time of the day; None when a clock change skips it.

    In UTC: Python holds a time of the hour that repeats unequal to the same moment of another zone.
    """
    wall = dt.datetime.combine(day, time)
    moment = wall.replace(tzinfo=centre.zone).astimezone(dt.UTC)
    return moment if moment.astimezone(centre.zone).replace(tzinfo=None) == wall else None


def read_time(text: str | None) -> dt.time | None:
    """A time of day such as 10:30, or None."""
    try:
        return dt.time.fromisoformat(text or "").replace(tzinfo=None)
    except ValueError:
        return None
