"""The admin site itself: superusers only, with a limit on attempts to sign in."""

from typing import Any

from allauth.core import ratelimit
from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

FAILED = "login_failed"  # allauth's limits for centres hold here as well: by address and by account


class SuperuserLogin(AdminAuthenticationForm):
    """Django's form, which counts attempts before it looks at a password."""

    def clean(self) -> dict[str, Any]:
        key = str(self.cleaned_data.get("username", "")).lower()
        if not ratelimit.consume(self.request, action=FAILED, key=key):
            raise ValidationError(_("Too many attempts. Wait a few minutes, then try again."), code="limited")
        cleaned = super().clean()
        ratelimit.clear(self.request, action=FAILED, key=key)
        return cleaned


class SuperuserSite(AdminSite):
    site_header = site_title = "Verbena"
    index_title = _("Administration")
    enable_nav_sidebar = False
    login_form = SuperuserLogin

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response = super().login(request, extra_context)
        form = getattr(response, "context_data", {}).get("form")
        if form is not None and form.is_bound and not form.is_valid():
            response.status_code = 429 if form.has_error("__all__", "limited") else 422
        return response


site = SuperuserSite(name="admin")
