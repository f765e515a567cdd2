"""Racers on connections of their own, and clients over HTTP against two web processes."""

import contextlib
import datetime as dt
import http.client
import multiprocessing
import os
import statistics
import subprocess
import sys
import time
from collections import Counter

from apps.core.models import Mode
from apps.scheduling import times
from tests.benchmarks import clients, racer
from tests.benchmarks.clients import SECONDS
from tests.stack import ROOT, free_port

RACERS = (2, 4, 8, 16)


def percentile(figures, share):
    return sorted(figures)[min(len(figures) - 1, int(share * len(figures)))]


ROUNDS = 10


def race(centre, kind, therapist):
    """2, 4, 8 and 16 racers, ten rounds each, on one free slot: processes with connections of their own.

    Answers the 95th percentile (`p95`, and by how many raced in `by_count`) and the most milliseconds of an attempt, and
    how many booked double or failed.
    """
    today = dt.date.today()
    want = times.Want(kind, Mode.VIDEO, [therapist.pk], by_staff=True)
    starts = [start.starts_at for start in times.free_starts(centre, want, today, today + dt.timedelta(days=40))][::3]
    context = multiprocessing.get_context("spawn")
    barrier, queue = context.Barrier(max(RACERS)), context.Queue()
    plan = [(count, starts[number * ROUNDS + again]) for number, count in enumerate(RACERS) for again in range(ROUNDS)]
    whose, alone = (centre.schema_name, therapist.pk, kind.pk), starts[-max(RACERS) :]
    jobs = [
        context.Process(target=racer.run, args=(*whose, number, own, plan, barrier, queue))
        for number, own in enumerate(alone)
    ]
    for job in jobs:
        job.start()
    results = [queue.get() for _ in range(sum(count for count, _ in plan))]
    for job in jobs:
        job.join()
    winners = Counter(at for at, _, got in results if got == "booked")
    spent = [ms for _, ms, _ in results]
    return {
        "p95": percentile(spent, 0.95),
        "by_count": {n: percentile([ms for at, ms, _ in results if (n, at) in plan], 0.95) for n in RACERS},
        "max": max(spent),
        "attempts": len(spent),
        "errors": sum(got == "error" for _, _, got in results) + sum(not winners[at] for _, at in plan),
        "double": sum(count > 1 for count in winners.values()),
    }


def hammer(host, path, cookie, app="config.wsgi", status=200):
    """16 clients for a few seconds against two web processes: requests a second, and the 95th percentile in ms.

    An answer of another status ends the run: an error page is quick, and no page's measure.
    """
    with serving(app) as port:
        asked = (port, host, path, cookie, status)
        queue = multiprocessing.get_context("spawn").Queue()
        jobs = [
            multiprocessing.get_context("spawn").Process(target=clients.client, args=(*asked, queue)) for _ in range(2)
        ]
        for job in jobs:
            job.start()
        answers = [queue.get() for _ in jobs]
        for job in jobs:
            job.join()
    figures, other = ([one for answer in answers for one in answer[part]] for part in (0, 1))
    if other:
        raise RuntimeError(f"{app} answered {path} with {sorted(set(other))}, not {status}")
    return {"rate": len(figures) / SECONDS, "p95": percentile(figures, 0.95), "median": statistics.median(figures)}


@contextlib.contextmanager
def serving(app):
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
    process = subprocess.Popen([*command, "--threads", "2", app], cwd=ROOT, env=env)
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
