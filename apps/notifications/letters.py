"""What is written: subject, text and page of each letter, in the centre's words, zone and money.

A letter about a session is written out from its row when it is sent, so that whoever books waits for no template. It
tells of its event with the times of that event; news that was overtaken is not sent at all. A letter never holds what a
patient wrote about their concerns, nor, to a therapist, a patient's full name: initials, and a link to the session's page.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from email.utils import parseaddr
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import connection
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_tenants.utils import schema_context

from apps.core import clock, formats, schema
from apps.core.models import Mode
from apps.core.text import one_line
from apps.notifications import calendar
from apps.notifications.models import Message
from apps.notifications.recipients import Recipient, reader_in, with_everybody
from apps.sessions.models import SessionEvent, TherapySession
from apps.tenants.actions import address
from apps.tenants.models import Centre

Kind = Message.Kind
Fact = tuple[str, str]
SUBJECTS = 200  # characters, as the row holds


@dataclass(frozen=True)
class Letterhead:
    """Who writes: the centre, and where its pages are."""

    centre: Centre

    @classmethod
    def current(cls) -> "Letterhead":
        return cls(current_centre())

    @cached_property
    def base(self) -> str:
        """How addresses on the centre's site begin. Costs one query."""
        return address(self.centre, "")

    @property
    def host(self) -> str:
        """A host name that never changes, for identifiers that must not change either."""
        return f"{self.centre.slug}.{settings.PUBLIC_HOST}"

    @property
    def sender(self) -> tuple[str, str]:
        """The name and address that the centre is written back to."""
        return self.centre.name, self.centre.email or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]

    def link(self, *names: str, **kwargs: Any) -> str:
        """Return the absolute address of the first page of `names` that exists, else of the centre's site."""
        for name in names:
            try:
                return self.base + reverse(name, urlconf=settings.ROOT_URLCONF, kwargs=kwargs)
            except NoReverseMatch:
                continue
        return self.base + "/"


def current_centre() -> Centre:
    """Return the centre whose schema the connection is in."""
    tenant = getattr(connection, "tenant", None)
    if isinstance(tenant, Centre):
        return tenant
    name = schema.current()
    with schema_context("public"):
        return Centre.objects.get(schema_name=name)


@contextmanager
def centre_language(centre: Centre) -> Iterator[None]:
    """Write in the centre's language where it is one of ours, else in English."""
    try:
        code = translation.get_supported_language_variant(centre.locale)
    except LookupError:
        code = settings.LANGUAGE_CODE
    with translation.override(code):
        yield


def render(name: str, **facts: Any) -> tuple[str, str]:
    """Return the text and the page of `emails/notifications/<name>`."""
    path, context = f"emails/notifications/{name}", {**facts, **_language()}
    text = "\n".join(line.rstrip() for line in render_to_string(f"{path}.txt", context).splitlines())
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip() + "\n", render_to_string(f"{path}.html", context)


def _language() -> dict[str, Any]:
    return {"language": translation.get_language() or "en", "is_rtl": translation.get_language_bidi()}


def account_page(head: Letterhead, *, subject: str, text: str) -> str:
    """Put a sign-in mail on the centre's paper. No word becomes a link: some are a stranger's (the user agent)."""
    context = {"centre": head.centre, "subject": subject, "text": text, **_language()}
    return render_to_string("emails/notifications/account.html", context)


def subject_line(text: str) -> str:
    """One line that fits the row: no name may smuggle in a header."""
    return one_line(text)[:SUBJECTS]


def write(message: Message) -> bool:
    """Fill in the text, page and calendar entry of a letter about a session, not yet saved.

    One that was written already stays as it is. False when it concerns its reader no more (a guardian who was taken off
    the record meanwhile): then it must not be sent. Costs eight queries at most.
    """
    if message.text or message.event is None or message.session_id is None:
        return True
    head, session = Letterhead.current(), with_everybody(message.session_id)
    facts: dict[str, Any] = {"name": message.to_name, "address": message.to_address, "user": message.to_user}
    recipient = reader_in(session, *message.reader, centre_zone=head.centre.time_zone, **facts)
    if recipient is None:
        return False
    _as_of(session, message.event)
    SessionLetter(message.kind, session, message.event, recipient, head).fill(message)
    return True


def _as_of(session: TherapySession, event: SessionEvent) -> None:
    """Put the times of a booking or move back to what it made them, should a later one have changed them."""
    if event.to_starts_at is not None:
        length = session.ends_at - session.starts_at
        session.starts_at, session.ends_at = event.to_starts_at, event.to_starts_at + length


