"""Messages: one thing to be told to one person by one channel, written with its cause and sent after it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core import clock
from apps.core.models import UUIDModel
from apps.sessions.models import SessionEvent, TherapySession

READERS = frozenset({"patient", "guardian", "therapist"})


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: User) -> "MessageQuerySet":
        """The whole log for the desk; a therapist sees what was sent to them."""
        return self if user.is_desk else self.filter(to_user=user)

    def due(self) -> "MessageQuerySet":
        """Waiting to be sent, and not before their time."""
        return self.filter(state=Message.State.QUEUED, not_before__lte=clock.now()).order_by("not_before")

    def matching(self, text: str) -> "MessageQuerySet":
        return self.filter(Q(to_address__icontains=text) | Q(to_name__icontains=text) | Q(subject__icontains=text))


class Message(UUIDModel):
    """A row of the outbox. `key` says which fact it tells to whom: the same fact is never queued twice.

    A letter about a session names the `event` it tells of and is written out (`letters.write`) when its turn comes;
    any other holds its text from the start.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        SKIPPED = "skipped", _("No longer needed")

    class Kind(models.TextChoices):
        SESSION_BOOKED = "session_booked", _("Session booked")
        SESSION_MOVED = "session_moved", _("Session moved")
        SESSION_CANCELLED = "session_cancelled", _("Session cancelled")
        ACCOUNT = "account", _("Sign-in and security")
        INVITATION = "invitation", _("Invitation")
        THERAPIST_APPROVED = "therapist_approved", _("Therapist approved")

    PROMISES = frozenset({Kind.SESSION_BOOKED, Kind.SESSION_MOVED})  # true only while nothing newer happened
    OVERTAKEN_BY: ClassVar = [SessionEvent.Kind.MOVED, SessionEvent.Kind.CANCELLED]

    key = models.CharField(_("key"), max_length=160, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    channel = models.CharField(_("channel"), max_length=8, default="email")
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.QUEUED)
    to_user = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="messages", verbose_name=_("user")
    )
    to_name = models.CharField(_("to"), max_length=160, blank=True)
    to_address = models.CharField(_("address"), max_length=254)
    session = models.ForeignKey(
        TherapySession, models.SET_NULL, null=True, blank=True, related_name="messages", verbose_name=_("session")
    )
    event = models.ForeignKey(
        SessionEvent, models.SET_NULL, null=True, blank=True, related_name="messages", verbose_name=_("step")
    )
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"))
    html = models.TextField(_("page"), blank=True)
    calendar = models.TextField(_("calendar entry"), blank=True)
    calendar_method = models.CharField(_("calendar method"), max_length=8, blank=True)
    is_secret = models.BooleanField(_("holds a code or link to sign in"), default=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.CharField(_("last error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    not_before = models.DateTimeField(_("not before"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["not_before"], condition=Q(state="queued"), name="message_due"),
            models.Index(fields=["-created_at"], name="message_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["queued", "sent", "failed", "skipped"]), name="message_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent"), name="message_sent_has_time"
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def reader(self) -> tuple[str, str]:
        """Who reads it, as kind and key: the last two parts of the message's own key. ("", "") outside of sessions."""
        *_cause, kind, pk = ("", "", *self.key.split(":"))
        return (kind, pk) if kind in READERS else ("", "")

    @property
    def may_be_resent(self) -> bool:
        """Not before it was tried, not a code or a link to sign in, not old news. Costs what `is_outdated` costs."""
        return self.state != self.State.QUEUED and not self.is_secret and not self.is_outdated

    @property
    def is_outdated(self) -> bool:
        """Whether it tells of a time that no longer holds: its session was moved or cancelled since, or is over.

        Costs one or two queries for a booking or a move, none for anything else.
        """
        if self.kind not in self.PROMISES or self.session is None:
            return False
        later = Q(pk__gt=self.event_id) if self.event_id else Q(at__gt=self.created_at)
        overtaken = self.session.events.filter(later, kind__in=self.OVERTAKEN_BY)
        return self.session.ends_at <= clock.now() or overtaken.exists()
