"""Nobody was born, or died, in a year typed wrong. What stood there goes into the audit trail, where it stays readable."""

import datetime

from django.db import migrations, models

import apps.patients.models

FORWARDS = """
INSERT INTO accounts_auditrecord
    (at, by_name, verb, object_type, object_id, object_name, changes, reason, request_id)
SELECT now(), '', 'changed', 'patients.patient', p.id::text, left(trim(p.given_name || ' ' || p.family_name), 200),
       jsonb_object_agg(day.name, jsonb_build_array(day.was::text, NULL)), 'A year typed wrong was left out.', ''
FROM patients_patient p CROSS JOIN LATERAL (VALUES ('birth_on', p.birth_on), ('deceased_on', p.deceased_on)) day (name, was)
WHERE day.was < '1900-01-01' GROUP BY p.id;
UPDATE patients_patient SET birth_on = NULL WHERE birth_on < '1900-01-01';
UPDATE patients_patient SET deceased_on = NULL WHERE deceased_on < '1900-01-01';
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("patients", "0001_initial")]
    operations = [
        migrations.RunSQL(FORWARDS, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="patient",
            name="birth_on",
            field=models.DateField(
                blank=True,
                null=True,
                validators=[apps.patients.models.within_a_life],
                verbose_name="date of birth",
            ),
        ),
        migrations.AlterField(
            model_name="patient",
            name="deceased_on",
            field=models.DateField(
                blank=True, null=True, validators=[apps.patients.models.within_a_life], verbose_name="died on"
            ),
        ),
        migrations.AddConstraint(
            model_name="patient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("birth_on__isnull", True), ("birth_on__gte", datetime.date(1900, 1, 1)), _connector="OR"),
                    models.Q(
                        ("deceased_on__isnull", True), ("deceased_on__gte", datetime.date(1900, 1, 1)), _connector="OR"
                    ),
                ),
                name="patient_days_sane",
            ),
        ),
    ]
