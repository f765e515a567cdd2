from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core import clock, formats
from apps.core.models import Mode, UUIDModel
from apps.sessions.models.room import Room
from apps.sessions.models.session import TherapySession
from apps.therapists.models import Therapist, TherapyType


class HoldQuerySet(models.QuerySet["Hold"]):
    def alive(self) -> "HoldQuerySet":
        return self.filter(expires_at__gt=clock.now())

    def expired(self) -> "HoldQuerySet":
        return self.filter(expires_at__lte=clock.now())


class Hold(UUIDModel):
    """A time kept for a few minutes while somebody fills in details. Its price and length are already promised.

    `token` names the browser that made it: only that browser may turn it into a session.
    """

    therapist = models.ForeignKey(Therapist, models.CASCADE, verbose_name=_("therapist"), related_name="holds")
    therapy_type = models.ForeignKey(TherapyType, models.PROTECT, verbose_name=_("therapy type"), related_name="+")
    mode = models.CharField(_("way to meet"), max_length=10, choices=Mode.choices)
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, verbose_name=_("room"), related_name="+")
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    price = models.DecimalField(_("price"), max_digits=9, decimal_places=2)
    buffer_before_minutes = models.PositiveSmallIntegerField(_("kept free before (minutes)"), default=0)
    buffer_after_minutes = models.PositiveSmallIntegerField(_("kept free after (minutes)"), default=0)
    token = models.CharField(_("browser"), max_length=64)
    made_by = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, verbose_name=_("made by"), related_name="+"
    )
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    expires_at = models.DateTimeField(_("kept until"))

    objects = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        indexes = [
            models.Index(fields=["expires_at"], name="hold_expires"),
            models.Index(fields=["token"], name="hold_token"),
        ]
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="hold_times_in_order")]

    def __str__(self) -> str:
        return f"{self.therapist} {formats.numeric_moment(self.starts_at)}"

    @property
    def is_alive(self) -> bool:
        return self.expires_at > clock.now()

    @property
    def duration_minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


class Resource(models.IntegerChoices):
    THERAPIST = 1, _("Therapist")
    ROOM = 2, _("Room")
    PATIENT = 3, _("Patient")


class OccupancyQuerySet(models.QuerySet["Occupancy"]):
    def standing(self) -> "OccupancyQuerySet":
        """Rows that count now: of sessions, and of holds that have not expired."""
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=clock.now()))


class Occupancy(models.Model):
    """The one truth of what is taken: one therapist, room or patient, for one span, because of one session or one hold.

    The span includes the buffers for a therapist and a room, not for a patient. No two rows of the same thing overlap:
    `occupancy_no_overlap` is the wall that no role and no override passes. A therapist's rows also carry the local day
    they count toward and their number in it, so that the daily cap is a wall too (`daily_cap` is empty when there is
    none or when it was overridden).
    """

    resource = models.PositiveSmallIntegerField(_("kind"), choices=Resource.choices)
    what = models.UUIDField(_("what"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    session = models.ForeignKey(
        TherapySession, models.CASCADE, null=True, related_name="occupancies", verbose_name=_("session")
    )
    hold = models.ForeignKey(Hold, models.CASCADE, null=True, related_name="occupancies", verbose_name=_("hold"))
    expires_at = models.DateTimeField(_("kept until"), null=True)
    counts_on = models.DateField(_("counts toward the day"), null=True)
    day_number = models.PositiveSmallIntegerField(_("number in the day"), null=True)
    daily_cap = models.PositiveSmallIntegerField(_("most in the day"), null=True)

    objects = OccupancyQuerySet.as_manager()

    class Meta:
        verbose_name = _("occupancy")
        verbose_name_plural = _("occupancies")
        indexes = [
            models.Index(
                fields=["what", "starts_at"], include=["ends_at", "expires_at", "counts_on"], name="occupancy_reading"
            ),
            models.Index(fields=["what"], condition=Q(expires_at__isnull=False), name="occupancy_expiring"),
        ]
        constraints = [
            ExclusionConstraint(
                name="occupancy_no_overlap",
                expressions=[
                    ("what", RangeOperators.EQUAL),
                    (
                        Func("starts_at", "ends_at", function="tstzrange", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="occupancy_times_in_order"),
            models.CheckConstraint(
                condition=Q(session__isnull=False, hold__isnull=True, expires_at__isnull=True)
                | Q(session__isnull=True, hold__isnull=False, expires_at__isnull=False),
                name="occupancy_one_cause",
            ),
            models.CheckConstraint(
                condition=Q(resource=1, counts_on__isnull=False, day_number__isnull=False)
                | Q(resource__in=[2, 3], counts_on__isnull=True, day_number__isnull=True),
                name="occupancy_day_for_therapists",
            ),
            models.CheckConstraint(
                condition=Q(daily_cap__isnull=True) | Q(day_number__lte=F("daily_cap")),
                name="occupancy_within_daily_cap",
            ),
            models.UniqueConstraint(fields=["what", "counts_on", "day_number"], name="occupancy_day_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_resource_display()} {formats.numeric_moment(self.starts_at)}"
