"""Who treats, what is offered, for how long and at which price. One place for each fact."""

import datetime as dt
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.core import clock
from apps.core.models import LineField, LinesField, Mode, UUIDModel

SANE_DAYS = (dt.date(1900, 1, 1), dt.date(2199, 12, 31))  # of a price; forms are narrower
COLOURS = 8  # classes .type-0 to .type-7 of the style sheet


class TherapyTypeQuerySet(models.QuerySet["TherapyType"]):
    def active(self) -> "TherapyTypeQuerySet":
        return self.filter(is_active=True)

    def keep(self, chosen: Iterable["TherapyType"]) -> list["TherapyType"]:
        """Let nobody delete these until the transaction ends; returns those that are still there.

        Call before anything is written that schedules are made of: whoever deletes a type locks it first and writes then,
        and the other order waits in a circle.
        """
        keys = [one.pk for one in chosen]
        return list(self.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))

    def matching(self, text: str) -> "TherapyTypeQuerySet":
        found = self
        for word in text.split():
            found = found.filter(Q(name__icontains=word) | Q(description__icontains=word))
        return found

    def bookable_online(self) -> "TherapyTypeQuerySet":
        """Active individual types that at least one public therapist offers."""
        return (
            self.active()
            .filter(format=TherapyType.Format.INDIVIDUAL, therapists__in=Therapist.objects.public())
            .distinct()
        )


