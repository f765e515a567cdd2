"""A request's key: sent again it books once, and it never answers for another request."""

import uuid

import pytest

from apps.scheduling import actions
from apps.scheduling.errors import RequestReused
from apps.sessions.models import TherapySession
from tests.factories import PatientFactory, UserFactory
from tests.scheduling.conftest import TUESDAY, at

pytestmark = pytest.mark.usefixtures("monday")


def test_key_of_another_patient_books_nothing_and_says_so(book):
    key = uuid.uuid4()
    book(key=key)
    with pytest.raises(RequestReused):
        book(at(TUESDAY, "14:00"), patient=PatientFactory(), key=key)
    assert TherapySession.objects.count() == 1


def test_key_of_another_time_books_nothing_and_says_so(book):
    key = uuid.uuid4()
    book(key=key)
    with pytest.raises(RequestReused):
        book(at(TUESDAY, "14:00"), key=key)


def test_key_answers_a_retry_after_the_session_was_moved(sunrise, book):
    key = uuid.uuid4()
    first = book(key=key)
    moved = at(TUESDAY, "15:00")
    actions.move_session(centre=sunrise, session=first, starts_at=moved, by=UserFactory(roles=["operator"]))
    assert book(key=key) == first


def test_key_of_a_hold_does_not_answer_for_another_patient(sunrise, slot, carol, mia):
    key = uuid.uuid4()
    hold = actions.hold_slot(centre=sunrise, slot=slot(), token="mine")
    actions.book_held(centre=sunrise, hold=hold, patient=carol, by=None, key=key)
    with pytest.raises(RequestReused):
        actions.book_held(centre=sunrise, hold=hold, patient=mia, by=None, key=key)
