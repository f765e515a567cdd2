import datetime as dt
from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.core import clock, formats
from apps.core.models import LinesField, Mode, UUIDModel
from apps.patients.models import Patient
from apps.sessions.models.room import Room
from apps.therapists.models import Therapist, TherapyType


class State(models.TextChoices):
    SCHEDULED = "scheduled", _("Scheduled")
    CONFIRMED = "confirmed", _("Confirmed")
    IN_PROGRESS = "in_progress", _("In progress")
    COMPLETED = "completed", _("Completed")
    MISSED = "missed", _("No-show")
    CANCELLED = "cancelled", _("Cancelled")


OCCUPYING = frozenset({State.SCHEDULED, State.CONFIRMED, State.IN_PROGRESS, State.COMPLETED, State.MISSED})
UPCOMING = frozenset({State.SCHEDULED, State.CONFIRMED})
OPEN = frozenset({State.SCHEDULED, State.CONFIRMED, State.IN_PROGRESS})
NEXT: dict[State, frozenset[State]] = {
    State.SCHEDULED: frozenset({State.CONFIRMED, State.IN_PROGRESS, State.COMPLETED, State.MISSED, State.CANCELLED}),
    State.CONFIRMED: frozenset({State.IN_PROGRESS, State.COMPLETED, State.MISSED, State.CANCELLED}),
    State.IN_PROGRESS: frozenset({State.COMPLETED}),
    State.COMPLETED: frozenset(),
    State.MISSED: frozenset(),
    State.CANCELLED: frozenset(),
}
"""Which state may follow which. A desk may complete a scheduled session directly: not everybody presses every button."""


class TherapySessionQuerySet(models.QuerySet["TherapySession"]):
    def visible_to(self, user: User) -> "TherapySessionQuerySet":
        """All for the desk, their own for a therapist, their own and their children's for a patient or guardian."""
        if user.is_desk and user.can(Permission.SESSION_READ):
            return self
        mine = Q(participants__patient__user=user) | Q(participants__patient__guardianships__guardian__user=user)
        if user.can(Permission.SESSION_READ):
            mine |= Q(session_therapists__therapist__user=user)
        return self.filter(pk__in=self.model._default_manager.filter(mine).values("pk"))

    def locked(self, pk: object) -> "TherapySession":
        """Return the row, locked until the transaction ends. Raises DoesNotExist."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def occupying(self) -> "TherapySessionQuerySet":
        return self.filter(state__in=OCCUPYING)

    def upcoming(self) -> "TherapySessionQuerySet":
        """Still to come and not cancelled, soonest first."""
        return self.filter(state__in=OPEN, ends_at__gt=clock.now()).order_by("starts_at")

    def past(self) -> "TherapySessionQuerySet":
        """Over or cancelled, latest first."""
        return self.filter(Q(ends_at__lte=clock.now()) | ~Q(state__in=OPEN)).order_by("-starts_at")

    def to_close(self) -> "TherapySessionQuerySet":
        """Over, but nobody has said whether they took place."""
        return self.filter(state__in=OPEN, ends_at__lte=clock.now()).order_by("starts_at")

    def overlapping(self, starts_at: dt.datetime, ends_at: dt.datetime) -> "TherapySessionQuerySet":
        return self.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)

    def for_therapist(self, therapist: Therapist) -> "TherapySessionQuerySet":
        return self.filter(session_therapists__therapist=therapist)

    def for_patient(self, patient: Patient) -> "TherapySessionQuerySet":
        return self.filter(participants__patient=patient)

    def for_lists(self) -> "TherapySessionQuerySet":
        """With everything a row shows, in a constant number of queries."""
        therapists = SessionTherapist.objects.select_related("therapist__user")
        places = Participant.objects.select_related("patient")
        people = (models.Prefetch("session_therapists", therapists), models.Prefetch("participants", places))
        return self.select_related("therapy_type", "room").prefetch_related(*people)


class TherapySession(UUIDModel):
    """One booked meeting. Price, length, buffers and policy are as promised when it was booked."""

    therapy_type = models.ForeignKey(
        TherapyType, models.PROTECT, verbose_name=_("therapy type"), related_name="sessions"
    )
    mode = models.CharField(_("way to meet"), max_length=10, choices=Mode.choices)
    room = models.ForeignKey(
        Room, models.PROTECT, null=True, blank=True, verbose_name=_("room"), related_name="sessions"
    )
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.SCHEDULED)
    currency = models.CharField(_("currency"), max_length=3)
    buffer_before_minutes = models.PositiveSmallIntegerField(_("kept free before (minutes)"), default=0)
    buffer_after_minutes = models.PositiveSmallIntegerField(_("kept free after (minutes)"), default=0)
    cancel_notice_minutes = models.PositiveIntegerField(_("patients may cancel until (minutes before)"), default=0)
    booked_by = models.ForeignKey(User, models.PROTECT, null=True, verbose_name=_("booked by"), related_name="+")
    booked_at = models.DateTimeField(_("booked"), auto_now_add=True)
    override_reason = models.CharField(_("why rules were overridden"), max_length=300, blank=True)
    idempotency_key = models.UUIDField(_("request"), null=True, unique=True, editable=False)
    therapists = models.ManyToManyField(
        Therapist, through="SessionTherapist", verbose_name=_("therapists"), related_name="sessions"
    )

    objects = TherapySessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["starts_at", "pk"]
        indexes = [
            models.Index(fields=["starts_at"], name="session_starts"),
            models.Index(fields=["booked_at"], name="session_booked"),
            models.Index(
                fields=["ends_at"],
                condition=Q(state__in=["scheduled", "confirmed", "in_progress"]),
                name="session_open_ends",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_times_in_order"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="session_state_known"),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="session_mode_known"),
        ]

    def __str__(self) -> str:
        return f"{self.therapy_type} {formats.numeric_moment(self.starts_at)}"

    @property
    def duration(self) -> dt.timedelta:
        return self.ends_at - self.starts_at

    @property
    def duration_minutes(self) -> int:
        return int(self.duration.total_seconds() // 60)

    @property
    def is_occupying(self) -> bool:
        return self.state in OCCUPYING

    @property
    def is_upcoming(self) -> bool:
        return self.state in UPCOMING

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_over(self) -> bool:
        return self.ends_at <= clock.now()

    @property
    def lead(self) -> Therapist | None:
        """The therapist who leads; free of queries after `for_lists()`."""
        rows = sorted(self.session_therapists.all(), key=lambda row: not row.is_lead)
        return rows[0].therapist if rows else None

    @property
    def patients(self) -> list[Patient]:
        """Everybody who still takes part (all who did, when the session is cancelled). Free after `for_lists()`."""
        rows = list(self.participants.all())
        staying = [row for row in rows if row.state != Participant.State.CANCELLED]
        return [row.patient for row in staying or rows]

    @property
    def price(self) -> Decimal:
        """What all participants together pay. Free after `for_lists()`."""
        return sum((row.price for row in self.participants.all()), Decimal(0))

    def can_become(self, state: State) -> bool:
        return state in NEXT[State(self.state)]

    def can_be_cancelled(self, *, at: dt.datetime) -> bool:
        """Until it begins."""
        return self.can_become(State.CANCELLED) and at < self.starts_at

    def cancellable_until(self) -> dt.datetime:
        """The moment until which the patient may cancel alone, by the policy frozen at booking."""
        return self.starts_at - dt.timedelta(minutes=self.cancel_notice_minutes)

    def can_be_cancelled_by_patient(self, *, at: dt.datetime) -> bool:
        return self.can_be_cancelled(at=at) and at <= self.cancellable_until()


class SessionTherapist(models.Model):
    """A therapist's part in a session."""

    session = models.ForeignKey(
        TherapySession, models.CASCADE, related_name="session_therapists", verbose_name=_("session")
    )
    therapist = models.ForeignKey(
        Therapist, models.PROTECT, related_name="session_therapists", verbose_name=_("therapist")
    )
    is_lead = models.BooleanField(_("leads"), default=True)

    class Meta:
        verbose_name = _("therapist of a session")
        verbose_name_plural = _("therapists of a session")
        constraints = [
            models.UniqueConstraint(fields=["session", "therapist"], name="session_therapist_once"),
            models.UniqueConstraint(fields=["session"], condition=Q(is_lead=True), name="session_therapist_one_lead"),
        ]

    def __str__(self) -> str:
        return str(self.therapist)


