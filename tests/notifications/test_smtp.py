"""Real SMTP to a server of its own process that fails in every way it knows."""

import pytest

from apps.notifications import outbox
from apps.notifications.models import Message
from tests.factories import MessageFactory

State = Message.State


@pytest.fixture(autouse=True)
def _in_a_centre(sunrise):
    """Every test here is in the first centre."""


def settled(address, **facts):
    message = MessageFactory(to_address=address, **facts)
    outbox.deliver_message(message.pk)
    message.refresh_from_db()
    return message


def test_every_fault_is_told_from_the_others(smtp):
    server = smtp()
    expected = {
        "carol@sunrise.example": (State.SENT, ""),
        "busy@there.example": (State.QUEUED, "451"),
        "full@there.example": (State.QUEUED, "452"),
        "nobody@there.example": (State.FAILED, "Nobody of that name lives here"),
        "spam@there.example": (State.FAILED, "554"),
        "gone@there.example": (State.QUEUED, "could not be reached or stopped answering"),
        "slow@there.example": (State.QUEUED, "could not be reached or stopped answering"),
        "rude@there.example": (State.SENT, ""),
        "not an address": (State.FAILED, "is not an address"),
    }
    for address, (state, words) in expected.items():
        message = settled(address)
        assert (address, message.state) == (address, state)
        assert words in message.error
    assert [address for _id, address in server.taken] == ["carol@sunrise.example", "rude@there.example"]


def test_message_id_is_the_row(smtp):
    server = smtp()
    message = settled("carol@sunrise.example")
    assert server.taken == [(f"<{message.pk}@sunrise.localhost>", "carol@sunrise.example")]


def test_server_that_is_not_there_keeps_the_message(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert settled("carol@sunrise.example").state == State.QUEUED


def test_letters_beyond_ascii_go_by_smtputf8(smtp):
    server = smtp()
    assert settled("josé@bücher.example", to_name="José").state == State.SENT
    assert server.taken[0][1] == "josé@xn--bcher-kva.example"


def test_domain_beyond_ascii_needs_no_smtputf8(smtp):
    server = smtp("--no-utf8")
    assert settled("anna@bücher.example").state == State.SENT
    assert server.taken[0][1] == "anna@xn--bcher-kva.example"


def test_server_without_smtputf8_fails_with_a_sentence(smtp):
    smtp("--no-utf8")
    message = settled("josé@bücher.example")
    assert message.state == State.FAILED
    assert "letters beyond ASCII before the @" in message.error
