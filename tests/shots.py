"""`make shots`: every page as every role who may see it, at 390 and 1440 px, light and dark, from the demo's data.

Writes var/shots/<role>/<page>-<width>-<theme>.jpg and var/shots/index.html. Pages are found by walking the addresses; a
page whose address needs an object that `SUBJECTS` does not know is named at the end.
"""

import html
import multiprocessing
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse, set_urlconf  # noqa: E402
from django_tenants.utils import tenant_context  # noqa: E402

from apps.accounts.models import User  # noqa: E402
from apps.notifications.models import Message  # noqa: E402
from apps.patients.models import Guardian, Patient  # noqa: E402
from apps.scheduling.models import Closure, TimeOff  # noqa: E402
from apps.sessions.models import Room, TherapySession  # noqa: E402
from apps.tenants.models import Centre  # noqa: E402
from apps.therapists.models import Offering, Therapist, TherapyType  # noqa: E402
from tests.stack import CHROMIUM, CHROMIUM_FLAGS, ROOT, _wait, free_port  # noqa: E402

OUT = ROOT / "var" / "shots"
WIDTHS = (390, 1440)
THEMES = ("light", "dark")
ROLES = ("nobody", "alice", "oscar", "erin", "bob", "carol", "dana")
SKIP = ("format=", "account_logout")


@dataclass(frozen=True)
class Job:
    role: str
    name: str
    path: str
    cookie: str


def routes(patterns, namespace=""):
    """Every named address: (name, names of its parameters)."""
    for entry in patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from routes(entry.url_patterns, inner)
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{namespace}{entry.name}", list(entry.pattern.converters)


def subjects(role, user):
    """The objects that addresses name, chosen so that this person may see them."""
    sessions = TherapySession.objects.all()
    if user is not None:
        sessions = TherapySession.objects.visible_to(user)
    session = sessions.upcoming().first() or sessions.first()
    patients = Patient.objects.visible_to(user) if user else Patient.objects.none()
    patient = (session.patients[0] if session else None) or patients.first()
    therapist = Therapist.objects.filter(user=user).first() or Therapist.objects.filter(user__given_name="Bob").first()
    off = TimeOff.objects.filter(therapist=therapist).first()
    return {
        "patients": {"pk": patient, "patient": patient, "guardian": Guardian.objects.first()},
        "therapists": {
            "pk": therapist,
            "therapist": therapist,
            "slug": therapist.slug,
            "type": TherapyType.objects.first(),
        },
        "sessions": {"pk": session},
        "scheduling": {"pk": off, "therapist": therapist},
        "notifications": {"pk": Message.objects.filter(to_user=user).first() or Message.objects.first()},
        "accounts": {"pk": User.objects.filter(given_name="Oscar").first()},
        "portal": {"pk": session, "slug": therapist.slug, "session": session, "patient": patient},
    }


def special(name):
    """Addresses whose `pk` is not their app's usual thing."""
    return {
        "portal:patient-record": lambda known: {"pk": known["patients"]["pk"]},
        "sessions:room-update": lambda known: {"pk": Room.objects.first()},
        "scheduling:closure-update": lambda known: {"pk": Closure.objects.first()},
        "therapists:therapy-type-update": lambda known: {"pk": TherapyType.objects.first()},
        "therapists:offering-update": lambda known: {"pk": Offering.objects.first()},
    }.get(name)


def address(name, parameters, known):
    chosen = special(name)
    facts = chosen(known) if chosen else known.get(name.split(":")[0], {})
    values = {key: getattr(facts.get(key), "pk", facts.get(key)) for key in parameters}
    if any(value is None for value in values.values()):
        return None
    try:
        return reverse(name, kwargs=values)
    except NoReverseMatch:
        return None


