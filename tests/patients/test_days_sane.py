"""Nobody was born, or died, in a year typed wrong: said by the forms, held by the database."""

import datetime as dt
from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction

from apps.accounts.models import AuditRecord
from apps.core.postgresql import as_owner
from apps.patients.models import FIRST_DAY, Patient
from tests.factories import PatientFactory

FORWARDS = import_module("apps.patients.migrations.0002_days_sane").FORWARDS
LONG_AGO = dt.date(24, 5, 3)


@pytest.mark.parametrize("facts", [{"birth_on": LONG_AGO}, {"status": "deceased", "deceased_on": LONG_AGO}])
def test_database_refuses_a_year_that_nobody_lived_in(sunrise, facts):
    with pytest.raises(IntegrityError, match="patient_days_sane"), transaction.atomic():
        PatientFactory(**facts)


def test_migration_keeps_in_the_trail_what_it_leaves_out(sunrise):
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE c_sunrise.patients_patient DROP CONSTRAINT patient_days_sane")
        wrong = PatientFactory(birth_on=LONG_AGO, status="deceased", deceased_on=dt.date(1, 1, 1))
        right = PatientFactory(birth_on=FIRST_DAY)
        cursor.execute(FORWARDS)
    kept = Patient.objects.in_bulk([wrong.pk, right.pk])
    assert (kept[wrong.pk].birth_on, kept[wrong.pk].deceased_on) == (None, None)
    assert kept[right.pk].birth_on == FIRST_DAY
    record = AuditRecord.objects.about(wrong).get()
    assert (record.verb, record.object_name) == ("changed", wrong.full_name)
    assert record.changes == {"birth_on": ["0024-05-03", None], "deceased_on": ["0001-01-01", None]}
    assert not AuditRecord.objects.about(right).exists()