class Participant(models.Model):
    """A patient's place in a session, at the price promised to that patient."""

    class State(models.TextChoices):
        BOOKED = "booked", _("Booked")
        ATTENDED = "attended", _("Attended")
        MISSED = "missed", _("No-show")
        CANCELLED = "cancelled", _("Cancelled")

    session = models.ForeignKey(TherapySession, models.CASCADE, related_name="participants", verbose_name=_("session"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="participants", verbose_name=_("patient"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.BOOKED)
    price = models.DecimalField(_("price"), max_digits=9, decimal_places=2, validators=[MinValueValidator(Decimal(0))])
    concerns = LinesField(_("concerns"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints = [
            models.UniqueConstraint(fields=["session", "patient"], name="participant_once"),
            models.CheckConstraint(
                condition=Q(state__in=["booked", "attended", "missed", "cancelled"]), name="participant_state_known"
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="participant_price_not_negative"),
        ]

    def __str__(self) -> str:
        return str(self.patient)


class SessionEvent(models.Model):
    """One step in a session's life: what, by whom, when, why, and from where to where it was moved. Append-only."""

    append_only = True

    class Kind(models.TextChoices):
        BOOKED = "booked", _("Booked")
        CONFIRMED = "confirmed", _("Confirmed")
        MOVED = "moved", _("Moved")
        STARTED = "started", _("Started")
        COMPLETED = "completed", _("Completed")
        MISSED = "missed", _("Marked as no-show")
        CANCELLED = "cancelled", _("Cancelled")

    session = models.ForeignKey(TherapySession, models.CASCADE, related_name="events", verbose_name=_("session"))
    kind = models.CharField(_("what"), max_length=12, choices=Kind.choices)
    at = models.DateTimeField(_("at"), auto_now_add=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, verbose_name=_("by"), related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    from_starts_at = models.DateTimeField(_("began before"), null=True, blank=True)
    to_starts_at = models.DateTimeField(_("begins now"), null=True, blank=True)
    details = models.CharField(_("details"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("history")
        ordering = ["pk"]
        indexes = [models.Index(fields=["session", "id"], name="session_event_session")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["booked", "confirmed", "moved", "started", "completed", "missed", "cancelled"]),
                name="session_event_kind_known",
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


def patients_seen_by(user: User) -> Q:
    """The condition on Patient under which a patient is this therapist's own: they have or had a session together.

    One that was cancelled, by whoever's side, opens nobody's record.
    """
    return Q(
        participants__state__in=[Participant.State.BOOKED, Participant.State.ATTENDED, Participant.State.MISSED],
        participants__session__state__in=OCCUPYING,
        participants__session__session_therapists__therapist__user=user,
    )
