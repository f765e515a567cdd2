"""Where an invitation leads: the first password, then in."""

from typing import Any

from allauth.account.utils import perform_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from apps.accounts import actions
from apps.accounts.forms import FirstPassword
from apps.accounts.models import User
from apps.accounts.tokens import invited_user
from apps.core.http import FormFlow


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class InvitationAccept(FormFlow):
    """For whoever holds the link: it is valid once, for a week, in this centre."""

    template_name = "accounts/invitation_accept.html"
    form_class = FirstPassword
    invited: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = invited_user(kwargs["uid"], kwargs["token"])
        if user is None:
            return render(request, "accounts/invitation_expired.html", status=410)
        self.invited = user
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.invited}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(invited=self.invited, **context)

    def act(self, form: FirstPassword) -> User:
        return actions.accept_invitation(user=self.invited, password=form.cleaned_data["password1"])

    def done(self) -> HttpResponse:
        return perform_login(self.request, self.result, email=self.result.email)
