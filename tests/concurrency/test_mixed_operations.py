"""Everybody does everything at once; then the sessions are looked through by a checker that knows of no guard."""

import datetime as dt
import random
import time

import pytest
from django.db import connection

from apps.core.errors import DomainError
from apps.core.models import Mode
from apps.patients.models import Patient
from apps.scheduling import actions
from apps.scheduling.slots import Slot
from apps.sessions import actions as life
from apps.sessions import claims
from apps.sessions.models import Hold, TherapySession
from apps.sessions.models.session import UPCOMING
from apps.therapists.models import Therapist, TherapyType
from tests.concurrency.test_booking_races import overlaps, without, working_day
from tests.factories import PatientFactory, RoomFactory, TherapyTypeFactory, UserFactory, cast

pytestmark = pytest.mark.race
CLERKS, EACH = 6, 50
CAP = 3
SESSIONS_THAT_MEET = """
SELECT count(*) FROM therapy_sessions_therapysession a JOIN therapy_sessions_therapysession b ON a.id < b.id
 WHERE a.state <> 'cancelled' AND b.state <> 'cancelled' AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
   AND (a.room_id = b.room_id
        OR EXISTS (SELECT 1 FROM therapy_sessions_sessiontherapist s JOIN therapy_sessions_sessiontherapist t
                    USING (therapist_id) WHERE s.session_id = a.id AND t.session_id = b.id)
        OR EXISTS (SELECT 1 FROM therapy_sessions_participant p JOIN therapy_sessions_participant q
                    USING (patient_id) WHERE p.session_id = a.id AND q.session_id = b.id))
"""
DAYS_OVER_THE_CAP = """
SELECT count(*) FROM (
 SELECT 1 FROM therapy_sessions_therapysession s JOIN therapy_sessions_sessiontherapist t ON t.session_id = s.id
   JOIN therapists_therapist p ON p.id = t.therapist_id
  WHERE s.state <> 'cancelled' AND p.daily_cap IS NOT NULL
  GROUP BY p.id, p.daily_cap, (s.starts_at AT TIME ZONE 'America/New_York')::date HAVING count(*) > p.daily_cap) days
"""


@pytest.fixture
def busy(clinic):
    """Three therapists, one with a cap, two types with other buffers, one room, a few patients, and holds of a second."""
    speech = TherapyType.objects.get()
    long = TherapyTypeFactory(duration_minutes=90, buffer_before_minutes=10, buffer_after_minutes=5)
    Therapist.objects.get().therapy_types.add(long)
    for name, cap in (("Noor", CAP), ("Tara", None)):
        cast.working_therapist(UserFactory(given_name=name, roles=["therapist"]), speech, long, daily_cap=cap)
    RoomFactory(modes=[Mode.IN_PERSON])
    PatientFactory.create_batch(6)
    clinic.hold_minutes = 1 / 60
    return clinic


class Clerk:
    """Somebody who presses every button, at random; what is refused is refused."""

    def __init__(self, centre, desk, seed):
        self.centre, self.desk, self.dice = centre, desk, random.Random(seed)

    def work(self, buttons=("book", "hold", "confirm", "move", "cancel", "squeeze_in", "let_go")):
        """Press so many buttons; answers what happened that must not: anything but a refusal."""
        wrong = []
        for _ in range(EACH):
            try:
                getattr(self, self.dice.choice(buttons))()
            except DomainError:
                continue
            except Exception as error:
                wrong.append(repr(error))
        return wrong

    def one_of(self, rows):
        found = list(rows.order_by("pk"))
        return self.dice.choice(found) if found else None

    def slot(self, therapists=None):
        begin = working_day(self.centre) + dt.timedelta(
            days=self.dice.randrange(2), minutes=15 * self.dice.randrange(24)
        )
        mode = self.dice.choice([Mode.VIDEO, Mode.IN_PERSON])
        therapist = self.one_of(therapists or Therapist.objects.select_related("user"))
        return Slot(therapist, self.one_of(TherapyType.objects.all()), mode, begin)

    def book(self, slot=None, **facts):
        facts = {"patient": self.one_of(Patient.objects.all()), "by": self.desk, **facts}
        return actions.book_session(centre=self.centre, slot=slot or self.slot(), **facts)

    def squeeze_in(self):
        """Against the rules, with those who have no cap to be passed."""
        self.book(self.slot(Therapist.objects.filter(daily_cap=None)), by_staff=True, override_reason="An emergency")

    def hold(self):
        actions.hold_slot(centre=self.centre, slot=self.slot(), token=f"browser {self.dice.randrange(4)}")

    def confirm(self):
        rows = Hold.objects.select_related("therapist__user", "therapy_type", "room")
        if hold := self.one_of(rows):
            patient = self.one_of(Patient.objects.all())
            actions.book_held(centre=self.centre, hold=hold, patient=patient, by=self.desk)

    def let_go(self):
        actions.release_hold(token=f"browser {self.dice.randrange(4)}")

    def move(self):
        if session := self.one_of(TherapySession.objects.filter(state__in=UPCOMING)):
            to = self.slot()
            facts = {"starts_at": to.starts_at, "therapist": to.therapist, "by": self.desk}
            actions.move_session(centre=self.centre, session=session, **facts)

    def cancel(self):
        if session := self.one_of(TherapySession.objects.filter(state__in=UPCOMING)):
            life.cancel_session(session=session, by=self.desk, reason="Ill")


def count(question):
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


def test_nothing_is_taken_twice_whatever_happens_at_once(busy, race):
    desk = UserFactory(roles=["operator"])
    found = race(lambda n: Clerk(busy, desk, n).work(), CLERKS)
    assert found == [[]] * CLERKS
    assert (count(SESSIONS_THAT_MEET), count(DAYS_OVER_THE_CAP), overlaps()) == (0, 0, 0)
    for session in TherapySession.objects.all():
        is_over, kinds = session.state == "cancelled", list(session.events.values_list("kind", flat=True))
        assert kinds.count("booked") == 1 and is_over == (kinds[-1] == "cancelled")
        assert session.occupancies.count() == (0 if is_over else 2 + (session.room is not None))


def slowly(act):
    """The same with a moment before it: the gap between looking and taking, wide enough to be seen."""

    def wait_and_act(**facts):
        time.sleep(0.02)
        return act(**facts)

    return wait_and_act


def test_control_unguarded_sessions_meet(busy, race, monkeypatch):
    """The checker sees what the same people do without locks and wall, when they book more than they cancel."""
    without("occupancy_no_overlap", "occupancy_day_number_once")
    monkeypatch.setattr(claims, "lock", lambda things: None)
    monkeypatch.setattr(claims, "rows", slowly(claims.rows))
    desk = UserFactory(roles=["operator"])
    for turn in range(5):
        race(lambda n, turn=turn: Clerk(busy, desk, 100 * turn + n).work(("book",) * 4 + ("cancel",)), CLERKS)
        if count(SESSIONS_THAT_MEET):
            return
    raise AssertionError("the race never showed: the test above proves nothing")
