import datetime as dt

import pytest
import time_machine
from django.utils import timezone
from django_tenants.utils import schema_context

from apps.core import clock
from apps.patients.models import Patient


@time_machine.travel(dt.datetime(2026, 11, 28, 3, tzinfo=dt.UTC), tick=False)
@pytest.mark.parametrize(("zone", "day"), [("America/New_York", 27), ("UTC", 28), ("Pacific/Auckland", 28)])
def test_today_is_the_centres_wherever_one_looks_from(sunrise, zone, day):
    sunrise.time_zone = zone
    with timezone.override("Asia/Tokyo"):
        assert clock.today() == dt.date(2026, 11, day)


@pytest.mark.django_db
@time_machine.travel(dt.datetime(2026, 11, 28, 3, tzinfo=dt.UTC), tick=False)
def test_today_is_that_of_utc_outside_every_centre():
    with schema_context("public"):
        assert clock.today() == dt.date(2026, 11, 28)


@time_machine.travel(dt.datetime(2026, 11, 27, 20, tzinfo=dt.UTC), tick=False)
@pytest.mark.parametrize(("zone", "is_minor"), [("America/New_York", True), ("Pacific/Auckland", False)])
def test_one_comes_of_age_on_the_day_it_is_at_the_centre(sunrise, zone, is_minor):
    sunrise.time_zone = zone
    assert Patient(birth_on=dt.date(2008, 11, 28)).is_minor is is_minor


@time_machine.travel(dt.datetime(2026, 11, 27, 20, tzinfo=dt.UTC), tick=False)
def test_a_child_born_this_morning_may_be_entered_at_the_other_end_of_the_world(sunrise):
    sunrise.time_zone = "Pacific/Auckland"
    Patient(given_name="Aroha", birth_on=dt.date(2026, 11, 28)).clean()