class TherapyType(UUIDModel):
    """What the centre offers, with the defaults that hold where a therapist has no offering of their own."""

    class Format(models.TextChoices):
        INDIVIDUAL = "individual", _("Individual")
        FAMILY = "family", _("Family")
        GROUP = "group", _("Group")

    name = LineField(_("name"), max_length=80, unique=True)
    description = LinesField(_("description"), max_length=1000, blank=True)
    format = models.CharField(_("format"), max_length=12, choices=Format.choices, default=Format.INDIVIDUAL)
    duration_minutes = models.PositiveSmallIntegerField(
        _("duration (minutes)"), default=50, validators=[MinValueValidator(5), MaxValueValidator(480)]
    )
    price = models.DecimalField(_("price"), max_digits=9, decimal_places=2, validators=[MinValueValidator(Decimal(0))])
    buffer_before_minutes = models.PositiveSmallIntegerField(
        _("kept free before (minutes)"), default=0, validators=[MaxValueValidator(120)]
    )
    buffer_after_minutes = models.PositiveSmallIntegerField(
        _("kept free after (minutes)"), default=10, validators=[MaxValueValidator(120)]
    )
    modes = ArrayField(
        models.CharField(max_length=10, choices=Mode.choices), verbose_name=_("ways to meet"), default=list
    )
    colour = models.PositiveSmallIntegerField(
        _("colour in the calendar"), default=0, validators=[MaxValueValidator(COLOURS - 1)]
    )
    is_active = models.BooleanField(_("offered"), default=True)
    position = models.PositiveSmallIntegerField(_("position in lists"), default=0)

    objects = TherapyTypeQuerySet.as_manager()

    class Meta:
        verbose_name = _("therapy type")
        verbose_name_plural = _("therapy types")
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(condition=Q(duration_minutes__range=(5, 480)), name="therapy_type_duration_sane"),
            models.CheckConstraint(condition=Q(price__gte=0), name="therapy_type_price_not_negative"),
            models.CheckConstraint(condition=Q(modes__contained_by=Mode.values), name="therapy_type_modes_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Specialty(models.Model):
    """One word of the centre's vocabulary: anxiety, grief, speech delay."""

    name = LineField(_("name"), max_length=60, unique=True)

    class Meta:
        verbose_name = _("specialty")
        verbose_name_plural = _("specialties")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TherapistQuerySet(models.QuerySet["Therapist"]):
    def public(self) -> "TherapistQuerySet":
        """Approved, with a login that works: shown to everybody and bookable (unless on leave)."""
        return self.filter(status=Therapist.Status.APPROVED, user__is_active=True)

    def visible_to(self, user: User) -> "TherapistQuerySet":
        """The desk sees every therapist, a therapist themselves and public colleagues, others the public ones."""
        if user.is_authenticated and user.is_desk and user.can(Permission.SETUP_READ):
            return self
        mine = Q(user=user) if user.is_authenticated else Q(pk__in=[])
        return self.filter(mine | Q(status=Therapist.Status.APPROVED, user__is_active=True))

    def matching(self, text: str) -> "TherapistQuerySet":
        found = self
        for word in text.split():
            name = Q(user__given_name__icontains=word) | Q(user__family_name__icontains=word)
            found = found.filter(name | Q(title__icontains=word) | Q(user__email__icontains=word))
        return found

    def named(self) -> "TherapistQuerySet":
        """With their names and no more: to choose one from."""
        return self.select_related("user").only("user__given_name", "user__family_name", "user__email")

    def for_lists(self) -> "TherapistQuerySet":
        """With everything a card or row shows, in a constant number of queries."""
        return self.select_related("user").prefetch_related("specialties", "therapy_types")


class Therapist(UUIDModel):
    """A therapist's profile. The name, e-mail and right to sign in are the user's; everything else is here, once."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting for approval")
        APPROVED = "approved", _("Approved")
        INACTIVE = "inactive", _("Inactive")

    class Availability(models.TextChoices):
        AVAILABLE = "available", _("Available")
        LIMITED = "limited", _("Limited")
        ON_LEAVE = "on_leave", _("On leave")

    class Gender(models.TextChoices):
        WOMAN = "woman", _("Woman")
        MAN = "man", _("Man")
        NON_BINARY = "non_binary", _("Non-binary")
        UNTOLD = "", _("Not stated")

    user = models.OneToOneField(User, models.PROTECT, verbose_name=_("user"), related_name="therapist")
    slug = models.SlugField(_("address of the profile"), max_length=80, unique=True)
    title = LineField(_("title"), max_length=80, blank=True, help_text=_("Clinical psychologist, for instance."))
    licence_number = LineField(_("licence number"), max_length=60, blank=True)
    bio = LinesField(_("about"), max_length=3000, blank=True)
    photo = models.ImageField(_("photo"), upload_to="therapists", blank=True)
    gender = models.CharField(_("gender"), max_length=12, choices=Gender.choices, blank=True)
    location = LineField(_("location"), max_length=120, blank=True)
    practising_since = models.PositiveSmallIntegerField(_("practising since (year)"), null=True, blank=True)
    languages = ArrayField(models.CharField(max_length=8), verbose_name=_("languages"), default=list, blank=True)
    modes = ArrayField(
        models.CharField(max_length=10, choices=Mode.choices), verbose_name=_("ways to meet"), default=list
    )
    specialties = models.ManyToManyField(
        Specialty, verbose_name=_("specialties"), blank=True, related_name="therapists"
    )
    therapy_types = models.ManyToManyField(
        TherapyType, verbose_name=_("therapy types"), blank=True, related_name="therapists"
    )
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PENDING)
    availability = models.CharField(
        _("availability"), max_length=10, choices=Availability.choices, default=Availability.AVAILABLE
    )
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, help_text=_("The centre's, unless set."))
    daily_cap = models.PositiveSmallIntegerField(
        _("most sessions in a day"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(40)]
    )

    objects = TherapistQuerySet.as_manager()

    class Meta:
        verbose_name = _("therapist")
        verbose_name_plural = _("therapists")
        ordering = ["user__family_name", "user__given_name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["pending", "approved", "inactive"]), name="therapist_status_known"
            ),
            models.CheckConstraint(
                condition=Q(availability__in=["available", "limited", "on_leave"]), name="therapist_availability_known"
            ),
            models.CheckConstraint(condition=Q(modes__contained_by=Mode.values), name="therapist_modes_known"),
            models.CheckConstraint(
                condition=Q(daily_cap__isnull=True) | Q(daily_cap__gte=1), name="therapist_daily_cap_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return self.user.get_full_name()

    @property
    def initials(self) -> str:
        return f"{self.user.given_name[:1]}{self.user.family_name[:1]}".upper()

    @property
    def is_public(self) -> bool:
        return self.status == self.Status.APPROVED and self.user.is_active

    @property
    def years(self) -> int | None:
        """Whole years of practice, None when the first year is not told."""
        return clock.now().year - self.practising_since if self.practising_since else None

    def zone(self, centre_zone: str) -> zoneinfo.ZoneInfo:
        """The zone in which this therapist's working hours are wall-clock times."""
        return zoneinfo.ZoneInfo(self.time_zone or centre_zone)


class FormerSlug(models.Model):
    """An address that a profile once had: it redirects."""

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    therapist = models.ForeignKey(Therapist, models.CASCADE, related_name="former_slugs", verbose_name=_("therapist"))

    class Meta:
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")

    def __str__(self) -> str:
        return self.slug


class Education(models.Model):
    therapist = models.ForeignKey(Therapist, models.CASCADE, related_name="education", verbose_name=_("therapist"))
    degree = LineField(_("degree"), max_length=120)
    institution = LineField(_("institution"), max_length=120)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)

    class Meta:
        verbose_name = _("education")
        verbose_name_plural = _("education")
        ordering = [F("year").desc(nulls_last=True), "pk"]

    def __str__(self) -> str:
        return f"{self.degree}, {self.institution}"


