"""`make bench`: the rows of quality.md's speed table that exist by now, each beside its floor of the same run.

Prints the table and writes docs/benchmarks.md. No figure is asserted anywhere: machines are noisy, ratios are not.
"""

import datetime as dt
import os
import platform
import re
import statistics
import sys
import time
import uuid
import zoneinfo
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django_tenants.utils import tenant_context  # noqa: E402

from apps.accounts.models import User  # noqa: E402
from apps.core.models import Mode  # noqa: E402
from apps.patients.models import Patient  # noqa: E402
from apps.scheduling import actions, availability, taken, times, world  # noqa: E402
from apps.scheduling.actions import Slot  # noqa: E402
from apps.tenants import actions as tenants  # noqa: E402
from apps.tenants import provisioning, staleness  # noqa: E402
from tests.benchmarks import clinic, engine, load  # noqa: E402

ZONE = zoneinfo.ZoneInfo("America/New_York")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
ROWS: list[tuple[str, str, str, str, str]] = []


def row(question, floor, ours, ratio, aim):
    ROWS.append((question, floor, ours, ratio, aim))
    print(f"{question:58} {floor:>12} {ours:>12} {ratio:>8}   {aim}", flush=True)


def median_ms(work, rounds):
    work()
    taken_ms = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken_ms.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken_ms)


def compared(question, floor, ours, rounds, aim):
    base, mine = median_ms(floor, rounds), median_ms(ours, rounds)
    row(question, f"{base:.2f} ms", f"{mine:.2f} ms", f"{mine / base:.2f}", aim)


def slots(centre, kind, people):
    """The floor is the same query and one bare sweep; ours adds rules, caps, notice, horizon and the objects asked for."""
    first = dt.date.today()
    last = first + dt.timedelta(days=29)

    def floor(chosen):
        want = times.Want(kind, "video", [person.pk for person in chosen])
        asked = times.Asked(centre, want, first, last)
        since, until = availability.window(asked.schedules, asked.ask)
        pieces = {
            s.id: [p[1:] for p in engine.open_pieces(s, asked.rules, first.toordinal(), last.toordinal())]
            for s in asked.schedules
        }
        who = [person.pk for person in chosen]

        def run():
            busy = availability.gather(taken.read(who, since, until)[1])
            return {key: engine.floor_sweep(pieces[key], busy.get(key, ())) for key in pieces}

        return run

    def ours(chosen):
        want = times.Want(kind, "video", [person.pk for person in chosen])

        def run():
            asked = times.Asked(centre, want, first, last)
            return availability.across(asked.schedules, asked.rules, asked.ask, asked.busy)

        return run

    compared("one therapist, one month (with its query)", floor(people[:1]), ours(people[:1]), 200, "at most 2")
    compared("whole centre, 50 x 30 days (with its query)", floor(people), ours(people), 20, "at most 2")
    want = times.Want(kind, "video")
    counts = []
    for days in (1, 30):
        with CaptureQueriesContext(connection) as caught:
            times.free_starts(centre, want, first, first + dt.timedelta(days=days))
        counts.append(len(caught))
    row("queries for one slot request, 1 and 30 days", "1", f"{counts[0]} and {counts[1]}", "", "constant")


def booking(centre, kind, people):
    """Uncontended: what PostgreSQL spends on a booking's claim, and on all of it, beside plain inserts of as many rows."""
    patients = list(Patient.objects.all()[:400])
    starts = times.free_starts(
        centre,
        times.Want(kind, "video", [people[0].pk], by_staff=True),
        dt.date.today(),
        dt.date.today() + dt.timedelta(days=25),
    )
    free = [starts[0]]
    for start in starts:
        if (start.starts_at - free[-1].starts_at).total_seconds() >= 45 * 60:
            free.append(start)
    spent = []
    for number, start in enumerate(free[:40]):
        slot = Slot(people[0], kind, Mode.VIDEO, start.starts_at)
        spent.append(
            _in_database(
                lambda s=slot, n=number: actions.book_session(
                    centre=centre, slot=s, patient=patients[n], by=None, by_staff=True
                )
            )
        )
    one, several = ([_in_database(lambda n=n: plain_inserts(n)) for _ in range(40)] for n in (1, BOOKING_ROWS))
    _booking_row("booking: its claim (locks, look, cap, occupancies, commit)", one, spent, CLAIM, "at most 4")
    _booking_row("booking: all of it, beside plain inserts of its rows", several, spent, "", "")


CLAIM = re.compile(r"advisory|therapy_sessions_occupancy|^COMMIT$")
BOOKING_ROWS = 9  # session, therapist, participant, 2 occupancies, step, audit record, 2 messages


def plain_inserts(count):
    for _ in range(count):
        Patient.objects.create(given_name="Plain", family_name="Insert")


def _booking_row(question, plain, spent, counted, aim):
    base = statistics.median(sum(ms for _, ms in log) for log in plain)
    mine = statistics.median(sum(ms for sql, ms in log if re.search(counted, sql)) for log in spent)
    row(question, f"{base:.2f} ms", f"{mine:.2f} ms", f"{mine / base:.1f}", aim)


def _in_database(work) -> list[tuple[str, float]]:
    """Each statement with the milliseconds waited for it, the commit last."""
    log = []

    def timed(execute, sql, *args):
        began = time.perf_counter()
        try:
            return execute(sql, *args)
        finally:
            log.append((sql, 1000 * (time.perf_counter() - began)))

    with connection.execute_wrapper(timed):
        transaction.set_autocommit(False)
        try:
            work()
            began = time.perf_counter()
            transaction.commit()
            log.append(("COMMIT", 1000 * (time.perf_counter() - began)))
        finally:
            transaction.set_autocommit(True)
    return log


