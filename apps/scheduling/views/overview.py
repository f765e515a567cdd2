"""Every therapist's coming four weeks: who has room, who is away."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import PermissionRequired
from apps.accounts.roles import Permission
from apps.core.lists import Column, ListPage
from apps.scheduling import times
from apps.scheduling.forms import HoursFilter
from apps.scheduling.views.month import bars, totals
from apps.therapists.models import Therapist

DAYS = 28


@dataclass(frozen=True, slots=True)
class Row:
    """One therapist, the sums of the four weeks, and their days as bars."""

    therapist: Therapist
    totals: dict[str, Any]
    bars: list[dict[str, Any]]


class HoursOverview(PermissionRequired, ListPage):
    permission = (Permission.AVAILABILITY_READ, Permission.AVAILABILITY_MANAGE)
    template_name = "scheduling/hours_overview.html"
    filter_form_class = HoursFilter
    sorts = {"name": ("user__family_name", "user__given_name")}
    default_sort = "name"
    csv_name = "hours"
    columns = [
        Column(_("Therapist"), "therapist.full_name"),
        Column(_("Status"), "therapist.get_availability_display"),
        Column(_("Hours offered in four weeks"), lambda row: row.totals["offered"]),
        Column(_("Hours booked"), lambda row: row.totals["booked"]),
        Column(_("Booked (%)"), lambda row: row.totals["share"]),
    ]

    def get_rows(self) -> QuerySet[Therapist]:
        return Therapist.objects.public().select_related("user")

    def exported(self, rows: QuerySet[Therapist]) -> Iterator[Row]:
        return iter(self.with_loads(list(super().exported(rows))))

    def with_loads(self, therapists: list[Therapist]) -> list[Row]:
        """One query for all."""
        today = timezone.localdate()
        last = today + dt.timedelta(days=DAYS - 1)
        loads = times.loads(self.request.tenant, [therapist.pk for therapist in therapists], today, last)
        rows = [(therapist, loads[therapist.pk]) for therapist in therapists]
        return [Row(therapist, totals(found), bars(found)) for therapist, found in rows]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = kwargs["page_obj"]
        page.object_list = self.with_loads(list(page.object_list))
        return super().get_context_data(**kwargs)
