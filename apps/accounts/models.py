"""People who sign in, what they may do, and the trail of what was done.

The same tables stand in every centre's schema, for its people, and in public, for the superusers alone.
"""

import functools
from typing import Any, ClassVar

from django.apps import apps
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from apps.accounts.changes import Change, told
from apps.accounts.roles import STAFF, TEAM, Permission, Role, allowed
from apps.core.models import LineField, UUIDModel


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> "UserQuerySet":
        return self.filter(is_active=True)

    def locked(self, pk: object) -> "User":
        """Return the row, locked until the transaction ends: what is asked of one person at once follows each other."""
        return self.select_for_update(no_key=True).get(pk=pk)

    def with_role(self, role: Role) -> "UserQuerySet":
        return self.filter(roles__contains=[role.value])

    def team(self) -> "UserQuerySet":
        """Everybody who works at the centre."""
        return self.filter(roles__overlap=[role.value for role in TEAM])

    def visible_to(self, user: "User") -> "UserQuerySet":
        """Every login for whoever may see users, else one's own."""
        return self if user.can(Permission.USER_READ) else self.filter(pk=user.pk)

    def in_state(self, state: str) -> "UserQuerySet":
        """Active, inactive, or invited: see `User.state`."""
        if state == "inactive":
            return self.filter(is_active=False)
        invited = Q(last_login__isnull=True, password__startswith=UNUSABLE_PASSWORD_PREFIX)
        return self.active().filter(invited if state == "invited" else ~invited)

    def matching(self, text: str) -> "UserQuerySet":
        """Users whose name or address contains every word of `text`."""
        found = self
        for word in text.split():
            found = found.filter(
                Q(given_name__icontains=word) | Q(family_name__icontains=word) | Q(email__icontains=word)
            )
        return found


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=(email or "").strip().lower())

    def create_user(self, email: str, password: str | None = None, **facts: Any) -> "User":
        user = self.model(email=email, **facts)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **facts: Any) -> "User":
        """A superuser works in the public schema's Django admin; the role means nothing inside a centre."""
        return self.create_user(email, password, is_superuser=True, **facts)


class User(UUIDModel, AbstractBaseUser):
    """A login: one e-mail address in one centre. The same address in another centre is another person."""

    email = models.EmailField(_("e-mail"), unique=True)
    given_name = LineField(_("given name"), max_length=80, blank=True)
    family_name = LineField(_("family name"), max_length=80, blank=True)
    roles = ArrayField(
        models.CharField(max_length=12, choices=Role.choices), verbose_name=_("roles"), default=list, blank=True
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_superuser = models.BooleanField(_("superuser"), default=False)
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["family_name", "given_name", "email"]
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower(F("email"))), name="user_email_lowercase"),
            models.CheckConstraint(condition=Q(roles__contained_by=Role.values), name="user_roles_known"),
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip() or self.email

    def get_short_name(self) -> str:
        return self.given_name or self.email

    @property
    def role_set(self) -> set[Role]:
        return {Role(value) for value in self.roles}

    @property
    def role_names(self) -> list[str]:
        """The roles in words, in the order of the matrix."""
        return [str(role.label) for role in Role if role in self.role_set]

    @property
    def state(self) -> str:
        """`active`, `inactive`, or `invited`: never signed in and has no password yet."""
        if not self.is_active:
            return "inactive"
        return "active" if self.last_login or self.has_usable_password() else "invited"

    def get_state_display(self) -> str:
        return str({"active": _("May sign in"), "inactive": _("Deactivated"), "invited": _("Invited")}[self.state])

    @property
    def is_team(self) -> bool:
        """Whether this person works at the centre, in any role."""
        return bool(self.role_set & TEAM)

    @property
    def is_staff(self) -> bool:
        """Django admin's question: superusers only, and only the public host has a Django admin."""
        return self.is_superuser

    @property
    def is_desk(self) -> bool:
        """Whether this person sees the whole centre rather than only their own patients."""
        return bool(self.role_set & STAFF)

    @functools.cached_property
    def permissions(self) -> frozenset[Permission]:
        """Everything this person may do here. Costs one query once per request."""
        if not self.is_active or not self.roles:
            return frozenset()
        switches = PermissionSwitch.objects.as_map()
        return frozenset(p for p in Permission for role in self.role_set if allowed(role, p, switches))

    def can(self, permission: Permission) -> bool:
        return permission in self.permissions

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_active and self.is_superuser

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_superuser


class PermissionSwitchQuerySet(models.QuerySet["PermissionSwitch"]):
    def as_map(self) -> dict[tuple[str, str], bool]:
        return {(role, permission): on for role, permission, on in self.values_list("role", "permission", "is_on")}


class PermissionSwitch(models.Model):
    """One cell of the matrix that this centre switched on or off."""

    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    permission = models.CharField(_("permission"), max_length=40, choices=Permission.choices)
    is_on = models.BooleanField(_("allowed"))

    objects = PermissionSwitchQuerySet.as_manager()

    class Meta:
        verbose_name = _("switched permission")
        verbose_name_plural = _("switched permissions")
        constraints = [models.UniqueConstraint(fields=["role", "permission"], name="permission_switch_one_per_cell")]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.get_permission_display()}"


class AuditRecordQuerySet(models.QuerySet["AuditRecord"]):
    def about(self, obj: models.Model) -> "AuditRecordQuerySet":
        return self.filter(object_type=obj._meta.label_lower, object_id=str(obj.pk))

    def matching(self, text: str) -> "AuditRecordQuerySet":
        return self.filter(Q(by_name__icontains=text) | Q(object_name__icontains=text) | Q(verb__icontains=text))

    def facets(self) -> dict[str, list[str]]:
        """Every verb and every kind of object that the trail holds. Reads the whole trail: keep the answer a while."""
        distinct = {name: self.order_by().values_list(name, flat=True).distinct() for name in ("verb", "object_type")}
        return {"verbs": sorted(distinct["verb"]), "kinds": sorted(distinct["object_type"])}


class AuditRecord(models.Model):
    """One thing that was done or read: who, what, to which object, when. Never changed, never deleted.

    Names are copied so that the trail stays readable; `changes` holds {field: [before, after]}.
    """

    append_only = True

    at = models.DateTimeField(_("at"), auto_now_add=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, verbose_name=_("by"), related_name="+")
    by_name = models.CharField(_("name"), max_length=200, blank=True)
    verb = models.CharField(_("what"), max_length=40)
    object_type = models.CharField(_("kind"), max_length=60)
    object_id = models.CharField(_("object"), max_length=40)
    object_name = models.CharField(_("object's name"), max_length=200, blank=True)
    changes = models.JSONField(_("changes"), default=dict, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    request_id = models.CharField(_("request"), max_length=32, blank=True)

    objects = AuditRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit record")
        verbose_name_plural = _("audit trail")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["object_type", "object_id", "-id"], name="audit_record_object"),
            models.Index(fields=["by", "-id"], name="audit_record_by"),
        ]

    def __str__(self) -> str:
        return f"{self.by_name} {self.verb} {self.object_name}"

    @staticmethod
    def kind_name(object_type: str) -> str:
        """Return what people call a kind of object: `patient` for `patients.patient`."""
        try:
            return str(apps.get_model(object_type)._meta.verbose_name)
        except LookupError:  # a model that is gone since
            return object_type

    @property
    def kind(self) -> str:
        return self.kind_name(self.object_type)

    @property
    def told_changes(self) -> list[Change]:
        return told(self.object_type, self.changes)
