import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from apps.core import formats


@pytest.mark.parametrize(("value", "words"), [(41, "41"), (41.5, "41.5"), (41.25, "41.25"), (Decimal("7.50"), "7.5")])
def test_decimal_has_no_more_places_than_it_needs(sunrise, value, words):
    assert formats.decimal(value) == words


def test_numeric_moment_is_on_the_centres_clock_wherever_one_looks_from(sunrise):
    moment = dt.datetime(2026, 11, 24, 3, 30, tzinfo=dt.UTC)
    with timezone.override("Asia/Tokyo"):
        assert formats.numeric_moment(moment) == "2026-11-23 22:30"
