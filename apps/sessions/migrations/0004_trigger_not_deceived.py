"""The trigger's check is not deceived by temporary tables, nor by another transaction that has not committed yet.

PostgreSQL looks among temporary tables first unless a search path names `pg_temp`, so it is named last. And the check
locks the session's row: of two transactions that change one session, the second is checked when the first has ended.
"""

from django.db import migrations

NAMES = "ARRAY['check_session(uuid)', 'session_changed()', 'part_changed()']"
SEARCH = """
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY {names} LOOP
        EXECUTE format('ALTER FUNCTION %I.therapy_sessions_%s SET search_path = %I, public{last}', current_schema(), name, current_schema());
    END LOOP;
END $$;
"""
TURNS = """
CREATE OR REPLACE FUNCTION therapy_sessions_part_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.session_id IS NOT NULL THEN
        {lock_old}PERFORM therapy_sessions_check_session(OLD.session_id);
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.session_id IS NOT NULL
       AND (TG_OP = 'INSERT' OR NEW.session_id IS DISTINCT FROM OLD.session_id) THEN
        {lock_new}PERFORM therapy_sessions_check_session(NEW.session_id);
    END IF;
    RETURN NULL;
END $$;
"""
LOCK = "PERFORM 1 FROM therapy_sessions_therapysession WHERE id = {row}.session_id FOR NO KEY UPDATE;\n        "
FORWARDS = TURNS.format(lock_old=LOCK.format(row="OLD"), lock_new=LOCK.format(row="NEW")) + SEARCH.format(
    names=NAMES, last=", pg_temp"
)
BACKWARDS = TURNS.format(lock_old="", lock_new="") + SEARCH.format(names=NAMES, last="")


class Migration(migrations.Migration):
    dependencies = [("therapy_sessions", "0003_expiring_index")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
