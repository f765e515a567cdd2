"""A process inside the running stack: makes what a test needs to find there, and tells what the database holds.

The browser tests' own process must not touch that database. It writes one JSON line with the name of a function below and
its arguments, and reads one JSON line back.
"""

import datetime as dt
import json
import subprocess
import sys
import traceback
import uuid
from contextlib import suppress

from tests import stack as stacks

CENTRE = "sunrise"


class Backstage:
    """The test's end of it: `backstage.past_session(therapist="bob")`."""

    def __init__(self, env):
        command = [sys.executable, "-m", "tests.e2e.backstage"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(command, cwd=stacks.ROOT, env=env, **pipes)

    def __getattr__(self, name):
        def call(**arguments):
            self.process.stdin.write(json.dumps([name, arguments]) + "\n")
            self.process.stdin.flush()
            answer = json.loads(self.process.stdout.readline())
            if "error" in answer:
                raise RuntimeError(answer["error"])
            return answer["value"]

        return call

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


# --- what it can do --------------------------------------------------------------------------------------------------


def session_cookie(*, who):
    """Somebody signed in, in an HTTP session of their own."""
    from tests.pages import client_of, cookie_of

    return cookie_of(client_of(CENTRE, _user(who), by_password=False))


def let_an_hour_pass(*, cookie):
    """Since somebody last showed who it is: their session stays, every proof in it is an hour older."""
    from importlib import import_module

    from django.conf import settings

    session = import_module(settings.SESSION_ENGINE).SessionStore(cookie)
    proofs = session["account_authentication_methods"]
    session["account_authentication_methods"] = [{**proof, "at": proof["at"] - 3600} for proof in proofs]
    session.save()


def newcomer():
    """A patient with a login and no sessions: nothing they book can collide. Returns what stands before the @."""
    from allauth.account.models import EmailAddress

    from apps.accounts.models import User
    from apps.patients.models import Patient
    from apps.portal.demo.people import password

    who = f"carol-{uuid.uuid4().hex[:8]}"
    facts = {"given_name": "Carol", "family_name": f"Tester{uuid.uuid4().hex[:6]}"}
    user = User(email=f"{who}@{CENTRE}.example", roles=["patient"], password=password(), **facts)
    user.save(force_insert=True)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    birth_on, phone = dt.date(1990, 5, 6), "+1 212 555 0190"
    Patient.objects.create(user=user, email=user.email, birth_on=birth_on, phone=phone, **facts)
    return who


def coming_session(*, therapist, days=3, room_after=60, late=False):
    """A session of somebody new that may be moved: the therapist is free `room_after` minutes later as well.

    The first one that there is; with `late` the last, which has a whole day of free times before it.
    """
    centre, person, kind = _centre(), _therapist(therapist), None
    kind = person.therapy_types.first()
    today = dt.datetime.now(centre.zone).date()
    free = _free(centre, person, kind, today + dt.timedelta(days=days), today + dt.timedelta(days=days + 42))
    ways = reversed(free) if late else free
    start = next(at for at in ways if at + dt.timedelta(minutes=room_after) in free and _tidy(centre, at))
    return _told(centre, _book(centre, person, kind, start))


def past_session(*, therapist, days=6):
    """A session of somebody new that is over, and of which nobody has said yet how it went."""
    from apps.portal.demo.travel import Travel

    centre, person = _centre(), _therapist(therapist)
    kind = person.therapy_types.first()
    today = dt.datetime.now(centre.zone).date()
    with Travel() as travel:
        travel.back(days + 1)
        free = _free(centre, person, kind, today - dt.timedelta(days=days), today - dt.timedelta(days=1))
        return _told(centre, _book(centre, person, kind, free[0]))


def session_under_way():
    """A session of somebody new that began a moment ago, at whatever hour, with the first therapist who has time for it."""
    from apps.core.errors import DomainError
    from apps.portal.demo.travel import Travel
    from apps.therapists.models import Therapist

    centre = _centre()
    now = dt.datetime.now(centre.zone).replace(second=0, microsecond=0)
    start = max(now - dt.timedelta(minutes=5), now.replace(hour=0, minute=0))
    with Travel() as travel:
        travel.to(start)
        for person in Therapist.objects.filter(status="approved"):
            with suppress(DomainError):
                return _told(centre, _book(centre, person, person.therapy_types.first(), start, override_reason="Now"))
    raise LookupError("nobody has time now")


def session(*, key):
    """What the database holds of a session."""
    from apps.sessions.models import TherapySession

    return _told(_centre(), TherapySession.objects.get(pk=key))


def sessions_of(*, name):
    """All sessions of the patients with this family name."""
    from apps.sessions.models import TherapySession

    rows = TherapySession.objects.filter(participants__patient__family_name=name).order_by("starts_at")
    return [_told(_centre(), row) for row in rows]


def free_days(*, therapist, days=28):
    """The dates on which a therapist has free time for the first type they offer."""
    centre, person = _centre(), _therapist(therapist)
    today = dt.datetime.now(centre.zone).date()
    free = _free(centre, person, person.therapy_types.first(), today, today + dt.timedelta(days=days))
    return sorted({at.astimezone(centre.zone).date().isoformat() for at in free})


# --- how -------------------------------------------------------------------------------------------------------------


def _centre():
    from django.db import connection

    return connection.tenant


def _user(who):
    from apps.accounts.models import User

    return User.objects.get(email=f"{who}@{CENTRE}.example")


def _therapist(who):
    from apps.therapists.models import Therapist

    return Therapist.objects.get(user=_user(who))


def _free(centre, therapist, kind, first, last):
    from apps.scheduling import times

    want = times.Want(therapy_type=kind, mode="video", therapists=[therapist.pk], by_staff=True)
    return [found.starts_at for found in times.free_starts(centre, want, first, last)]


def _tidy(centre, at):
    """On the full hour, and not so late that the calendar has to be scrolled far."""
    local = at.astimezone(centre.zone)
    return local.minute == 0 and local.hour < 17


def _book(centre, therapist, kind, starts_at, **facts):
    from apps.patients.models import Patient
    from apps.scheduling import actions

    names = {"given_name": "Edda", "family_name": f"Tester{uuid.uuid4().hex[:6]}"}
    patient = Patient.objects.create(**names, birth_on=dt.date(1980, 4, 2), email=f"{uuid.uuid4().hex}@new.example")
    slot = actions.Slot(therapist, kind, "video", starts_at)
    return actions.book_session(centre=centre, slot=slot, patient=patient, by=_user("oscar"), by_staff=True, **facts)


def _told(centre, session):
    patient = session.patients[0]
    return {
        "key": str(session.pk),
        "patient": patient.full_name,
        "family": patient.family_name,
        "state": session.state,
        "starts": session.starts_at.astimezone(centre.zone).strftime("%Y-%m-%dT%H:%M"),
        "starts_utc": session.starts_at.strftime("%Y-%m-%dT%H:%M"),
        "therapist": session.lead.user.given_name,
        "mode": session.mode,
        "events": [event.kind for event in session.events.all()],
    }


def serve():
    import django

    django.setup()
    from django_tenants.utils import schema_context, tenant_context

    from apps.tenants.models import Centre

    with schema_context("public"):
        centre = Centre.objects.get(slug=CENTRE)
    for line in sys.stdin:
        name, arguments = json.loads(line)
        try:
            with tenant_context(centre):
                answer = {"value": globals()[name](**arguments)}
        except Exception:  # told to the test, which fails with it
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    serve()
