"""Time off laid on the calendar, once and by rule, across clock changes."""

from datetime import date, datetime, time, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from apps.scheduling.recurrence import Absence, RuleRefused, expand, expand_all, parse
from tests.scheduling.oracle import wall

ZONE = "America/New_York"
MONDAY = date(2026, 6, 8)
DAY = timedelta(days=1)


def absent(starts_on=MONDAY, ends_on=None, starts=None, ends=None, rule=""):
    return Absence("vacation", starts_on, ends_on or starts_on, starts, ends, rule)


def shown(absence, first, last, zone=ZONE):
    return [(wall(zone, start), wall(zone, end)) for start, end, _ in expand(absence, zone, first, last)]


def begins(rule, first=MONDAY, last=None, starts_on=MONDAY, **times):
    blocks = expand(absent(starts_on, rule=rule, **times), ZONE, first, last or first + 60 * DAY)
    return [wall(ZONE, start)[:10] for start, _, _ in blocks]


def test_whole_days_run_from_midnight_to_midnight():
    found = shown(absent(MONDAY, MONDAY + DAY), MONDAY - DAY, MONDAY + 7 * DAY)
    assert found == [("2026-06-08 00:00", "2026-06-10 00:00")]


def test_a_timed_block_over_several_days_is_one_block():
    found = shown(absent(MONDAY, MONDAY + DAY, time(17), time(9)), MONDAY, MONDAY + 7 * DAY)
    assert found == [("2026-06-08 17:00", "2026-06-09 09:00")]


def test_blocks_are_whole_whatever_the_days_asked_for():
    year = absent(date(2026, 1, 1), date(2026, 12, 31))
    assert shown(year, MONDAY, MONDAY) == [("2026-01-01 00:00", "2027-01-01 00:00")]
    assert shown(year, date(2025, 12, 31), date(2025, 12, 31)) == []


def test_dates_at_the_end_of_the_calendar_break_nothing():
    ever = absent(date(1, 1, 1), date(9999, 12, 31), time(9), time(17), "FREQ=YEARLY;COUNT=1")
    assert shown(ever, MONDAY, MONDAY, "Asia/Kolkata") == [("1900-01-01 09:00", "9000-01-01 17:00")]
    assert expand(absent(date(9999, 12, 31)), ZONE, MONDAY, MONDAY) == []


CHANGES = [
    (ZONE, "2026-03-08", time(0), time(4), 3 * 60),
    (ZONE, "2026-03-08", time(2, 15), time(4), 60),  # begins in the skipped hour: at the change
    (ZONE, "2026-03-08", time(1), time(2, 30), 60),
    (ZONE, "2026-03-08", time(2, 10), time(2, 50), 0),  # wholly in it: nothing
    (ZONE, "2026-11-01", time(0), time(4), 5 * 60),
    (ZONE, "2026-11-01", time(1), time(1, 30), 90),  # from the first 1:00 to the second 1:30
    ("Australia/Lord_Howe", "2026-10-04", time(1, 30), time(3), 60),
    ("Australia/Lord_Howe", "2026-04-05", time(1, 30), time(3), 120),
    ("Europe/London", "2026-03-29", None, None, 23 * 60),
    ("Europe/London", "2026-10-25", None, None, 25 * 60),
    ("Africa/Cairo", "2026-04-24", None, None, 23 * 60),
    ("Asia/Kolkata", "2026-03-29", time(1), time(3), 120),
]


