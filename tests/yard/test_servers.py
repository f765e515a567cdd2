"""Real servers on a folder of their own: about half a second each."""

import contextlib
import shutil
import signal
import subprocess
import sys
import time

import psycopg
import pytest
import redis

from config.yard import children, servers
from config.yard.places import ROOT, VAR, Stop
from config.yard.postgres import Postgres


@pytest.fixture
def folder():
    folder = servers.throwaway(VAR / "test-yard")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_both_answer_and_the_roles_are_there(folder):
    with servers.servers(folder, keep=False) as running:
        with psycopg.connect(running.database_url) as connection:
            assert connection.execute("SHOW max_locks_per_transaction").fetchone() == ("256",)
            row = "SELECT rolinherit, pg_has_role('verbena_owner', 'SET') FROM pg_roles WHERE rolname = current_user"
            assert connection.execute(row).fetchone() == (False, True)
            connection.execute("SET ROLE verbena_owner")
            connection.execute("CREATE EXTENSION btree_gist")
            connection.execute("CREATE ROLE c_someone NOLOGIN")
            connection.execute("GRANT c_someone TO verbena")
        client = redis.Redis.from_url(running.redis_url)
        assert client.ping()
        client.close()
    assert not folder.exists()


def test_a_stranger_gets_in_nowhere(folder):
    with servers.servers(folder, keep=False) as running:
        for url in (running.database_url, running.superuser_url):
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                psycopg.connect(url.replace("@", "x@")).close()
        client = redis.Redis.from_url("redis://" + running.redis_url.partition("@")[2])
        with client, pytest.raises(redis.AuthenticationError):
            client.ping()


def test_given_addresses_are_used_and_nothing_is_started(folder):
    with servers.servers(folder, keep=False, database_url="postgres://a/b", redis_url="redis://c") as running:
        assert running == servers.Servers("postgres://a/b", "redis://c")
        assert {path.name for path in folder.iterdir()} == {"lock"}


def test_a_second_yard_over_the_same_folder_is_told_so(folder):
    given = {"redis_url": "redis://c", "database_url": "postgres://a/b"}
    first = servers.servers(folder, keep=False, **given)
    with first, pytest.raises(Stop, match="running already"), servers.servers(folder, keep=False, **given):
        pytest.fail("two yards over one folder")


def test_data_is_kept_over_a_half_made_start_a_stale_pid_file_and_a_leftover_server(folder):
    half = folder / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")  # a start that was cut short
    first = Postgres(folder / "postgres", keep=False)
    first.start()
    with psycopg.connect(first.url()) as connection:
        connection.execute("SET ROLE verbena_owner")
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    second = Postgres(folder / "postgres", keep=False)
    second.start()  # ends the server that `first` still runs
    try:
        assert first.process.poll() is not None
        with psycopg.connect(second.url()) as connection:
            connection.execute("SET ROLE verbena_owner")
            assert connection.execute("SELECT one FROM kept").fetchone() == (1,)
    finally:
        second.stop()


def test_a_refused_yard_leaves_the_others_folder_alone(folder):
    given = {"redis_url": "redis://c", "database_url": "postgres://a/b"}
    with servers.servers(folder, keep=False, **given):
        with contextlib.suppress(Stop), servers.servers(folder, keep=False, **given):
            pass
        assert folder.exists()


def test_broken_cluster_says_what_throws_it_away(folder):
    (folder / "postgres" / "data").mkdir(parents=True)
    with pytest.raises(Stop, match="make reset"), servers.servers(folder, keep=False):
        pytest.fail("started over half a cluster")


def test_older_cluster_says_which_versions_they_are(folder):
    server = Postgres(folder / "postgres", keep=False)
    server.data.mkdir(parents=True)
    (server.data / "PG_VERSION").write_text("15\n")
    server.password_file.write_text("x")
    with pytest.raises(Stop, match="made by PostgreSQL 15, and this is 18"):
        server.start()


def test_servers_die_with_a_killed_parent(folder):
    script = (
        "import sys, time; from pathlib import Path; from config.yard.servers import servers\n"
        "with servers(Path(sys.argv[1]), keep=False) as running:\n"
        "    print('up', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, folder], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        parent.stdout.readline()
        postmaster = int((folder / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])
        assert "postgres" in children.command_of(postmaster)
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while children.command_of(postmaster) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not children.command_of(postmaster)
