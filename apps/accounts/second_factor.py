"""allauth's forms of apps, codes and passkeys, in the house's words."""

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST_NAME = 60


class SecondCode:
    """A code that brings up the digits of a phone's keyboard; its label says what its placeholder said."""

    code_label = _("Code")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: forms.Field = self.fields["code"]  # type: ignore[attr-defined]
        field.label = self.code_label
        field.widget.attrs.pop("placeholder", None)
        field.widget.attrs["inputmode"] = "numeric"


class AppSetUp(SecondCode, ActivateTOTPForm):
    code_label = _("The six digits that the app shows")


class SecondStep(SecondCode, AuthenticateForm):
    pass


class CodeOnceMore(SecondCode, ReauthenticateForm):
    code_label = _("Code from your authenticator app, or a recovery code")


class PasskeyName:
    """A name that fits a line of the list."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = forms.CharField(  # type: ignore[attr-defined]
            label=_("Name"),
            max_length=LONGEST_NAME,
            required=self.fields["name"].required,  # type: ignore[attr-defined]
            help_text=_("To tell it from others, such as “My phone”."),
        )


class PasskeyAdd(PasskeyName, AddWebAuthnForm):
    """Signs in alone unless somebody wants it as a second step only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        alone = self.fields["passwordless"]
        alone.initial = True
        alone.label = _("Sign in with it alone, without the password")
        alone.help_text = _(
            "Asks for your finger, your face or a PIN. Without the tick it only comes after the password."
        )


class PasskeyRename(PasskeyName, EditWebAuthnForm):
    pass
