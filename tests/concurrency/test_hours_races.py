"""Several people save one therapist's hours at once: each replaces a whole, nobody is turned away."""

import datetime as dt

import pytest

from apps.accounts.models import AuditRecord
from apps.scheduling import hours
from apps.scheduling.models import HoursException, WorkingHours
from apps.therapists.models import Therapist

pytestmark = pytest.mark.race


def test_weeks_saved_at_once_leave_one_whole_week(clinic, race):
    bob = Therapist.objects.get()
    weeks = [[[(60 * number, 60 * number + 600)]] * 7 for number in range(8)]
    results = race(lambda n: hours.set_weekly_hours(therapist=bob, week=weeks[n], by=bob.user), 8)
    assert results == [None] * 8
    spans = set(WorkingHours.objects.values_list("starts_minute", "ends_minute"))
    assert len(spans) == 1 and WorkingHours.objects.count() == 7
    assert AuditRecord.objects.filter(verb="set hours").count() == 8


def test_one_date_set_at_once_is_set_once(clinic, race):
    bob, christmas = Therapist.objects.get(), dt.date(2030, 12, 24)
    facts = {"therapist": bob, "on": christmas, "note": "", "by": bob.user}
    results = race(lambda n: hours.set_exception(spans=[(60 * n, 60 * n + 60)], **facts), 8)
    assert all(isinstance(result, HoursException) for result in results), results
    assert HoursException.objects.get().spans.count() == 1
