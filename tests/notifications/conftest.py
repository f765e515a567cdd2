"""A Saturday in November 2026, and a session booked for the Monday after."""

import datetime as dt
import subprocess
import sys
import time

import pytest
import time_machine

from apps.core.models import Mode
from apps.notifications import letters
from apps.notifications.models import Message
from apps.patients.models import Patient
from apps.therapists.models import Therapist, TherapyType

NOW = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)
MONDAY_TEN = dt.datetime(2026, 11, 23, 15, 0, tzinfo=dt.UTC)  # ten o'clock in New York


@pytest.fixture
def clock():
    """The clock stands still until it is moved."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def book(sunrise, people, clock):
    """Return a function: book a patient (Carol unless told) with Bob."""

    from apps.scheduling.actions import Slot, book_session

    def book(patient=None, *, starts_at=MONDAY_TEN, mode=Mode.IN_PERSON, concerns="", by=None):
        slot = Slot(Therapist.objects.get(), TherapyType.objects.get(), mode, starts_at)
        patient = patient or Patient.objects.get(user=people.carol)
        return book_session(centre=sunrise, slot=slot, patient=patient, by=by or people.carol, concerns=concerns)

    return book


@pytest.fixture
def move(sunrise, people, clock):
    """Return a function: Oscar moves a session, overriding the rules."""
    from apps.scheduling.actions import move_session

    def move(session, *, starts_at=None, **facts):
        facts = {"centre": sunrise, "by": people.oscar, "override_reason": "Bob is ill", **facts}
        return move_session(session=session, starts_at=starts_at or session.starts_at, **facts)

    return move


@pytest.fixture
def told():
    """Return a function: the messages of these kinds (or all), by address, written out as they would be sent now."""

    def told(*kinds):
        rows = Message.objects.filter(kind__in=kinds or Message.Kind.values)
        found = {message.to_address: message for message in rows}
        for message in found.values():
            letters.write(message)
        return found

    return told


class StandIn:
    """A running stand-in mail server."""

    def __init__(self, port, log):
        self.port, self.log = port, log

    @property
    def taken(self):
        """Message-ID and address of each letter, in the order in which it took them."""
        return [tuple(line.split(" ")) for line in self.log.read_text().splitlines()] if self.log.exists() else []


@pytest.fixture
def stand_in(tmp_path):
    """Return a function: start a mail server of its own process, with the options of `stand_in.py`."""
    running = []

    def start(*options):
        port_file, log = tmp_path / f"port-{len(running)}", tmp_path / f"log-{len(running)}"
        command = [sys.executable, "-m", "tests.notifications.stand_in", str(port_file), str(log), *options]
        running.append(subprocess.Popen(command))
        wait_for(lambda: port_file.exists() and port_file.read_text())
        return StandIn(int(port_file.read_text()), log)

    yield start
    for process in running:
        process.kill()
        process.wait()


def wait_for(condition, *, seconds=60):
    """Wait until something is true, looking often."""
    until = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > until:
            raise AssertionError("it did not happen in time")
        time.sleep(0.02)
    return found


@pytest.fixture
def smtp(stand_in, settings):
    """Return a function: send by SMTP to a stand-in."""

    def connect(*options):
        server = stand_in(*options)
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 1
        return server

    return connect
