"""The demo's sessions: three weeks behind today and two ahead, lived through in order of time.

First a plan is drawn by a seeded die (who, with whom, when, and how it will end); then the clock walks over all its
moments (booking, confirming, cancelling, closing) and at each the real action is called. What a rule or a wall refuses
is left out, as in life.
"""

import datetime as dt
import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter

from apps.accounts.models import User
from apps.core.errors import DomainError
from apps.core.models import Mode
from apps.patients.models import ADULT_AT, Patient
from apps.portal.demo.facts import Profile
from apps.portal.demo.people import week
from apps.portal.demo.travel import Travel
from apps.scheduling.actions import Slot, book_session
from apps.sessions import actions
from apps.sessions.models import TherapySession
from apps.tenants.models import Centre
from apps.therapists.models import Therapist, TherapyType

Moment = tuple[dt.datetime, Callable[[], object]]
BEHIND, AHEAD = 21, 14  # days
CONCERNS = (
    "",
    "",
    "",
    "First visit; would like to know what to expect.",
    "Sleeps badly since the move.",
    "The school asked for this.",
    "Pain when climbing stairs.",
    "Please speak slowly, English is my second language.",
)
REASONS = ("Has a cold.", "Cannot get off work.", "Found another time.", "Car would not start.")


@dataclass
class Planned:
    """One session as it shall go, and the row once it is booked."""

    slot: Slot
    patient: Patient
    booked_at: dt.datetime
    ends_at: dt.datetime
    end: str  # completed, missed, cancelled, or left (nobody said yet)
    concerns: str
    row: TherapySession | None = None


@dataclass
class Diary:
    """A centre's sessions, planned and then lived."""

    centre: Centre
    desk: User
    profiles: list[tuple[Therapist, Profile]]
    kinds: dict[str, TherapyType]
    patients: list[Patient]
    regulars: set[uuid.UUID]
    fill: float
    die: random.Random = field(default_factory=lambda: random.Random(2026))  # noqa: S311  (the same demo every time)

    # --- the plan

    def plan(self, travel: Travel) -> list[Planned]:
        today = travel.present.astimezone(self.centre.zone).date()
        days = [today + dt.timedelta(days=number) for number in range(-BEHIND, AHEAD + 1)]
        return [
            planned
            for day in days
            for therapist, profile in self.profiles
            for planned in self._day(therapist, profile, day, today)
        ]

    def _day(self, therapist: Therapist, profile: Profile, day: dt.date, today: dt.date) -> Iterator[Planned]:
        """Fill part of the day's spans; today more, the far future less."""
        ahead = max((day - today).days, 0)
        fill = self.fill * (1.5 if day == today else 1 - 0.6 * ahead / AHEAD)
        for start, end in week(profile.week)[day.weekday()]:
            minute = start
            while minute + 60 <= end:
                kind = self.kinds[profile.kinds[0]]
                own = {name: length for name, length, _price in profile.offerings}
                length = own.get(kind.name, kind.duration_minutes)
                if self.die.random() < fill:
                    begins = dt.datetime.combine(day, dt.time(minute // 60, minute % 60), self.centre.zone)
                    yield self._one(therapist, profile, kind, begins, dt.timedelta(minutes=length))
                minute += -(-(length + kind.buffer_after_minutes) // 30) * 30

    def _one(
        self, therapist: Therapist, profile: Profile, kind: TherapyType, begins: dt.datetime, length: dt.timedelta
    ) -> Planned:
        modes = [mode for mode in kind.modes if mode in profile.modes]
        mode = self.die.choices(modes, [6 if mode == Mode.IN_PERSON else 2 for mode in modes])[0]
        lead = dt.timedelta(days=self.die.choice((1, 2, 3, 5, 6, 7, 8, 9, 12, 14)))
        at = dt.time(self.die.randint(8, 17), self.die.randint(0, 59))
        return Planned(
            slot=Slot(therapist, kind, mode, begins.astimezone(dt.UTC)),
            patient=self._patient(kind),
            booked_at=dt.datetime.combine(begins.date() - lead, at, self.centre.zone),
            ends_at=begins + length,
            end=self.die.choices(("completed", "missed", "cancelled", "left"), (84, 6, 9, 1))[0],
            concerns=self.die.choice(CONCERNS),
        )

    def _patient(self, kind: TherapyType) -> Patient:
        """Those who sign in (and their children) come more often: their pages have something to show."""
        suitable = self._suitable(kind)
        known = [patient for patient in suitable if patient.pk in self.regulars]
        return self.die.choice(known if known and self.die.random() < 0.25 else suitable)

    def _suitable(self, kind: TherapyType) -> list[Patient]:
        """Children to the child psychologist, grown-ups to the others, everybody to speech and everyday skills."""
        if kind.name == "Child psychology":
            return [patient for patient in self.patients if patient.is_minor]
        if kind.name in ("Speech therapy", "Occupational therapy"):
            return self.patients
        return [patient for patient in self.patients if (patient.age() or ADULT_AT) >= ADULT_AT]

    # --- the life

    def live(self, plan: list[Planned], travel: Travel) -> int:
        """Walk over every moment of the plan that is not in the future. Returns how many sessions there are."""
        moments = [moment for planned in plan for moment in self._moments(planned, travel.present)]
        for at, act in sorted(moments, key=itemgetter(0)):
            if at <= travel.present:
                travel.to(at)
                with suppress(DomainError):
                    act()
        travel.to(travel.present)
        return sum(planned.row is not None for planned in plan)

    def _moments(self, planned: Planned, present: dt.datetime) -> Iterator[Moment]:
        starts_at, booked_at = planned.slot.starts_at, planned.booked_at
        while booked_at >= present:
            booked_at -= dt.timedelta(days=self.die.randint(1, 7))
        yield booked_at, partial(self._book, planned)
        if planned.end == "cancelled":
            before = starts_at - dt.timedelta(hours=self.die.randint(3, 30))
            yield max(before, booked_at + dt.timedelta(minutes=30)), partial(self._cancel, planned)
        elif self.die.random() < 0.5:
            yield starts_at - dt.timedelta(hours=26), partial(self._confirm, planned)
        if starts_at <= present < planned.ends_at:
            yield starts_at + dt.timedelta(minutes=1), partial(self._begin, planned)
        yield planned.ends_at + dt.timedelta(minutes=4), partial(self._close, planned)

    def _book(self, planned: Planned) -> None:
        planned.row = book_session(
            centre=self.centre,
            slot=planned.slot,
            patient=planned.patient,
            by=planned.patient.user or self.desk,
            concerns=planned.concerns,
            by_staff=True,
        )

    def _cancel(self, planned: Planned) -> None:
        if planned.row:
            actions.cancel_session(session=planned.row, by=self.desk, reason=self.die.choice(REASONS))

    def _confirm(self, planned: Planned) -> None:
        if planned.row:
            actions.confirm_session(session=planned.row, by=self.desk)

    def _begin(self, planned: Planned) -> None:
        """Only what runs at this moment: in the past weeks nobody pressed that button."""
        if planned.row:
            actions.start_session(session=planned.row, by=planned.slot.therapist.user)

    def _close(self, planned: Planned) -> None:
        by = planned.slot.therapist.user
        if planned.row and planned.end == "completed":
            actions.complete_session(session=planned.row, by=by)
        elif planned.row and planned.end == "missed":
            actions.miss_session(session=planned.row, by=by, reason="Did not come, could not be reached.")
