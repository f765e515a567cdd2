"""Centres and the host names that lead to them. The only tables of our own in the public schema."""

import re
import zlib
import zoneinfo

from babel import Locale, UnknownLocaleError
from babel.numbers import is_currency
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_tenants.models import DomainMixin, TenantMixin

from apps.core import text
from apps.core.models import LineField, LinesField
from apps.tenants.branding import readable_on_white

SLUG = RegexValidator(
    r"^[a-z][a-z0-9-]{1,39}\Z", _("Use 2 to 40 small letters, digits and hyphens, beginning with a letter.")
)
HOST = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\Z")
YEAR_MINUTES = 366 * 24 * 60
RESERVED_SLUGS = frozenset({"public", "template", "admin", "www", "api", "static", "mail", "status"})


def schema_for(slug: str) -> str:
    """Return the schema (and role) name of a centre: `c_` and its slug, hyphens as underscores."""
    return "c_" + slug.replace("-", "_")


def validate_slug(slug: str) -> None:
    SLUG(slug)
    if slug in RESERVED_SLUGS:
        raise ValidationError(_("This name is reserved."))


def validate_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("This is not a time zone of the IANA list, such as Europe/Berlin."))


def validate_colour(value: str) -> None:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise ValidationError(_("Write the colour as #rrggbb."))
    if not readable_on_white(value):
        raise ValidationError(
            _("This colour is too light: white text on it could not be read (WCAG asks for 4.5 : 1).")
        )


def validate_currency(code: str) -> None:
    if not is_currency(code):
        raise ValidationError(_("This is not a currency of ISO 4217, such as EUR."))


def validate_locale(name: str) -> None:
    try:
        Locale.parse(name, sep="-")
    except (UnknownLocaleError, ValueError) as unknown:
        raise ValidationError(_("This is not a locale, such as en-GB or de.")) from unknown


def validate_country(code: str) -> None:
    if not re.fullmatch(r"[A-Z]{2}", code) or code not in Locale("en").territories:
        raise ValidationError(_("This is not a country of ISO 3166, such as DE."))


def validate_host(host: str) -> None:
    """A host name in small letters without a port; not the public site's own, and without `www.`."""
    if not HOST.match(host):
        raise ValidationError(_("This is not a host name, such as clinic.example.org."))
    if host.startswith("www."):
        raise ValidationError(_("Leave out www: the centre answers with and without it."))
    if host == settings.PUBLIC_HOST:
        raise ValidationError(_("This host name belongs to the public site."))


class Namespace(models.Model):
    """PostgreSQL's own list of schemas: lets one query ask whether a centre's schema is really there."""

    oid = models.BigIntegerField(primary_key=True)
    nspname = models.CharField(max_length=63)

    class Meta:
        managed = False
        db_table = 'pg_catalog"."pg_namespace'


class CentreQuerySet(models.QuerySet["Centre"]):
    def open(self) -> "CentreQuerySet":
        """Centres that work: on trial or active, with their schema in place."""
        return self.with_schema().filter(status__in=Centre.OPEN, schema_there=True)

    def listed(self) -> "CentreQuerySet":
        """Centres that the public home page names: active ones, not those on trial. With their host names."""
        return self.open().filter(status=Centre.Status.ACTIVE).prefetch_related("domains")

    def with_schema(self) -> "CentreQuerySet":
        """Add `schema_there`: a centre whose schema is missing must never fall through to public."""
        return self.annotate(schema_there=Exists(Namespace.objects.filter(nspname=OuterRef("schema_name"))))


