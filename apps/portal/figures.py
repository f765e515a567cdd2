"""The dashboard's figures: each computed from the rows when asked, none stored."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.functional import cached_property

from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.core import clock
from apps.patients.models import Patient
from apps.portal import days
from apps.portal.first_steps import FirstStep, first_steps
from apps.scheduling import times, world
from apps.scheduling.availability import DayLoad
from apps.sessions.models import State, TherapySession
from apps.sessions.steps import with_steps
from apps.tenants.models import Centre

WEEK = 7


@dataclass(frozen=True, slots=True)
class DayCapacity:
    """One day of the centre: minutes that its therapists offer, and how many of them nothing takes."""

    day: dt.date
    offered: int
    free: int
    closed: str | None

    @property
    def booked(self) -> int:
        return self.offered - self.free


@dataclass(frozen=True, slots=True)
class Capacity:
    days: tuple[DayCapacity, ...]

    @property
    def offered(self) -> int:
        return sum(day.offered for day in self.days)

    @property
    def free(self) -> int:
        return sum(day.free for day in self.days)

    @property
    def share(self) -> int | None:
        """What is still free, in percent; None when nothing is offered."""
        return round(100 * self.free / self.offered) if self.offered else None


def capacity(centre: Centre, first: dt.date, length: int = WEEK) -> Capacity:
    """Free time of everybody who can be booked from now on, day by day. Two queries, whatever their number.

    A session beyond somebody's hours takes nothing of what they offer, nor of what a colleague does.
    """
    kept = world.current(centre, version=world.version())
    people = [person.id for person in kept.people.values() if not person.schedule.on_leave]
    last = first + dt.timedelta(days=length - 1)
    loads = times.loads(centre, people, first, last, since=clock.now()) if people else {}
    return Capacity(tuple(_together(day) for day in zip(*loads.values(), strict=True)))


def _together(loads: tuple[DayLoad, ...]) -> DayCapacity:
    """The same day of several therapists as one."""
    offered = sum(load.offered for load in loads)
    return DayCapacity(loads[0].day, offered, sum(load.free for load in loads), loads[0].closed)


class Board:
    """What the desk sees first. A constant number of queries."""

    def __init__(self, centre: Centre, user: User) -> None:
        self.centre, self.user = centre, user
        self.today = days.today(centre)
        self.sessions = TherapySession.objects.visible_to(user).exclude(state=State.CANCELLED)

    def _on(self, day: dt.date) -> Q:
        since, until = days.edges(self.centre, day)
        return Q(starts_at__gte=since, starts_at__lt=until)

    @cached_property
    def todays(self) -> list[TherapySession]:
        return with_steps(self.sessions.filter(self._on(self.today)).for_lists())

    @property
    def coming(self) -> list[TherapySession]:
        """Today's sessions that are not over yet, or that nobody has closed."""
        now = clock.now()
        return [session for session in self.todays if session.is_open and session.ends_at > now]

    @cached_property
    def more_than_last_week(self) -> int:
        """Sessions today minus those of the same weekday a week ago."""
        return len(self.todays) - self.sessions.filter(self._on(self.today - dt.timedelta(days=WEEK))).count()

    @cached_property
    def to_close(self) -> int:
        return self.sessions.to_close().count()

    @cached_property
    def new_patients(self) -> dict[str, int]:
        """Registered in the seven days until now, and in the seven before."""
        now, week = clock.now(), dt.timedelta(days=WEEK)
        rows = Patient.objects.visible_to(self.user)
        return rows.filter(created_at__gt=now - 2 * week).aggregate(
            now=Count("pk", filter=Q(created_at__gt=now - week)),
            before=Count("pk", filter=Q(created_at__lte=now - week)),
        )

    @cached_property
    def capacity(self) -> Capacity:
        return capacity(self.centre, self.today)

    @cached_property
    def first_steps(self) -> list[FirstStep]:
        """What is missing before anybody can be booked, for those who set the centre up. Asked only if nothing is offered."""
        if self.capacity.offered or not self.user.can(Permission.SETUP_MANAGE):
            return []
        return first_steps()
