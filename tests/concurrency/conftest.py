"""Races with real threads, real connections and real commits, in a centre of their own."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django_tenants.utils import tenant_context

from apps.accounts.models import UserQuerySet
from apps.accounts.roles import Role
from apps.patients.models import PatientQuerySet
from apps.scheduling import world
from tests.factories import TherapyTypeFactory, UserFactory, cast


@pytest.fixture
def clinic(fresh_centre):
    """A fresh centre with speech therapy and one therapist who works Monday to Friday, nine to five."""
    world.forget()
    fresh_centre.country = ""  # no public holidays among the days that are raced for
    speech = TherapyTypeFactory(name="Speech therapy", duration_minutes=45, buffer_after_minutes=15)
    cast.working_therapist(UserFactory(given_name="Bob", roles=[Role.THERAPIST]), speech)
    return fresh_centre


@pytest.fixture
def race(fresh_centre):
    """Return a function that runs `work(n)` on `racers` threads at once, each inside the centre on its own connection.

    Answers the list of results, an exception standing for what it raised.
    """

    def run(work, racers):
        barrier = threading.Barrier(racers)

        def one(number):
            try:
                with tenant_context(fresh_centre):
                    connection.ensure_connection()
                    barrier.wait(timeout=60)
                    return work(number)
            except Exception as error:
                return error
            finally:
                connection.close()

        with ThreadPoolExecutor(racers) as pool:
            return list(pool.map(one, range(racers)))

    return run


class Meeting:
    """Two wait for each other, once; not for long where the one who is waited for may stand before a lock."""

    def __init__(self, patience):
        self.barrier, self.patience, self.is_over = threading.Barrier(2), patience, False

    def wait(self):
        if not self.is_over:
            with contextlib.suppress(threading.BrokenBarrierError):
                self.barrier.wait(timeout=self.patience)
            self.is_over = True


@pytest.fixture
def meet(monkeypatch, request):
    """Return a function: whoever calls `name` waits for the other, so that both have looked before one writes.

    They wait after the call, or `before` it; where they call different things, give the second the first's meeting. In a
    control nothing stands between them: there both wait until both have come.
    """
    patience = 30 if request.node.name.startswith("test_control") else 1

    def meet(owner, name, *, before=False, meeting=None):
        meeting, real = meeting or Meeting(patience), getattr(owner, name)

        def together(*args, **facts):
            if before:
                meeting.wait()
            found = real(*args, **facts)
            if not before:
                meeting.wait()
            return found

        monkeypatch.setattr(owner, name, together)
        return meeting

    return meet


@pytest.fixture
def no_turns(monkeypatch):
    """Nobody waits for the login's row, nor for those who register somebody."""
    monkeypatch.setattr(UserQuerySet, "locked", lambda rows, pk: rows.get(pk=pk))
    monkeypatch.setattr(PatientQuerySet, "take_turns", lambda rows: None)
