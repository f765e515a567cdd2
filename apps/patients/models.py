"""Patients, and the guardians who act and pay for them."""

import datetime as dt
import functools
import operator
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import connection, models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.core import clock
from apps.core.forms import LineField as FormLine
from apps.core.models import LineField, UUIDModel
from apps.patients.visibility import patients_of_family, patients_of_therapist

ADULT_AT = 18  # years; under it a guardian acts for the patient
FIRST_DAY = dt.date(1900, 1, 1)  # no patient was born, or died, before it


def majority_on(day: dt.date) -> dt.date:
    """The birthday of those who come of age on `day`: whoever was born later is a minor."""
    try:
        return day.replace(year=day.year - ADULT_AT)
    except ValueError:  # 29 February, and no such day 18 years ago
        return dt.date(day.year - ADULT_AT, 2, 28)


def within_a_life(day: dt.date) -> None:
    """Raises ValidationError unless somebody who is or was a patient can have been born, or have died, on this day."""
    if day > clock.today():
        raise ValidationError(_("This date lies in the future."))
    if day < FIRST_DAY:
        raise ValidationError(_("Please check the year."))


class InternationalEmailValidator(EmailValidator):
    """Accepts letters beyond ASCII before the @, as mail has since RFC 6531; still no spaces."""

    user_regex = re.compile(r"^[\w!#$%&'*+/=?^`{}|~-]+(\.[\w!#$%&'*+/=?^`{}|~-]+)*\Z")


is_contact_address = InternationalEmailValidator(_("Enter a valid e-mail address."))


class ContactEmail(FormLine):
    """The field of a form for it: checked also where a form borrows the field without the row."""

    default_validators = [*FormLine.default_validators, is_contact_address]


class ContactEmailField(models.CharField):
    """An address to write to, not to sign in with: letters beyond ASCII are allowed."""

    default_validators = [is_contact_address]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 254)
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs: Any) -> Any:
        widget = forms.EmailInput(attrs={"autocomplete": "email"})
        return super().formfield(**{"form_class": ContactEmail, "widget": widget, **kwargs})


class Gender(models.TextChoices):
    """FHIR R4's administrative gender."""

    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    OTHER = "other", _("Other")
    UNKNOWN = "unknown", _("Not stated")


