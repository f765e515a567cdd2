"""The calendar's events: sessions and kept times, and behind them what is outside working hours, time off, closures.

What an event holds is said in static/js/calendar.js. Times are the centre's wall clock without offset: the calendar
shows the centre's days to everybody. A constant number of queries, whatever the range and the number of people.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.core import clock
from apps.scheduling import world
from apps.scheduling.availability.hours import runs, working
from apps.scheduling.models import TimeOff
from apps.scheduling.world import Person
from apps.sessions.models import Hold, State, TherapySession
from apps.sessions.steps import steps_of
from apps.tenants.models import Centre

THERAPIST, ROOM = "therapist", "room"
NO_ROOM = "none"  # the column of video, phone and chat
MOST_DAYS = 62
BEHIND_DAYS = 8  # longer ranges are months and lists, which draw nothing behind
OFF_LABELS = dict(TimeOff.Kind.choices)

Event = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """Which part of the calendar is wanted: [since, until), by therapist or by room, perhaps one of them only."""

    centre: Centre
    user: User
    since: dt.datetime
    until: dt.datetime
    by: str = THERAPIST
    only: str = ""

    @property
    def key(self) -> uuid.UUID | None:
        try:
            return uuid.UUID(self.only)
        except ValueError:
            return None

    def meets(self, start: int, end: int) -> bool:
        return start < self.until.timestamp() and end > self.since.timestamp()

    def wall(self, moment: dt.datetime) -> dt.datetime:
        return moment.astimezone(self.centre.zone).replace(tzinfo=None)

    def span(self, starts_at: dt.datetime, ends_at: dt.datetime) -> dict[str, str]:
        """Both ends on the wall; where a clock change would turn them round, the length counts."""
        start, end = self.wall(starts_at), self.wall(ends_at)
        end = end if end > start else start + (ends_at - starts_at)
        return {"start": start.isoformat(timespec="minutes"), "end": end.isoformat(timespec="minutes")}


def events(asked: Asked) -> list[Event]:
    """Everything the calendar shows for what was asked."""
    return [*_behind(asked), *_sessions(asked), *_held(asked)]


# --- sessions --------------------------------------------------------------------------------------------------------


def _sessions(asked: Asked) -> Iterator[Event]:
    rows = TherapySession.objects.visible_to(asked.user).exclude(state=State.CANCELLED)
    rows = rows.overlapping(asked.since, asked.until).for_lists()
    if asked.by == ROOM and asked.only:
        rows = rows.filter(room=asked.key)
    elif asked.only:
        rows = rows.filter(session_therapists__therapist=asked.key)
    now = clock.now()
    return (_session(asked, session, now) for session in rows)


def _session(asked: Asked, session: TherapySession, now: dt.datetime) -> Event:
    movable = asked.user.can(Permission.SESSION_UPDATE) and steps_of(session, now).move
    return {
        "id": str(session.pk),
        "kind": "session",
        "resourceIds": _columns(asked, session),
        **asked.span(session.starts_at, session.ends_at),
        "title": ", ".join(patient.full_name for patient in session.patients),
        "subtitle": _subtitle(asked, session),
        "who": _column_word(asked, session) if asked.user.is_desk else "",
        "state": session.state,
        "state_label": session.get_state_display(),
        "hue": session.therapy_type.colour + 1,
        "url": reverse("sessions:session-detail", args=[session.pk]),
        "dialog": True,
        "move_url": reverse("portal:session-move", args=[session.pk]) + "?stay=1" if movable else "",
        "editable": movable,
    }


def _columns(asked: Asked, session: TherapySession) -> list[str]:
    if asked.by == ROOM:
        return [str(session.room_id or NO_ROOM)]
    return [str(row.therapist_id) for row in session.session_therapists.all()]


def _subtitle(asked: Asked, session: TherapySession) -> str:
    other = str(session.lead) if asked.by == ROOM else _where(session)
    return f"{session.therapy_type.name} · {other}"


def _column_word(asked: Asked, session: TherapySession) -> str:
    """What the column says, for views that have none."""
    return _where(session) if asked.by == ROOM else str(session.lead)


def _where(session: TherapySession) -> str:
    return session.room.name if session.room else str(session.get_mode_display())


def _held(asked: Asked) -> Iterator[Event]:
    """Times that somebody is about to book: the desk sees that they are not free."""
    if not asked.user.can(Permission.SESSION_BOOK):
        return
    rows = Hold.objects.filter(expires_at__gt=clock.now(), starts_at__lt=asked.until, ends_at__gt=asked.since)
    for hold in rows.select_related("therapy_type"):
        column = str(hold.room_id or NO_ROOM) if asked.by == ROOM else str(hold.therapist_id)
        if asked.only in ("", column):
            yield {
                "id": str(hold.pk),
                "kind": "session",
                "resourceIds": [column],
                **asked.span(hold.starts_at, hold.ends_at),
                "title": _("Being booked"),
                "subtitle": hold.therapy_type.name,
                "state": "held",
                "state_label": _("Kept for a few minutes"),
                "hue": hold.therapy_type.colour + 1,
                "url": "",
            }


# --- behind them -----------------------------------------------------------------------------------------------------


def _behind(asked: Asked) -> Iterator[Event]:
    if (asked.until - asked.since).days > BEHIND_DAYS or asked.by == ROOM:
        return
    kept = world.current(asked.centre, version=world.version())
    first, last = asked.wall(asked.since).toordinal(), asked.wall(asked.until).toordinal()
    for person in _people(asked, kept.people.values()):
        yield from (_block(asked, person, "shut", gap) for gap in _gaps(asked, person))
        away = (block for block in person.schedule.away if asked.meets(block[0], block[1]))
        yield from (_block(asked, person, "off", (start, end), _off_title(asked, kind)) for start, end, kind in away)
        for day, name in kept.closures:
            if first <= day.toordinal() < last:
                yield _closed(person, day, name)


def _people(asked: Asked, people: Iterable[Person]) -> Iterator[Person]:
    """Whose hours are drawn: all for those who may see them, one's own for a therapist."""
    own = getattr(asked.user, "therapist", None)
    sees_all = asked.user.is_desk and asked.user.can(Permission.SESSION_READ)
    for person in people:
        if (sees_all or (own and person.id == own.pk)) and asked.only in ("", str(person.id)):
            yield person


