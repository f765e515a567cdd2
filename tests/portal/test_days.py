import datetime as dt
import zoneinfo
from types import SimpleNamespace

import pytest

from apps.portal import days

NEW_YORK = SimpleNamespace(zone=zoneinfo.ZoneInfo("America/New_York"))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-23", dt.date(2026, 11, 23)),
        ("2026-11-23T10:00", dt.date(2026, 11, 23)),
        ("2026-13-01", None),
        ("9999-12-31", None),
        ("0001-01-01", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_read_day(text, day):
    assert days.read_day(text) == day


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-23T10:30", dt.datetime(2026, 11, 23, 10, 30)),
        ("2026-11-23", dt.datetime(2026, 11, 23)),
        ("2026-11-23T10:30Z", None),
        ("2026-11-23T10:30+02:00", None),
        ("9999-12-31T10:30", None),
        ("noon", None),
        (None, None),
    ],
)
def test_read_wall(text, moment):
    assert days.read_wall(text) == moment


@pytest.mark.parametrize(
    ("text", "time"), [("10:30", dt.time(10, 30)), ("24:00", None), ("", None), (None, None), ("x", None)]
)
def test_read_time(text, time):
    assert days.read_time(text) == time


@pytest.mark.parametrize(
    ("day", "time", "hours_before_utc"),
    [
        (dt.date(2026, 7, 1), dt.time(10), 4),
        (dt.date(2026, 12, 1), dt.time(10), 5),
        (dt.date(2026, 3, 8), dt.time(2, 30), None),  # skipped
        (dt.date(2026, 11, 1), dt.time(1, 30), 4),  # shown twice: the first counts
    ],
)
def test_on_clock_holds_the_zone_s_own_rules(day, time, hours_before_utc):
    moment = days.on_clock(NEW_YORK, day, time)
    expected = hours_before_utc and dt.datetime.combine(day, time, dt.UTC) + dt.timedelta(hours=hours_before_utc)
    assert moment == expected


@pytest.mark.parametrize(
    ("day", "hours"), [(dt.date(2026, 3, 8), 23), (dt.date(2026, 11, 1), 25), (dt.date(2026, 7, 1), 24)]
)
def test_edges_of_a_day_follow_the_clock_changes(day, hours):
    since, until = days.edges(NEW_YORK, day)
    assert (until.astimezone(dt.UTC) - since.astimezone(dt.UTC)) == dt.timedelta(hours=hours)
