"""The audit trail: who did what to whom, and when."""

import datetime as dt
import uuid
from typing import Any

from django.core.cache import cache
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import PermissionRequired
from apps.accounts.forms import AuditFilter
from apps.accounts.models import AuditRecord, AuditRecordQuerySet, User
from apps.accounts.roles import TEAM, Permission
from apps.core.lists import Column, ListPage

FACETS_LIVE = 300  # seconds


class AuditList(PermissionRequired, ListPage):
    permission = Permission.AUDIT_READ
    template_name = "accounts/audit_list.html"
    csv_name = "audit"
    columns = [
        Column(_("At"), "at"),
        Column(_("Who"), "by_name"),
        Column(_("What"), "verb"),
        Column(_("Kind"), "kind"),
        Column(_("Object"), "object_name"),
        Column(_("Changes"), lambda record: "; ".join(str(change) for change in record.told_changes)),
        Column(_("Reason"), "reason"),
        Column(_("Request"), "request_id"),
    ]
    request: HttpRequest

    def get_rows(self) -> AuditRecordQuerySet:
        return AuditRecord.objects.all()

    def get_filter_form(self) -> AuditFilter:
        return AuditFilter(self.request.GET, auto_id="filter_%s", facets=self.facets, authors=self.authors)

    @cached_property
    def facets(self) -> dict[str, list[str]]:
        """The verbs and kinds to choose from: read every few minutes, since the trail is long."""
        found = cache.get("audit-facets")
        if found is None:
            found = AuditRecord.objects.facets()
            cache.set("audit-facets", found, FACETS_LIVE)
        return found

    @cached_property
    def authors(self) -> list[tuple[str, str]]:
        """The team, and whoever else's name was followed from a row."""
        followed = Q(pk=self.request.GET["by"]) if is_key(self.request.GET.get("by", "")) else Q(pk__in=[])
        users = User.objects.filter(followed | Q(roles__overlap=[role.value for role in TEAM]))
        return [(str(user.pk), user.get_full_name()) for user in users]

    def filter_kind(self, rows: AuditRecordQuerySet, kind: str) -> AuditRecordQuerySet:
        return rows.filter(object_type=kind)

    def filter_object(self, rows: AuditRecordQuerySet, key: str) -> AuditRecordQuerySet:
        return rows.filter(object_id=key)

    def filter_since(self, rows: AuditRecordQuerySet, day: dt.date) -> AuditRecordQuerySet:
        return rows.filter(at__gte=_midnight(day))

    def filter_until(self, rows: AuditRecordQuerySet, day: dt.date) -> AuditRecordQuerySet:
        return rows.filter(at__lt=_midnight(day + dt.timedelta(days=1)))

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        """Name the object whose trail this is, when a row's link led here."""
        rows = list(context["page_obj"])
        subject = rows[0] if rows and "object" in self.filters else None
        return super().get_context_data(subject=subject, **context)


def is_key(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
