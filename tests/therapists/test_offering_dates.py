"""No price begins or ends in a year that nobody lives in: said by the form, held by the database."""

import datetime as dt
from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction

from apps.accounts.models import AuditRecord
from apps.core.postgresql import as_owner
from apps.therapists.models import Offering
from tests.factories import OfferingFactory, TherapyTypeFactory

FORWARDS = import_module("apps.therapists.migrations.0002_offering_dates_sane").FORWARDS
DROP = "ALTER TABLE c_sunrise.therapists_offering DROP CONSTRAINT offering_dates_sane"


@pytest.mark.parametrize(
    "facts",
    [
        {"valid_from": dt.date(1, 1, 1)},
        {"valid_from": dt.date(9999, 12, 31)},
        {"valid_from": dt.date(2026, 1, 1), "valid_until": dt.date(9999, 1, 1)},
    ],
)
def test_database_refuses_a_year_that_nobody_lives_in(sunrise, facts):
    with pytest.raises(IntegrityError, match="offering_dates_sane"), transaction.atomic():
        OfferingFactory(**facts)


def test_migration_keeps_the_days_that_people_have_and_writes_down_the_others(sunrise):
    days = {
        "old": (dt.date(1, 1, 1), dt.date(5, 1, 1)),
        "begun": (dt.date(1, 1, 1), None),
        "long": (dt.date(2026, 1, 1), dt.date(9999, 1, 1)),
        "plain": (dt.date(2026, 1, 1), dt.date(2026, 2, 1)),
    }
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(DROP)
        for name, (begins, ends) in days.items():
            OfferingFactory(therapy_type=TherapyTypeFactory(name=name), valid_from=begins, valid_until=ends)
        cursor.execute(FORWARDS)
    kept = {row[0]: row[1:] for row in Offering.objects.values_list("therapy_type__name", "valid_from", "valid_until")}
    assert kept == {
        "begun": (dt.date(1900, 1, 1), None),
        "long": (dt.date(2026, 1, 1), dt.date(2199, 12, 31)),
        "plain": (dt.date(2026, 1, 1), dt.date(2026, 2, 1)),
    }
    trail = AuditRecord.objects.filter(object_type="therapists.offering")
    told = {record.object_name.rpartition(": ")[2]: (record.verb, record.changes["valid_from"]) for record in trail}
    assert told == {
        "old": ("deleted", ["0001-01-01", None]),
        "begun": ("changed", ["0001-01-01", "1900-01-01"]),
        "long": ("changed", ["2026-01-01", "2026-01-01"]),
    }
