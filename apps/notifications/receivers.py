"""What others announce, and the messages owed for it: written now, in the same transaction, sent after it."""

from typing import Any

from django.dispatch import receiver

from apps.accounts.models import User
from apps.accounts.signals import user_invited
from apps.notifications import actions
from apps.notifications.models import Message
from apps.sessions.models import SessionEvent, TherapySession
from apps.sessions.signals import session_booked, session_cancelled, session_moved
from apps.therapists.models import Therapist
from apps.therapists.signals import therapist_approved


@receiver(session_booked)
def tell_booked(sender: object, session: TherapySession, event: SessionEvent, **facts: Any) -> None:
    actions.tell_session(kind=Message.Kind.SESSION_BOOKED, session=session, event=event)


@receiver(session_moved)
def tell_moved(sender: object, session: TherapySession, event: SessionEvent, **facts: Any) -> None:
    actions.tell_session(kind=Message.Kind.SESSION_MOVED, session=session, event=event)


@receiver(session_cancelled)
def tell_cancelled(sender: object, session: TherapySession, event: SessionEvent, **facts: Any) -> None:
    actions.tell_session(kind=Message.Kind.SESSION_CANCELLED, session=session, event=event)


@receiver(user_invited)
def tell_invited(sender: object, user: User, path: str, **facts: Any) -> None:
    actions.invite(user=user, path=path)


@receiver(therapist_approved)
def tell_approved(sender: object, therapist: Therapist, **facts: Any) -> None:
    actions.tell_approved(therapist=therapist)
