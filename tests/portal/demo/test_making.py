import dataclasses
import datetime as dt
from io import StringIO
from unittest.mock import Mock

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, transaction
from django.utils import timezone
from django_tenants.utils import schema_context, tenant_context

from apps.accounts.models import AuditRecord, User
from apps.core import clock
from apps.notifications.models import Message
from apps.patients.models import Guardian, Patient
from apps.portal.demo import making
from apps.portal.demo.facts import HARBOUR, PASSWORD, ROOT, SUNRISE
from apps.portal.demo.people import week
from apps.portal.demo.travel import Travel
from apps.scheduling import world
from apps.sessions.models import SessionEvent, State, TherapySession
from apps.tenants import provisioning
from apps.tenants.models import Centre
from apps.therapists.models import Therapist


def another(demo, slug):
    """The same centre under another name: the run's own sunrise and harbour are the tests' cast."""
    return dataclasses.replace(demo, facts={**demo.facts, "slug": slug})


@pytest.fixture(scope="module")
def daybreak(django_db_setup, django_db_blocker):
    """The demo's sunrise, made once for all tests of this file and dropped afterwards."""
    with django_db_blocker.unblock():
        centre, _sessions = making.make(another(SUNRISE, "daybreak"))
    yield centre
    with django_db_blocker.unblock():
        provisioning.remove_centre(centre)


@pytest.fixture
def made(daybreak, db):
    with tenant_context(daybreak):
        yield daybreak


def test_make_fills_a_centre_that_looks_lived_in(made):
    now = clock.now()
    states = dict.fromkeys(State, 0)
    for state in TherapySession.objects.values_list("state", flat=True):
        states[State(state)] += 1
    assert states[State.COMPLETED] > 60
    assert states[State.MISSED] and states[State.CANCELLED] and states[State.SCHEDULED] and states[State.CONFIRMED]
    assert TherapySession.objects.upcoming().count() > 20
    today = now.astimezone(made.zone).date()
    begins = dt.datetime.combine(today, dt.time(), made.zone)
    todays = TherapySession.objects.overlapping(begins, begins + dt.timedelta(days=1)).count()
    assert todays >= 4 or (todays == 0 and world.closures(made, today, today))
    assert not TherapySession.objects.filter(ends_at__gt=now, state__in=[State.COMPLETED, State.MISSED]).exists()
    assert not TherapySession.objects.filter(booked_at__gt=now).exists()
    assert TherapySession.objects.dates("booked_at", "day").count() > 15


def test_make_writes_history_at_its_time(made):
    event = SessionEvent.objects.filter(kind=SessionEvent.Kind.COMPLETED).earliest("at")
    assert event.session.ends_at <= event.at <= event.session.ends_at + dt.timedelta(hours=1)
    assert AuditRecord.objects.filter(verb="booked").count() == TherapySession.objects.count()
    assert AuditRecord.objects.earliest("at").at < clock.now() - dt.timedelta(days=60)


def test_make_has_every_kind_of_person(made):
    roles = {role for roles in User.objects.values_list("roles", flat=True) for role in roles}
    assert roles == {"admin", "operator", "therapist", "accountant", "patient"}
    assert all(user.check_password(PASSWORD) for user in User.objects.all())
    dana = Guardian.objects.get(user__given_name="Dana")
    children = {link.patient.given_name for link in dana.guardianships.all()}
    assert children == {"Mia", "Leo", "Chester"}
    assert Patient.objects.filter(identifiers__isnull=False).distinct().count() >= 30
    assert {row.status for row in Therapist.objects.all()} == {"approved", "pending"}
    assert {row.availability for row in Therapist.objects.all()} == {"available", "limited", "on_leave"}


def test_make_leaves_only_fresh_mail_to_send(made):
    waiting = Message.objects.filter(state=Message.State.QUEUED)
    assert all(clock.now() - message.created_at < dt.timedelta(hours=1) for message in waiting)
    assert Message.objects.filter(state=Message.State.SENT).count() > 20


def test_make_is_all_or_nothing(db, monkeypatch):
    monkeypatch.setattr(making, "_post_what_is_past", lambda travel: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        making.make(another(HARBOUR, "nightfall"))
    assert not Centre.objects.filter(slug="nightfall").exists()
    assert timezone.now() > dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def test_make_works_on_every_day_of_the_week(db, time_machine):
    """The demo is made on a Saturday as well as on a Monday, and always has something today."""
    demo = another(HARBOUR, "nightfall")
    for day in (5, 8):  # a Thursday and a Sunday: the second has nobody at work, and that is no error
        time_machine.move_to(dt.datetime(2026, 3, day, 10, tzinfo=dt.UTC))
        with transaction.atomic():
            _centre, sessions = making.make(demo)
            assert sessions > 15
            transaction.set_rollback(True)


def test_make_demo_says_nothing_when_both_are_there(db):
    out = StringIO()
    call_command("make_demo", stdout=out)
    assert out.getvalue() == ""
    with schema_context("public"):
        assert User.objects.get(email=ROOT).check_password(PASSWORD)
    call_command("make_demo", stdout=out)
    assert out.getvalue() == ""


def test_start_demo_keeps_who_signs_in_for_later(db, tmp_path):
    call_command("start_demo", people=tmp_path / "people", stdout=StringIO())
    assert "root@verbena.example" in (tmp_path / "people").read_text()


def test_start_demo_says_in_one_line_that_the_database_is_away(db, tmp_path, monkeypatch):
    monkeypatch.setattr("apps.tenants.provisioning.migrate_public", Mock(side_effect=OperationalError("refused\n")))
    with pytest.raises(CommandError, match=r"^The database does not answer: refused$"):
        call_command("start_demo", people=tmp_path / "people")


def test_demo_people_names_everybody_once(db):
    out = StringIO()
    call_command("demo_people", stdout=out)
    said = out.getvalue()
    for address in ("http://localhost:8000/", "http://localhost:8000/admin/", "http://sunrise.localhost:8000/"):
        assert f"{address}\n" in said
    for name in ("alice", "bob", "carol", "dana", "erin", "oscar"):
        assert said.count(f"{name}@sunrise.example") == 1
    assert "mallory@harbour.example" in said
    assert f"password {PASSWORD}" in said
    assert ROOT in said
    assert "Mail is read" in said


def test_demo_people_says_when_there_is_no_demo(db):
    Centre.objects.filter(slug="harbour").update(slug="elsewhere")
    out = StringIO()
    call_command("demo_people", stdout=out)
    assert "make_demo" in out.getvalue()


def test_week_reads_ranges_of_days():
    assert week({"mon-tue": [("9:00", "12:30")], "sun": [("10:00", "14:00")]}) == [
        [(540, 750)],
        [(540, 750)],
        [],
        [],
        [],
        [],
        [(600, 840)],
    ]


def test_travel_sets_the_clock_and_gives_it_back():
    before = clock.now()
    with Travel() as travel:
        travel.back(10)
        assert (before - clock.now()).days in (9, 10)
        travel.to(travel.present + dt.timedelta(days=5))
        assert clock.now() == travel.present
    assert clock.now() >= before
