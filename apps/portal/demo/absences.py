"""When people of the demo are away, and when a centre is closed. All dates follow the present day."""

import datetime as dt
from typing import Any

from apps.accounts.models import User
from apps.portal.demo.people import kept
from apps.scheduling.hours import set_exception
from apps.scheduling.models import Closure, TimeOff
from apps.therapists.models import Therapist

Kind = TimeOff.Kind
NOON, ONE = dt.time(12, 30), dt.time(13, 30)


def enter(therapists: list[Therapist], today: dt.date, *, by: User) -> None:
    """A weekly meeting for all, a vacation to come, sick days, a training, an appointment, a date with other hours."""
    monday = today - dt.timedelta(days=today.weekday() + 28)
    meeting = {"starts_time": NOON, "ends_time": ONE, "rule": "FREQ=WEEKLY;BYDAY=MO", "note": "Team meeting"}
    for therapist in therapists:
        _away(therapist, Kind.MEETING, monday, monday, by=by, **meeting)
    several: list[tuple[str, int, int, dict[str, Any]]] = [
        (Kind.VACATION, 24, 33, {"note": "Skiing"}),
        (Kind.SICK, -9, -8, {}),
        (Kind.TRAINING, 12, 12, {"note": "Refresher course"}),
        (Kind.PERSONAL, 4, 4, {"starts_time": dt.time(15), "ends_time": dt.time(16, 30)}),
    ]
    for therapist, (kind, first, last, facts) in zip(therapists, several, strict=False):
        _away(therapist, kind, today + dt.timedelta(days=first), today + dt.timedelta(days=last), by=by, **facts)
    if len(therapists) > 2:
        late = today + dt.timedelta(days=8)
        set_exception(therapist=therapists[2], on=late, spans=[(12 * 60, 18 * 60)], note="Comes in later", by=by)


def _away(therapist: Therapist, kind: str, first: dt.date, last: dt.date, *, by: User, **facts: Any) -> None:
    kept(TimeOff(therapist=therapist, kind=kind, starts_on=first, ends_on=last, **facts), by=by)


def close(today: dt.date, *, by: User) -> None:
    """A day for the team, and the days before the new year."""
    team_day = today + dt.timedelta(days=17)
    kept(Closure(name="Team day", starts_on=team_day, ends_on=team_day), by=by)
    winter = dt.date(today.year, 12, 27)
    kept(Closure(name="Winter break", starts_on=winter, ends_on=winter + dt.timedelta(days=4)), by=by)
