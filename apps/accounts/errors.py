"""What the domain refuses about people and roles."""

from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError


class LastAdmin(DomainError):
    code = "last_admin"
    message = _("This is the only active administrator. Make somebody else an administrator first.")


class AdminsOnly(DomainError):
    code = "admins_only"
    message = _(
        "Only an administrator may change an administrator, give or take away that role, or switch permissions."
    )


class AddressTaken(DomainError):
    code = "address_taken"
    message = _("Somebody with this e-mail address has a login already.")
    field = "email"


class AlreadyGone(DomainError):
    code = "already_gone"
    message = _("Somebody else removed this a moment ago.")


class CellLocked(DomainError):
    code = "cell_locked"
    message = _("This permission cannot be switched: without it the centre would lock itself out.")


class AlreadyJoined(DomainError):
    code = "already_joined"
    message = _("This person has a password, or has signed in, and needs no invitation.")
