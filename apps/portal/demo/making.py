"""Make a demo centre whole, or not at all."""

import datetime as dt
import random

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django_tenants.utils import schema_context

from apps.accounts import audit
from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.notifications.models import Message
from apps.patients.models import Patient
from apps.portal import opening
from apps.portal.demo import absences, people
from apps.portal.demo.diary import Diary
from apps.portal.demo.facts import CENTRES, PASSWORD, ROOT, Demo
from apps.portal.demo.travel import Travel
from apps.tenants.models import Centre
from apps.therapists.models import Therapist

OPENED = 75  # days ago


def missing() -> list[Demo]:
    """The demo centres that are not there."""
    with schema_context("public"):
        there = set(Centre.objects.filter(slug__in=[demo.slug for demo in CENTRES]).values_list("slug", flat=True))
    return [demo for demo in CENTRES if demo.slug not in there]


def make_root() -> None:
    """The superuser of the demo, once."""
    with schema_context("public"), transaction.atomic():
        if not User.objects.filter(email=ROOT).exists():
            root = User.objects.create_superuser(ROOT, PASSWORD, given_name="Root")
            audit.record(by=None, verb="created", obj=root)


@transaction.atomic
def make(demo: Demo) -> tuple[Centre, int]:
    """Open the centre and let it live until now; all in one transaction. Returns it with the number of its sessions."""
    with Travel() as travel:
        travel.back(OPENED)
        centre = opening.open_centre(**demo.facts)
        with opening.inside(centre):
            return centre, _fill(centre, demo, travel)


def _fill(centre: Centre, demo: Demo, travel: Travel) -> int:
    users = {person.given: people.login(person, demo.slug, person.role) for person in demo.team}
    admin = next(users[person.given] for person in demo.team if person.role == Role.ADMIN)
    desk = next(users[person.given] for person in demo.team if person.role == Role.OPERATOR)
    kinds = people.set_up(demo, by=admin)
    staff = [(people.enrol(profile, demo, kinds, by=admin), profile) for profile in demo.therapists]
    patients = people.admit(demo, users, by=desk)
    today = travel.present.astimezone(centre.zone).date()
    absences.close(today, by=admin)
    working = [(therapist, profile) for therapist, profile in staff if _works(therapist)]
    absences.enter([therapist for therapist, _profile in working], today, by=desk)
    _spread_arrivals(travel)
    diary = Diary(centre, desk, working, kinds, patients, demo.regulars, demo.fill)
    made = diary.live(diary.plan(travel), travel)
    _post_what_is_past(travel)
    return made


def _works(therapist: Therapist) -> bool:
    approved = therapist.status == Therapist.Status.APPROVED
    return approved and therapist.availability != Therapist.Availability.ON_LEAVE


def _spread_arrivals(travel: Travel) -> None:
    """Patients came one by one over the past weeks, a few of them this week."""
    die = random.Random(2026)  # noqa: S311
    rows = list(Patient.objects.all())
    for number, patient in enumerate(rows):
        days = die.randint(0, 5) if number % 7 == 0 else die.randint(7, OPENED - 5)
        patient.created_at = travel.present - dt.timedelta(days=days, hours=die.randint(1, 9))
    Patient.objects.bulk_update(rows, ["created_at"])


def _post_what_is_past(travel: Travel) -> None:
    """Mail of the past was sent in the past. What was written in the last minutes is for the worker."""
    past = Message.objects.filter(created_at__lt=travel.present - dt.timedelta(minutes=30), state=Message.State.QUEUED)
    past.update(state=Message.State.SENT, sent_at=F("created_at") + dt.timedelta(seconds=20), attempts=1)


def mail_folder() -> str:
    """Where mail can be read when no server is set, relative to the project."""
    folder = getattr(settings, "EMAIL_FILE_PATH", "") or ""
    return str(folder).replace(f"{settings.BASE_DIR}/", "")
