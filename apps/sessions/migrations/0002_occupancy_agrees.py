"""Occupancies equal what a session claims, at every commit; and a session's end frees what it had.

The functions carry a search path of their own schema, so that a wrong search path can never make them look elsewhere.
"""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION therapy_sessions_check_session(checked uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    wrong text;
BEGIN
    WITH session AS (
        SELECT s.* FROM therapy_sessions_therapysession s
        WHERE s.id = checked AND s.state <> 'cancelled'
    ), expected AS (
        SELECT 1 AS resource, t.therapist_id AS what,
               s.starts_at - s.buffer_before_minutes * interval '1 minute' AS starts_at,
               s.ends_at + s.buffer_after_minutes * interval '1 minute' AS ends_at
        FROM session s JOIN therapy_sessions_sessiontherapist t ON t.session_id = s.id
        UNION ALL
        SELECT 2, s.room_id,
               s.starts_at - s.buffer_before_minutes * interval '1 minute',
               s.ends_at + s.buffer_after_minutes * interval '1 minute'
        FROM session s WHERE s.room_id IS NOT NULL
        UNION ALL
        SELECT 3, p.patient_id, s.starts_at, s.ends_at
        FROM session s JOIN therapy_sessions_participant p ON p.session_id = s.id
        WHERE p.state <> 'cancelled'
    ), actual AS (
        SELECT o.resource::int, o.what, o.starts_at, o.ends_at
        FROM therapy_sessions_occupancy o WHERE o.session_id = checked
    )
    SELECT string_agg(d.side || ' ' || d.resource || ' ' || d.what, ', ') INTO wrong FROM (
        (SELECT 'missing' AS side, * FROM expected EXCEPT ALL SELECT 'missing', * FROM actual)
        UNION ALL
        (SELECT 'extra', * FROM actual EXCEPT ALL SELECT 'extra', * FROM expected)
    ) d;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'session %: occupancies disagree (%)', checked, wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'session_occupancy_agrees';
    END IF;
END $$;

CREATE FUNCTION therapy_sessions_session_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM therapy_sessions_check_session(NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION therapy_sessions_part_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.session_id IS NOT NULL THEN
        PERFORM therapy_sessions_check_session(OLD.session_id);
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.session_id IS NOT NULL
       AND (TG_OP = 'INSERT' OR NEW.session_id IS DISTINCT FROM OLD.session_id) THEN
        PERFORM therapy_sessions_check_session(NEW.session_id);
    END IF;
    RETURN NULL;
END $$;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['check_session(uuid)', 'session_changed()', 'part_changed()'] LOOP
        EXECUTE format('ALTER FUNCTION %I.therapy_sessions_%s SET search_path = %I, public', current_schema(), name, current_schema());
    END LOOP;
END $$;

CREATE CONSTRAINT TRIGGER session_occupancy_agrees
    AFTER INSERT OR UPDATE OF state, room_id, starts_at, ends_at, buffer_before_minutes, buffer_after_minutes
    ON therapy_sessions_therapysession
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION therapy_sessions_session_changed();
CREATE CONSTRAINT TRIGGER session_therapist_occupancy_agrees
    AFTER INSERT OR UPDATE OR DELETE ON therapy_sessions_sessiontherapist
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION therapy_sessions_part_changed();
CREATE CONSTRAINT TRIGGER participant_occupancy_agrees
    AFTER INSERT OR DELETE OR UPDATE OF state, session_id, patient_id ON therapy_sessions_participant
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION therapy_sessions_part_changed();
CREATE CONSTRAINT TRIGGER occupancy_agrees
    AFTER INSERT OR UPDATE OR DELETE ON therapy_sessions_occupancy
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION therapy_sessions_part_changed();
"""

BACKWARDS = """
DROP TRIGGER occupancy_agrees ON therapy_sessions_occupancy;
DROP TRIGGER participant_occupancy_agrees ON therapy_sessions_participant;
DROP TRIGGER session_therapist_occupancy_agrees ON therapy_sessions_sessiontherapist;
DROP TRIGGER session_occupancy_agrees ON therapy_sessions_therapysession;
DROP FUNCTION therapy_sessions_part_changed();
DROP FUNCTION therapy_sessions_session_changed();
DROP FUNCTION therapy_sessions_check_session(uuid);
"""


class Migration(migrations.Migration):
    dependencies = [("therapy_sessions", "0001_initial")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
