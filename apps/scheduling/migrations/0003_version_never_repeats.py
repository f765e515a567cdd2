"""A number that a rolled-back change was given is never given again: processes keep schedules under it.

The transaction's own number (never used twice, rolled back or not) leads; within a transaction it counts on.
"""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION scheduling_version_bump() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lowest bigint := {least};
BEGIN
    INSERT INTO scheduling_scheduleversion AS kept (id, number) VALUES (1, GREATEST(2, lowest))
        ON CONFLICT (id) DO UPDATE SET number = GREATEST(kept.number + 1, lowest);
    RETURN NULL;
END $$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION %I.scheduling_version_bump() SET search_path = %I, public', current_schema(), current_schema());
END $$;
"""
FORWARDS = FUNCTION.format(least="pg_current_xact_id()::text::bigint << 16")
BACKWARDS = FUNCTION.format(least="0")


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0002_schedule_version")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
