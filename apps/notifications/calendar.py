"""The calendar entry that goes with a letter (RFC 5545, sent as RFC 6047 asks).

Every entry of one session carries the same UID, and a SEQUENCE that grows with each move and the cancellation, so that
a later letter changes or removes the entry that an earlier one made. Pure: no ORM, no clock.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from icalendar import Calendar, Event, vCalAddress, vText

from apps.core.text import one_line

REQUEST, CANCEL = "REQUEST", "CANCEL"


@dataclass(frozen=True)
class Entry:
    """What one person's calendar is told about one session."""

    uid: str
    method: str
    sequence: int
    written_at: dt.datetime
    starts_at: dt.datetime
    ends_at: dt.datetime
    summary: str
    location: str
    link: str
    organizer: tuple[str, str]  # name, address
    attendee: tuple[str, str]

    def as_text(self) -> str:
        """Return the VCALENDAR, lines folded and ended as the RFC asks. Times are in UTC: no VTIMEZONE is needed."""
        calendar = Calendar()
        calendar.add("prodid", "-//Verbena//Sessions//EN")
        calendar.add("version", "2.0")
        calendar.add("calscale", "GREGORIAN")
        calendar.add("method", self.method)
        calendar.add_component(self._event())
        return calendar.to_ical().decode()

    def _event(self) -> Event:
        event = Event()
        event.add("uid", self.uid)
        event.add("sequence", self.sequence)
        for name, moment in (("dtstamp", self.written_at), ("dtstart", self.starts_at), ("dtend", self.ends_at)):
            event.add(name, moment.astimezone(dt.UTC))
        event.add("summary", one_line(self.summary))
        event.add("location", one_line(self.location))
        event.add("description", self.link)
        event.add("url", self.link)
        event.add("status", "CANCELLED" if self.method == CANCEL else "CONFIRMED")
        event.add("class", "PRIVATE")
        event.add("transp", "OPAQUE")
        event.add("organizer", _person(*self.organizer))
        event.add("attendee", self._attendee())
        return event

    def _attendee(self) -> vCalAddress:
        person = _person(*self.attendee)
        for name, value in (("ROLE", "REQ-PARTICIPANT"), ("PARTSTAT", "ACCEPTED"), ("RSVP", "FALSE")):
            person.params[name] = vText(value)
        return person


@dataclass(frozen=True)
class Shown:
    """What people may want to know of an entry that was sent."""

    summary: str
    location: str
    sequence: int
    starts_at: dt.datetime


def read(text: str) -> Shown:
    """Read back what `Entry.as_text` wrote."""
    event: Any = Calendar.from_ical(text).walk("VEVENT")[0]
    return Shown(str(event["SUMMARY"]), str(event["LOCATION"]), int(event["SEQUENCE"]), event["DTSTART"].dt)


def readdressed(text: str, address: str) -> str:
    """Return an entry for the same person at another address: a mail program acts on those addressed to its owner."""
    calendar = Calendar.from_ical(text)
    for event in calendar.walk("VEVENT"):
        known = event["ATTENDEE"]
        event["ATTENDEE"] = vCalAddress(f"mailto:{one_line(address)}")
        event["ATTENDEE"].params = known.params
    return calendar.to_ical().decode()


def _person(name: str, address: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{one_line(address)}")
    # A quotation mark cannot stand in a parameter, in whatever way it is escaped (RFC 5545, 3.2).
    person.params["CN"] = vText(one_line(name).replace('"', "'") or address)
    return person
