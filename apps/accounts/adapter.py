"""How allauth behaves in a centre: who may sign up, where it may send people, what it calls itself."""

from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from apps.accounts import sealing
from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.core import clock, schema

CODE_WAS_TYPED = "_typed_the_code"
SHOWN_BY = {"password", "mfa", "code"}  # by mail: whoever reads the mailbox can set a new password as well


class CentreAccountAdapter(DefaultAccountAdapter):
    """Sign-up is for patients, and only on a centre's host; redirects stay on that host.

    The adapter of the settings inherits from this one and adds how mail leaves.
    """

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return getattr(request, "tenant", None) is not None

    def is_safe_url(self, url: str) -> bool:
        return url_has_allowed_host_and_scheme(url, allowed_hosts={context.request.get_host()})

    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:
        """Make a patient of whoever signs up; staff are invited."""
        user.given_name = form.cleaned_data["given_name"]
        user.family_name = form.cleaned_data["family_name"]
        user.roles = [Role.PATIENT.value]
        return super().save_user(request, user, form, commit)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Mark an address as proven by the person who typed its code, together with what `patient_signed_up` makes."""
        setattr(request, CODE_WAS_TYPED, True)
        with transaction.atomic():
            return super().confirm_email(request, email_address)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Return False for whoever has only just signed in: by password, mailed code, app or passkey it was shown who it is."""
        return super().is_reauthentication_required(app=app, **kwargs) and not _has_just_shown_who(context.request)


def _has_just_shown_who(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    shown_at = max((record["at"] for record in records if record["method"] in SHOWN_BY), default=0)
    return clock.now().timestamp() - shown_at < app_settings.REAUTHENTICATION_TIMEOUT


class CentreMFAAdapter(DefaultMFAAdapter):
    """Names the centre in authenticator apps and passkey dialogs; keeps the secrets encrypted."""

    def _get_site_name(self) -> str:
        return str(getattr(schema.tenant(), "name", "Verbena"))

    def encrypt(self, text: str) -> str:
        return sealing.seal(text, purpose="mfa")

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text, purpose="mfa")

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002  allauth's name
        """Passkey, Passkey 2, Passkey 3: a name to begin with."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey") if number == 1 else _("Passkey %(number)d") % {"number": number}
