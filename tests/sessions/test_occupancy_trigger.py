"""What SQL as the centre's own role can try against the trigger that keeps occupancies equal to sessions."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django_tenants.utils import tenant_context

from apps.core.models import Mode
from apps.scheduling import actions
from apps.sessions import claims
from apps.sessions.models import TherapySession
from apps.therapists.models import Therapist, TherapyType
from tests.factories import PatientFactory, TherapyTypeFactory, UserFactory, cast
from tests.factories.sessions import MONDAY_TEN

HOUR = dt.timedelta(hours=1)
SHADOWED = ("therapy_sessions_therapysession", "therapy_sessions_occupancy")


@pytest.fixture
def session(fresh_centre):
    """One session that is booked and committed."""
    speech = TherapyTypeFactory(duration_minutes=45)
    cast.working_therapist(UserFactory(roles=["therapist"]), speech)
    slot = actions.Slot(Therapist.objects.get(), TherapyType.objects.get(), Mode.VIDEO, MONDAY_TEN)
    facts = {"by": None, "by_staff": True, "override_reason": "A test"}
    return actions.book_session(centre=fresh_centre, slot=slot, patient=PatientFactory(), **facts)


def check_at_once():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def add_a_patient(session):
    place = session.participants.create(patient=PatientFactory(), price=0)
    claims.take(claims.rows(span=claims.span_of(session), counts=[], patients=[place.patient_id]), session=session)


def move_by_hand(session):
    later = {name: F(name) + HOUR for name in ("starts_at", "ends_at")}
    TherapySession.objects.filter(pk=session.pk).update(**later)
    session.occupancies.update(**later)


def test_temporary_tables_deceive_no_trigger(session):
    """PostgreSQL looks among temporary tables first, unless the function's search path names them last."""
    with pytest.raises(IntegrityError, match="occupancies disagree"), transaction.atomic():
        with connection.cursor() as cursor:
            for name in SHADOWED:
                cursor.execute(f"CREATE TEMPORARY TABLE {name} (LIKE {name}) ON COMMIT DROP")
        with connection.cursor() as cursor:
            real = f"{connection.schema_name}.{SHADOWED[0]}"
            cursor.execute(f"UPDATE {real} SET starts_at = starts_at - interval '1 hour'")


def test_two_transactions_each_right_are_not_wrong_together(session):
    """One adds a patient at the old time while the other moves the session with all it had; both are checked before
    either commits."""
    centre, done, checked = connection.tenant, threading.Barrier(2), threading.Barrier(2)

    def attempt(deed):
        try:
            with tenant_context(centre), transaction.atomic():
                deed(session)
                done.wait(timeout=20)
                check_at_once()
                with suppress(threading.BrokenBarrierError):
                    checked.wait(timeout=1)
        except IntegrityError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(attempt, (add_a_patient, move_by_hand)))
    assert len([one for one in results if one]) == 1
