"""The matrix of rights as a table: one row a permission, one cell a role, grouped by what the permission is about."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import PermissionSwitch
from apps.accounts.roles import MATRIX, UNSWITCHABLE, Permission, Role, allowed

Switches = dict[tuple[str, str], bool]

GROUPS: dict[str, str | Promise] = {
    "user": _("Users and roles"),
    "patient": _("Patients"),
    "setup": _("Therapists and set-up"),
    "centre": _("Centre"),
    "availability": _("Availability and time off"),
    "session": _("Sessions"),
    "message": _("Messages"),
    "audit": _("Audit trail"),
}


@dataclass(frozen=True)
class Cell:
    role: Role
    permission: Permission
    on: bool
    by_default: bool
    locked: bool

    @property
    def is_switched(self) -> bool:
        return self.on != self.by_default

    @property
    def key(self) -> str:
        """Name the cell in the page."""
        return f"{self.role.value}-{anchor(self.permission)}"

    @property
    def url(self) -> str:
        return reverse("accounts:permission-switch", args=[self.role.value, self.permission.value])


@dataclass(frozen=True)
class Row:
    permission: Permission
    cells: list[Cell]

    @property
    def key(self) -> str:
        return anchor(self.permission)


@dataclass(frozen=True)
class Group:
    label: str | Promise
    rows: list[Row]


def anchor(permission: Permission) -> str:
    return permission.value.replace(".", "-").replace("_", "-")


def cell(role: Role, permission: Permission, switches: Switches | None = None) -> Cell:
    """Return one cell as it stands; one query unless the switches are given."""
    return Cell(
        role=role,
        permission=permission,
        on=allowed(role, permission, PermissionSwitch.objects.as_map() if switches is None else switches),
        by_default=permission in MATRIX[role],
        locked=(role, permission) in UNSWITCHABLE,
    )


def table() -> list[Group]:
    """Return the whole matrix of this centre. One query."""
    switches = PermissionSwitch.objects.as_map()
    rows: dict[str, list[Row]] = {}
    for permission in Permission:
        cells = [cell(role, permission, switches) for role in Role]
        rows.setdefault(permission.value.partition(".")[0], []).append(Row(permission, cells))
    return [Group(GROUPS.get(subject, subject), found) for subject, found in rows.items()]
