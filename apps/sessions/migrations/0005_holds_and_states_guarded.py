"""A hold's rows are what the hold says, and a session's state goes no way back, whoever writes them.

Rows of a hold that ends within a minute may be missing: whoever comes next takes them away once it has expired, by the
web server's clock, which may differ from the database's. Functions look only into their own schema, as in 0004.
"""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION therapy_sessions_check_hold(checked uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    wrong text;
BEGIN
    PERFORM 1 FROM therapy_sessions_hold WHERE id = checked FOR NO KEY UPDATE;
    WITH hold AS (
        SELECT h.therapist_id, h.room_id, h.expires_at,
               h.starts_at - h.buffer_before_minutes * interval '1 minute' AS starts_at,
               h.ends_at + h.buffer_after_minutes * interval '1 minute' AS ends_at
        FROM therapy_sessions_hold h WHERE h.id = checked
    ), expected AS (
        SELECT 1 AS resource, therapist_id AS what, starts_at, ends_at, expires_at FROM hold
        UNION ALL
        SELECT 2, room_id, starts_at, ends_at, expires_at FROM hold WHERE room_id IS NOT NULL
    ), actual AS (
        SELECT o.resource::int, o.what, o.starts_at, o.ends_at, o.expires_at
        FROM therapy_sessions_occupancy o WHERE o.hold_id = checked
    )
    SELECT string_agg(d.side || ' ' || d.resource || ' ' || d.what, ', ') INTO wrong FROM (
        (SELECT 'missing' AS side, * FROM expected WHERE expires_at > now() + interval '1 minute'
         EXCEPT ALL SELECT 'missing', * FROM actual)
        UNION ALL
        (SELECT 'extra', * FROM actual EXCEPT ALL SELECT 'extra', * FROM expected)
    ) d;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'hold %: occupancies disagree (%)', checked, wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'hold_occupancy_agrees';
    END IF;
END $$;

CREATE FUNCTION therapy_sessions_hold_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM therapy_sessions_check_hold(NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION therapy_sessions_held_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.hold_id IS NOT NULL THEN
        PERFORM therapy_sessions_check_hold(OLD.hold_id);
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.hold_id IS NOT NULL
       AND (TG_OP = 'INSERT' OR NEW.hold_id IS DISTINCT FROM OLD.hold_id) THEN
        PERFORM therapy_sessions_check_hold(NEW.hold_id);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION therapy_sessions_no_way_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'session %: % does not become %', OLD.id, OLD.state, NEW.state
        USING ERRCODE = 'check_violation', CONSTRAINT = 'session_state_forward';
END $$;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['check_hold(uuid)', 'hold_changed()', 'held_changed()', 'no_way_back()'] LOOP
        EXECUTE format('ALTER FUNCTION %I.therapy_sessions_%s SET search_path = %I, public, pg_temp', current_schema(), name, current_schema());
    END LOOP;
END $$;

CREATE CONSTRAINT TRIGGER hold_agrees
    AFTER UPDATE OF therapist_id, room_id, starts_at, ends_at, buffer_before_minutes, buffer_after_minutes, expires_at
    ON therapy_sessions_hold
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION therapy_sessions_hold_changed();
CREATE CONSTRAINT TRIGGER held_taken
    AFTER INSERT ON therapy_sessions_occupancy DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.hold_id IS NOT NULL) EXECUTE FUNCTION therapy_sessions_held_changed();
CREATE CONSTRAINT TRIGGER held_changed
    AFTER UPDATE ON therapy_sessions_occupancy DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.hold_id IS NOT NULL OR NEW.hold_id IS NOT NULL) EXECUTE FUNCTION therapy_sessions_held_changed();
CREATE CONSTRAINT TRIGGER held_let_go
    AFTER DELETE ON therapy_sessions_occupancy DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.hold_id IS NOT NULL AND OLD.expires_at > now() + interval '1 minute')
    EXECUTE FUNCTION therapy_sessions_held_changed();
CREATE TRIGGER session_state_forward
    BEFORE UPDATE OF state ON therapy_sessions_therapysession FOR EACH ROW
    WHEN (OLD.state <> NEW.state AND OLD.state NOT IN ('scheduled', 'confirmed')
          AND NOT (OLD.state = 'in_progress' AND NEW.state = 'completed'))
    EXECUTE FUNCTION therapy_sessions_no_way_back();
"""

BACKWARDS = """
DROP TRIGGER session_state_forward ON therapy_sessions_therapysession;
DROP TRIGGER held_let_go ON therapy_sessions_occupancy;
DROP TRIGGER held_changed ON therapy_sessions_occupancy;
DROP TRIGGER held_taken ON therapy_sessions_occupancy;
DROP TRIGGER hold_agrees ON therapy_sessions_hold;
DROP FUNCTION therapy_sessions_no_way_back();
DROP FUNCTION therapy_sessions_held_changed();
DROP FUNCTION therapy_sessions_hold_changed();
DROP FUNCTION therapy_sessions_check_hold(uuid);
"""


class Migration(migrations.Migration):
    dependencies = [("therapy_sessions", "0004_trigger_not_deceived")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
