"""A year typed wrong: prices that hold on no day of anybody's life go, the others keep the days that people have.

What stood there goes into the audit trail. The way back takes the rule away and leaves the prices: what they said is no
price of any day.
"""

import datetime

from django.db import migrations, models

FORWARDS = """
INSERT INTO accounts_auditrecord
    (at, by_name, verb, object_type, object_id, object_name, changes, reason, request_id)
SELECT now(), '', CASE WHEN gone THEN 'deleted' ELSE 'changed' END, 'therapists.offering', o.id::text,
       left(trim(u.given_name || ' ' || u.family_name) || ': ' || kind.name, 200),
       jsonb_build_object(
           'price', jsonb_build_array(o.price::text, CASE WHEN NOT gone THEN o.price::text END),
           'valid_from', jsonb_build_array(
               o.valid_from::text, CASE WHEN NOT gone THEN greatest(o.valid_from, '1900-01-01')::text END),
           'valid_until', jsonb_build_array(
               o.valid_until::text, CASE WHEN NOT gone THEN least(o.valid_until, '2199-12-31')::text END)
       ), 'A year typed wrong was left out.', ''
FROM therapists_offering o
CROSS JOIN LATERAL (SELECT coalesce(o.valid_until < '1900-01-01', false) OR o.valid_from > '2199-12-31' AS gone) fate
JOIN therapists_therapytype kind ON kind.id = o.therapy_type_id
JOIN therapists_therapist t ON t.id = o.therapist_id
JOIN accounts_user u ON u.id = t.user_id
WHERE gone OR o.valid_from < '1900-01-01' OR o.valid_until > '2199-12-31';
DELETE FROM therapists_offering WHERE valid_until < '1900-01-01' OR valid_from > '2199-12-31';
UPDATE therapists_offering SET valid_from = '1900-01-01' WHERE valid_from < '1900-01-01';
UPDATE therapists_offering SET valid_until = '2199-12-31' WHERE valid_until > '2199-12-31';
"""


class Migration(migrations.Migration):
    dependencies = [
        ('accounts', '0001_initial'),
        ('therapists', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(FORWARDS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='offering',
            constraint=models.CheckConstraint(condition=models.Q(('valid_from__range', (datetime.date(1900, 1, 1), datetime.date(2199, 12, 31))), models.Q(('valid_until__isnull', True), ('valid_until__range', (datetime.date(1900, 1, 1), datetime.date(2199, 12, 31))), _connector='OR')), name='offering_dates_sane'),
        ),
    ]
