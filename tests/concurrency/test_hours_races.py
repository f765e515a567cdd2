"""Several people save one therapist's hours at once: each replaces a whole, nobody is turned away."""

import datetime as dt

import pytest

from apps.accounts.models import AuditRecord
from apps.scheduling import hours
from apps.scheduling.models import HoursException, WorkingHours
from apps.therapists.models import Therapist
from tests.concurrency.test_booking_races import outcome

pytestmark = pytest.mark.race


def test_weeks_saved_at_once_leave_one_whole_week(clinic, race):
    bob = Therapist.objects.get()
    weeks = [[[(60 * number, 60 * number + 600)]] * 7 for number in range(8)]
    results = race(lambda n: hours.set_weekly_hours(therapist=bob, week=weeks[n], by=bob.user), 8)
    assert results == [None] * 8
    spans = set(WorkingHours.objects.values_list("starts_minute", "ends_minute"))
    assert len(spans) == 1 and WorkingHours.objects.count() == 7
    assert AuditRecord.objects.filter(verb="set hours").count() == 8


@pytest.fixture
def unlocked(monkeypatch):
    monkeypatch.setattr(hours, "_locked", lambda therapist: therapist)


def test_control_without_the_lock_two_weeks_stand_beside_each_other(clinic, race, meet, unlocked):
    bob = Therapist.objects.get()
    hours.set_weekly_hours(therapist=bob, week=[[(0, 60)]] * 7, by=bob.user)
    meet(hours, "week_in_words")
    weeks = [[[(60 * number, 60 * number + 600)]] * 7 for number in (1, 12)]
    assert race(lambda n: hours.set_weekly_hours(therapist=bob, week=weeks[n], by=bob.user), 2) == [None] * 2
    assert WorkingHours.objects.count() == 14


def test_one_date_set_at_once_is_set_once(clinic, race):
    bob, christmas = Therapist.objects.get(), dt.date(2030, 12, 24)
    facts = {"therapist": bob, "on": christmas, "note": "", "by": bob.user}
    results = race(lambda n: hours.set_exception(spans=[(60 * n, 60 * n + 60)], **facts), 8)
    assert all(isinstance(result, HoursException) for result in results), results
    assert HoursException.objects.get().spans.count() == 1


def test_control_without_the_lock_the_second_date_fails(clinic, race, meet, unlocked):
    bob = Therapist.objects.get()
    meet(HoursException.objects, "create", before=True)
    facts = {"therapist": bob, "on": dt.date(2030, 12, 24), "note": "", "by": bob.user}
    results = race(lambda n: hours.set_exception(spans=[(60 * n, 60 * n + 60)], **facts), 2)
    assert outcome(results) == {"HoursException": 1, "IntegrityError": 1}
