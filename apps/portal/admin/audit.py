"""The trail of what superusers did; and Django's own log of the same is switched off in its favour."""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import AuditRecord, User
from apps.portal.admin.site import site


class Audited(admin.ModelAdmin):
    """Writes no second log: subclasses call `accounts.audit` in the transaction of the change itself."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing: the audit trail has it."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing: the audit trail has it."""

    def by(self, request: HttpRequest) -> User:
        """The superuser: nobody else comes this far."""
        return cast(User, request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        trail = reverse("admin:accounts_auditrecord_changelist")
        return HttpResponseRedirect(f"{trail}?object_type={self.opts.label_lower}&object_id={object_id}")


@admin.register(AuditRecord, site=site)
class AuditTrail(Audited):
    list_display = ("at", "by_name", "verb", "object_name", "object_type")
    list_filter = ("verb", "object_type")
    search_fields = ("by_name", "object_name", "verb")
    fields = (
        "at",
        "by_name",
        "verb",
        "object_name",
        "object_type",
        "object_id",
        "what_changed",
        "reason",
        "request_id",
    )
    date_hierarchy = "at"

    @admin.display(description=_("changes"))
    def what_changed(self, record: AuditRecord) -> SafeString | str:
        rows = [
            (name, *(change if isinstance(change, list) else ["", change])) for name, change in record.changes.items()
        ]
        return format_html_join("", "<p>{}: {} → {}</p>", rows) or "-"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
