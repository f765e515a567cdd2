"""The demo's sessions: three weeks behind today and two ahead, lived through in order of time.

First a plan is drawn by a seeded die (who, with whom, when, and how it will end); then the clock walks over all its
moments (booking, confirming, cancelling, closing) and at each the real action is called. What a rule or a wall refuses
is left out, as in life.
"""

import datetime as dt
import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter
from unittest import mock

from apps.accounts.models import User
from apps.core.errors import DomainError
from apps.core.models import Mode
from apps.notifications import actions as notifications
from apps.patients.models import ADULT_AT, Patient
from apps.portal.demo.facts import CHILD, OCCUPATIONAL, SPEECH, Profile
from apps.portal.demo.people import week
from apps.portal.demo.travel import Travel
from apps.scheduling.actions import Slot, book_session
from apps.sessions import actions
from apps.sessions.models import TherapySession
from apps.tenants.models import Centre
from apps.therapists.models import Therapist, TherapyType

Moment = tuple[dt.datetime, Callable[[], object]]
BEHIND, AHEAD, LETTERS = 21, 14, 8  # days: of sessions before and after today, and how far back mail is kept
CONCERNS = (
    "",
    "",
    "",
    "Would like to know what to expect.",
    "Needs a room without stairs.",
    "Would like to look back on the last weeks.",
    "The doorbell is hard to hear from inside.",
    "English is my second language, please speak slowly.",
)
CONFIRMED = (26, 98)  # hours before: the evening before a holiday, too, somebody has confirmed what comes after it
REASONS = ("Has a cold.", "Cannot get off work.", "Found another time.", "Car would not start.")


def _suits(patient: Patient, kind: TherapyType) -> bool:
    if kind.name == CHILD:
        return patient.is_minor
    return kind.name in (SPEECH, OCCUPATIONAL) or (patient.age() or ADULT_AT) >= ADULT_AT


def _silence(travel: Travel) -> AbstractContextManager[object]:
    """No letters about what happened long ago: nobody would read them, and they are half of the work."""
    if travel.present - travel.moment < dt.timedelta(days=LETTERS):
        return nullcontext()
    return mock.patch.object(notifications, "tell_session", return_value=[])


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
    regulars: dict[str, tuple[str, ...]]
    fill: float
    seen: dict[uuid.UUID, list[dt.date]] = field(default_factory=dict)
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
        fill = self.fill * (2 if day == today else 1 - 0.6 * ahead / AHEAD)
        for start, end in week(profile.week)[day.weekday()]:
            minute = start
            while minute + 60 <= end:
                kind = self.kinds[profile.kinds[0]]
                own = {name: length for name, length, _price in profile.offerings}
                length = own.get(kind.name, kind.duration_minutes)
                patient = self._patient(profile, kind, day) if self.die.random() < fill else None
                if patient:
                    begins = dt.datetime.combine(day, dt.time(minute // 60, minute % 60), self.centre.zone)
                    slot = Slot(therapist, kind, self._mode(profile, kind), begins.astimezone(dt.UTC))
                    yield self._one(slot, patient, begins, dt.timedelta(minutes=length))
                minute += -(-(length + kind.buffer_after_minutes) // 30) * 30

    def _mode(self, profile: Profile, kind: TherapyType) -> str:
        modes = [mode for mode in kind.modes if mode in profile.modes]
        return self.die.choices(modes, [6 if mode == Mode.IN_PERSON else 2 for mode in modes])[0]

    def _one(self, slot: Slot, patient: Patient, begins: dt.datetime, length: dt.timedelta) -> Planned:
        lead = dt.timedelta(days=self.die.choice((1, 2, 3, 5, 6, 7, 8, 9, 12, 14)))
        at = dt.time(self.die.randint(8, 17), self.die.randint(0, 59))
        return Planned(
            slot=slot,
            patient=patient,
            booked_at=dt.datetime.combine(begins.date() - lead, at, begins.tzinfo),
            ends_at=begins + length,
            end=self.die.choices(("completed", "missed", "cancelled", "left"), (84, 6, 9, 1))[0],
            concerns=self.die.choice(CONCERNS),
        )

    def _patient(self, profile: Profile, kind: TherapyType, day: dt.date) -> Patient | None:
        """Somebody of the therapist's own patients who has no other session within two days; regulars first."""
        rested = [patient for patient in self._caseload(profile, kind) if not self._near(patient, day)]
        if not rested:
            return None
        regulars = [patient for patient in rested if profile.given in self.regulars.get(patient.given_name, ())]
        found = self.die.choice(regulars if regulars and self.die.random() < 0.4 else rested)
        self.seen.setdefault(found.pk, []).append(day)
        return found

    def _near(self, patient: Patient, day: dt.date) -> bool:
        return any(abs((day - other).days) < 3 for other in self.seen.get(patient.pk, []))

    def _caseload(self, profile: Profile, kind: TherapyType) -> list[Patient]:
        """Children for the child psychologist, grown-ups for most others; regulars only with their own therapists."""
        return [
            patient
            for patient in self.patients
            if profile.given in self.regulars.get(patient.given_name, (profile.given,)) and _suits(patient, kind)
        ]

    # --- the life

    def live(self, plan: list[Planned], travel: Travel) -> int:
        """Walk over every moment of the plan that is not in the future. Returns how many sessions there are."""
        moments = [moment for planned in plan for moment in self._moments(planned, travel.present)]
        for at, act in sorted(moments, key=itemgetter(0)):
            if at <= travel.present:
                travel.to(at)
                with suppress(DomainError), _silence(travel):
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
            before = starts_at - dt.timedelta(hours=self.die.choice(CONFIRMED))
            yield max(before, booked_at + dt.timedelta(minutes=20)), partial(self._confirm, planned)
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
