"""Text is text, in mail: no header, reader, part, event or guest of somebody else's comes of what people wrote."""

import datetime as dt
import email
from email import policy

import pytest
import time_machine
from django_tenants.utils import schema_context

from apps.accounts.models import User
from apps.core.models import Mode
from apps.core.postgresql import as_owner
from apps.notifications import letters, outbox
from apps.notifications.calendar import REQUEST, Entry
from apps.notifications.gateways.mail import Envelope, Letter
from apps.notifications.letters import Letterhead
from apps.notifications.models import Message
from apps.patients.models import Patient
from apps.sessions.models import Room
from apps.tenants.models import Centre
from apps.therapists.models import TherapyType
from tests.factories import world as days
from tests.isolation.hostile import PAYLOADS
from tests.isolation.judge import entry_faults, faults, letter_faults
from tests.isolation.texts import storable

HOLDERS = {  # what a letter about a session names
    Patient: ("given_name", "family_name"),
    User: ("given_name", "family_name"),
    TherapyType: ("name",),
    Room: ("name", "place"),
    Centre: ("name", "tagline", "phone", "address"),
}
NOON = dt.datetime(2030, 6, 3, 12, tzinfo=dt.UTC)


def sent(letter):
    """The letter as a mail server reads it."""
    return email.message_from_bytes(Envelope(letter).message().as_bytes(), policy=policy.default)


def entry(payload):
    facts = {"uid": "x@sunrise.localhost", "method": REQUEST, "sequence": 0, "written_at": NOON, "starts_at": NOON}
    words = {"summary": payload, "location": payload, "link": "http://sunrise.localhost/"}
    people = {"organizer": (payload, "desk@sunrise.example"), "attendee": (payload, "carol@sunrise.example")}
    return Entry(**facts, ends_at=NOON + dt.timedelta(hours=1), **words, **people).as_text()


@pytest.fixture
def messages(sunrise, people):
    """What Carol and Bob are told of one session in a room."""
    with time_machine.travel(days.MONDAY_NOON, tick=True):
        days.booked(sunrise, days.at(10, days=7), mode=Mode.IN_PERSON, room=Room.objects.get())
        yield list(Message.objects.select_related("session", "event", "to_user"))


def write_everywhere(turn):
    """Another payload into each of the columns that a letter reads."""
    number = turn
    with as_owner():
        for model, names in HOLDERS.items():
            with schema_context("public" if model is Centre else "c_sunrise"):
                row = model.objects.filter(slug="sunrise").first() if model is Centre else None
                for one in [row] if row else list(model.objects.all()):
                    number += 1
                    texts = [PAYLOADS[(number + 5 * at) % len(PAYLOADS)] for at in range(len(names))]
                    facts = {
                        name: storable(text, model._meta.get_field(name), model, one.pk)
                        for name, text in zip(names, texts, strict=True)
                    }
                    model.objects.filter(pk=one.pk).update(**facts)


@pytest.mark.parametrize("start", range(5))
def test_letters_about_a_session_say_it_and_do_nothing_else(messages, start):
    assert len(messages) == 2
    wrong = []
    for turn in range(start, len(PAYLOADS), 15):
        write_everywhere(turn)
        for message in messages:
            message.text = message.html = message.calendar = ""
            assert letters.write(message)
            mime = sent(outbox.letter_of(message))
            wrong += [(turn, message.to_address, fault) for fault in letter_faults(mime)]
            assert [address.addr_spec for address in mime["To"].addresses] == [message.to_address]
    assert wrong == []


def test_no_word_of_a_letter_becomes_more_than_a_word(sunrise):
    wrong = []
    for payload in PAYLOADS:
        text = payload.encode("utf-8", "ignore").decode()[:200]
        subject, calendar = letters.subject_line(text), entry(text)
        facts = {"sender": (text, "desk@sunrise.example"), "to": (text, "carol@sunrise.example"), "text": text}
        letter = Letter("id@sunrise.localhost", subject=subject, calendar=calendar, calendar_method=REQUEST, **facts)
        mime = sent(letter)
        wrong += [(payload[:60], fault) for fault in letter_faults(mime)]
        assert "".join(mime["Subject"].replace("\u200b", "").split()) == "".join(subject.split())
    assert wrong == []


def test_an_entry_says_the_words_back(sunrise):
    """Nothing is lost on the way but what one line cannot hold."""
    for payload in PAYLOADS:
        assert entry_faults(entry(payload)) == []
        assert letters.calendar.read(entry(payload)).summary == letters.one_line(payload)


def test_sign_in_mails_hold_a_strangers_browser_as_text(sunrise):
    head = Letterhead.current()
    pages = [letters.account_page(head, subject=payload, text=payload) for payload in PAYLOADS]
    assert [fault for page in pages for fault in faults(page, is_letter=True)] == []
