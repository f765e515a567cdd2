"""Staleness is made real here: the newest migrations of one app are taken back in two centres of the test's own."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tenants.utils import schema_context

from apps.core.postgresql import as_owner
from apps.tenants.models import Centre
from apps.tenants.staleness import stale_schemas
from config.yard.places import ROOT

APP, BEFORE, TABLE = "notifications", "0001", "notifications_message"


def take_back(centre):
    with as_owner(), schema_context(centre.schema_name):
        call_command("migrate_schemas", APP, BEFORE, schema_name=centre.schema_name, verbosity=0)


def rename(centre, old, new):
    with as_owner(), schema_context(centre.schema_name), connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{centre.schema_name}"."{old}" RENAME TO "{new}"')


def migrate():
    """Run the command; return what it said, what it complained of, and the error it ended with."""
    out, err = StringIO(), StringIO()
    try:
        call_command("migrate_centres", stdout=out, stderr=err)
    except CommandError as error:
        return out.getvalue(), err.getvalue(), str(error)
    return out.getvalue(), err.getvalue(), ""


@pytest.fixture
def stale(two_more):
    for centre in two_more:
        take_back(centre)
    return two_more


def test_nothing_stale_says_nothing(wire):
    assert stale_schemas() == []
    assert migrate() == ("", "", "")


def test_stale_schemas_are_found_by_one_query(two_more):
    take_back(two_more[1])
    with CaptureQueriesContext(connection) as captured:
        assert stale_schemas() == ["c_stale_two"]
    assert sum("django_migrations" in query["sql"] for query in captured) == 1
    assert len([query for query in captured if not query["sql"].startswith("SET ")]) == 2


def test_stale_centres_are_migrated_together_and_progress_shows(stale):
    said, *_rest = migrate()
    assert re.fullmatch(r"\[1/2\] c_stale_(one|two) [\d.]+ s\n\[2/2\] c_stale_(one|two) [\d.]+ s\n", said)
    assert stale_schemas() == []
    with schema_context("c_stale_one"), connection.cursor() as cursor:  # the role works, append-only stays so
        cursor.execute(f"SELECT count(*) FROM {TABLE}")
        cursor.execute("SELECT has_table_privilege('c_stale_one', 'c_stale_one.accounts_auditrecord', 'DELETE')")
        assert cursor.fetchone() == (False,)


def test_dry_run_only_names_them(stale):
    out = StringIO()
    call_command("migrate_centres", "--dry-run", stdout=out)
    assert out.getvalue() == "c_stale_one\nc_stale_two\n"
    assert stale_schemas() == ["c_stale_one", "c_stale_two"]


def test_one_that_fails_stops_nobody_and_the_next_run_goes_on(stale):
    broken = stale[1]
    rename(broken, TABLE, "out_of_the_way")
    said, complained, ended = migrate()
    assert ended == "1 of 2 failed, the rest stand: c_stale_two"
    assert "c_stale_two FAILED" in complained
    assert "c_stale_one" in said
    assert stale_schemas() == ["c_stale_two"]
    rename(broken, "out_of_the_way", TABLE)
    assert migrate()[0].startswith("[1/1] c_stale_two ")
    assert stale_schemas() == []


def test_every_centre_is_brought_up_to_date_whatever_its_status(two_more):
    """A closed centre that is opened again must not meet code of another year."""
    take_back(two_more[0])
    found = {}
    for status in Centre.Status.values:
        Centre.objects.filter(pk=two_more[0].pk).update(status=status)
        found[status] = stale_schemas()
    assert found == {status: ["c_stale_one"] for status in Centre.Status.values}


def test_centre_whose_schema_is_gone_keeps_nobody_waiting(stale):
    ghost = Centre.objects.create(slug="ghost", name="Ghost", schema_name="c_ghost", status="active")
    try:
        assert stale_schemas() == ["c_stale_one", "c_stale_two"]
    finally:
        ghost.delete()


def test_two_machines_at_once_do_not_trip_over_each_other(stale):
    """Each waits for the other, schema by schema, and finds nothing left to do."""
    with ThreadPoolExecutor(2) as machines:
        ends = [machine.result() for machine in [machines.submit(migrate_alone) for _ in range(2)]]
    assert ends == ["", ""]
    assert stale_schemas() == []


def migrate_alone():
    command = [sys.executable, "manage.py", "prepare"]
    facts = {**os.environ, "DATABASE_URL": address(), "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    done = subprocess.run(command, cwd=ROOT, env=facts, capture_output=True, text=True)
    return done.stderr if done.returncode else ""


def address():
    """The test run's own database, for a process of its own."""
    facts = connection.get_connection_params()
    return "postgres://{user}:{password}@{host}:{port}/{dbname}".format(**facts)


@pytest.mark.parametrize("workers", ["0", "-1", "many"])
def test_number_of_workers_that_is_none_is_refused(workers):
    with pytest.raises(CommandError, match="one at least"):
        call_command("migrate_centres", "--workers", workers)
