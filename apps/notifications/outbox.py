"""The outbox: rows that were committed leave the house, each once, whatever dies on the way.

A row is claimed with SELECT ... FOR UPDATE SKIP LOCKED, written out, handed to the provider, and marked in one
transaction. A worker that dies before the commit leaves the row waiting, and the minute's sweep finds it: nothing is
lost. If it dies between the provider's yes and the commit, the letter goes out a second time: over SMTP at most one a
crash, with the same Message-ID, by which a provider can tell.

Stale news is not sent. When its turn comes, a booking or a move that was overtaken (the session was moved or cancelled
since, or is over) is marked as no longer needed. The letter that overtook it always goes: it says all there is to say,
and a person who booked on our page should hear of the cancellation even if the first letter never left.
"""

import datetime as dt
import enum
import logging

from django.conf import settings
from django.db import transaction

from apps.core import clock
from apps.notifications import letters
from apps.notifications.gateways import mail
from apps.notifications.letters import Letterhead
from apps.notifications.models import Message, MessageQuerySet

log = logging.getLogger(__name__)

WAITS = [dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720)]
ATTEMPTS = len(WAITS) + 1  # over about 22 hours; then somebody must look
RUN = 500  # most letters of one run: the next sweep goes on


class Outcome(enum.Enum):
    NOTHING = enum.auto()  # no row was due, or somebody else has it
    SENT = enum.auto()
    SKIPPED = enum.auto()
    NOT_SENT = enum.auto()
    AWAY = enum.auto()  # the provider takes nothing from anybody just now


def deliver_message(pk: str) -> Outcome:
    """Send one message, if it is due and nobody else is sending it."""
    return _deliver_first(Message.objects.filter(pk=pk))


def deliver_due() -> int:
    """Send what is due, oldest first, until nothing is left or the provider is away. Returns how many were settled."""
    for count in range(RUN):
        outcome = _deliver_first(Message.objects.all())
        if outcome in (Outcome.NOTHING, Outcome.AWAY):
            return count
    return RUN


@transaction.atomic
def _deliver_first(rows: MessageQuerySet) -> Outcome:
    due = rows.due().select_related("session", "event", "to_user")
    message = due.select_for_update(skip_locked=True, of=("self",)).first()
    return Outcome.NOTHING if message is None else _settle(message)


def _settle(message: Message) -> Outcome:
    """Write out and send a claimed message, and note what came of it."""
    if message.is_outdated:
        return _close(message, Message.State.SKIPPED, Outcome.SKIPPED)
    message.attempts += 1
    try:
        if not _write(message):
            return _close(message, Message.State.SKIPPED, Outcome.SKIPPED)
        mail.send(letter_of(message))
    except mail.NotSent as reason:
        return _put_back(message, reason)
    except Exception as error:  # a provider's own library may raise anything; the row must not be lost for it
        log.exception("a message could not be sent", extra={"message_id": str(message.pk)})
        return _put_back(message, mail.NotSent(f"{type(error).__name__}: {error}"))
    message.sent_at, message.error = clock.now(), ""
    return _close(message, Message.State.SENT, Outcome.SENT)


def _write(message: Message) -> bool:
    """Write it out unless it is; a failure on the way leaves the transaction usable, to note it."""
    if message.text:
        return True
    with transaction.atomic():
        return letters.write(message)


def letter_of(message: Message) -> mail.Letter:
    head = Letterhead.current()
    return mail.Letter(
        message_id=f"{message.pk}@{head.host}",
        sender=head.sender,
        to=(message.to_name, message.to_address),
        subject=message.subject,
        text=message.text,
        html=message.html,
        calendar=message.calendar,
        calendar_method=message.calendar_method,
    )


def _put_back(message: Message, reason: mail.NotSent) -> Outcome:
    """Wait longer each time; give up at once when it is final, else after the last attempt."""
    message.error = str(reason)[:300]
    facts = {"message_id": str(message.pk), "attempts": message.attempts, "final": reason.is_final}
    log.warning("a message was not taken", extra=facts)
    if reason.is_final or message.attempts >= ATTEMPTS:
        return _close(message, Message.State.FAILED, Outcome.NOT_SENT)
    message.not_before = clock.now() + WAITS[message.attempts - 1]
    message.save(update_fields=["attempts", "error", "not_before"])
    return Outcome.AWAY if reason.is_away else Outcome.NOT_SENT


def _close(message: Message, state: str, outcome: Outcome) -> Outcome:
    """Settle for good. A code or link to sign in is not kept longer than it takes to send it."""
    message.state = state
    if message.is_secret and not settings.SHOW_SECRET_MAIL:
        message.text = message.html = ""
    message.save(update_fields=["state", "attempts", "error", "sent_at", "text", "html", "calendar"])
    return outcome
