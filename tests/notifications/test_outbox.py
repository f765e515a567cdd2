"""Rows leave the house once, in order, and none is given up for a fault that passes."""

import datetime as dt

import pytest
from django.core import mail

from apps.core import clock as house_clock
from apps.notifications import outbox
from apps.notifications.gateways import mail as gateway
from apps.notifications.models import Message
from apps.sessions.actions import cancel_session
from tests.factories import MessageFactory
from tests.notifications.conftest import MONDAY_TEN, NOW

Outcome, State = outbox.Outcome, Message.State


@pytest.fixture(autouse=True)
def _frozen(clock, sunrise):
    """Every test here is in the first centre, on the Saturday."""


def delivered(message):
    outcome = outbox.deliver_message(message.pk)
    message.refresh_from_db()
    return outcome


def refuse(monkeypatch, **facts):
    def send(letter):
        raise gateway.NotSent("no", **facts)

    monkeypatch.setattr(gateway, "send", send)


def test_sent_message_is_marked():
    message = MessageFactory()
    assert delivered(message) is Outcome.SENT
    assert (message.state, message.sent_at, message.attempts, message.error) == (State.SENT, NOW, 1, "")
    assert [letter.to for letter in mail.outbox] == [["carol@sunrise.example"]]


def test_sent_message_is_not_sent_again():
    message = MessageFactory()
    delivered(message)
    assert delivered(message) is Outcome.NOTHING
    assert outbox.deliver_due() == 0
    assert len(mail.outbox) == 1


def test_message_waits_for_its_time():
    message = MessageFactory(not_before=NOW + dt.timedelta(minutes=1))
    assert delivered(message) is Outcome.NOTHING


def test_due_messages_leave_oldest_first():
    for minute in (1, 3, 2):
        MessageFactory(subject=f"{minute}", not_before=NOW - dt.timedelta(minutes=minute))
    assert outbox.deliver_due() == 3
    assert [letter.subject for letter in mail.outbox] == ["3", "2", "1"]


def test_waits_grow_and_the_eighth_failure_is_the_last(monkeypatch, clock):
    refuse(monkeypatch)
    message, waits = MessageFactory(), []
    for _attempt in range(7):
        delivered(message)
        waits.append((message.not_before - house_clock.now()) // dt.timedelta(minutes=1))
        clock.move_to(message.not_before)
    assert (message.state, waits) == (State.QUEUED, [1, 5, 15, 60, 180, 360, 720])
    delivered(message)
    assert (message.state, message.attempts, message.error) == (State.FAILED, 8, "no")


def test_final_refusal_fails_at_once(monkeypatch):
    refuse(monkeypatch, is_final=True)
    message = MessageFactory()
    delivered(message)
    assert (message.state, message.attempts) == (State.FAILED, 1)


def test_provider_that_is_away_ends_the_run(monkeypatch):
    refuse(monkeypatch, is_away=True)
    MessageFactory.create_batch(3)
    outbox.deliver_due()
    assert sorted(Message.objects.values_list("attempts", flat=True)) == [0, 0, 1]


def test_unknown_error_of_a_provider_loses_nothing(monkeypatch, caplog):
    monkeypatch.setattr(gateway, "send", lambda letter: 1 / 0)
    message = MessageFactory()
    assert delivered(message) is Outcome.NOT_SENT
    assert message.state == State.QUEUED and "ZeroDivisionError" in message.error


def test_log_names_neither_person_nor_content(monkeypatch, caplog):
    refuse(monkeypatch, is_final=True)
    delivered(MessageFactory())
    assert "carol" not in str([vars(record) for record in caplog.records])


def test_booking_overtaken_by_cancellation_is_not_sent(book, people, clock, told):
    session = book()
    cancel_session(session=session, by=people.oscar)
    outbox.deliver_due()
    assert {message.state for message in told(Message.Kind.SESSION_BOOKED).values()} == {State.SKIPPED}
    assert [letter.subject.partition(":")[0] for letter in mail.outbox] == ["Cancelled", "Cancelled"]


def test_booking_overtaken_by_a_move_is_not_sent(book, move, clock):
    session = book()
    move(session, starts_at=MONDAY_TEN.replace(hour=19))
    outbox.deliver_due()
    assert [letter.subject.partition(" ")[0] for letter in mail.outbox] == ["Moved", "Moved"]


def test_booking_of_a_session_that_is_over_is_not_sent(book, clock):
    session = book()
    clock.move_to(session.ends_at)
    outbox.deliver_due()
    assert not mail.outbox


def test_cancellation_is_sent_whatever_was_sent_before(book, people, clock):
    session = book()
    outbox.deliver_due()
    clock.shift(60)
    cancel_session(session=session, by=people.oscar)
    outbox.deliver_due()
    assert len(mail.outbox) == 4


@pytest.mark.parametrize(("shown", "text"), [(True, "123456"), (False, "")])
def test_code_is_kept_only_while_it_waits(settings, shown, text):
    settings.SHOW_SECRET_MAIL = shown
    message = MessageFactory(text="123456", html="123456", is_secret=True)
    delivered(message)
    assert (message.text, message.html) == (text, text)
    assert mail.outbox[0].body == "123456"


def test_queries_do_not_grow_with_the_outbox(django_assert_num_queries):
    first, *_others = MessageFactory.create_batch(30)
    with django_assert_num_queries(4):  # savepoint, claim, mark, release
        outbox.deliver_message(first.pk)
