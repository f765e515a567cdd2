"""allauth's forms of apps, codes and passkeys, in the house's words."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.forms import LineField

LONGEST_NAME = 60
WRONG_ANSWER = {"incorrect_code", "required", "invalid"}
NOT_ACCEPTED = _("The passkey was not accepted. This page may have been open for too long: please try again.")


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


def name_field(*, required: bool) -> LineField:
    """A name that fits a line of the list."""
    hint = _("To tell it from others, such as “My phone”.")
    return LineField(label=_("Name"), max_length=LONGEST_NAME, required=required, help_text=hint)


class AnswerField(forms.JSONField):
    """What an authenticator answers. Numbers and depths that Python refuses to read are no answer either."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (ValueError, RecursionError):
            raise get_adapter().validation_error("incorrect_code") from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was sent is of no use a second time."""
        return None


class PasskeyAnswer(forms.Form):
    """An answer that no authenticator gives is a wrong one, not a fault of ours. Nobody typed a code that is wrong."""

    credential = AnswerField()

    def add_error(self, field: str | None, error: Any) -> None:
        is_wrong = field in (None, "credential") and getattr(error, "code", "") in WRONG_ANSWER
        super().add_error(field, forms.ValidationError(NOT_ACCEPTED, code="incorrect_code") if is_wrong else error)

    def _clean_fields(self) -> None:
        self._or_refuse(super()._clean_fields)  # type: ignore[misc]

    def _clean_form(self) -> None:
        self._or_refuse(super()._clean_form)  # type: ignore[misc]

    def _or_refuse(self, clean: Callable[[], None]) -> None:
        try:
            clean()
        except (KeyError, TypeError, ValueError, AttributeError):
            self.add_error("credential", get_adapter().validation_error("incorrect_code"))


class PasskeySignIn(PasskeyAnswer, LoginWebAuthnForm):
    pass


class PasskeyStep(PasskeyAnswer, AuthenticateWebAuthnForm):
    pass


class PasskeyOnceMore(PasskeyAnswer, ReauthenticateWebAuthnForm):
    pass


class PasskeyAdd(PasskeyAnswer, AddWebAuthnForm):
    """Signs in alone unless somebody wants it as a second step only."""

    name = name_field(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        alone = self.fields["passwordless"]
        alone.initial = True
        alone.label = _("Sign in with it alone, without the password")
        alone.help_text = _(
            "Asks for your finger, your face or a PIN. Without the tick it only comes after the password."
        )


class PasskeyRename(EditWebAuthnForm):
    name = name_field(required=True)
