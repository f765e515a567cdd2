"""The function that counts versions looks among temporary tables last: a table of the same name there is not the one."""

from django.db import migrations

SEARCH = """
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION %I.scheduling_version_bump() SET search_path = %I, public{last}', current_schema(), current_schema());
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0003_version_never_repeats")]
    operations = [migrations.RunSQL(SEARCH.format(last=", pg_temp"), SEARCH.format(last=""))]