def _gaps(asked: Asked, person: Person) -> Iterator[tuple[int, int]]:
    """The time outside somebody's working hours, in epoch seconds."""
    at, until = int(asked.since.timestamp()), int(asked.until.timestamp())
    first, last = asked.wall(asked.since).toordinal() - 1, asked.wall(asked.until).toordinal() + 1
    for start, end in runs(working(person.schedule, first, last)):
        if at < min(start, until):
            yield at, min(start, until)
        at = max(at, end)
    if at < until:
        yield at, until


def _off_title(asked: Asked, kind: str) -> str:
    """Why somebody is away is told to those who may see time off, and to themselves; to others only that they are."""
    may_know = asked.user.can(Permission.AVAILABILITY_READ) or not asked.user.is_desk
    return str(OFF_LABELS.get(kind, kind)) if may_know else _("Away")


def _block(asked: Asked, person: Person, kind: str, block: tuple[int, int], title: str = "") -> Event:
    start, end = (dt.datetime.fromtimestamp(epoch, dt.UTC) for epoch in block)
    facts = {"id": f"{kind}-{person.id}-{block[0]}", "kind": kind, "resourceIds": [str(person.id)], "title": title}
    return {**facts, **asked.span(start, end)}


def _closed(person: Person, day: dt.date, name: str) -> Event:
    after = day + dt.timedelta(days=1)
    span = {"start": f"{day}T00:00", "end": f"{after}T00:00"}
    return {
        "id": f"closed-{person.id}-{day}",
        "kind": "closed",
        "resourceIds": [str(person.id)],
        "title": name,
        **span,
    }
