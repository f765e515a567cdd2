"""What needs a therapy type or a room is checked against it when it is written, not when it is committed.

Whoever takes a time so locks the type and the room against being deleted, and whoever deletes one waits for bookings on
their way. Checked at the end, a booking of what was being deleted failed at its commit. Somebody's kept time protects
them, too.
"""

from django.db import migrations, models

CHECKED = """
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT conrelid::regclass AS referring, conname FROM pg_constraint WHERE contype = 'f'
        AND confrelid IN ('therapists_therapytype'::regclass, 'therapy_sessions_room'::regclass)
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER CONSTRAINT %I DEFERRABLE INITIALLY {when}', one.referring, one.conname);
        COMMIT;  -- one table at a time: several at once could wait in a circle with a booking
    END LOOP;
END $$;
"""
FORWARDS, BACKWARDS = CHECKED.replace("{when}", "IMMEDIATE"), CHECKED.replace("{when}", "DEFERRED")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("therapists", "0002_offering_dates_sane"), ("therapy_sessions", "0005_holds_and_states_guarded")]
    operations = [
        migrations.RunSQL(FORWARDS, BACKWARDS),
        migrations.AlterField(
            model_name="hold",
            name="room",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=models.PROTECT,
                related_name="+",
                to="therapy_sessions.room",
                verbose_name="room",
            ),
        ),
        migrations.AlterField(
            model_name="hold",
            name="therapy_type",
            field=models.ForeignKey(
                on_delete=models.PROTECT,
                related_name="+",
                to="therapists.therapytype",
                verbose_name="therapy type",
            ),
        ),
    ]
