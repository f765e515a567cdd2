"""Forms about people: signing up, inviting, changing, and the filters of the lists."""

from typing import Any

from allauth.account.fields import PasswordField, SetPasswordField
from allauth.account.forms import (
    AddEmailForm,
    ChangePasswordForm,
    ConfirmEmailVerificationCodeForm,
    ConfirmLoginCodeForm,
    ConfirmPasswordResetCodeForm,
    LoginForm,
    ReauthenticateForm,
    RequestLoginCodeForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SignupForm,
)
from django import forms
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from apps.accounts import audit
from apps.accounts.models import AuditRecord, User
from apps.accounts.roles import Role
from apps.accounts.words import sentence_case
from apps.core.forms import SANE_DATES, CheckboxCards, DateInput, LineField


class HouseWords:
    """allauth's fields, called as everywhere here; their placeholders say what the labels say already."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]
        for name, field in fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = _("E-mail") if name in ("login", "email") else sentence_case(str(field.label or ""))


class SignIn(HouseWords, LoginForm):
    pass


class LoginCodeRequest(HouseWords, RequestLoginCodeForm):
    pass


class PasswordForgotten(HouseWords, ResetPasswordForm):
    pass


class EmailChange(HouseWords, AddEmailForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New address")


class PasswordChange(HouseWords, ChangePasswordForm):
    pass


class PasswordReset(HouseWords, ResetPasswordKeyForm):
    pass


class PasswordOnceMore(HouseWords, ReauthenticateForm):
    pass


class PatientSignup(HouseWords, SignupForm):
    """allauth's sign-up with a name: e-mail, names, one password."""

    given_name = LineField(
        label=_("Given name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    family_name = LineField(
        label=_("Family name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    field_order = ("given_name", "family_name", "email", "password1")
    account_already_exists: bool

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Save, or pretend to: an address that was taken a moment ago is answered as any that is known.

        Pretending hashes the password as well: an answer in a tenth of the time would tell which addresses are known.
        """
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
            return super().try_save(request)
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            self.account_already_exists = True
            return super().try_save(request)

    def save(self, request: HttpRequest) -> User:
        user = super().save(request)
        audit.record(by=user, verb="signed up", obj=user)
        return user


class NumericCode:
    """A code that brings up the digits of a phone's keyboard."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attrs = self.fields["code"].widget.attrs  # type: ignore[attr-defined]
        attrs.update({"inputmode": "numeric", "placeholder": "1234-5678"})


class LoginCode(NumericCode, ConfirmLoginCodeForm):
    pass


class EmailCode(NumericCode, ConfirmEmailVerificationCodeForm):
    pass


class PasswordResetCode(NumericCode, ConfirmPasswordResetCodeForm):
    pass


class UserInvite(forms.ModelForm):
    """Who gets a login, and what for."""

    roles = forms.TypedMultipleChoiceField(label=_("Roles"), choices=Role.choices, widget=CheckboxCards)

    class Meta:
        model = User
        fields: tuple[str, ...] = ("given_name", "family_name", "email", "roles")
        widgets = {
            "given_name": forms.TextInput(attrs={"autocomplete": "off"}),
            "family_name": forms.TextInput(attrs={"autocomplete": "off"}),
            "email": forms.EmailInput(attrs={"autocomplete": "off"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("given_name", "family_name"):
            self.fields[name].required = True

    def validate_unique(self) -> None:
        """The action says whether the address is taken."""

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class UserChange(UserInvite):
    """Names and roles. The address is the person's own to change: the new one must be proven."""

    class Meta(UserInvite.Meta):
        fields = ("given_name", "family_name", "roles")


class FirstPassword(forms.Form):
    """The password of somebody who was invited."""

    password1 = SetPasswordField(label=_("Password"))
    password2 = PasswordField(label=_("Password (again)"), autocomplete="new-password")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].user = user  # type: ignore[attr-defined]

    def clean_password2(self) -> str:
        again = self.cleaned_data["password2"]
        if "password1" in self.cleaned_data and self.cleaned_data["password1"] != again:
            raise forms.ValidationError(_("You must type the same password each time."))
        return again


class UserFilter(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=[("", _("Every role")), *Role.choices], required=False)
    state = forms.ChoiceField(
        label=_("State"),
        choices=[
            ("", _("Every state")),
            ("active", _("May sign in")),
            ("inactive", _("Deactivated")),
            ("invited", _("Invited")),
        ],
        required=False,
    )


class AuditFilter(forms.Form):
    """`facets`: the verbs and kinds the trail holds; `authors`: who can be chosen. `object` comes from a row's link."""

    verb = forms.ChoiceField(label=_("What"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=DateInput, validators=SANE_DATES)
    until = forms.DateField(label=_("Until"), required=False, widget=DateInput, validators=SANE_DATES)
    by = forms.UUIDField(label=_("Who"), required=False)
    object = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    field_order = ("by", "verb", "kind", "since", "until")

    @property
    def selects(self) -> dict[str, Any]:
        """What the list's tools draw small; the two dates need their labels beside them."""
        return {"visible_fields": [self["by"], self["verb"], self["kind"]]}

    def __init__(self, *args: Any, facets: dict[str, list[str]], authors: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["by"].widget = forms.Select(choices=[("", _("Everybody")), *authors])
        verbs = [(verb, verb) for verb in facets["verbs"]]
        kinds = sorted(((kind, AuditRecord.kind_name(kind)) for kind in facets["kinds"]), key=lambda pair: pair[1])
        self.fields["verb"].choices = [("", _("Everything done")), *verbs]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [("", _("Every kind")), *kinds]  # type: ignore[attr-defined]
