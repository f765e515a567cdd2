"""A month of one therapist as bars: what is offered, what is booked of it, and what takes a day away."""

import calendar
import datetime as dt
from dataclasses import replace
from typing import Any

from apps.core import formats
from apps.scheduling import hours, times
from apps.scheduling.availability import DayLoad, Schedule
from apps.scheduling.models import TimeOff
from apps.tenants.models import Centre
from apps.therapists.models import Therapist

KINDS = {kind.value: kind.label for kind in TimeOff.Kind}
MONTHS_AHEAD = 12
Week = list[list[hours.Minutes]]


def month_of(text: str, today: dt.date) -> dt.date:
    """The first day of the month named `2026-11`: from last month to a year ahead; else this month."""
    this = today.replace(day=1)
    try:
        first = dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        return this
    return first if -1 <= _months_between(this, first) <= MONTHS_AHEAD else this


def _months_between(one: dt.date, other: dt.date) -> int:
    return 12 * (other.year - one.year) + other.month - one.month


def month(
    centre: Centre, therapist: Therapist, *, named: str, today: dt.date, week: Week | None = None
) -> dict[str, Any]:
    """What the preview shows of a month. `week`: as it would be with these hours, which nobody saved yet."""
    first = month_of(named, today)
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    schedule = times.schedule(centre, therapist.pk)
    if week is not None and tuple(tuple(sorted(spans)) for spans in week) == schedule.weekly:
        week = None
    swap = _with_hours(week)
    loads = times.loads(centre, [therapist.pk], first, last, swap=swap)[therapist.pk]
    title = formats.day(first, skeleton="yMMMM")
    shown = {"first": first, "title": title, "bars": bars(loads), **totals(loads), **_beside(first, today)}
    outside = hours.sessions_outside(therapist, swap(schedule))
    if week is not None:
        saved = totals(times.load(centre, therapist.pk, first, last))
        shown |= {"is_preview": True, "offered_now": saved["offered"]}
    return {**shown, "outside": outside}


def _with_hours(week: Week | None) -> Any:
    def swap(schedule: Schedule) -> Schedule:
        return schedule if week is None else replace(schedule, weekly=tuple(map(tuple, week)))

    return swap


def _beside(first: dt.date, today: dt.date) -> dict[str, str]:
    """The months before and after, as far as one may look."""
    around = {"previous": first - dt.timedelta(days=1), "next": first + dt.timedelta(days=31)}
    named = {name: f"{day:%Y-%m}" for name, day in around.items()}
    return {name: text if month_of(text, today).strftime("%Y-%m") == text else "" for name, text in named.items()}


def totals(loads: list[DayLoad]) -> dict[str, Any]:
    """Hours offered and booked, and their share in percent; None when nothing is offered."""
    offered, booked = sum(load.offered for load in loads), sum(load.booked for load in loads)
    share = round(100 * booked / offered) if offered else None
    return {"offered": in_hours(offered), "booked": in_hours(booked), "share": share}


def bars(loads: list[DayLoad]) -> list[dict[str, Any]]:
    """The days as the chart wants them, in hours."""
    return [
        {
            "date": load.day,
            "offered": in_hours(load.offered),
            "booked": in_hours(load.booked),
            "off": ", ".join(str(KINDS.get(kind, kind)) for kind in load.away) or load.closed or "",
            "label": formats.day(load.day),
        }
        for load in loads
    ]


def in_hours(minutes: int) -> float:
    """Hours to one decimal, whole ones without."""
    found = round(minutes / 60, 1)
    return int(found) if found == int(found) else found
