"""Signed links. Each carries the centre's schema in its salt: a link of one centre opens nothing in another."""

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from apps.accounts.models import User
from apps.core import schema


class PasswordResetToken(PasswordResetTokenGenerator):
    """What allauth would make: forgotten passwords are reset by code, yet nothing may make an unsalted token."""

    @property
    def key_salt(self) -> str:  # type: ignore[override]
        return f"verbena.password_reset.{schema.current()}"


class InvitationToken(PasswordResetTokenGenerator):
    """Dies with the first sign-in, with the next password, with another address, and after PASSWORD_RESET_TIMEOUT."""

    @property
    def key_salt(self) -> str:  # type: ignore[override]
        return f"verbena.invitation.{schema.current()}"


def invitation_path(user: User) -> str:
    """Return where this person sets their first password."""
    uid = urlsafe_base64_encode(user.pk.bytes)
    return reverse("accounts:invitation-accept", kwargs={"uid": uid, "token": InvitationToken().make_token(user)})


def invited_user(uid: str, token: str) -> User | None:
    """Return whom the link invites, or None when it is wrong, used, too old or of another centre."""
    try:
        key = urlsafe_base64_decode(uid).hex()
    except ValueError:
        return None
    user = User.objects.active().filter(pk=key).first() if len(key) == 32 else None
    return user if user and InvitationToken().check_token(user, token) else None
