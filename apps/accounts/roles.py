"""Who may do what, as data. Pages, API, navigation and tests all read this module and nothing else.

A permission says that a role may do a kind of thing; *whose* rows it covers (own patients, own children) is said by the
querysets' `visible_to(user)`. Another person's object answers 404, a missing permission 403.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    ADMIN = "admin", _("Administrator")
    OPERATOR = "operator", _("Front desk")
    THERAPIST = "therapist", _("Therapist")
    ACCOUNTANT = "accountant", _("Accountant")
    PATIENT = "patient", _("Patient or guardian")


TEAM = frozenset({Role.ADMIN, Role.OPERATOR, Role.THERAPIST, Role.ACCOUNTANT})
STAFF = frozenset({Role.ADMIN, Role.OPERATOR, Role.ACCOUNTANT})


class Permission(models.TextChoices):
    USER_READ = "user.read", _("See users and roles")
    USER_MANAGE = "user.manage", _("Create, change and deactivate users")
    PATIENT_READ = "patient.read", _("See patients")
    PATIENT_MANAGE = "patient.manage", _("Create and change patients and guardians")
    SETUP_READ = "setup.read", _("See therapists, therapy types, prices and rooms")
    SETUP_MANAGE = "setup.manage", _("Change therapists, therapy types, prices and rooms")
    CENTRE_MANAGE = "centre.manage", _("Change the centre's settings and closures")
    AVAILABILITY_READ = "availability.read", _("See working hours and time off")
    AVAILABILITY_MANAGE = "availability.manage", _("Change everybody's working hours and time off")
    AVAILABILITY_MANAGE_OWN = "availability.manage_own", _("Change one's own working hours and time off")
    SESSION_READ = "session.read", _("See sessions")
    SESSION_BOOK = "session.book", _("Book for patients")
    SESSION_UPDATE = "session.update", _("Move, confirm and cancel sessions")
    SESSION_OVERRIDE = "session.override", _("Override booking rules with a reason")
    SESSION_COMPLETE = "session.complete", _("Complete a session or mark it missed")
    SESSION_BOOK_OWN = "session.book_own", _("Book and cancel one's own sessions")
    MESSAGE_READ = "message.read", _("See the message log")
    MESSAGE_RESEND = "message.resend", _("Send a message again")
    AUDIT_READ = "audit.read", _("See the audit trail")


P = Permission
MATRIX: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(P) - {P.SESSION_BOOK_OWN, P.AVAILABILITY_MANAGE_OWN},
    Role.OPERATOR: frozenset(
        {
            P.USER_READ, P.PATIENT_READ, P.PATIENT_MANAGE, P.SETUP_READ, P.AVAILABILITY_READ, P.AVAILABILITY_MANAGE,
            P.SESSION_READ, P.SESSION_BOOK, P.SESSION_UPDATE, P.SESSION_OVERRIDE, P.SESSION_COMPLETE,
            P.MESSAGE_READ, P.MESSAGE_RESEND,
        }
    ),
    Role.THERAPIST: frozenset(
        {P.PATIENT_READ, P.SETUP_READ, P.AVAILABILITY_MANAGE_OWN, P.SESSION_READ, P.SESSION_COMPLETE, P.MESSAGE_READ}
    ),
    Role.ACCOUNTANT: frozenset({P.USER_READ, P.PATIENT_READ, P.SETUP_READ, P.AVAILABILITY_READ, P.SESSION_READ}),
    Role.PATIENT: frozenset({P.SESSION_BOOK_OWN}),
}  # fmt: skip

UNSWITCHABLE = frozenset({(Role.ADMIN, P.USER_MANAGE), (Role.ADMIN, P.USER_READ)})
"""Cells no admin may switch off: a centre must not lock itself out. (Clinical notes join with their own issue.)"""


def allowed(role: Role, permission: Permission, switches: dict[tuple[str, str], bool]) -> bool:
    """Whether a role has a permission in a centre: the matrix, unless the centre switched that cell."""
    if (role, permission) in UNSWITCHABLE:
        return True
    return switches.get((role.value, permission.value), permission in MATRIX[role])
