"""What SQL as the centre's own role can try against a hold's rows and a session's state. Each attempt has its control:
with the guard dropped it succeeds."""

import datetime as dt
import itertools

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.core.postgresql import as_owner
from apps.sessions import claims
from apps.sessions.claims import DayCount
from apps.sessions.models import State
from apps.sessions.models.session import NEXT
from tests.factories import HoldFactory, RoomFactory, TherapySessionFactory

GUARDS = {
    "therapy_sessions_hold": ["hold_agrees"],
    "therapy_sessions_occupancy": ["held_taken", "held_changed", "held_let_go"],
    "therapy_sessions_therapysession": ["session_state_forward"],
}
ROW = "therapy_sessions_occupancy"
TAMPERING = {
    "half of it let go": f"DELETE FROM {ROW} WHERE hold_id = %(hold)s AND resource = 2",
    "all of it let go": f"DELETE FROM {ROW} WHERE hold_id = %(hold)s",
    "rows shortened": f"UPDATE {ROW} SET ends_at = ends_at - interval '5 minutes' WHERE hold_id = %(hold)s",
    "rows moved": f"UPDATE {ROW} SET starts_at = starts_at + interval '2 h', ends_at = ends_at + interval '2 h'"
    " WHERE hold_id = %(hold)s",
    "another thing kept": f"UPDATE {ROW} SET what = gen_random_uuid() WHERE hold_id = %(hold)s AND resource = 2",
    "kept for longer": f"UPDATE {ROW} SET expires_at = expires_at + interval '1 day' WHERE hold_id = %(hold)s",
    "rows expired early": f"UPDATE {ROW} SET expires_at = now() WHERE hold_id = %(hold)s",
    "a thing more": f"INSERT INTO {ROW} (resource, what, starts_at, ends_at, hold_id, expires_at)"
    f" SELECT 2, gen_random_uuid(), starts_at, ends_at, hold_id, expires_at FROM {ROW}"
    " WHERE hold_id = %(hold)s AND resource = 2",
    "given to another hold": f"UPDATE {ROW} SET hold_id = %(other)s WHERE hold_id = %(hold)s",
    "hold moved": "UPDATE therapy_sessions_hold SET starts_at = starts_at + interval '5 minutes' WHERE id = %(hold)s",
    "hold without its room": "UPDATE therapy_sessions_hold SET room_id = NULL WHERE id = %(hold)s",
    "hold made to last": "UPDATE therapy_sessions_hold SET expires_at = expires_at + interval '1 day' WHERE id = %(hold)s",
}


@pytest.fixture
def hold(sunrise):
    """A living hold of a therapist and a room."""
    facts = {"room": RoomFactory(), "buffer_after_minutes": 15}
    hold = HoldFactory(expires_at=timezone.now() + dt.timedelta(minutes=10), **facts)
    count = DayCount(hold.therapist_id, hold.starts_at.date(), None)
    claims.take(claims.rows(span=claims.span_of(hold), counts=[count], room=hold.room_id), hold=hold)
    return hold


@pytest.fixture
def unguarded():
    """Return a function that drops the guards, as the owner, until the test is rolled back."""

    def drop():
        with as_owner(), connection.cursor() as cursor:
            for table, names in GUARDS.items():
                for name in names:
                    cursor.execute(f"DROP TRIGGER {name} ON {table}")

    return drop


def commit(sql, facts):
    """Run a statement and what a commit would check."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, facts)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize("deed", TAMPERING)
def test_rows_of_a_living_hold_are_what_it_says(hold, unguarded, deed):
    facts = {"hold": hold.pk, "other": HoldFactory().pk}
    with pytest.raises(IntegrityError, match=r"hold .* occupancies disagree"):
        commit(TAMPERING[deed], facts)
    unguarded()
    commit(TAMPERING[deed], facts)


def test_a_hold_may_be_let_go_as_a_whole_and_its_end_put_off_with_its_rows(hold):
    later = "SET expires_at = expires_at + interval '5 minutes'"
    both = f"UPDATE therapy_sessions_hold {later} WHERE id = %(hold)s; UPDATE {ROW} {later} WHERE hold_id = %(hold)s"
    commit(both, {"hold": hold.pk})
    commit(f"DELETE FROM {ROW} WHERE hold_id = %(hold)s; DELETE FROM therapy_sessions_hold", {"hold": hold.pk})


def test_rows_of_an_expired_hold_may_go_one_by_one(hold):
    past = "SET expires_at = now() - interval '1 minute'"
    both = f"UPDATE therapy_sessions_hold {past} WHERE id = %(hold)s; UPDATE {ROW} {past} WHERE hold_id = %(hold)s"
    commit(both, {"hold": hold.pk})
    commit(f"DELETE FROM {ROW} WHERE hold_id = %(hold)s AND resource = 2", {"hold": hold.pk})


SET_STATE = "UPDATE therapy_sessions_therapysession SET state = %(after)s WHERE id = %(session)s"


@pytest.mark.parametrize(("before", "after"), list(itertools.product(State.values, repeat=2)))
def test_a_state_follows_only_where_the_domain_lets_it(sunrise, unguarded, before, after):
    """One step is not in the table: what was confirmed and is moved wants to be confirmed again."""
    session = TherapySessionFactory(state=before)
    facts = {"session": session.pk, "after": after}
    may = after in NEXT[State(before)] or (before, after) == (State.CONFIRMED, State.SCHEDULED) or before == after
    if not may:
        with pytest.raises(IntegrityError, match=f"{before} does not become {after}"):
            commit(SET_STATE, facts)
        unguarded()
    commit(SET_STATE, facts)
    session.refresh_from_db()
    assert session.state == after
