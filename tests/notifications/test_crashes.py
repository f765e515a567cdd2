"""Real workers, killed. Nothing is lost, and a crash doubles one letter at most.

Processes, not threads: what is proved is that nothing which a dying process held in its memory was needed.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
import redis
from django.conf import settings as django_settings
from django_tenants.utils import schema_context

from apps.notifications import tasks
from apps.notifications.models import Message
from tests.factories import MessageFactory
from tests.factories.cast import enter_first
from tests.notifications.conftest import wait_for

LETTERS, KILLS = 150, 5
ONE_AT_A_TIME = "--pool prefork --concurrency 1 --without-gossip --without-mingle --without-heartbeat --loglevel ERROR"
WORKER = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", *ONE_AT_A_TIME.split()]


@pytest.fixture
def broker(settings):
    client = redis.Redis.from_url(django_settings.REDIS_URL)
    client.flushdb()
    yield client
    client.flushdb()
    client.close()


@pytest.fixture
def worker(stand_in, broker):
    """Return a function: a real worker process that sends to a stand-in server, one letter at a time."""
    server = stand_in("--pause", "0.004")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.local",
        "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
        "LOG_LEVEL": "ERROR",
    }
    started = []

    def start():
        started.append(subprocess.Popen(WORKER, env=environment, start_new_session=True))
        return started[-1]

    yield start, server
    for process in started:
        kill(process)


def kill(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def kill_child(process):
    """Kill the process that is sending; its parent starts another, or gives up when that one was hardly born."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    wait_for(lambda: process.poll() is not None or children.read_text().split())
    with contextlib.suppress(ProcessLookupError, FileNotFoundError, IndexError):
        os.kill(int(children.read_text().split()[0]), signal.SIGKILL)


def swept_until(condition, *, seconds=300):
    """Wait as the house does: beat asks for a sweep again and again, so that whatever was dropped or put back is found."""

    def tick():
        if not (found := condition()):
            tasks.sweep_centres.delay()
            time.sleep(1)
        return found

    return wait_for(tick, seconds=seconds)


@pytest.mark.race
def test_killed_workers_lose_nothing(fresh_centre, worker, broker):
    start, server = worker
    letters = MessageFactory.create_batch(LETTERS)
    for letter in letters:
        tasks.deliver.delay(fresh_centre.schema_name, str(letter.pk))
    process = start()

    def served(condition):
        nonlocal process
        if process.poll() is not None:  # as the yard, or an operator's supervisor, starts a worker that ended
            process = start()
        return condition()

    for crash in range(1, KILLS + 1):
        swept_until(lambda: served(lambda: len(server.taken) >= crash * LETTERS // (KILLS + 1)))
        if crash % 2:
            kill_child(process)
        else:
            kill(process)
            broker.flushdb()  # Redis forgets what it was told, too
            process = start()
    swept_until(lambda: served(lambda: not Message.objects.exclude(state=Message.State.SENT).exists()))
    times = Counter(message_id for message_id, _address in server.taken)
    assert len(times) == LETTERS
    assert sum(times.values()) - LETTERS <= KILLS
    assert max(times.values()) <= 2


BOOK = """
import datetime as dt, sys
import django
django.setup()
from django.db import connection
from django_tenants.utils import tenant_context
from apps.core import clock
from apps.patients.models import Patient
from apps.scheduling.actions import Slot, book_session
from apps.tenants.models import Centre
from apps.therapists.models import Therapist, TherapyType

centre = Centre.objects.get(schema_name=sys.argv[1])
with tenant_context(centre):
    slot = Slot(Therapist.objects.get(), TherapyType.objects.get(), "video", clock.now() + dt.timedelta(days=2))
    carol = Patient.objects.get(given_name="Carol")
    book_session(centre=centre, slot=slot, patient=carol, by=None, override_reason="-")
"""


@pytest.mark.race
def test_booking_without_redis_stands_and_its_mail_leaves_at_the_sweep(fresh_centre, monkeypatch, mailoutbox):
    enter_first()
    nowhere = os.environ | {"REDIS_URL": "redis://127.0.0.1:1/0", "DJANGO_SETTINGS_MODULE": "config.settings.local"}
    command = [sys.executable, "-c", BOOK, fresh_centre.schema_name]
    done = subprocess.run(command, env=nowhere, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert set(Message.objects.values_list("state", flat=True)) == {Message.State.QUEUED}
    monkeypatch.setattr(tasks.deliver_due, "apply_async", lambda args, **options: tasks.deliver_due(*args))
    with schema_context("public"):
        tasks.sweep_centres()
    assert {letter.to[0] for letter in mailoutbox} == {"carol@sunrise.example", "bob@sunrise.example"}
    assert set(Message.objects.values_list("state", flat=True)) == {Message.State.SENT}