class PatientQuerySet(models.QuerySet["Patient"]):
    def visible_to(self, user: User) -> "PatientQuerySet":
        """The patients whose record this user may open, whatever page asks."""
        if user.is_desk and user.can(Permission.PATIENT_READ):
            return self
        condition = patients_of_family(user)
        if user.can(Permission.PATIENT_READ):
            condition |= patients_of_therapist(user)
        return self.filter(pk__in=self.model._default_manager.filter(condition).values("pk"))

    def bookable_by(self, user: User) -> "PatientQuerySet":
        """Themselves, and the children for whom they may book."""
        mine = Q(user=user) | Q(guardianships__guardian__user=user, guardianships__may_book=True)
        return self.active().filter(mine).distinct()

    def active(self) -> "PatientQuerySet":
        return self.filter(status=Patient.Status.ACTIVE)

    def matching(self, text: str) -> "PatientQuerySet":
        """Patients whose name, e-mail or phone contains every word of `text`."""
        found = self
        for word in text.split():
            facts = Q(given_name__icontains=word) | Q(family_name__icontains=word)
            found = found.filter(facts | Q(email__icontains=word) | Q(phone__icontains=word))
        return found

    def named(self, given_name: str, family_name: str) -> "PatientQuerySet":
        return self.filter(given_name__iexact=given_name, family_name__iexact=family_name)

    def alike(
        self, *, given_name: str, family_name: str, birth_on: dt.date | None, email: str, **facts: Any
    ) -> "PatientQuerySet":
        """Who may be this person: namesakes of the same birthday or, where one side tells none, of the same mail address."""
        same_day = Q(birth_on=birth_on) if birth_on else Q(pk__in=[])
        untold = Q(birth_on__isnull=True) if birth_on else Q()
        same_address = Q(email__iexact=email) if email else Q(pk__in=[])
        return self.named(given_name, family_name).filter(same_day | (untold & same_address))

    def take_turns(self) -> None:
        """Let whoever registers patients in this centre wait for the others: the second finds whom the first made."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s::regclass::oid::int, 0)", [PatientIdentifier._meta.db_table]
            )

    def with_any_identifier(self, numbers: list[tuple[str, str]]) -> "PatientQuerySet":
        """Patients who carry at least one of these (system, value) pairs."""
        pairs = [Q(system=system, value=value) for system, value in numbers]
        found = PatientIdentifier.objects.filter(functools.reduce(operator.or_, pairs)).values("patient_id")
        return self.filter(pk__in=found)

    def needing_guardian(self) -> "PatientQuerySet":
        """Active minors for whom nobody acts."""
        return self.active().filter(birth_on__gt=majority_on(clock.today()), guardianships__isnull=True)

    def with_guardian_flag(self) -> "PatientQuerySet":
        """Add `has_guardian`, without a query per row."""
        return self.annotate(has_guardian=Exists(Guardianship.objects.filter(patient=OuterRef("pk"))))


class Patient(UUIDModel):
    """Somebody who is or will be treated. Has a login only when they act for themselves."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        ARCHIVED = "archived", _("Archived")
        DECEASED = "deceased", _("Deceased")

    user = models.OneToOneField(
        User, models.PROTECT, null=True, blank=True, verbose_name=_("login"), related_name="patient"
    )
    given_name = LineField(_("given name"), max_length=80)
    family_name = LineField(_("family name"), max_length=80)
    birth_on = models.DateField(_("date of birth"), null=True, blank=True, validators=[within_a_life])
    gender = models.CharField(_("gender"), max_length=8, choices=Gender.choices, default=Gender.UNKNOWN)
    email = ContactEmailField(_("e-mail"), blank=True)
    phone = LineField(_("phone"), max_length=40, blank=True)
    street = LineField(_("street"), max_length=160, blank=True)
    city = LineField(_("city"), max_length=80, blank=True)
    region = LineField(_("state or region"), max_length=80, blank=True)
    postal_code = LineField(_("postal code"), max_length=16, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.ACTIVE)
    deceased_on = models.DateField(_("died on"), null=True, blank=True, validators=[within_a_life])
    created_at = models.DateTimeField(_("registered"), auto_now_add=True)

    objects = PatientQuerySet.as_manager()

    class Meta:
        verbose_name = _("patient")
        verbose_name_plural = _("patients")
        ordering = ["family_name", "given_name", "pk"]
        indexes = [
            models.Index(fields=["family_name", "given_name"], name="patient_name"),
            models.Index(fields=["-created_at"], name="patient_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["active", "archived", "deceased"]), name="patient_status_known"
            ),
            models.CheckConstraint(
                condition=Q(deceased_on__isnull=True) | Q(status="deceased"), name="patient_deceased_has_status"
            ),
            models.CheckConstraint(
                condition=(Q(birth_on__isnull=True) | Q(birth_on__gte=FIRST_DAY))
                & (Q(deceased_on__isnull=True) | Q(deceased_on__gte=FIRST_DAY)),
                name="patient_days_sane",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def initials(self) -> str:
        return f"{self.given_name[:1]}{self.family_name[:1]}".upper()

    def age(self, on: dt.date | None = None) -> int | None:
        """Whole years on a date (today unless told), None when the birthday is unknown."""
        if self.birth_on is None:
            return None
        day = on or clock.today()
        return day.year - self.birth_on.year - ((day.month, day.day) < (self.birth_on.month, self.birth_on.day))

    @property
    def is_minor(self) -> bool:
        age = self.age()
        return age is not None and age < ADULT_AT

    @property
    def needs_guardian(self) -> bool:
        """Whether this is an active minor for whom nobody acts. Free after `with_guardian_flag()`, else one query."""
        if self.status != self.Status.ACTIVE or not self.is_minor:
            return False
        known = getattr(self, "has_guardian", None)
        return not (self.guardianships.exists() if known is None else known)


class PatientIdentifier(models.Model):
    """A number by which another system knows the patient: finds them again at the next import."""

    patient = models.ForeignKey(Patient, models.CASCADE, related_name="identifiers", verbose_name=_("patient"))
    system = models.CharField(_("system"), max_length=200)
    value = models.CharField(_("number"), max_length=120)

    class Meta:
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")
        constraints = [models.UniqueConstraint(fields=["system", "value"], name="patient_identifier_one_patient")]

    def __str__(self) -> str:
        return self.value

    @property
    def shown(self) -> str:
        """What a page shows: of a social security number only its end."""
        return f"\N{BULLET}\N{BULLET}\N{BULLET} {self.value[-4:]}" if self.system.endswith("us-ssn") else self.value


class GuardianQuerySet(models.QuerySet["Guardian"]):
    def matching(self, text: str) -> "GuardianQuerySet":
        """Guardians whose name, e-mail or phone contains every word of `text`."""
        found = self
        for word in text.split():
            name = Q(given_name__icontains=word) | Q(family_name__icontains=word)
            found = found.filter(name | Q(email__icontains=word) | Q(phone__icontains=word))
        return found

    def with_patients(self) -> "GuardianQuerySet":
        """With the patients they act for, in one more query."""
        return self.prefetch_related("guardianships__patient")


class Guardian(UUIDModel):
    """Somebody who acts for patients: a parent, a relative, a carer. May have a login."""

    user = models.OneToOneField(
        User, models.PROTECT, null=True, blank=True, verbose_name=_("login"), related_name="guardian"
    )
    given_name = LineField(_("given name"), max_length=80)
    family_name = LineField(_("family name"), max_length=80)
    email = ContactEmailField(_("e-mail"), blank=True)
    phone = LineField(_("phone"), max_length=40, blank=True)
    created_at = models.DateTimeField(_("registered"), auto_now_add=True)

    objects = GuardianQuerySet.as_manager()

    class Meta:
        verbose_name = _("guardian")
        verbose_name_plural = _("guardians")
        ordering = ["family_name", "given_name", "pk"]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class Guardianship(models.Model):
    """What one guardian may do for one patient."""

    class Relationship(models.TextChoices):
        MOTHER = "mother", _("Mother")
        FATHER = "father", _("Father")
        PARENT = "parent", _("Parent")
        GRANDPARENT = "grandparent", _("Grandparent")
        GUARDIAN = "guardian", _("Legal guardian")
        CARER = "carer", _("Carer")
        OTHER = "other", _("Other")

    guardian = models.ForeignKey(Guardian, models.CASCADE, related_name="guardianships", verbose_name=_("guardian"))
    patient = models.ForeignKey(Patient, models.CASCADE, related_name="guardianships", verbose_name=_("patient"))
    relationship = models.CharField(
        _("relationship"), max_length=12, choices=Relationship.choices, default=Relationship.PARENT
    )
    may_book = models.BooleanField(_("may book"), default=True)
    pays = models.BooleanField(_("pays"), default=False)
    is_told = models.BooleanField(_("gets the messages"), default=True)

    class Meta:
        verbose_name = _("guardianship")
        verbose_name_plural = _("guardianships")
        constraints = [
            models.UniqueConstraint(fields=["guardian", "patient"], name="guardianship_once"),
            models.UniqueConstraint(F("patient"), condition=Q(pays=True), name="guardianship_one_payer"),
        ]

    def __str__(self) -> str:
        return f"{self.guardian} ({self.get_relationship_display()})"
