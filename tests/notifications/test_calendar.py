"""The entry parsed back from the mail that left: one UID, a growing SEQUENCE, times in UTC."""

import email
from email import policy

import icalendar
import pytest
from django.core import mail

from apps.notifications import outbox
from apps.sessions.actions import cancel_session
from tests.factories import PatientFactory
from tests.notifications.conftest import MONDAY_TEN


def entries(address):
    """The calendar entries of the letters sent to an address: method and event of each."""
    return [_entry(letter) for letter in mail.outbox if letter.to == [address]]


def _entry(letter):
    mime = email.message_from_bytes(letter.message().as_bytes(), policy=policy.default)
    part = next(part for part in mime.walk() if part.get_content_type() == "text/calendar")
    calendar = icalendar.Calendar.from_ical(part.get_content())
    assert part["Content-Type"].params["method"] == calendar["METHOD"]
    return str(calendar["METHOD"]), calendar.walk("VEVENT")[0]


@pytest.fixture
def life(book, move, people, clock):
    """A session booked, moved to two o'clock and cancelled, every letter sent."""
    session = book()
    outbox.deliver_due()
    clock.shift(60)
    move(session, starts_at=MONDAY_TEN.replace(hour=19))
    outbox.deliver_due()
    clock.shift(60)
    cancel_session(session=session, by=people.oscar)
    outbox.deliver_due()
    return session


@pytest.mark.parametrize("address", ["carol@sunrise.example", "bob@sunrise.example"])
def test_one_entry_is_made_changed_and_cancelled(life, address):
    methods, events = zip(*entries(address), strict=True)
    assert methods == ("REQUEST", "REQUEST", "CANCEL")
    assert {str(event["UID"]) for event in events} == {f"{life.pk}@sunrise.localhost"}
    assert [int(event["SEQUENCE"]) for event in events] == [0, 1, 2]
    assert [str(event["STATUS"]) for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]


def test_times_are_utc(life):
    _method, event = entries("carol@sunrise.example")[0]
    assert event["DTSTART"].to_ical() == b"20261123T150000Z"
    assert event["DTEND"].to_ical() == b"20261123T154500Z"
    assert entries("carol@sunrise.example")[1][1]["DTSTART"].to_ical() == b"20261123T190000Z"


def test_organizer_is_the_centre_and_attendee_the_recipient(book, sunrise):
    sunrise.email = "desk@sunrise.example"
    book()
    outbox.deliver_due()
    _method, event = entries("carol@sunrise.example")[0]
    assert (str(event["ORGANIZER"]), event["ORGANIZER"].params["CN"]) == (
        "mailto:desk@sunrise.example",
        "Sunrise Therapy",
    )
    assert (str(event["ATTENDEE"]), event["ATTENDEE"].params["CN"]) == ("mailto:carol@sunrise.example", "Carol Reyes")
    assert mail.outbox[0].message()["Reply-To"] == "Sunrise Therapy <desk@sunrise.example>"


def test_summary_is_neutral_for_each(life):
    assert str(entries("carol@sunrise.example")[0][1]["SUMMARY"]) == "Speech therapy · Sunrise Therapy"
    assert str(entries("bob@sunrise.example")[0][1]["SUMMARY"]) == "Speech therapy · CR"
    assert str(entries("carol@sunrise.example")[0][1]["LOCATION"]) == "Garden room"


def test_file_and_alternative_say_the_same(life):
    mime = email.message_from_bytes(mail.outbox[0].message().as_bytes(), policy=policy.default)
    inline = next(part for part in mime.walk() if part.get_content_type() == "text/calendar").get_content()
    (attached,) = mime.iter_attachments()
    assert attached.get_filename() == "session.ics"
    assert attached.get_content().decode().splitlines() == inline.splitlines()


@pytest.mark.parametrize(
    "name", ['A "quoted"; name, too', "two\r\nATTENDEE:mailto:x@evil.example", "Zoë 🙂 " + "z" * 70]
)
def test_hostile_names_add_no_property(book, name):
    book(PatientFactory(given_name=name, family_name="X", email="x@patients.example"))
    outbox.deliver_due()
    _method, event = entries("x@patients.example")[0]
    assert str(event["ATTENDEE"]) == "mailto:x@patients.example"
    assert '"' not in event["ATTENDEE"].params["CN"]
