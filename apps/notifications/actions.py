"""Writing messages. Each row is written in the transaction of the fact that it tells: both stand or both fall."""

import uuid

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts import audit
from apps.accounts.models import User
from apps.core import clock, schema
from apps.core.errors import DomainError
from apps.core.tasks import after_commit
from apps.notifications import calendar, letters
from apps.notifications.letters import Letterhead, SessionLetter
from apps.notifications.models import Message
from apps.notifications.recipients import address_now, as_recipient, meet, recipients_of
from apps.notifications.tasks import deliver
from apps.sessions.models import SessionEvent, TherapySession
from apps.therapists.models import Therapist

Kind = Message.Kind
COPIED = (
    "kind",
    "channel",
    "to_user",
    "to_name",
    "session",
    "event",
    "subject",
    "text",
    "html",
    "calendar",
    "calendar_method",
)


class MessageOutdated(DomainError):
    code = "message_outdated"
    message = gettext_lazy("The session has changed since this was written. The newer message says how it stands.")


class MessageSecret(DomainError):
    code = "message_secret"
    message = gettext_lazy("Codes and sign-in links are not sent twice. A new one can be had on the sign-in page.")


class MessageWaiting(DomainError):
    code = "message_waiting"
    message = gettext_lazy("This message has not been sent yet: it will go out by itself.")


def tell_session(*, kind: str, session: TherapySession, event: SessionEvent) -> list[Message]:
    """Queue one message to each person to be told what happened to a session, written out and sent after commit.

    Written twice for one event, the second time changes nothing. Nothing is told of a session that is already over.
    """
    if session.ends_at <= clock.now():
        return []
    meet(session)
    head = Letterhead.current()
    zone = head.centre.time_zone
    told = [SessionLetter(kind, session, event, person, head) for person in recipients_of(session, zone)]
    if kind == Kind.SESSION_MOVED:
        gone = [as_recipient(therapist, zone) for therapist in _therapists_who_left(session)]
        told += [SessionLetter(Kind.SESSION_CANCELLED, session, event, person, head) for person in gone]
    return _queue([letter.row() for letter in told])


def _therapists_who_left(session: TherapySession) -> list[Therapist]:
    """Return the therapists who were told of the session and have it no more. One query, two when there are any."""
    letters_sent = session.messages.filter(key__contains=":therapist:").order_by(F("event").asc(nulls_first=True))
    last_told = {key.rsplit(":", 1)[1]: kind for key, kind in letters_sent.values_list("key", "kind")}
    staying = {str(row.therapist_id) for row in session.session_therapists.all()}
    gone = {pk for pk, kind in last_told.items() if kind in Message.PROMISES} - staying
    return list(Therapist.objects.filter(pk__in=gone, user__is_active=True).select_related("user")) if gone else []


def _queue(rows: list[Message]) -> list[Message]:
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        after_commit(deliver, schema.current(), *(str(row.pk) for row in rows))
    return rows


def _write_letter(
    *, head: Letterhead, kind: Kind, to: User, subject: str, link: str, is_secret: bool = False
) -> Message:
    """Write a letter about no session to a user, from the templates named like its kind."""
    with letters.centre_language(head.centre):
        text, html = letters.render(str(kind), centre=head.centre, recipient={"name": to.get_full_name()}, link=link)
    return queue_mail(
        key=f"{kind}:{uuid.uuid4()}", kind=kind, to=to, subject=subject, text=text, html=html, is_secret=is_secret
    )


@transaction.atomic
def queue_mail(
    *,
    key: str,
    kind: str,
    subject: str,
    text: str,
    html: str = "",
    to: User | None = None,
    address: str = "",
    is_secret: bool = False,
) -> Message:
    """Write a mail that was rendered elsewhere, and have it sent after commit."""
    message = Message(
        key=key,
        kind=kind,
        to_user=to,
        to_name=to.get_full_name()[:160] if to else "",
        to_address=address or (to.email if to else ""),
        subject=letters.subject_line(subject),
        text=text,
        html=html,
        is_secret=is_secret,
        not_before=clock.now(),
    )
    return _queue([message])[0]


def tell_approved(*, therapist: Therapist) -> Message:
    """Tell a therapist that patients can book now."""
    head = Letterhead.current()
    return _write_letter(
        head=head,
        kind=Kind.THERAPIST_APPROVED,
        to=therapist.user,
        subject=_("Your profile at %(centre)s is approved") % {"centre": head.centre.name},
        link=head.link("scheduling:my-hours"),
    )


def invite(*, user: User, path: str) -> Message:
    """Send somebody who was given a login the way to a password. `path` signs in whoever holds it."""
    head = Letterhead.current()
    subject = _("Your login at %(centre)s") % {"centre": head.centre.name}
    return _write_letter(
        head=head, kind=Kind.INVITATION, to=user, subject=subject, link=head.base + path, is_secret=True
    )


@transaction.atomic
def resend_message(*, message: Message, by: User) -> Message:
    """Queue the same letter again, as a message of its own, to the address that its reader has today.

    Raises MessageSecret, MessageWaiting, MessageOutdated.
    """
    if message.is_secret:
        raise MessageSecret
    if message.state == Message.State.QUEUED:
        raise MessageWaiting
    if message.is_outdated:
        raise MessageOutdated
    who, pk = message.reader
    facts = {name: getattr(message, name) for name in COPIED}
    again = Message(key=f"resend:{uuid.uuid4()}:{who}:{pk}", not_before=clock.now(), **facts)
    again.to_address = address_now(who, pk) or message.to_address
    if again.calendar and again.to_address != message.to_address:
        again.calendar = calendar.readdressed(again.calendar, again.to_address)
    _queue([again])
    audit.record(by=by, verb="resent", obj=message)
    return again