class Centre(TenantMixin):
    """A therapy organisation: its name, its rules for booking, its looks. All else of it is in its own schema."""

    class Status(models.TextChoices):
        TRIAL = "trial", _("Trial")
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")
        CLOSED = "closed", _("Closed")

    OPEN = (Status.TRIAL, Status.ACTIVE)
    auto_create_schema = False  # provisioning.create_centre replays the template instead
    auto_drop_schema = False

    name = LineField(_("name"), max_length=120)
    slug = models.CharField(_("short name"), max_length=40, unique=True, validators=[validate_slug])
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.TRIAL)
    resumes_as = models.CharField(max_length=10, blank=True, editable=False, default="", db_default="")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_zone])
    currency = models.CharField(_("currency"), max_length=3, default="USD", validators=[validate_currency])
    locale = models.CharField(_("locale"), max_length=12, default="en-US", validators=[validate_locale])
    country = models.CharField(
        _("country"),
        max_length=2,
        blank=True,
        validators=[validate_country],
        help_text=_("Two letters; decides the public holidays."),
    )
    subdivision = LineField(_("state or region"), max_length=8, blank=True)
    tagline = LineField(_("one sentence about the centre"), max_length=160, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = LineField(_("phone"), max_length=40, blank=True)
    address = LinesField(_("address"), max_length=400, blank=True)
    logo = models.ImageField(_("logo"), upload_to="branding", blank=True)
    brand_colour = models.CharField(_("brand colour"), max_length=7, default="#00695f", validators=[validate_colour])
    grid_minutes = models.PositiveSmallIntegerField(
        _("start times every (minutes)"), default=15, validators=[MinValueValidator(5), MaxValueValidator(120)]
    )
    notice_minutes = models.PositiveIntegerField(
        _("notice before a booking (minutes)"), default=120, validators=[MaxValueValidator(YEAR_MINUTES)]
    )
    horizon_days = models.PositiveSmallIntegerField(
        _("how far ahead patients book (days)"), default=60, validators=[MinValueValidator(1), MaxValueValidator(400)]
    )
    hold_minutes = models.PositiveSmallIntegerField(
        _("how long a chosen time is kept (minutes)"),
        default=10,
        validators=[MinValueValidator(2), MaxValueValidator(60)],
    )
    cancel_notice_minutes = models.PositiveIntegerField(
        _("patients may cancel until (minutes before)"), default=1440, validators=[MaxValueValidator(YEAR_MINUTES)]
    )
    created_at = models.DateTimeField(_("opened"), auto_now_add=True)

    objects = CentreQuerySet.as_manager()

    class Meta:
        verbose_name = _("centre")
        verbose_name_plural = _("centres")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["trial", "active", "suspended", "closed"]), name="centre_status_known"
            ),
            models.CheckConstraint(condition=Q(grid_minutes__gte=5), name="centre_grid_minutes_positive"),
            models.CheckConstraint(condition=Q(horizon_days__gte=1), name="centre_horizon_positive"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """The name stands in the sender of every mail: one line, nothing unprintable."""
        self.name = text.one_line(self.name)
        if not self.name:
            raise ValidationError({"name": _("A centre needs a name.")})

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def logo_url(self) -> str:
        """Where the logo is served, empty without one. The version makes browsers look again after a new upload."""
        return f"{reverse('logo')}?v={zlib.crc32(str(self.logo.name).encode())}" if self.logo else ""

    @property
    def primary_host(self) -> str:
        """The host name used in addresses that leave the house. Free after `prefetch_related("domains")`."""
        hosts = sorted(self.domains.all(), key=lambda domain: (not domain.is_primary, str(domain)))
        return str(hosts[0].domain) if hosts else ""

    def __enter__(self) -> None:
        raise TypeError("`with centre:` leaves threads in other schemas; use tenant_context(centre)")


class Domain(DomainMixin):
    """A host name of a centre; the primary one is used in addresses that leave the house."""

    class Meta:
        verbose_name = _("domain")
        verbose_name_plural = _("domains")
        constraints = [
            models.UniqueConstraint(Lower("domain"), name="domain_host_unique_ignoring_case"),
            models.CheckConstraint(condition=Q(domain=Lower(F("domain"))), name="domain_host_lowercase"),
        ]

    def __str__(self) -> str:
        return str(self.domain)

    def clean(self) -> None:
        self.domain = str(self.domain).strip().lower()  # type: ignore[has-type]
        try:
            validate_host(self.domain)
        except ValidationError as error:
            raise ValidationError({"domain": error}) from error


class SchemaTemplate(models.Model):
    """The text that makes a new centre's schema, remade whenever migrations change. One row at most."""

    fingerprint = models.CharField(_("fingerprint"), max_length=64, help_text=_("Of the migrations it holds."))
    sql = models.TextField(_("text"))
    made_at = models.DateTimeField(_("made"), auto_now=True)

    class Meta:
        verbose_name = _("schema template")

    def __str__(self) -> str:
        return self.fingerprint
