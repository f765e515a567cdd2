"""Which right each address of a centre's host asks for. One line an address: `"app:name": right`.

A new page: add its line here, with the same right as its view's `permission`. The right is one of

* `P.SOMETHING`, or several in a tuple: any one of them opens the page;
* `Only(P.SOMETHING, roles)`: the permission, and one of these roles as well;
* `SIGNED_IN`: any login of the centre;
* `PUBLIC`: anybody;
* `MIDWAY`: anybody who is in the midst of signing in, up or through a booking; others are sent to its beginning.

`test_permissions.py` tries every address as every role, and fails with the line to add when one is missing.
"""

from typing import NamedTuple

from apps.accounts.roles import STAFF, Role
from apps.accounts.roles import Permission as P

SIGNED_IN = "signed in"
PUBLIC = "public"
MIDWAY = "midway"


class Only(NamedTuple):
    permission: P
    roles: frozenset[Role]


Right = P | tuple[P, ...] | Only | str
HOURS = (P.AVAILABILITY_READ, P.AVAILABILITY_MANAGE, P.AVAILABILITY_MANAGE_OWN)
EDIT_HOURS = (P.AVAILABILITY_MANAGE, P.AVAILABILITY_MANAGE_OWN)

PERMISSIONS: dict[str, Right] = {
    # --- signing in, and one's own login (allauth) ---
    "account_login": PUBLIC,
    "account_logout": PUBLIC,
    "account_inactive": PUBLIC,
    "account_signup": PUBLIC,
    "account_request_login_code": PUBLIC,
    "account_confirm_login_code": MIDWAY,
    "account_email_verification_sent": MIDWAY,
    "account_reset_password": PUBLIC,
    "account_confirm_password_reset_code": MIDWAY,
    "account_complete_password_reset": MIDWAY,
    "account_password_reset_completed": PUBLIC,
    "account_reauthenticate": SIGNED_IN,
    "account_email": SIGNED_IN,
    "account_change_password": SIGNED_IN,
    "account_set_password": SIGNED_IN,
    "mfa_index": SIGNED_IN,
    "mfa_authenticate": MIDWAY,
    "mfa_reauthenticate": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_download_recovery_codes": SIGNED_IN,
    "mfa_list_webauthn": SIGNED_IN,
    "mfa_add_webauthn": SIGNED_IN,
    "mfa_reauthenticate_webauthn": SIGNED_IN,
    "mfa_remove_webauthn": SIGNED_IN,
    "mfa_edit_webauthn": SIGNED_IN,
    "mfa_login_webauthn": MIDWAY,
    "usersessions_list": SIGNED_IN,
    # --- people and rights ---
    "accounts:user-list": P.USER_READ,
    "accounts:user-create": P.USER_MANAGE,
    "accounts:user-update": P.USER_MANAGE,
    "accounts:user-deactivate": P.USER_MANAGE,
    "accounts:user-activate": P.USER_MANAGE,
    "accounts:user-invite-again": P.USER_MANAGE,
    "accounts:invitation-accept": PUBLIC,
    "accounts:role-matrix": P.USER_MANAGE,
    "accounts:permission-switch": P.USER_MANAGE,
    "accounts:audit-list": P.AUDIT_READ,
    # --- patients ---
    "patients:patient-list": P.PATIENT_READ,
    "patients:patient-create": P.PATIENT_MANAGE,
    "patients:patient-update": P.PATIENT_MANAGE,
    "patients:patient-archive": P.PATIENT_MANAGE,
    "patients:patient-restore": P.PATIENT_MANAGE,
    "patients:guardian-add": P.PATIENT_MANAGE,
    "patients:guardian-update": P.PATIENT_MANAGE,
    "patients:guardian-remove": P.PATIENT_MANAGE,
    # --- therapists, therapy types, prices, rooms ---
    "therapists:therapist-list": P.SETUP_READ,
    "therapists:therapist-detail": P.SETUP_READ,
    "therapists:therapist-photo": PUBLIC,
    "therapists:therapist-create": P.SETUP_MANAGE,
    "therapists:therapist-update": P.SETUP_MANAGE,
    "therapists:therapist-photo-update": P.SETUP_MANAGE,
    "therapists:therapist-rename": P.SETUP_MANAGE,
    "therapists:therapist-approve": P.SETUP_MANAGE,
    "therapists:therapist-deactivate": P.SETUP_MANAGE,
    "therapists:offering-create": P.SETUP_MANAGE,
    "therapists:offering-update": P.SETUP_MANAGE,
    "therapists:offering-delete": P.SETUP_MANAGE,
    "therapists:therapy-type-list": P.SETUP_READ,
    "therapists:therapy-type-create": P.SETUP_MANAGE,
    "therapists:therapy-type-update": P.SETUP_MANAGE,
    "therapists:therapy-type-delete": P.SETUP_MANAGE,
    "sessions:room-list": P.SETUP_READ,
    "sessions:room-create": P.SETUP_MANAGE,
    "sessions:room-update": P.SETUP_MANAGE,
    "sessions:room-delete": P.SETUP_MANAGE,
    # --- sessions ---
    "sessions:session-list": P.SESSION_READ,
    "sessions:session-detail": P.SESSION_READ,
    "sessions:session-confirm": P.SESSION_UPDATE,
    "sessions:session-start": P.SESSION_COMPLETE,
    "sessions:session-complete": P.SESSION_COMPLETE,
    "sessions:session-miss": P.SESSION_COMPLETE,
    "sessions:session-cancel": P.SESSION_UPDATE,
    # --- hours, time off, closures ---
    "scheduling:hours-overview": (P.AVAILABILITY_READ, P.AVAILABILITY_MANAGE),
    "scheduling:my-hours": HOURS,
    "scheduling:hours": HOURS,
    "scheduling:status-update": EDIT_HOURS,
    "scheduling:exception-create": EDIT_HOURS,
    "scheduling:exception-delete": EDIT_HOURS,
    "scheduling:my-time-off": HOURS,
    "scheduling:time-off-list": HOURS,
    "scheduling:time-off-create": EDIT_HOURS,
    "scheduling:time-off-update": EDIT_HOURS,
    "scheduling:time-off-delete": EDIT_HOURS,
    "scheduling:closure-list": P.CENTRE_MANAGE,
    "scheduling:closure-create": P.CENTRE_MANAGE,
    "scheduling:closure-update": P.CENTRE_MANAGE,
    "scheduling:closure-delete": P.CENTRE_MANAGE,
    "scheduling:holiday-switch": P.CENTRE_MANAGE,
    # --- messages ---
    "notifications:message-list": P.MESSAGE_READ,
    "notifications:message-detail": P.MESSAGE_READ,
    "notifications:message-preview": P.MESSAGE_READ,
    "notifications:message-calendar": P.MESSAGE_READ,
    "notifications:message-resend": P.MESSAGE_RESEND,
    # --- the desk and the calendar ---
    "portal:dashboard": Only(P.SESSION_READ, STAFF),
    "portal:today": Only(P.SESSION_READ, frozenset({Role.THERAPIST})),
    "portal:calendar": P.SESSION_READ,
    "portal:calendar-events": P.SESSION_READ,
    "portal:desk-booking": P.SESSION_BOOK,
    "portal:session-move": P.SESSION_UPDATE,
    "portal:centre-settings": P.CENTRE_MANAGE,
    # --- the centre's public site, booking, own pages ---
    "brand": PUBLIC,
    "logo": PUBLIC,
    "portal:public-home": PUBLIC,
    "portal:public-therapist-list": PUBLIC,
    "portal:public-therapist": PUBLIC,
    "portal:public-therapist-photo": PUBLIC,
    "portal:book": PUBLIC,
    "portal:book-therapist": MIDWAY,
    "portal:book-time": MIDWAY,
    "portal:book-details": MIDWAY,
    "portal:book-review": MIDWAY,
    "portal:book-done": P.SESSION_BOOK_OWN,
    "portal:home": SIGNED_IN,
    "portal:my-sessions": P.SESSION_BOOK_OWN,
    "portal:my-session": P.SESSION_BOOK_OWN,
    "portal:my-session-cancel": P.SESSION_BOOK_OWN,
    "portal:my-session-calendar": P.SESSION_BOOK_OWN,
    "portal:my-details": P.SESSION_BOOK_OWN,
    "portal:my-details-update": P.SESSION_BOOK_OWN,
    "portal:my-record-reads": P.SESSION_BOOK_OWN,
    "portal:my-child-create": P.SESSION_BOOK_OWN,
    "portal:my-child-update": P.SESSION_BOOK_OWN,
    "portal:patient-record": P.PATIENT_READ,
}