@dataclass(frozen=True)
class SessionLetter:
    """One letter about one step in a session's life to one person."""

    kind: str
    session: TherapySession
    event: SessionEvent
    recipient: Recipient
    head: Letterhead

    def row(self) -> Message:
        """Return the message, not yet saved nor written out: who is told what."""
        with centre_language(self.head.centre):
            return Message(
                key=f"{self.kind}:{self.event.pk}:{self.recipient.kind}:{self.recipient.id}",
                kind=self.kind,
                to_user=self.recipient.user,
                to_name=self.recipient.name[:160],
                to_address=self.recipient.address,
                session=self.session,
                event=self.event,
                subject=subject_line(self.subject()),
                calendar_method=self.method,
                not_before=clock.now(),
            )

    def fill(self, message: Message) -> None:
        with centre_language(self.head.centre):
            message.text, message.html = render(str(self.kind), **self.context())
            message.calendar = self.entry().as_text()

    @property
    def left(self) -> bool:
        """Whether the session goes on without the reader: cancelled for them, moved for others."""
        return self.kind == Kind.SESSION_CANCELLED and self.event.kind == SessionEvent.Kind.MOVED

    @property
    def sequence(self) -> int:
        """How often the entry changed up to this step (RFC 5545, 3.8.7.4). Costs one query."""
        return self.session.events.filter(kind__in=Message.OVERTAKEN_BY, pk__lte=self.event.pk).count()

    @property
    def method(self) -> str:
        return calendar.CANCEL if self.kind == Kind.SESSION_CANCELLED else calendar.REQUEST

    @property
    def link(self) -> str:
        own = () if self.recipient.is_therapist else ("portal:my-session",)
        return self.head.link(*own, "sessions:session-detail", pk=self.session.pk)

    def subject(self) -> str:
        facts = {"moment": self.moment(self.session.starts_at), "centre": self.head.centre.name}
        subjects = {
            Kind.SESSION_BOOKED: _("Booked: %(moment)s, %(centre)s"),
            Kind.SESSION_MOVED: _("Moved to %(moment)s, %(centre)s"),
            Kind.SESSION_CANCELLED: _("Cancelled: %(moment)s, %(centre)s"),
        }
        return subjects[Kind(self.kind)] % facts

    def context(self) -> dict[str, Any]:
        return {
            "centre": self.head.centre,
            "recipient": self.recipient,
            "left": self.left,
            "session": self.session,
            "facts": list(self.facts()),
            "was": self.moment(self.event.from_starts_at) if self._has_moved else "",
            "policy": self.policy(),
            "link": self.link,
            "book_link": self.head.link("portal:book"),
        }

    @property
    def _has_moved(self) -> bool:
        """A move may change the therapist or the room alone."""
        return self.event.from_starts_at is not None and self.event.from_starts_at != self.session.starts_at

    def moment(self, at: dt.datetime | None) -> str:
        return formats.moment(at, self.recipient.zone) if at else ""

    def facts(self) -> Iterator[Fact]:
        """What the letter lists, line by line: label and value."""
        session, zone = self.session, self.recipient.zone
        yield _("Day"), formats.day(session.starts_at, zone)
        name = formats.zone_name(zone, session.starts_at.astimezone(zone))
        yield _("Time"), f"{formats.span(session.starts_at, session.ends_at, zone)} ({name})"
        yield _("Therapy"), f"{session.therapy_type.name}, {self._length()}"
        yield from self._people()
        yield _("Where") if session.mode == Mode.IN_PERSON else _("How"), self.place()
        if not self.recipient.is_therapist and self.kind != Kind.SESSION_CANCELLED:
            price = sum((place.price for place in self.recipient.places), Decimal(0))
            yield _("Price"), formats.money(price, session.currency)

    def _length(self) -> str:
        minutes = self.session.duration_minutes
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}

    def _people(self) -> Iterator[Fact]:
        if self.recipient.is_therapist:
            yield _("Patient"), self.initials()
            return
        if self.recipient.children:
            yield _("For"), ", ".join(self.recipient.children)
        yield _("With"), ", ".join(row.therapist.full_name for row in self.session.session_therapists.all())

    def initials(self) -> str:
        return ", ".join(patient.initials for patient in self.session.patients)

    def place(self) -> str:
        session = self.session
        if session.mode != Mode.IN_PERSON:
            return str(session.get_mode_display())
        room = [session.room.name, session.room.place] if session.room else []
        return ", ".join(part for part in (*room, *self.head.centre.address.splitlines()) if part.strip())

    def policy(self) -> str:
        """Until when the patient may cancel, as promised at booking. Not for therapists, nor after a cancellation."""
        if self.recipient.is_therapist or self.kind == Kind.SESSION_CANCELLED:
            return ""
        if not self.session.cancel_notice_minutes:
            return _("You may cancel on the session's page until it begins.")
        until = self.moment(self.session.cancellable_until())
        return _("You may cancel on the session's page until %(until)s. After that, please call us.") % {"until": until}

    def entry(self) -> calendar.Entry:
        session, centre = self.session, self.head.centre
        whose = self.initials() if self.recipient.is_therapist else centre.name
        return calendar.Entry(
            uid=f"{session.pk}@{self.head.host}",
            method=self.method,
            sequence=self.sequence,
            written_at=clock.now(),
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            summary=f"{session.therapy_type.name} · {whose}",
            location=self.place(),
            link=self.link,
            organizer=self.head.sender,
            attendee=(self.recipient.name, self.recipient.address),
        )
