"""One number that grows with every change to what schedules are made of, by statement triggers."""

from django.db import migrations

TABLES = [
    "scheduling_workinghours",
    "scheduling_hoursexception",
    "scheduling_hoursexceptionspan",
    "scheduling_timeoff",
    "scheduling_closure",
    "scheduling_openholiday",
    "therapists_therapist",
    "therapists_therapist_therapy_types",
    "therapists_therapytype",
    "therapists_offering",
    "therapy_sessions_room",
    "therapy_sessions_room_therapy_types",
    "accounts_user",
]

FUNCTION = """
CREATE FUNCTION scheduling_version_bump() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE scheduling_scheduleversion SET number = number + 1 WHERE id = 1;
    IF NOT FOUND THEN
        INSERT INTO scheduling_scheduleversion (id, number) VALUES (1, 2);
    END IF;
    RETURN NULL;
END $$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION %I.scheduling_version_bump() SET search_path = %I, public', current_schema(), current_schema());
END $$;
"""
EVENTS = {"accounts_user": "UPDATE OF is_active"}


def triggers() -> str:
    return "".join(
        f"CREATE TRIGGER schedule_version AFTER {EVENTS.get(table, 'INSERT OR UPDATE OR DELETE')} ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION scheduling_version_bump();\n"
        for table in TABLES
    )


class Migration(migrations.Migration):
    dependencies = [
        ("scheduling", "0001_initial"),
        ("therapy_sessions", "0002_occupancy_agrees"),
        ("therapists", "0001_initial"),
        ("accounts", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(
            FUNCTION + triggers(),
            "".join(f"DROP TRIGGER schedule_version ON {table};\n" for table in TABLES)
            + "DROP FUNCTION scheduling_version_bump();",
        )
    ]
