"""Changing hours, time off and closures: what is written, what is said in the audit trail, and that it holds at once."""

import datetime as dt

import pytest
from django.utils import timezone

from apps.accounts.models import AuditRecord
from apps.scheduling import hours, times
from apps.scheduling.models import Closure, HoursException, HoursExceptionSpan, OpenHoliday, TimeOff, WorkingHours
from tests.factories import ClosureFactory, HoursExceptionSpanFactory, PatientFactory, TimeOffFactory
from tests.scheduling.conftest import MONDAY, NEW_YORK, TUESDAY, at

pytestmark = pytest.mark.usefixtures("monday")
THANKSGIVING = dt.date(2026, 11, 26)


def last_record():
    return AuditRecord.objects.latest("pk")


def epochs(*moments):
    return tuple(int(moment.timestamp()) for moment in moments)


# --- the week --------------------------------------------------------------------------------------------------------


def test_set_weekly_hours_replaces_the_week_and_says_both(bob, people):
    hours.set_weekly_hours(therapist=bob, week=[[(600, 720), (780, 840)], [], [], [], [], [], []], by=people.alice)
    rows = WorkingHours.objects.values_list("weekday", "starts_minute", "ends_minute")
    assert list(rows) == [(0, 600, 720), (0, 780, 840)]
    record = last_record()
    assert (record.verb, record.by, record.object_id) == ("set hours", people.alice, str(bob.pk))
    before, after = record.changes["hours"]
    assert before.startswith("Monday 09:00-17:00; Tuesday") and after == "Monday 10:00-12:00, 13:00-14:00"


def test_set_weekly_hours_refuses_overlaps_and_changes_nothing(bob, people):
    with pytest.raises(hours.SpansOverlap):
        hours.set_weekly_hours(therapist=bob, week=[[], [(600, 720), (700, 840)], [], [], [], [], []], by=people.alice)
    assert WorkingHours.objects.count() == 5 and not AuditRecord.objects.filter(verb="set hours").exists()


def test_set_weekly_hours_of_one_leaves_the_others(bob, people):
    from tests.factories import TherapistFactory

    other = TherapistFactory()
    hours.set_weekly_hours(therapist=other, week=[[(600, 720)]] + [[]] * 6, by=people.alice)
    assert bob.working_hours.count() == 5


# --- other hours on a date -------------------------------------------------------------------------------------------


def test_set_exception_replaces_what_was_set_for_the_date(bob, people):
    hours.set_exception(therapist=bob, on=TUESDAY, spans=[(600, 720)], note="", by=people.bob)
    hours.set_exception(therapist=bob, on=TUESDAY, spans=[], note="A funeral", by=people.bob)
    assert HoursException.objects.get().note == "A funeral" and not HoursExceptionSpan.objects.exists()
    record = last_record()
    assert record.changes == {"2026-11-24": ["10:00-12:00", "off"]} and record.reason == "A funeral"


def test_set_exception_refuses_overlaps_and_keeps_what_was(bob, people):
    hours.set_exception(therapist=bob, on=TUESDAY, spans=[(600, 720)], note="", by=people.bob)
    with pytest.raises(hours.SpansOverlap):
        hours.set_exception(therapist=bob, on=TUESDAY, spans=[(600, 720), (660, 780)], note="", by=people.bob)
    assert HoursException.objects.get().spans.count() == 1


def test_remove_exception(bob, people):
    exception = HoursExceptionSpanFactory(exception__therapist=bob, exception__on=TUESDAY).exception
    hours.remove_exception(exception=exception, by=people.bob)
    assert not HoursException.objects.exists()
    assert last_record().changes == {"2026-11-24": ["12:00-15:00", ""]}


# --- true at once ----------------------------------------------------------------------------------------------------


CHANGES = {
    "week": (
        lambda bob: hours.set_weekly_hours(therapist=bob, week=[[(600, 720)]] * 7, by=bob.user),
        TUESDAY,
        ["10:00", "10:15", "10:30", "10:45", "11:00", "11:15"],
    ),
    "exception": (
        lambda bob: hours.set_exception(therapist=bob, on=TUESDAY, spans=[(600, 660)], note="", by=bob.user),
        TUESDAY,
        ["10:00", "10:15"],
    ),
    "day off": (
        lambda bob: hours.set_exception(therapist=bob, on=TUESDAY, spans=[], note="", by=bob.user),
        TUESDAY,
        [],
    ),
    "time off": (lambda bob: TimeOffFactory(therapist=bob, starts_on=TUESDAY, ends_on=TUESDAY), TUESDAY, []),
    "time off by a rule": (
        lambda bob: TimeOffFactory(therapist=bob, starts_on=MONDAY, ends_on=MONDAY, rule="FREQ=DAILY"),
        TUESDAY,
        [],
    ),
    "closure": (lambda bob: ClosureFactory(starts_on=MONDAY, ends_on=TUESDAY), TUESDAY, []),
    "status": (lambda bob: type(bob).objects.filter(pk=bob.pk).update(availability="on_leave"), TUESDAY, []),
}