class Experience(models.Model):
    therapist = models.ForeignKey(Therapist, models.CASCADE, related_name="experience", verbose_name=_("therapist"))
    position = LineField(_("position"), max_length=120)
    place = LineField(_("place"), max_length=120, blank=True)
    from_year = models.PositiveSmallIntegerField(_("from"))
    until_year = models.PositiveSmallIntegerField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("experience")
        verbose_name_plural = _("experience")
        ordering = ["-from_year", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_year__isnull=True) | Q(until_year__gte=F("from_year")),
                name="experience_years_in_order",
            )
        ]

    def __str__(self) -> str:
        return self.position


@dataclass(frozen=True)
class Terms:
    """What a session with this therapist of this type costs and takes on a given day."""

    price: Decimal
    duration_minutes: int


class OfferingQuerySet(models.QuerySet["Offering"]):
    def on(self, day: dt.date) -> "OfferingQuerySet":
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=day), valid_from__lte=day)

    def between(self, first: dt.date, last: dt.date | None) -> "OfferingQuerySet":
        """Those that hold on at least one day from `first` to `last` (None: for ever), both included."""
        found = self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=first))
        return found if last is None else found.filter(valid_from__lte=last)

    def terms(self, therapist: Therapist, therapy_type: TherapyType, day: dt.date) -> Terms:
        """The therapist's own offering on that day, else the therapy type's defaults. One query."""
        found = self.on(day).filter(therapist=therapist, therapy_type=therapy_type).first()
        source = found or therapy_type
        return Terms(source.price, source.duration_minutes)


class Offering(models.Model):
    """A therapist's own duration and price for a therapy type, from a day on. Two never hold on one day."""

    therapist = models.ForeignKey(Therapist, models.CASCADE, related_name="offerings", verbose_name=_("therapist"))
    therapy_type = models.ForeignKey(
        TherapyType, models.CASCADE, related_name="offerings", verbose_name=_("therapy type")
    )
    duration_minutes = models.PositiveSmallIntegerField(
        _("duration (minutes)"), validators=[MinValueValidator(5), MaxValueValidator(480)]
    )
    price = models.DecimalField(_("price"), max_digits=9, decimal_places=2, validators=[MinValueValidator(Decimal(0))])
    valid_from = models.DateField(_("from"))
    valid_until = models.DateField(_("until (including)"), null=True, blank=True)

    objects = OfferingQuerySet.as_manager()

    class Meta:
        verbose_name = _("offering")
        verbose_name_plural = _("offerings")
        ordering = ["therapy_type", "-valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="offering_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__range=SANE_DAYS)
                & (Q(valid_until__isnull=True) | Q(valid_until__range=SANE_DAYS)),
                name="offering_dates_sane",
            ),
            models.CheckConstraint(condition=Q(duration_minutes__range=(5, 480)), name="offering_duration_sane"),
            ExclusionConstraint(
                name="offering_one_at_a_time",
                expressions=[
                    ("therapist", RangeOperators.EQUAL),
                    ("therapy_type", RangeOperators.EQUAL),
                    (
                        Func(
                            "valid_from",
                            "valid_until",
                            RangeBoundary(inclusive_upper=True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.therapist}: {self.therapy_type}"

    def holds_on(self, day: dt.date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)