def racers(centre, kind, people):
    figures = load.race(centre, kind, people[1])
    row("2 to 16 racers on a slot (processes)", "", f"p95 {figures['p95']:.0f} ms", "", "p95 25 ms, max 200 ms")
    each = ", ".join(f"{count}: {ms:.0f} ms" for count, ms in figures["by_count"].items())
    row("  p95 by how many race", "", each, "", "")
    said = f"double {figures['double']}, errors {figures['errors']}"
    row(f"  the slowest of {figures['attempts']} attempts", "", f"{figures['max']:.0f} ms", "", said)


def centres():
    names = [f"bench-{uuid.uuid4().hex[:6]}" for _ in range(5)]
    tenants.open_centre(slug=names[0], name="Warm")
    spent = []
    for name in names[1:]:
        began = time.perf_counter()
        tenants.open_centre(slug=name, name="Bench")
        spent.append(time.perf_counter() - began)
    row("a new centre", "0.117 s", f"{statistics.median(spent):.3f} s", "", "0.25 s")
    for number in range(95):
        tenants.open_centre(slug=f"many-{number}", name="Many")
    began = time.perf_counter()
    stale = staleness.stale_schemas()
    row(
        "is anything to migrate? over 100 centres",
        "0.012 s",
        f"{time.perf_counter() - began:.3f} s",
        "",
        f"1.5 s ({len(stale)} stale)",
    )


def tenancy(host):
    client = Client(HTTP_HOST=host)
    client.get("/brand.css")
    with CaptureQueriesContext(connection) as caught:
        client.get("/brand.css")
    sets = sum("SET " in query["sql"] for query in caught.captured_queries)
    row("tenancy in a request: queries, SETs", "0", f"{len(caught)}, {sets}", "", "0 and 0")


def lists(host, kind):
    alice = User.objects.create_user("alice@bench.example", "x", given_name="Alice", roles=["admin"])
    client = Client(HTTP_HOST=host)
    client.force_login(alice)
    for path in ("/patients/", "/sessions/"):
        cold, warm = _asked(client, path), _asked(client, path)
        others = [sql for sql in warm if not SIGNED_IN.search(sql)]
        row(f"queries of {path}, 25 rows, the first time", "", str(len(cold)), "", "")
        row(f"  warm, beside session and user ({len(warm) - len(others)})", "", str(len(others)), "", "at most 4")
    over_http(host, client.cookies["sessionid"].value, kind)


SIGNED_IN = re.compile(r'FROM "(django_session|accounts_user)"')


def _asked(client, path):
    with CaptureQueriesContext(connection) as caught:
        client.get(path)
    return [query["sql"] for query in caught.captured_queries]


def over_http(host, cookie, kind):
    """Pages beside the least that the same server can answer: what it costs to be asked at all."""
    least = load.hammer(host, "/", cookie, app="tests.benchmarks.least:application")
    row("a WSGI app that does nothing, over HTTP", "", f"{least['rate']:.0f} req/s", "", f"p95 {least['p95']:.0f} ms")
    os.environ |= {"BENCH_SCHEMA": connection.schema_name, "BENCH_KEY": settings.SECRET_KEY}
    stock = load.hammer(host, "/patients/", cookie, app="tests.benchmarks.stock:application")
    times_page = f"/book/time/?type={kind.pk}&mode=video&therapist=any"
    for question, path, status, beside, aim in (
        ("bare page (404) over HTTP", "/nothing-here/", 404, least, ""),
        ("list page of 25 rows over HTTP, beside a stock one", "/patients/", 200, stock, "250 of 447 req/s"),
        ("booking page of times over HTTP", times_page, 200, least, ""),
    ):
        figures = load.hammer(host, path, cookie, status=status)
        rate, floor = figures["rate"], beside["rate"]
        about = f"p95 {figures['p95']:.0f} ms; {aim}".removesuffix("; ")
        row(question, f"{floor:.0f} req/s", f"{rate:.0f} req/s", f"{floor / rate:.1f}", about)


def main():
    """All rows, or those of the parts that are named: slots, booking, racers, lists, tenancy, centres."""
    asked = sys.argv[1:]
    print(f"{'question':58} {'floor':>12} {'ours':>12} {'ratio':>8}   aim")
    provisioning.migrate_public()
    provisioning.refresh_template()
    centre = tenants.open_centre(slug="bench", name="Bench Clinic", time_zone="America/New_York", status="active")
    host = f"bench.{tenants.settings.PUBLIC_HOST}"
    with tenant_context(centre):
        kind, people = clinic.build(ZONE, dt.date.today())
        world.forget()
        inside = {"slots": slots, "booking": booking, "racers": racers}
        for name in [name for name in inside if not asked or name in asked]:
            inside[name](centre, kind, people)
        if not asked or "lists" in asked:
            lists(host, kind)
    if not asked or "tenancy" in asked:
        tenancy(host)
    if not asked or "centres" in asked:
        centres()
    if not asked:
        write()


def write():
    head = "| question | floor | ours | ratio | aim |\n|---|---|---|---|---|\n"
    body = "".join("| " + " | ".join(cells) + " |\n" for cells in ROWS)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    about = f"Last run {dt.date.today()} on {platform.machine()}, {python}, "
    text = (
        "# Benchmarks\n\n`make bench` measures and rewrites this page. Floors are measured in the same run unless they carry\n"
        "the figure of the design's experiments.\n\n"
        + about
        + f"PostgreSQL {connection.pg_version // 10000}, 2 cores, noisy.\n\n"
    )
    PAGE.write_text(text + head + body)


if __name__ == "__main__":
    main()
