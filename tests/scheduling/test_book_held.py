"""A hold that is confirmed late: its price is a promise, its time is not for ever."""

import datetime as dt

import pytest

from apps.core.models import Mode
from apps.scheduling import actions
from apps.scheduling.availability import Rule
from apps.scheduling.errors import HoldGone, RuleBroken
from apps.sessions.models import TherapySession
from tests.factories import TimeOffFactory
from tests.scheduling.conftest import MONDAY, TUESDAY, at

pytestmark = pytest.mark.usefixtures("monday")


@pytest.fixture
def soon(sunrise, slot):
    """Today at ten, kept at eight: as near as the notice allows."""
    return actions.hold_slot(centre=sunrise, slot=slot(at(MONDAY, "10:00")), token="mine")


@pytest.fixture
def book_held(sunrise, carol):
    return lambda hold: actions.book_held(centre=sunrise, hold=hold, patient=carol, by=None)


@pytest.mark.parametrize("minutes", [9, 120])
def test_hold_of_a_time_that_has_begun_is_gone(sunrise, slot, book_held, monday, minutes):
    """Kept at 9:55 for 10:00 where no notice is asked: at 10:04 the hold lives still, and the session would be over."""
    sunrise.notice_minutes = 0
    monday.move_to(at(MONDAY, "09:55"))
    hold = actions.hold_slot(centre=sunrise, slot=slot(at(MONDAY, "10:00")), token="mine")
    monday.shift(dt.timedelta(minutes=minutes))
    with pytest.raises(HoldGone):
        book_held(hold)
    assert not TherapySession.objects.exists()


def test_hold_expired_within_the_notice_is_booked_all_the_same(soon, book_held, monday):
    monday.shift(dt.timedelta(minutes=30))
    assert book_held(soon).starts_at == at(MONDAY, "10:00")


def test_hold_expired_keeps_no_time_that_the_therapist_has_off_since(sunrise, slot, book_held, bob, monday):
    hold = actions.hold_slot(centre=sunrise, slot=slot(mode=Mode.IN_PERSON), token="mine")
    TimeOffFactory(therapist=bob, starts_on=TUESDAY, ends_on=TUESDAY)
    monday.shift(dt.timedelta(minutes=30))
    with pytest.raises(RuleBroken) as refusal:
        book_held(hold)
    assert refusal.value.reason.rule == Rule.TIME_OFF


def test_hold_that_lives_is_a_promise_whatever_changed(sunrise, slot, book_held, bob):
    hold = actions.hold_slot(centre=sunrise, slot=slot(), token="mine")
    TimeOffFactory(therapist=bob, starts_on=TUESDAY, ends_on=TUESDAY)
    assert book_held(hold).starts_at == at(TUESDAY)
