"""allauth's pages that take a passkey's answer: a wrong one loses neither the page nor where one was going."""

from typing import Any

from allauth.account.utils import passthrough_next_redirect_url
from allauth.mfa.webauthn.views import LoginWebAuthnView, ReauthenticateWebAuthnView
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.forms import BaseForm
from django.http import HttpResponse, HttpResponseRedirect


class PasskeyLogin(LoginWebAuthnView):
    def form_invalid(self, form: BaseForm) -> HttpResponse:
        """Say it on the sign-in page, which goes on to lead where it led."""
        answer: HttpResponseRedirect = super().form_invalid(form)
        return HttpResponseRedirect(passthrough_next_redirect_url(self.request, answer.url, REDIRECT_FIELD_NAME))


class PasskeyReauthenticate(ReauthenticateWebAuthnView):
    def form_invalid(self, form: BaseForm) -> HttpResponse:
        """Say it here and ask anew. allauth sends to the sign-in page, which sends whoever is signed in away."""
        return self.render_to_response({**self.get_context_data(), "form": form}, status=422)


IN_PLACE_OF_THEIRS: dict[str, Any] = {
    "mfa_login_webauthn": PasskeyLogin.as_view(),
    "mfa_reauthenticate_webauthn": PasskeyReauthenticate.as_view(),
}
