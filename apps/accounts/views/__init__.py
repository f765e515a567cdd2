"""Pages about people: users, roles, the audit trail, and the page an invitation leads to."""

from apps.accounts.views.audit import AuditList
from apps.accounts.views.invitations import InvitationAccept
from apps.accounts.views.roles import PermissionSwitchCell, RoleMatrix
from apps.accounts.views.users import UserActivate, UserCreate, UserDeactivate, UserInviteAgain, UserList, UserUpdate

__all__ = [
    "AuditList",
    "InvitationAccept",
    "PermissionSwitchCell",
    "RoleMatrix",
    "UserActivate",
    "UserCreate",
    "UserDeactivate",
    "UserInviteAgain",
    "UserList",
    "UserUpdate",
]