@pytest.mark.parametrize(("zone", "day", "starts", "ends", "minutes"), CHANGES)
def test_clock_changes(zone, day, starts, ends, minutes):
    on = date.fromisoformat(day)
    blocks = expand(absent(on, None, starts, ends), zone, on - DAY, on + DAY)
    assert [(end - start) // 60 for start, end, _ in blocks] == ([minutes] if minutes else [])


def test_a_repeated_block_keeps_its_wall_clock_times():
    weekly = absent(date(2026, 10, 26), None, time(12), time(13), "FREQ=WEEKLY;BYDAY=MO,SU")
    assert shown(weekly, date(2026, 10, 26), date(2026, 11, 3)) == [
        ("2026-10-26 12:00", "2026-10-26 13:00"),
        ("2026-11-01 12:00", "2026-11-01 13:00"),
        ("2026-11-02 12:00", "2026-11-02 13:00"),
    ]


RULES = [
    ("FREQ=WEEKLY;COUNT=2", ["2026-06-08", "2026-06-15"]),
    ("rrule:freq=weekly;count=2", ["2026-06-08", "2026-06-15"]),
    ("FREQ=WEEKLY;INTERVAL=4", ["2026-06-08", "2026-07-06", "2026-08-03"]),
    ("FREQ=MONTHLY;BYDAY=1FR", ["2026-07-03", "2026-08-07"]),
    ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", ["2026-06-30", "2026-07-31"]),
    ("FREQ=MONTHLY;BYMONTHDAY=31", ["2026-07-31"]),
    ("FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=4", ["2026-07-04"]),
    ("FREQ=DAILY;UNTIL=20260610", ["2026-06-08", "2026-06-09", "2026-06-10"]),
    ("FREQ=DAILY;UNTIL=20260607", []),
    ("FREQ=WEEKLY;BYDAY=TU;COUNT=1", ["2026-06-09"]),  # the first day is no occurrence unless the rule names it
]


@pytest.mark.parametrize(("rule", "expected"), RULES)
def test_rules(rule, expected):
    assert begins(rule) == expected


UNTILS = [
    ("20260609", 2),  # all of the day
    ("20260609T120000", 2),
    ("20260609T115959", 1),
    ("20260609T160000Z", 2),  # noon in New York
    ("20260609T155959Z", 1),
]


@pytest.mark.parametrize(("until", "count"), UNTILS)
def test_the_end_of_a_rule(until, count):
    found = begins(f"FREQ=DAILY;UNTIL={until}", starts=time(12), ends=time(13))
    assert len(found) == count


def test_the_count_counts_from_the_beginning_and_not_from_the_days_asked_for():
    assert begins("FREQ=DAILY;COUNT=10", first=MONDAY + 8 * DAY) == ["2026-06-16", "2026-06-17"]


def test_an_occurrence_that_began_before_the_days_asked_for_is_there():
    weekend = absent(date(2026, 6, 6), date(2026, 6, 7), rule="FREQ=WEEKLY")
    assert shown(weekend, date(2026, 6, 14), date(2026, 6, 14)) == [("2026-06-13 00:00", "2026-06-15 00:00")]


def test_occurrences_that_overlap_are_all_there():
    daily = absent(MONDAY, MONDAY + 2 * DAY, rule="FREQ=DAILY")
    assert len(expand(daily, ZONE, MONDAY + 30 * DAY, MONDAY + 30 * DAY)) == 3


def test_a_rule_that_is_none_happens_once():
    assert begins("EVERY NOW AND THEN") == ["2026-06-08"]
    assert begins("FREQ=HOURLY", first=MONDAY + DAY) == []


def test_expand_all_is_sorted():
    later, sooner = absent(MONDAY + DAY), absent(rule="FREQ=WEEKLY")
    blocks = expand_all([later, sooner], ZONE, MONDAY, MONDAY + 8 * DAY)
    assert len(blocks) == 3
    assert list(blocks) == sorted(blocks)


REFUSED = [
    ("", "syntax"),
    ("tomorrow", "syntax"),
    ("BYDAY=MO", "syntax"),
    ("FREQ=SECONDLY", "frequency"),
    ("FREQ=MINUTELY", "frequency"),
    ("FREQ=HOURLY", "frequency"),
    ("FREQ=FORTNIGHTLY", "frequency"),
    ("FREQ=DAILY;BYHOUR=9,10", "frequency"),
    ("FREQ=DAILY;BYMINUTE=0", "frequency"),
    ("FREQ=DAILY;BYSECOND=0", "frequency"),
    ("DTSTART:20260101\nRRULE:FREQ=DAILY", "dtstart"),
    ("FREQ=DAILY;DTSTART=20260101", "dtstart"),
    ("FREQ=DAILY\nEXRULE:FREQ=WEEKLY", "dtstart"),
    ("FREQ=DAILY;INTERVAL=0", "syntax"),
    ("FREQ=DAILY;INTERVAL=-1", "syntax"),
    ("FREQ=DAILY;INTERVAL=2001", "syntax"),
    ("FREQ=DAILY;COUNT=0", "syntax"),
    ("FREQ=DAILY;COUNT=2001", "syntax"),
    ("FREQ=DAILY;COUNT=١", "syntax"),
    ("FREQ=DAILY;COUNT=2;UNTIL=20270101", "syntax"),
    ("FREQ=DAILY;UNTIL=2026", "syntax"),
    ("FREQ=DAILY;UNTIL=20261301", "syntax"),
    ("FREQ=DAILY;FREQ=WEEKLY", "syntax"),
    ("FREQ=DAILY;WHENEVER", "syntax"),
    ("FREQ=DAILY;BYEASTER=1", "syntax"),
    ("FREQ=WEEKLY;BYDAY=", "syntax"),
    ("FREQ=WEEKLY;BYDAY=XX", "syntax"),
    ("FREQ=WEEKLY;BYDAY=2MO", "syntax"),
    ("FREQ=WEEKLY;BYMONTHDAY=1", "syntax"),
    ("FREQ=DAILY;BYWEEKNO=1", "syntax"),
    ("FREQ=YEARLY;BYMONTH=13", "syntax"),
    ("FREQ=YEARLY;BYMONTH=-1", "syntax"),
    ("FREQ=MONTHLY;BYMONTHDAY=32", "syntax"),
    ("FREQ=MONTHLY;BYMONTHDAY=0", "syntax"),
    ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "syntax"),
    ("FREQ=DAILY;INTERVAL=7;BYDAY=TU", "syntax"),  # from a Monday
    ("FREQ=MONTHLY;BYDAY=8TU,TH", "syntax"),
    ("FREQ=YEARLY;BYMONTH=11;BYDAY=-6SA", "syntax"),
    ("FREQ=YEARLY;BYDAY=54MO", "syntax"),
    ("FREQ=MONTHLY;BYDAY=SU;BYSETPOS=-238", "syntax"),  # these happen on no day at all
    ("FREQ=MONTHLY;BYMONTHDAY=1;BYDAY=5MO", "syntax"),
    ("FREQ=YEARLY;BYMONTH=6;BYYEARDAY=1", "syntax"),
    ("FREQ=DAILY;UNTIL=00010101T000000Z", "syntax"),
    ("FREQ=DAILY;UNTIL=99991231T235959Z", "syntax"),
]


