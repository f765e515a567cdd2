"""When sessions may happen: working hours, exceptions, time off, closures. Wall-clock facts, laid on the calendar elsewhere."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import IntegerRangeField, RangeOperators
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.core.models import LineField, UUIDModel
from apps.therapists.models import Therapist

DAY = 24 * 60  # minutes


def _minutes_range() -> Func:
    return Func("starts_minute", "ends_minute", function="int4range", output_field=IntegerRangeField())


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class WorkingHours(models.Model):
    """One span of a therapist's week, in wall-clock minutes after midnight of the therapist's zone (1440 is midnight's end)."""

    therapist = models.ForeignKey(Therapist, models.CASCADE, related_name="working_hours", verbose_name=_("therapist"))
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday.choices)
    starts_minute = models.PositiveSmallIntegerField(_("from"), validators=[MaxValueValidator(DAY)])
    ends_minute = models.PositiveSmallIntegerField(_("until"), validators=[MaxValueValidator(DAY)])

    class Meta:
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        ordering = ["weekday", "starts_minute"]
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__lte=6, ends_minute__lte=DAY, ends_minute__gt=F("starts_minute")),
                name="working_hours_in_a_day",
            ),
            ExclusionConstraint(
                name="working_hours_no_overlap",
                expressions=[
                    ("therapist", RangeOperators.EQUAL),
                    ("weekday", RangeOperators.EQUAL),
                    (_minutes_range(), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts_minute}-{self.ends_minute}"


class HoursException(models.Model):
    """Another template for one date: its spans replace that weekday's; no spans means a day off."""

    therapist = models.ForeignKey(
        Therapist, models.CASCADE, related_name="hours_exceptions", verbose_name=_("therapist")
    )
    on = models.DateField(_("date"))
    note = LineField(_("note"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("other hours on a date")
        verbose_name_plural = _("other hours on dates")
        ordering = ["on"]
        constraints = [models.UniqueConstraint(fields=["therapist", "on"], name="hours_exception_one_per_date")]

    def __str__(self) -> str:
        return f"{self.on}"


class HoursExceptionSpan(models.Model):
    exception = models.ForeignKey(HoursException, models.CASCADE, related_name="spans", verbose_name=_("date"))
    starts_minute = models.PositiveSmallIntegerField(_("from"), validators=[MaxValueValidator(DAY)])
    ends_minute = models.PositiveSmallIntegerField(_("until"), validators=[MaxValueValidator(DAY)])

    class Meta:
        verbose_name = _("span")
        verbose_name_plural = _("spans")
        ordering = ["starts_minute"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_minute__lte=DAY, ends_minute__gt=F("starts_minute")),
                name="hours_exception_span_in_a_day",
            ),
            ExclusionConstraint(
                name="hours_exception_span_no_overlap",
                expressions=[("exception", RangeOperators.EQUAL), (_minutes_range(), RangeOperators.OVERLAPS)],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_minute}-{self.ends_minute}"


class TimeOffQuerySet(models.QuerySet["TimeOff"]):
    def visible_to(self, user: User) -> "TimeOffQuerySet":
        """Everybody's for those who may see or manage it, one's own for a therapist."""
        if user.can(Permission.AVAILABILITY_READ) or user.can(Permission.AVAILABILITY_MANAGE):
            return self
        return self.filter(therapist__user=user)


class TimeOff(UUIDModel):
    """A block in which a therapist is away: whole days or a span of one day, once or by an RFC 5545 rule.

    Dates and times are wall-clock values of the therapist's zone. No times means whole days from `starts_on` to `ends_on`
    inclusive. `rule` (without DTSTART) repeats the block from `starts_on` on.
    """

    class Kind(models.TextChoices):
        VACATION = "vacation", _("Vacation")
        MEETING = "meeting", _("Meeting")
        SICK = "sick", _("Sick leave")
        PERSONAL = "personal", _("Personal")
        TRAINING = "training", _("Training")

    therapist = models.ForeignKey(Therapist, models.CASCADE, related_name="time_off", verbose_name=_("therapist"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.VACATION)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (including)"))
    starts_time = models.TimeField(_("from (time)"), null=True, blank=True)
    ends_time = models.TimeField(_("until (time)"), null=True, blank=True)
    rule = LineField(
        _("repeats"), max_length=200, blank=True, help_text=_("An RFC 5545 rule, such as FREQ=WEEKLY;BYDAY=MO.")
    )
    note = LineField(_("note"), max_length=200, blank=True)

    objects = TimeOffQuerySet.as_manager()

    class Meta:
        verbose_name = _("time off")
        verbose_name_plural = _("time off")
        ordering = ["starts_on", "starts_time"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="time_off_dates_in_order"),
            models.CheckConstraint(
                condition=Q(starts_time__isnull=True, ends_time__isnull=True)
                | Q(starts_time__isnull=False, ends_time__isnull=False, ends_on__gt=F("starts_on"))
                | Q(starts_time__isnull=False, ends_time__isnull=False, ends_time__gt=F("starts_time")),
                name="time_off_times_in_order",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["vacation", "meeting", "sick", "personal", "training"]),
                name="time_off_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.starts_on}"

    @property
    def is_all_day(self) -> bool:
        return self.starts_time is None


class Closure(UUIDModel):
    """Days on which the whole centre is closed, in the centre's zone."""

    name = LineField(_("name"), max_length=80)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (including)"))

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ["starts_on"]
        constraints = [models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="closure_dates_in_order")]

    def __str__(self) -> str:
        return self.name


class OpenHoliday(models.Model):
    """A public holiday on which this centre works all the same. Without a row here, a public holiday is a closure."""

    key = models.CharField(_("holiday"), max_length=120, unique=True)

    class Meta:
        verbose_name = _("working holiday")
        verbose_name_plural = _("working holidays")

    def __str__(self) -> str:
        return self.key


class ScheduleVersion(models.Model):
    """A number that grows with every change to hours, time off, closures, profiles, prices or rooms, by trigger.

    Processes keep schedules in memory under this number; whoever reads what is taken reads it in the same query.
    """

    number = models.BigIntegerField(_("number"), default=1)

    class Meta:
        verbose_name = _("schedule version")
        verbose_name_plural = _("schedule versions")

    def __str__(self) -> str:
        return str(self.number)
