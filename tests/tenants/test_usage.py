import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django_tenants.utils import schema_context, tenant_context

from apps.sessions.models import State
from apps.tenants import usage
from apps.tenants.models import Centre
from tests.factories import TherapySessionFactory, UserFactory


def test_usage_counts_every_centre_in_one_query(sunrise, harbour, django_assert_max_num_queries):
    UserFactory(is_active=False)
    begins, ends = usage.clock.now(), usage.clock.now() + dt.timedelta(minutes=45)
    with tenant_context(harbour):
        TherapySessionFactory.create_batch(2, starts_at=begins, ends_at=ends)
    with schema_context("public"), django_assert_max_num_queries(3):  # the count, and the way there and back
        counts = usage.usage([sunrise, harbour])
    assert counts["c_sunrise"] == {"Users": 6, "Sessions this month": 0}
    assert counts["c_harbour"]["Sessions this month"] == 2


def test_usage_of_nobody(db):
    assert usage.usage([]) == {}


def test_register_twice_changes_nothing():
    before = list(usage.COUNTERS)
    usage.register(before[0])
    assert before == usage.COUNTERS


@pytest.mark.parametrize("schema", ["c_sunrise; DROP SCHEMA public", 'c"x'])
def test_usage_quotes_what_it_is_given(db, schema):
    from django.db import ProgrammingError, transaction

    with pytest.raises(ProgrammingError, match="does not exist"), transaction.atomic():
        usage.usage([Centre(schema_name=schema)])


@pytest.mark.parametrize(
    ("zone", "now", "begins", "ends"),
    [
        ("Pacific/Auckland", "2026-02-28T11:30Z", "2026-02-28T11:00Z", "2026-03-31T11:00Z"),  # already March there
        (
            "America/New_York",
            "2026-12-01T04:30Z",
            "2026-11-01T04:00Z",
            "2026-12-01T05:00Z",
        ),  # still November; clocks change
        ("UTC", "2026-12-31T23:59Z", "2026-12-01T00:00Z", "2027-01-01T00:00Z"),
    ],
)
def test_month_is_the_centres_own(zone, now, begins, ends):
    month = usage.month_of(dt.datetime.fromisoformat(now).astimezone(ZoneInfo(zone)))
    assert month == (dt.datetime.fromisoformat(begins), dt.datetime.fromisoformat(ends))


def test_sessions_are_counted_in_the_month_in_which_they_take_place(harbour):
    """Half past eleven at night on the last of February in UTC is March in Auckland."""
    Centre.objects.filter(pk=harbour.pk).update(time_zone="Pacific/Auckland")
    harbour.refresh_from_db()
    moments = {
        "2026-02-28T10:30Z": State.SCHEDULED,
        "2026-02-28T11:30Z": State.SCHEDULED,
        "2026-03-05T00:00Z": State.CANCELLED,
    }
    with tenant_context(harbour):
        for text, state in moments.items():
            moment = dt.datetime.fromisoformat(text)
            TherapySessionFactory(starts_at=moment, ends_at=moment + dt.timedelta(minutes=45), state=state)
    for now, count in (("2026-02-28T10:00Z", 1), ("2026-02-28T12:00Z", 1), ("2026-04-02T00:00Z", 0)):
        with time_machine.travel(dt.datetime.fromisoformat(now), tick=False):
            assert usage.usage([harbour])["c_harbour"]["Sessions this month"] == count
