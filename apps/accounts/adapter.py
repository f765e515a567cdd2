"""How allauth behaves in a centre: who may sign up, where it may send people, what it calls itself."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from apps.accounts import sealing
from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.core import schema

CODE_WAS_TYPED = "_typed_the_code"


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


class CentreMFAAdapter(DefaultMFAAdapter):
    """Names the centre in authenticator apps and passkey dialogs; keeps the secrets encrypted."""

    def _get_site_name(self) -> str:
        return str(getattr(schema.tenant(), "name", "Verbena"))

    def encrypt(self, text: str) -> str:
        return sealing.seal(text, purpose="mfa")

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text, purpose="mfa")
