"""Racers on connections of their own, and clients over HTTP against two web processes."""

import contextlib
import datetime as dt
import http.client
import multiprocessing
import os
import statistics
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connection
from django_tenants.utils import tenant_context

from apps.core.errors import DomainError
from apps.core.models import Mode
from apps.patients.models import Patient
from apps.scheduling import actions, times
from apps.scheduling.actions import Slot
from apps.sessions.models import TherapySession
from tests.benchmarks import clients
from tests.benchmarks.clients import CLIENTS, SECONDS
from tests.stack import ROOT, free_port


def percentile(figures, share):
    return sorted(figures)[min(len(figures) - 1, int(share * len(figures)))]


def race(centre, kind, therapist):
    """2, 4, 8 and 16 racers, five rounds each, on one free slot; milliseconds of every attempt."""
    patients = list(Patient.objects.all()[:CLIENTS])
    today = dt.date.today()
    want = times.Want(kind, Mode.VIDEO, [therapist.pk], by_staff=True)
    free = [start.starts_at for start in times.free_starts(centre, want, today, today + dt.timedelta(days=25))][::3]
    spent, errors, double, used = [], 0, 0, 0
    for count in (2, 4, 8, 16):
        for _ in range(5):
            results = _round(centre, Slot(therapist, kind, Mode.VIDEO, free[used]), patients, count)
            spent += [ms for ms, _ in results]
            errors += sum(isinstance(got, Exception) and not isinstance(got, DomainError) for _, got in results)
            double += sum(isinstance(got, TherapySession) for _, got in results) > 1
            used += 1
    return {"p95": percentile(spent, 0.95), "max": max(spent), "errors": errors, "double": double}


def _round(centre, slot, patients, count):
    barrier = threading.Barrier(count)

    def one(number):
        try:
            with tenant_context(centre):
                connection.ensure_connection()
                barrier.wait()
                began = time.perf_counter()
                try:
                    got = actions.book_session(
                        centre=centre, slot=slot, patient=patients[number], by=None, by_staff=True
                    )
                except Exception as error:
                    got = error
                return 1000 * (time.perf_counter() - began), got
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def hammer(host, path, cookie):
    """16 clients for a few seconds against two web processes: requests a second, and the 95th percentile in ms."""
    with serving() as port:
        queue = multiprocessing.get_context("spawn").Queue()
        jobs = [
            multiprocessing.get_context("spawn").Process(target=clients.client, args=(port, host, path, cookie, queue))
            for _ in range(2)
        ]
        for job in jobs:
            job.start()
        figures = [ms for _ in jobs for ms in queue.get()]
        for job in jobs:
            job.join()
    return {"rate": len(figures) / SECONDS, "p95": percentile(figures, 0.95), "median": statistics.median(figures)}


@contextlib.contextmanager
def serving():
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "python:config.web",
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        "2",
    ]
    env = {**os.environ, "LOG_LEVEL": "ERROR", "METRICS_PORT": ""}
    process = subprocess.Popen([*command, "--threads", "2"], cwd=ROOT, env=env)
    try:
        _answering(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _answering(port):
    for _ in range(200):
        with contextlib.suppress(OSError):
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            link.request("GET", "/healthz")
            if link.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError("the web process did not answer")
