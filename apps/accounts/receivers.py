"""A signed-in browser belongs to the centre where it signed in; a proven address makes a patient."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed, email_confirmed, password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth import user_logged_in
from django.dispatch import Signal, receiver
from django.http import HttpRequest

from apps.accounts import audit
from apps.accounts.adapter import CODE_WAS_TYPED
from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.accounts.signals import patient_signed_up
from apps.core import schema

CENTRE_KEY = "centre"


@receiver(user_logged_in)
def remember_centre(sender: object, request: HttpRequest, **facts: Any) -> None:
    request.session[CENTRE_KEY] = schema.current()


@receiver(email_confirmed)
def welcome_patient(sender: object, request: HttpRequest, email_address: EmailAddress, **facts: Any) -> None:
    """Tell the apps above about a patient whose address is now proven.

    Whoever proves an address by a sign-in code need not know the password that stands there: it may be a stranger's,
    who signed up with that address to lie in wait. It is thrown away; the address's owner sets one of their own.
    """
    user = email_address.user
    first_proof = user.last_login is None
    if first_proof and not getattr(request, CODE_WAS_TYPED, False):
        _throw_password_away(user)
    if first_proof and Role.PATIENT in user.role_set:
        patient_signed_up.send(User, user=user)


def _throw_password_away(user: User) -> None:
    if user.has_usable_password():
        user.set_unusable_password()
        user.save(update_fields=["password"])
        audit.record(by=user, verb="changed", obj=user, changes={"password": "changed"})


@receiver(email_changed)
def note_new_address(
    sender: object,
    user: User,
    from_email_address: EmailAddress | None,
    to_email_address: EmailAddress,
    **facts: Any,
) -> None:
    if from_email_address:
        changes = {"email": [from_email_address.email, to_email_address.email]}
        audit.record(by=user, verb="changed", obj=user, changes=changes)


@receiver([authenticator_added, authenticator_removed, authenticator_reset])
def note_second_factor(sender: object, signal: Signal, user: User, authenticator: Authenticator, **facts: Any) -> None:
    verb = "removed" if signal is authenticator_removed else "set up"
    audit.record(by=user, verb="changed", obj=user, changes={"second factor": f"{verb}: {authenticator}"})


@receiver([password_changed, password_set, password_reset])
def note_new_password(sender: object, request: HttpRequest, user: User, **facts: Any) -> None:
    audit.record(by=user, verb="changed", obj=user, changes={"password": "changed"})