@pytest.mark.parametrize("where", ["here", "elsewhere"])
@pytest.mark.parametrize("case", CHANGES)
def test_change_holds_at_once(bob, free_on, elsewhere, case, where):
    """In the process that made it, and in one that still keeps what it knew before."""
    change, day, expected = CHANGES[case]
    assert len(free_on(day)) == 30
    if where == "elsewhere":
        elsewhere(lambda: change(bob))
    else:
        change(bob)
    assert free_on(day) == expected


@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_removal_holds_at_once(bob, people, free_on, elsewhere, where):
    time_off = TimeOffFactory(therapist=bob, starts_on=TUESDAY, ends_on=TUESDAY)
    closure = ClosureFactory(starts_on=TUESDAY, ends_on=TUESDAY)
    assert free_on(TUESDAY) == []

    def remove():
        hours.remove_time_off(time_off=time_off, by=people.bob)
        hours.remove_closure(closure=closure, by=people.alice)

    elsewhere(remove) if where == "elsewhere" else remove()
    assert len(free_on(TUESDAY)) == 30
    verbs = AuditRecord.objects.filter(object_type__startswith="scheduling").values_list("verb", flat=True)
    assert list(verbs) == ["deleted", "deleted"] and not TimeOff.objects.exists() and not Closure.objects.exists()


def test_switch_holiday_opens_and_closes_it_at_once(people, free_on, elsewhere):
    assert free_on(THANKSGIVING) == []
    elsewhere(lambda: hours.switch_holiday(key="US:thanksgiving-day", is_open=True, by=people.alice))
    assert len(free_on(THANKSGIVING)) == 30
    hours.switch_holiday(key="US:thanksgiving-day", is_open=False, by=people.alice)
    assert free_on(THANKSGIVING) == []
    verbs = AuditRecord.objects.filter(object_name="US:thanksgiving-day").values_list("verb", flat=True)
    assert sorted(verbs) == ["closed on holiday", "opened on holiday"]


def test_switch_holiday_twice_is_once(people):
    for _ in range(2):
        hours.switch_holiday(key="US:thanksgiving-day", is_open=True, by=people.alice)
    assert OpenHoliday.objects.count() == 1 and AuditRecord.objects.filter(verb="opened on holiday").count() == 1


def test_switch_holiday_that_is_closed_already_leaves_no_trace(people):
    hours.switch_holiday(key="US:thanksgiving-day", is_open=False, by=people.alice)
    assert not AuditRecord.objects.filter(verb="closed on holiday").exists()


# --- sessions that lie in the way ------------------------------------------------------------------------------------


def test_sessions_outside_are_counted_by_week_and_exception(sunrise, bob, book):
    book()
    book(at(TUESDAY, "16:00"), patient=PatientFactory())

    def outside():
        return hours.sessions_outside(bob, times.schedule(sunrise, bob.pk))

    assert outside() == 0
    hours.set_weekly_hours(therapist=bob, week=[[(540, 960)]] * 7, by=bob.user)
    assert outside() == 1
    hours.set_exception(therapist=bob, on=TUESDAY, spans=[(600, 640)], note="", by=bob.user)
    assert outside() == 2


def test_sessions_outside_over_midnight_are_inside_two_spans_that_meet(sunrise, bob, book):
    hours.set_weekly_hours(therapist=bob, week=[[(0, 120), (1200, 1440)]] * 7, by=bob.user)
    book(at(TUESDAY, "23:30"))
    assert hours.sessions_outside(bob, times.schedule(sunrise, bob.pk)) == 0


def test_sessions_during_counts_those_to_come_of_anybody_or_one(bob, book):
    book()
    whole = hours.day_blocks(TUESDAY, TUESDAY, NEW_YORK)
    assert hours.sessions_during(whole) == hours.sessions_during(whole, bob) == 1
    assert hours.sessions_during([epochs(at(TUESDAY, "10:45"), at(TUESDAY, "12:00"))]) == 0
    assert hours.sessions_during(hours.day_blocks(MONDAY, MONDAY, NEW_YORK)) == 0


def test_day_blocks_of_a_day_with_a_clock_change():
    (start, end), *_ = hours.day_blocks(dt.date(2026, 11, 1), dt.date(2026, 11, 1), NEW_YORK)
    assert end - start == 25 * 3600


# --- minutes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("time", "starts", "ends"), [(dt.time(0), 0, 1440), (dt.time(9, 30), 570, 570)])
def test_minutes_of_a_time(time, starts, ends):
    assert hours.minute_of(time) == starts and hours.minute_of(time, ends=True) == ends
    assert hours.time_of(starts) == hours.time_of(ends) == time


def test_frozen_day_is_the_centres(sunrise):
    with timezone.override(NEW_YORK):
        assert timezone.localdate() == MONDAY