@pytest.mark.parametrize(("rule", "code"), REFUSED)
def test_rules_refused(rule, code):
    with pytest.raises(RuleRefused) as refusal:
        parse(rule, MONDAY)
    assert refusal.value.code == code


def test_a_refusal_names_the_part():
    with pytest.raises(RuleRefused, match="syntax BYDAY=XX"):
        parse("FREQ=WEEKLY;BYDAY=XX", MONDAY)


def lists(*values):
    return st.lists(st.sampled_from([str(value) for value in values]), min_size=1, max_size=3).map(",".join)


PARTS = {
    "INTERVAL": st.sampled_from([1, 2, 7, 12, 100, 1999]),
    "COUNT": st.sampled_from([1, 2000]),
    "UNTIL": st.sampled_from(["19000102", "20270101T000000Z", "89991231T235959Z", "99990101T000000Z", "00010101"]),
    "BYMONTH": lists(1, 2, 6, 12),
    "BYMONTHDAY": lists(1, 29, 30, 31, -1, -31),
    "BYYEARDAY": lists(1, 60, 366, -366),
    "BYWEEKNO": lists(1, 20, 53, -53),
    "BYDAY": lists("MO", "SU", "1MO", "5TU", "-5SU", "6WE", "53TH", "-53FR", "99SA"),
    "BYSETPOS": lists(1, -1, 31, 366),
}


@st.composite
def written(draw):
    """A rule as somebody may write it, sensible or not."""
    names = draw(st.lists(st.sampled_from(sorted(PARTS)), unique=True, max_size=4))
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    return ";".join([f"FREQ={frequency}", *(f"{name}={draw(PARTS[name])}" for name in names)])


@settings(max_examples=150, deadline=None)
@given(written(), st.sampled_from([date(2000, 1, 1), date(2024, 2, 29), MONDAY, date(2036, 12, 31)]))
def test_whatever_is_not_refused_can_be_laid_on_the_calendar(rule, starts_on):
    """One rule on which the calendar breaks would stop every booking of the centre."""
    try:
        parse(rule, starts_on)
    except RuleRefused:
        return
    for zone in ("Pacific/Kiritimati", "America/Los_Angeles"):
        blocks = expand(absent(starts_on, rule=rule), zone, MONDAY, MONDAY + 500 * DAY)
        assert all(start < end for start, end, _ in blocks)


numbers = st.sampled_from(["", ";INTERVAL=2", ";INTERVAL=3", ";INTERVAL=13"])
ends = st.sampled_from(["", ";COUNT=7", ";COUNT=60"])
patterns = st.sampled_from(
    [
        "FREQ=DAILY",
        "FREQ=DAILY;BYDAY=MO,TH",
        "FREQ=DAILY;BYMONTH=2,7",
        "FREQ=WEEKLY",
        "FREQ=WEEKLY;BYDAY=SU,TU",
        "FREQ=WEEKLY;BYDAY=SU,TU;WKST=SU",
        "FREQ=MONTHLY",
        "FREQ=MONTHLY;BYDAY=-1FR",
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=WE",
    ]
)


@settings(max_examples=150, deadline=None)
@given(patterns, numbers, ends, st.integers(0, 800), st.integers(0, 40), st.integers(0, 3))
def test_days_far_from_the_beginning_are_those_of_dateutil(pattern, number, end, later, many, length):
    rule, first = pattern + number + end, MONDAY + later * DAY
    last = first + many * DAY
    absence = absent(MONDAY, MONDAY + length * DAY, rule=rule)
    every = rrulestr(rule, dtstart=datetime.combine(MONDAY, time())).xafter(datetime(2000, 1, 1))
    days = []
    for moment in every:
        if moment.date() > last:
            break
        days.append(moment.date())
    assume(days)
    near = [(day, day + length * DAY + DAY) for day in days if day + length * DAY >= first]
    expected = [(f"{start} 00:00", f"{end} 00:00") for start, end in near]
    assert shown(absence, first, last) == expected
