"""Every signal of ours and everybody who listens, in one place. A new receiver is a new line here, seen in review."""

SIGNALS = {
    "apps.accounts.signals.patient_signed_up": ["apps.portal.signup.welcome"],
    "apps.accounts.signals.user_invited": ["apps.notifications.receivers.tell_invited"],
    "apps.sessions.signals.session_booked": ["apps.notifications.receivers.tell_booked"],
    "apps.sessions.signals.session_moved": ["apps.notifications.receivers.tell_moved"],
    "apps.sessions.signals.session_cancelled": ["apps.notifications.receivers.tell_cancelled"],
    "apps.sessions.signals.session_completed": [],
    "apps.sessions.signals.session_missed": [],
    "apps.therapists.signals.therapist_approved": ["apps.notifications.receivers.tell_approved"],
}

LIBRARIES = {
    "django.contrib.auth.signals.user_logged_in": ["apps.accounts.receivers.remember_centre"],
    "allauth.account.signals.email_changed": ["apps.accounts.receivers.note_new_address", "apps.portal.signup.follow"],
    "allauth.account.signals.email_confirmed": ["apps.accounts.receivers.welcome_patient"],
    "allauth.account.signals.password_changed": ["apps.accounts.receivers.note_new_password"],
    "allauth.account.signals.password_reset": ["apps.accounts.receivers.note_new_password"],
    "allauth.account.signals.password_set": ["apps.accounts.receivers.note_new_password"],
    "allauth.mfa.signals.authenticator_added": ["apps.accounts.receivers.note_second_factor"],
    "allauth.mfa.signals.authenticator_removed": ["apps.accounts.receivers.note_second_factor"],
    "allauth.mfa.signals.authenticator_reset": ["apps.accounts.receivers.note_second_factor"],
}
"""Signals of Django and of libraries that something of ours listens to."""