def jobs(centre):
    """Every page that answers with HTML to somebody, and the names of those that nobody could open."""
    found, unknown = [], set()
    set_urlconf(settings.ROOT_URLCONF)
    with tenant_context(centre):
        for role in ROLES:
            user = User.objects.filter(given_name__iexact=role).first()
            client = Client(HTTP_HOST=f"{centre.slug}.{settings.PUBLIC_HOST}", raise_request_exception=False)
            if user:
                client.force_login(user)
            cookie = client.cookies["sessionid"].value if user else ""
            known = subjects(role, user)
            for name, parameters in routes(get_resolver(settings.ROOT_URLCONF).url_patterns):
                path = address(name, parameters, known)
                if path is None:
                    unknown.add(name)
                elif not any(text in name for text in SKIP) and is_page(client, path):
                    found.append(Job(role, name.replace(":", "."), path, cookie))
    return found, unknown - {job.name.replace(".", ":") for job in found}


def is_page(client, path):
    answer = client.get(path)
    if answer.status_code >= 500:
        print(f"{path} answers {answer.status_code}")
    return answer.status_code == 200 and answer.headers.get("Content-Type", "").startswith("text/html")


def photograph(port, slug, share):
    """One process, one browser: two loads a page (light, dark), two widths each."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        for role in sorted({job.role for job in share}):
            for theme in THEMES:
                context = browser.new_context(reduced_motion="reduce")
                host = f"{slug}.localhost"
                cookie = next(job.cookie for job in share if job.role == role)
                for key, value in (("sessionid", cookie), ("theme", theme)):
                    if value:
                        context.add_cookies([{"name": key, "value": value, "domain": host, "path": "/"}])
                page = context.new_page()
                for job in (job for job in share if job.role == role):
                    shoot(page, f"http://{host}:{port}{job.path}", job, theme)
                context.close()
        browser.close()


def shoot(page, url, job, theme):
    page.set_viewport_size({"width": WIDTHS[-1], "height": 900})
    page.goto(url, wait_until="load")
    for width in reversed(WIDTHS):
        page.set_viewport_size({"width": width, "height": 900})
        path = OUT / job.role / f"{job.name}-{width}-{theme}.jpg"
        page.screenshot(path=path, full_page=True, type="jpeg", quality=60, animations="disabled")


def index(found):
    """One page to look at everything: a row a page and role, four pictures each."""
    rows = []
    for job in found:
        cells = "".join(
            f'<td><a href="{job.role}/{job.name}-{width}-{theme}.jpg"><img loading="lazy" width="{200 if width > 400 else 90}"'
            f' src="{job.role}/{job.name}-{width}-{theme}.jpg" alt="{width} {theme}"></a></td>'
            for theme in THEMES
            for width in WIDTHS
        )
        rows.append(
            f"<tr><th>{html.escape(job.name)}<br><small>{job.role} {html.escape(job.path)}</small></th>{cells}</tr>"
        )
    style = "<style>body{font:14px sans-serif}th{text-align:start;vertical-align:top}img{border:1px solid #999}</style>"
    (OUT / "index.html").write_text(f"<!doctype html><title>Every page</title>{style}<table>{''.join(rows)}</table>")


def main():
    began = time.perf_counter()
    shutil.rmtree(OUT, ignore_errors=True)
    for role in ROLES:
        (OUT / role).mkdir(parents=True)
    centre = Centre.objects.get(slug="sunrise")
    found, unknown = jobs(centre)
    only = sys.argv[1] if len(sys.argv) > 1 else ""
    found = [job for job in found if only in job.name]
    port = free_port()
    web = [
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
    process = subprocess.Popen(
        web, cwd=ROOT, env={**os.environ, "LOG_LEVEL": "ERROR", "METRICS_PORT": "", "PORT": str(port)}
    )
    try:
        _wait(f"http://localhost:{port}/readyz")
        spawn = multiprocessing.get_context("spawn")
        workers = [spawn.Process(target=photograph, args=(port, centre.slug, found[n::2])) for n in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    finally:
        process.terminate()
        process.wait()
    index(found)
    print(
        f"{len(found)} pages as {len(ROLES)} people, {4 * len(found)} pictures in {time.perf_counter() - began:.0f} s"
    )
    print(f"Look at {Path('var/shots/index.html')}")
    if unknown:
        print("No object for: " + ", ".join(sorted(unknown)))


if __name__ == "__main__":
    main()
