"""The calendar file that a patient downloads: the same entry as in the mails, so that neither makes a second one."""

from dataclasses import replace

from apps.accounts.models import User
from apps.notifications.letters import Letterhead, SessionLetter
from apps.notifications.models import Message
from apps.notifications.recipients import Recipient, recipients_of, with_everybody
from apps.sessions.models import TherapySession

PUBLISH = "PUBLISH"  # an entry to keep, not an invitation to answer


def calendar_file(session: TherapySession, user: User) -> str:
    """Return the VCALENDAR of the session as this patient or guardian is told of it. Eight queries."""
    session = with_everybody(session.pk)
    head = Letterhead.current()
    letter = SessionLetter(
        kind=Message.Kind.SESSION_BOOKED,
        session=session,
        event=session.events.latest("pk"),
        recipient=_recipient(session, user, head),
        head=head,
    )
    return replace(letter.entry(), method=PUBLISH).as_text()


def _recipient(session: TherapySession, user: User, head: Letterhead) -> Recipient:
    told = recipients_of(session, head.centre.time_zone)
    mine = next((one for one in told if one.user == user and not one.is_therapist), None)
    return mine or Recipient("guardian", str(user.pk), user.get_full_name(), user.email, user, head.centre.zone)
