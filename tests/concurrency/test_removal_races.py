"""Two people remove one row at once: it is written down once, and the other person is told.

Each race has its control: without the lock that is taken both write that they removed it.
"""

import datetime as dt

import pytest
from django.db.models import QuerySet

from apps.accounts import actions as account_actions
from apps.accounts import audit, editing
from apps.accounts.actions import switch_permission
from apps.accounts.models import AuditRecord
from apps.accounts.roles import Permission, Role
from apps.scheduling import hours
from apps.scheduling.models import Closure, HoursException, OpenHoliday, TimeOff
from apps.therapists import actions
from apps.therapists.models import Offering, Therapist, TherapyType
from tests.factories import RoomFactory, TherapySessionFactory, TherapyTypeFactory, UserFactory

pytestmark = pytest.mark.race
DAY = dt.date(2030, 1, 15)
REMOVED = {"deleted", "set hours", "closed on holiday", "deactivated"}


def closure(therapist, kind):
    return Closure.objects.create(name="Painting", starts_on=DAY, ends_on=DAY)


def time_off(therapist, kind):
    return TimeOff.objects.create(therapist=therapist, kind="vacation", starts_on=DAY, ends_on=DAY)


def exception(therapist, kind):
    return HoursException.objects.create(therapist=therapist, on=DAY)


def price(therapist, kind):
    facts = {"price": 90, "duration_minutes": 45, "valid_from": DAY}
    return Offering.objects.create(therapist=therapist, therapy_type=kind, **facts)


def unused_type(therapist, kind):
    return TherapyTypeFactory()


def used_type(therapist, kind):
    TherapySessionFactory(therapy_type=kind)
    return kind


def room(therapist, kind):
    return RoomFactory()


REMOVALS = {
    closure: lambda row, by: hours.remove_closure(closure=row, by=by),
    time_off: lambda row, by: hours.remove_time_off(time_off=row, by=by),
    exception: lambda row, by: hours.remove_exception(exception=row, by=by),
    price: lambda row, by: actions.remove_offering(offering=row, by=by),
    unused_type: lambda row, by: editing.remove_or_retire(obj=row, by=by),
    used_type: lambda row, by: editing.remove_or_retire(obj=row, by=by),
    room: lambda row, by: editing.remove_or_retire(obj=row, by=by),
}


@pytest.fixture
def remove_twice(clinic, race, meet):
    """Return a function: each has the row before them, and both remove it."""
    people = [UserFactory(roles=[Role.ADMIN]) for _ in range(2)]

    def run(make):
        row = make(Therapist.objects.get(), TherapyType.objects.get())
        rows = [type(row).objects.get(pk=row.pk) for _ in range(2)]
        meet(audit, "standing")
        return race(lambda n: REMOVALS[make](rows[n], people[n]), 2)

    return run


def told(results):
    return [type(result).__name__ for result in results if isinstance(result, Exception)]


def lines():
    return AuditRecord.objects.filter(verb__in=REMOVED).count()


@pytest.mark.parametrize("make", [make for make in REMOVALS if make is not used_type])
def test_row_is_removed_once_and_the_other_is_told(remove_twice, make):
    assert told(remove_twice(make)) == ["AlreadyGone"]
    assert lines() == 1


def test_what_is_needed_is_retired_once(remove_twice):
    assert remove_twice(used_type) == [False, False]
    assert lines() == 1


@pytest.mark.parametrize("make", REMOVALS)
def test_control_without_the_lock_it_is_removed_twice(remove_twice, make, monkeypatch):
    monkeypatch.setattr(audit, "standing", lambda row: row)
    monkeypatch.setattr(hours, "_locked", lambda therapist: therapist)
    assert told(remove_twice(make)) == []
    assert lines() == 2


@pytest.fixture
def keep_holiday_twice(fresh_centre, race, meet):
    OpenHoliday.objects.create(key="US:labor-day")
    alice = UserFactory(roles=[Role.ADMIN])
    meet(audit, "record", before=True)
    return lambda: race(lambda n: hours.switch_holiday(key="US:labor-day", is_open=False, by=alice), 2)


def test_holiday_is_kept_once(keep_holiday_twice):
    assert keep_holiday_twice() == [None, None]
    assert lines() == 1


def test_control_without_the_lock_the_holiday_is_kept_twice(keep_holiday_twice, monkeypatch):
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **facts: rows)
    assert keep_holiday_twice() == [None, None]
    assert lines() == 2


@pytest.fixture
def switch_twice(fresh_centre, race, meet):
    alice = UserFactory(roles=[Role.ADMIN])
    switch = {"by": alice, "role": Role.OPERATOR, "permission": Permission.MESSAGE_READ, "on": False}
    meet(audit, "record", before=True)
    return lambda: race(lambda n: switch_permission(**switch), 2)


def test_right_that_two_take_away_is_taken_away_once(switch_twice):
    assert switch_twice() == [None, None]
    assert AuditRecord.objects.filter(verb="switched").count() == 1


def test_control_without_turns_it_is_taken_away_twice(switch_twice, monkeypatch):
    monkeypatch.setattr(account_actions, "lock_admins", list)
    switch_twice()
    assert AuditRecord.objects.filter(verb="switched").count() == 2
