"""The superusers themselves. Made by `manage.py createsuperuser`; here they are seen, renamed and shut out."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.accounts import audit
from apps.accounts.models import User
from apps.portal.admin.audit import Audited
from apps.portal.admin.site import site


@admin.register(User, site=site)
class Superusers(Audited):
    list_display = ("email", "given_name", "family_name", "is_active", "last_login")
    search_fields = ("email", "given_name", "family_name")
    fields = ("email", "given_name", "family_name", "is_active", "last_login", "joined_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Nobody locks themselves out."""
        fixed = ("email", "last_login", "joined_at")
        return (*fixed, "is_active") if obj == request.user else fixed

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        audit.save_form(form, by=self.by(request))
